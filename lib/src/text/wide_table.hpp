// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/column_content.hpp"

namespace mfpar {

/// Throws Error(kBadData) when the columns are a table of users by items, as a pandas pivot or the
/// Jester files are, with the command that turns it into a rating a line. Such a table is not
/// read: it cannot be told from one of users and what is known of them.
void refuse_wide_table(const std::vector<std::string>& header,
                       std::span<const std::vector<std::string>> lines,
                       std::span<const ColumnContent> columns, std::string_view delimiter,
                       const std::string& name);

}  // namespace mfpar
