// SPDX-License-Identifier: MIT
#include "base/id_hash.hpp"

#include <charconv>
#include <system_error>

namespace mfpar {

std::optional<std::int64_t> canonical_integer(std::string_view id) noexcept {
  const std::string_view digits = id.starts_with('-') ? id.substr(1) : id;
  if (digits.empty() || (digits[0] == '0' && id.size() > 1)) return std::nullopt;
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), integer);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return integer;
}

}  // namespace mfpar
