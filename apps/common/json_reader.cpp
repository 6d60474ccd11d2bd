// SPDX-License-Identifier: MIT
#include "common/json_reader.hpp"

#include <nlohmann/json.hpp>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// Deeper than anything a request needs, and shallow enough for recursion.
constexpr int kDeepest = 32;

/// Builds a JsonValue from the events of a parser, which has no stack of its own to overflow.
class Builder {
 public:
  using json = nlohmann::json;

  bool null() { return put(JsonValue()); }
  bool boolean(bool value) { return put(JsonValue(value)); }
  bool number_integer(json::number_integer_t value) { return put(number(std::int64_t{value})); }
  bool number_unsigned(json::number_unsigned_t value) { return put(number(std::uint64_t{value})); }
  bool number_float(json::number_float_t value, const json::string_t&) {
    return put(number(value));
  }
  bool string(json::string_t& value) { return put(JsonValue(std::move(value))); }
  bool binary(json::binary_t&) { return false; }
  bool key(json::string_t& value) {
    open_.back().keys.push_back(std::move(value));
    return true;
  }
  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) { return open(); }
  bool end_array() {
    JsonValue::Array values = std::move(open_.back().values);
    open_.pop_back();
    return put(JsonValue(std::move(values)));
  }
  bool end_object() {
    Open object = std::move(open_.back());
    open_.pop_back();
    JsonValue::Members members;
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
      members.emplace_back(std::move(object.keys[i]), std::move(object.values[i]));
    }
    return put(JsonValue(std::move(members)));
  }
  bool parse_error(std::size_t position, const std::string& token, const json::exception& e) {
    // "[json.exception...] parse error at line 1, column 9: syntax error while ...": from the reason on.
    const std::string_view what = e.what();
    const std::size_t reason = what.find(": ");
    error_ = "no JSON: column " + std::to_string(position) + ", near '" + token +
             "': " + std::string(reason == what.npos ? what : what.substr(reason + 2));
    return false;
  }

  const std::string& error() const { return error_; }
  JsonValue result() && { return std::move(result_); }

 private:
  struct Open {
    std::vector<std::string> keys;  // of an object
    std::vector<JsonValue> values;
  };

  template <class T>
  static JsonValue number(T value) {
    return JsonValue(JsonValue::Number(value));
  }

  bool open() {
    open_.emplace_back();
    if (open_.size() <= kDeepest) return true;
    error_ = "it is nested more than " + std::to_string(kDeepest) + " deep";
    return false;
  }

  bool put(JsonValue value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else {
      open_.back().values.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Open> open_;
  JsonValue result_;
  std::string error_;
};

}  // namespace

std::optional<double> JsonValue::number() const noexcept {
  const Number* found = std::get_if<Number>(&value_);
  if (found == nullptr) return std::nullopt;
  return std::visit([](auto x) { return static_cast<double>(x); }, *found);
}

std::optional<std::uint64_t> JsonValue::whole_number() const noexcept {
  const Number* found = std::get_if<Number>(&value_);
  if (found == nullptr) return std::nullopt;
  const auto* whole = std::get_if<std::uint64_t>(found);
  return whole != nullptr ? std::optional(*whole) : std::nullopt;
}

std::optional<std::string> JsonValue::id() const {
  if (const std::string* text = string()) return *text;
  const Number* found = std::get_if<Number>(&value_);
  if (found == nullptr || std::holds_alternative<double>(*found)) return std::nullopt;
  return std::visit([](auto x) { return std::to_string(x); }, *found);
}

const char* JsonValue::kind() const noexcept {
  constexpr const char* kKinds[] = {"null",     "true or false", "a number",
                                    "a string", "a list",        "an object"};
  return kKinds[value_.index()];
}

JsonValue parse_json(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) throw Error(ErrorCode::kBadData, builder.error());
  return std::move(builder).result();
}

}  // namespace mfpar::apps
