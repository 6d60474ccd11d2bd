// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mfpar/read_ratings.hpp"
#include "text/line_fault.hpp"

namespace mfpar {

/// The column that holds each role, 0-based, where there is one.
using ColumnRoles = std::array<std::optional<int>, kRoles>;

/// What the options ask for: a name, a 1-based number, or nothing.
std::string_view asked_column(const ReadOptions& options, Role role);

/// Whether `text` is a column number rather than a name.
bool is_column_number(std::string_view text);

/// The columns whose names say what they are for (see named_role()); no rating where two columns
/// may as well be it.
ColumnRoles known_columns(std::span<const std::string> header);

/// The columns by number that the options ask for, and by name where there is a `header`. Throws
/// Error(kBadOption) when there is no such column; `field_count` is that of the lines.
ColumnRoles asked_columns(const ReadOptions& options, std::span<const std::string> header,
                          std::size_t field_count, const std::string& name);

/// The header's names for a message.
std::string list_of(std::span<const std::string> header);

}  // namespace mfpar
