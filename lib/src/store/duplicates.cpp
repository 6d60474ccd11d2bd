// SPDX-License-Identifier: MIT
#include "store/duplicates.hpp"

#include <cstddef>

namespace mfpar {

namespace {

/// Most rows have no duplicates; finding that out is one quick pass.
template <class Entry>
bool has_duplicates(const Rows<Entry>& rows) {
  std::size_t begin = 0;
  for (const std::uint64_t count : rows.counts) {
    for (std::size_t i = begin + 1; i < begin + count; ++i) {
      if (RatingStore::item_of(rows.entries[i]) == RatingStore::item_of(rows.entries[i - 1]))
        return true;
    }
    begin += count;
  }
  return false;
}

/// The mean of the values at [begin, end).
template <class Entry>
float mean_between(const Rows<Entry>& rows, std::size_t begin, std::size_t end,
                   std::span<const float> values) {
  double sum = 0.0;
  RatingStore::Entries<Entry>(rows.entries, values)
      .for_each(begin, end, [&](ItemIndex, float value) { sum += value; });
  return static_cast<float>(sum / static_cast<double>(end - begin));
}

void set_value(RatingStore::WideEntry& entry, float value, std::size_t, std::span<const float>,
               MergeResult&) {
  entry.value = value;
}
void set_value(RatingStore::CompactEntry& entry, float value, std::size_t position,
               std::span<const float> values, MergeResult& result) {
  std::uint32_t code = code_in(values, value);
  if (code == values.size()) {
    result.new_values.push_back({position, value});
    code = 0;
  }
  entry = RatingStore::pack(RatingStore::item_of(entry), code);
}

}  // namespace

template <class Entry>
MergeResult merge_duplicates(const Rows<Entry>& rows, Duplicates rule,
                             std::span<const float> values) {
  MergeResult result;
  if (!has_duplicates(rows)) return result;
  const auto& [first_user, counts, entries, timestamps] = rows;
  const bool keep_all = rule == Duplicates::kError;
  std::size_t read = 0;
  std::size_t write = 0;
  for (std::size_t user = 0; user < counts.size(); ++user) {
    const std::size_t row_end = read + counts[user];
    const std::size_t row_begin = write;
    while (read < row_end) {
      std::size_t end = read + 1;
      const ItemIndex item = RatingStore::item_of(entries[read]);
      while (end < row_end && RatingStore::item_of(entries[end]) == item) ++end;
      if (end - read > 1) {
        if (result.pairs++ == 0) {
          result.user = first_user + static_cast<UserIndex>(user);
          result.item = item;
        }
        result.removed += end - read - 1;
      }
      if (!keep_all) {
        const std::size_t kept = rule == Duplicates::kFirst ? read : end - 1;
        Entry entry = entries[kept];
        if (rule == Duplicates::kMean && end - read > 1) {
          set_value(entry, mean_between(rows, read, end, values), write, values, result);
        }
        entries[write] = entry;
        if (!timestamps.empty()) timestamps[write] = timestamps[kept];
        ++write;
      }
      read = end;
    }
    if (!keep_all) counts[user] = write - row_begin;
  }
  return result;
}

template MergeResult merge_duplicates(const Rows<RatingStore::CompactEntry>&, Duplicates,
                                      std::span<const float>);
template MergeResult merge_duplicates(const Rows<RatingStore::WideEntry>&, Duplicates,
                                      std::span<const float>);

}  // namespace mfpar
