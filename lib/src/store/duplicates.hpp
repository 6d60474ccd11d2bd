// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mfpar/rating_store.hpp"
#include "store/triplets.hpp"
#include "store/value_table.hpp"

namespace mfpar {

/// What merging the duplicates of some rows did.
struct MergeResult {
  std::uint64_t removed = 0;  ///< ratings that were merged into another
  std::uint64_t pairs = 0;    ///< (user, item) pairs that stood more than once
  UserIndex user = 0;         ///< the first such pair
  ItemIndex item = 0;
  std::vector<ValueAt> new_values;  ///< means that the value table lacks, by position in the rows
};

/// Leaves one rating of each (user, item) in `rows`, whose entries stand by user, item and arrival:
/// the rows move to the front of the spans and their counts shrink. `values` is the table of the
/// codes of compact entries. A mean takes the timestamp of the last. Under Duplicates::kError the
/// rows stay as they are and are only looked through. Defined for both forms of entries.
template <class Entry>
MergeResult merge_duplicates(const Rows<Entry>& rows, Duplicates rule,
                             std::span<const float> values);

}  // namespace mfpar
