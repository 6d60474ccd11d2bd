// SPDX-License-Identifier: MIT
#include "text/rating_values.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/percent.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar {

namespace {

/// Of more distinct values than this, a sample is looked at.
constexpr std::size_t kSample = std::size_t{1} << 16;

/// Values that often stand for no rating.
bool is_usual_for_missing(float value) {
  return value == 0.0f || value == -1.0f || value == 99.0f || value == -99.0f || value == 255.0f ||
         value == 999.0f || value == -999.0f || value == 9999.0f;
}

/// How many ratings have a value.
std::uint64_t count_of(float value, std::span<const RatingChunk> chunks) {
  std::uint64_t count = 0;
  for (const RatingChunk& chunk : chunks) {
    chunk.visit([&](const auto& entries) {
      for (std::size_t i = 0; i < chunk.size(); ++i) count += entries.value(i) == value ? 1 : 0;
    });
  }
  return count;
}

}  // namespace

void RatingValues::add(const ParsedChunk& chunk, std::uint64_t line_breaks, std::size_t file) {
  for (const SeenValue& value : chunk.values) {
    const auto [at, is_new] =
        values_.try_emplace(value.value, Seen{0, line_breaks + value.line + 1, file});
    at->second.count += value.count;
  }
  is_continuous_ |= !chunk.has_all_values;
}

/// Adds the values of a sample of the ratings whose values are too many to be known.
void RatingValues::add_sample(std::span<const RatingChunk> chunks) {
  std::uint64_t total = 0;
  for (const RatingChunk& chunk : chunks) total += chunk.wide.size();
  const std::uint64_t stride = total / kSample + 1;
  for (const RatingChunk& chunk : chunks) {
    for (std::size_t i = 0; i < chunk.wide.size(); i += stride) {
      values_[chunk.wide[i].value].count += stride;
    }
  }
}

/// Whether there is a zero below all other values that is further away than these are from one
/// another, or more frequent than all of them.
bool RatingValues::is_zero_for_missing(std::uint64_t total) const {
  constexpr double kMost = 0.15;
  const auto zero = values_.begin();
  if (zero->first != 0.0f || is_continuous_) return false;
  std::uint64_t most = 0;
  double usual_gap = 0.0;
  for (auto value = std::next(zero); value != values_.end(); ++value) {
    most = std::max(most, value->second.count);
    const auto next = std::next(value);
    if (next != values_.end()) usual_gap = std::max(usual_gap, double{next->first} - value->first);
  }
  const double share = static_cast<double>(zero->second.count) / static_cast<double>(total);
  return std::next(zero)->first > 1.5 * usual_gap ||
         (share > kMost && zero->second.count >= 2 * most);
}

/// Whether `value`, which is `low` or `high`, stands apart from the others between these.
bool RatingValues::stands_apart(Values::const_iterator value, Values::const_iterator low,
                                Values::const_iterator high, std::uint64_t total) const {
  constexpr double kFew = 0.01;
  const auto next = value == low ? std::next(low) : std::prev(high);
  const double gap = std::abs(double{next->first} - value->first);
  const double spread =
      value == low ? double{high->first} - next->first : double{next->first} - low->first;
  const double share = static_cast<double>(value->second.count) / static_cast<double>(total);
  if (gap > spread && (share <= kFew || is_usual_for_missing(value->first))) return true;
  if (value != values_.begin()) return false;
  // Unless it is the dislike of likes, dislikes and neither.
  const bool is_only_negative =
      value->first < 0.0f && next->first >= 0.0f && std::distance(low, high) > 2;
  return (is_only_negative && is_usual_for_missing(value->first)) || is_zero_for_missing(total);
}

std::vector<std::string> RatingValues::notes(std::span<const RatingChunk> chunks,
                                             std::span<const std::string> names) {
  constexpr std::size_t kMaxNotes = 3;
  if (chunks.empty() && is_continuous_) return {};
  if (is_continuous_) add_sample(chunks);
  std::uint64_t total = 0;
  for (const RatingChunk& chunk : chunks) total += chunk.size();
  for (const auto& [value, seen] : values_) total += chunks.empty() ? seen.count : 0;
  std::vector<std::string> notes;
  auto low = values_.cbegin(), high = std::prev(values_.cend());
  while (notes.size() < kMaxNotes && std::distance(low, high) >= 2) {
    const bool high_is = stands_apart(high, low, high, total);
    if (!high_is && !stands_apart(low, low, high, total)) break;
    const auto at = high_is ? high-- : low++;
    const std::uint64_t count = chunks.empty() ? at->second.count : count_of(at->first, chunks);
    const std::string value = shortest_decimal(at->first);
    std::string text = (chunks.empty() ? "about " : "") + std::to_string(count) + " of " +
                       std::to_string(total) + " ratings (" +
                       percent(static_cast<double>(count) / static_cast<double>(total)) +
                       (count == 1 ? ") is " : ") are ") + value;
    if (at->second.line > 0) {
      text += count == 1 ? ", in line " : ", first in line ";
      text += std::to_string(at->second.line) +
              (names.size() > 1 ? " of " + names[at->second.file] : "");
    }
    notes.push_back(text + ", apart from the others, " + shortest_decimal(low->first) + " to " +
                    shortest_decimal(high->first) + "; if that is no rating, --missing=" + value +
                    " leaves it out");
  }
  return notes;
}

}  // namespace mfpar
