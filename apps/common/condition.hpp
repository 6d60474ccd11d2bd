// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "common/item_titles.hpp"

namespace mfpar::apps {

/// One condition of --where or where: a column of the titles' file, compared with a text.
struct Condition {
  enum class Kind { kHolds, kHoldsNot, kIs, kIsNot, kAtLeast, kAtMost };

  std::string column;
  Kind kind = Kind::kHolds;
  std::string text;
  double number = 0.0;  ///< that `text` is, for kAtLeast and kAtMost

  /// "genres~Children", "genres!~Drama", "title=Heat (1995)", "title!=Heat (1995)", "year>=1990",
  /// "year<=1999". Throws Error(kBadOption), calling it `option`, for anything else.
  static Condition parse(const std::string& text, const std::string& option = "--where");
};

/// The items for which all conditions hold, ascending. The case of the letters a to z does not
/// count; text that is not a number is neither at least nor at most one. Throws Error(kBadOption)
/// calling it `option`, for a column that the titles do not have.
std::vector<ItemIndex> items_where(const std::vector<Condition>& conditions,
                                   const ItemTitles& titles, ItemIndex item_count,
                                   const std::string& option = "--where");

}  // namespace mfpar::apps
