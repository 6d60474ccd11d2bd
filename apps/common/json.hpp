// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar::apps {

/// The members of an object in order. A key that recurs in what is read is there as often.
template <class Key, class T, class Less, class Allocator>
struct JsonMembers : nlohmann::ordered_map<Key, T, Less, Allocator> {
  using nlohmann::ordered_map<Key, T, Less, Allocator>::ordered_map;
  /// What the parser calls for a key that it has read.
  T& operator[](const Key& key) { return this->emplace_back(key, nullptr).second; }
};

template <class T, class = void>
struct JsonConversion : nlohmann::adl_serializer<T> {};

/// JSON that is read or to be written. Members are added to what is an object already, by
/// Json::object(), never to a null, json["a"]["b"] say: where no memory is left for the object that
/// the null becomes, its end ends the process.
using Json = nlohmann::basic_json<JsonMembers, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, double, std::allocator, JsonConversion>;

/// A float is its shortest decimal, 0.1f is 0.1 and not 0.10000000149011612.
template <>
struct JsonConversion<float> : nlohmann::adl_serializer<float> {
  static void to_json(Json& json, float number);
};

/// `json` on one line. Numbers are the shortest decimals that read back as the same, null where
/// they are not finite. Bytes that are not UTF-8 become U+FFFD.
std::string text_of(const Json& json);

/// Reads one JSON value (RFC 8259) that is all of `text`. Throws Error(kBadData) saying where and
/// why it is not valid, or that it is nested too deeply.
Json parse_json(std::string_view text);

/// "a string", "a list", ..., for messages.
const char* kind_of(const Json& json);

/// A string, or the digits of a whole number: how ids are written. Nothing for any other value.
std::optional<std::string> id_of(const Json& json);

}  // namespace mfpar::apps
