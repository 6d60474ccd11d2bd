// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "base/system_array.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Adds `more` to distinct values, ascending.
void add_values(std::vector<float>& values, std::span<const float> more);

/// The code of `value` in an ascending table, or values.size() when it has none.
std::uint32_t code_in(std::span<const float> values, float value);

/// A value at a position of a store's entries.
struct ValueAt {
  std::uint64_t position;
  float value;
};

/// Gives the entries at the positions of `changed` their values, for which `values` has no codes
/// yet: extends the table and rewrites all codes. Does nothing and returns false where the table
/// would get more than RatingStore::kMaxValues values.
bool change_values(std::span<RatingStore::CompactEntry> entries, std::vector<float>& values,
                   std::span<const ValueAt> changed, const Workers& workers);

/// The entries in their wide form, with the values of `changed` put in.
SystemArray<RatingStore::WideEntry> widened(
    const RatingStore::Entries<RatingStore::CompactEntry>& entries,
    std::span<const ValueAt> changed, const Workers& workers);

}  // namespace mfpar
