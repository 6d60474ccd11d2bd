// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "text/column_content.hpp"
#include "text/column_roles.hpp"

namespace mfpar {

/// "column 3 (\"score\")", for messages.
std::string column_name(std::size_t column, const std::vector<std::string>& header);

/// Why columns cannot be user, item, rating and timestamp in this order; empty where they can.
/// `known` are those that the header names, if there is one.
std::string why_not_in_order(std::span<const ColumnContent> columns,
                             const std::vector<std::string>& header, const ColumnRoles& known,
                             const std::string& delimiter);

}  // namespace mfpar
