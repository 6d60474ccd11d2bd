// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

namespace mfpar {

/// Throws Error(kBadData) where a column holds user and item in one ("UserId:ItemId"), with the
/// command that splits it.
void refuse_compound_columns(const std::vector<std::string>& header,
                             std::span<const std::vector<std::string>> lines,
                             const std::string& delimiter, const std::string& name);

}  // namespace mfpar
