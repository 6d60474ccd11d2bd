// SPDX-License-Identifier: MIT
#include "store/value_table.hpp"

#include <algorithm>
#include <array>

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPartitions = 64;

void sort_distinct(std::vector<float>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

void add_values(std::vector<float>& values, std::span<const float> more) {
  const std::size_t before = values.size();
  for (const float value : more) {
    // Adding zero makes a negative zero positive.
    const bool is_known = std::binary_search(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(before), value + 0.0f);
    if (!is_known) values.push_back(value + 0.0f);
  }
  if (values.size() > before) sort_distinct(values);
}

std::uint32_t code_in(std::span<const float> values, float value) {
  const auto found = std::lower_bound(values.begin(), values.end(), value);
  if (found == values.end() || *found != value) return static_cast<std::uint32_t>(values.size());
  return static_cast<std::uint32_t>(found - values.begin());
}

bool change_values(std::span<RatingStore::CompactEntry> entries, std::vector<float>& values,
                   std::span<const ValueAt> changed, const Workers& workers) {
  std::vector<float> extended = values;
  for (const ValueAt& change : changed) extended.push_back(change.value);
  sort_distinct(extended);
  if (extended.size() > RatingStore::kMaxValues) return false;

  std::array<std::uint32_t, RatingStore::kMaxValues> new_code{};
  for (std::size_t code = 0; code < values.size(); ++code) {
    new_code[code] = code_in(extended, values[code]);
  }
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(entries.size(), kPartitions, partition);
    for (RatingStore::CompactEntry& entry : entries.subspan(range.begin, range.size())) {
      entry = RatingStore::pack(RatingStore::item_of(entry), new_code[RatingStore::code_of(entry)]);
    }
  });
  for (const auto& [position, value] : changed) {
    RatingStore::CompactEntry& entry = entries[position];
    entry = RatingStore::pack(RatingStore::item_of(entry), code_in(extended, value));
  }
  values = std::move(extended);
  return true;
}

SystemArray<RatingStore::WideEntry> widened(
    const RatingStore::Entries<RatingStore::CompactEntry>& entries,
    std::span<const ValueAt> changed, const Workers& workers) {
  SystemArray<RatingStore::WideEntry> result(entries.size());
  const auto wide = result.span();
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(entries.size(), kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      wide[i] = {entries.item(i), entries.value(i)};
    }
  });
  for (const auto& [position, value] : changed) wide[position].value = value;
  return result;
}

}  // namespace mfpar
