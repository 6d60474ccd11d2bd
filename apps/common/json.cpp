// SPDX-License-Identifier: MIT
#include "common/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// Deeper than anything a request needs.
constexpr int kMaxDepth = 32;

/// Whether a string is written as it is: ASCII without what is escaped.
bool is_plain(const std::string& text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

/// As dump() does it, but for numbers: those of dump() are longer than they need be for one in 700
/// floats. And what most of an answer is made of is written at once.
void append(std::string& text, const Json& json) {
  const auto append_each = [&](char open, char close, const auto& append_one) {
    text += open;
    for (auto i = json.begin(); i != json.end(); ++i) {
      if (i != json.begin()) text += ',';
      append_one(i);
    }
    text += close;
  };
  if (json.is_string() && is_plain(json.get_ref<const std::string&>())) {
    text.append(1, '"').append(json.get_ref<const std::string&>()).append(1, '"');
  } else if (json.is_object()) {
    append_each('{', '}', [&](const auto& member) {
      if (is_plain(member.key())) {
        text.append(1, '"').append(member.key()).append(1, '"');
      } else {
        append(text, member.key());
      }
      text += ':';
      append(text, *member);
    });
  } else if (json.is_array()) {
    append_each('[', ']', [&](const auto& value) { append(text, *value); });
  } else if (json.is_number_unsigned()) {
    text += std::to_string(json.get<std::uint64_t>());
  } else if (json.is_number_float() && std::isfinite(json.get<double>())) {
    append_shortest_decimal(text, json.get<double>() + 0.0);  // -0 would be read as 0
  } else {
    text += json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  }
}

/// Throws Error without what `what` begins with, "[json.exception...] parse error at line 1,
/// column 9: ".
[[noreturn]] void fail(const std::string& place, std::string_view what) {
  const std::size_t reason = what.find(": ");
  what.remove_prefix(reason == what.npos ? what.find("] ") + 2 : reason + 2);
  throw Error(ErrorCode::kBadData, "not JSON: " + place + std::string(what));
}

}  // namespace

void JsonConversion<float>::to_json(Json& json, float number) {
  double nearest = number;
  if (std::isfinite(number)) {
    const std::string digits = shortest_decimal(number);
    std::from_chars(digits.data(), digits.data() + digits.size(), nearest);
  }
  json = nearest;
}

std::string text_of(const Json& json) {
  std::string text;
  append(text, json);
  return text;
}

Json parse_json(std::string_view text) {
  const auto check_depth = [](int depth, Json::parse_event_t event, const Json&) {
    using Event = Json::parse_event_t;
    if (depth >= kMaxDepth && (event == Event::object_start || event == Event::array_start)) {
      throw Error(ErrorCode::kBadData,
                  "nested more than " + std::to_string(kMaxDepth) + " levels deep");
    }
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::parse_error& e) {
    fail("column " + std::to_string(e.byte) + ": ", e.what());
  } catch (const Json::exception& e) {
    fail("", e.what());
  }
}

const char* kind_of(const Json& json) {
  if (json.is_number()) return "a number";
  if (json.is_string()) return "a string";
  if (json.is_array()) return "a list";
  if (json.is_object()) return "an object";
  return json.is_boolean() ? "true or false" : "null";
}

std::optional<std::string> id_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return json.dump();
  return std::nullopt;
}

}  // namespace mfpar::apps
