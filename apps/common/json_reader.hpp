// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mfpar::apps {

/// A JSON value that was read. Immutable in use; not synchronised.
class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Members = std::vector<std::pair<std::string, JsonValue>>;  ///< in order; keys may recur

  /// A number as it stands: whole numbers of 64 bits keep every digit.
  using Number = std::variant<std::int64_t, std::uint64_t, double>;

  JsonValue() = default;
  template <class T>
  explicit JsonValue(T value) : value_(std::move(value)) {}

  bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }

  /// Null where the value is of another kind.
  const std::string* string() const noexcept { return std::get_if<std::string>(&value_); }
  const Array* array() const noexcept { return std::get_if<Array>(&value_); }
  const Members* members() const noexcept { return std::get_if<Members>(&value_); }
  const bool* boolean() const noexcept { return std::get_if<bool>(&value_); }

  /// Nothing where the value is no number.
  std::optional<double> number() const noexcept;
  /// Nothing where the value is no whole number from 0 to 2^64 - 1.
  std::optional<std::uint64_t> whole_number() const noexcept;
  /// A string, or the digits of a whole number: how ids are written.
  std::optional<std::string> id() const;

  /// "a string", "a list", ..., for messages.
  const char* kind() const noexcept;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Members> value_;
};

/// Reads one JSON value (RFC 8259) that is all of `text`. Throws Error(kBadData) saying where and why it
/// is none, or that it is nested too deeply.
JsonValue parse_json(std::string_view text);

}  // namespace mfpar::apps
