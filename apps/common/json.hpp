// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.hpp"

namespace mfpar::apps {

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// The shortest decimal that reads back as the same number; null when it is not finite.
template <std::floating_point T>
std::string json_number(T number) {
  if (!std::isfinite(number)) return "null";
  return shortest_decimal(number);
}

/// A JSON object on one line, built key by key. Not synchronised.
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view value) {
    return put(key, json_string(value));
  }
  JsonObject& add(std::string_view key, const char* value) {
    return add(key, std::string_view(value));
  }
  JsonObject& add(std::string_view key, bool value) { return put(key, value ? "true" : "false"); }
  JsonObject& add(std::string_view key, const JsonObject& value) { return put(key, value.text()); }
  JsonObject& add(std::string_view key, const std::vector<JsonObject>& values) {
    return put(key, list(values, [](const JsonObject& value) { return value.text(); }));
  }
  JsonObject& add(std::string_view key, const std::vector<std::string>& values) {
    return put(key, list(values, [](const std::string& value) { return json_string(value); }));
  }
  JsonObject& add(std::string_view key, const std::vector<float>& values) {
    return put(key, list(values, [](float value) { return json_number(value); }));
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonObject& add(std::string_view key, T value) {
    return put(key, std::to_string(value));
  }
  template <std::floating_point T>
  JsonObject& add(std::string_view key, T value) {
    return put(key, json_number(value));
  }

  std::string text() const { return "{" + members_ + "}"; }

 private:
  template <class T, class TextOf>
  static std::string list(const std::vector<T>& values, const TextOf& text_of) {
    std::string text;
    for (const T& value : values) text.append(text.empty() ? "[" : ",").append(text_of(value));
    return text.empty() ? "[]" : text + ']';
  }

  JsonObject& put(std::string_view key, std::string_view value) {
    if (!members_.empty()) members_ += ',';
    members_.append(json_string(key)).append(":").append(value);
    return *this;
  }

  std::string members_;
};

}  // namespace mfpar::apps
