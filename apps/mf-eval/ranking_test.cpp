// SPDX-License-Identifier: MIT
#include "mf-eval/ranking_test.hpp"

#include <algorithm>
#include <utility>

#include "common/text.hpp"
#include "mf-eval/pairs.hpp"
#include "mf-eval/spooled_input.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// The entries by user and item, the last in the file for each.
RankingPairs sorted(const RatingTable& table, const std::vector<bool>& is_rated) {
  RankingPairs pairs;
  pairs.users = table.users();
  pairs.items = table.items();
  auto& entries = pairs.entries;
  for (const Rating& rating : table) {
    const bool rated = is_rated.empty() || is_rated[entries.size()];
    entries.push_back({rating.user, rating.item, rating.value, rated});
  }
  std::ranges::stable_sort(entries, [](const auto& a, const auto& b) {
    return a.user != b.user ? a.user < b.user : a.item < b.item;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool is_last = i + 1 == entries.size() || entries[i].user != entries[i + 1].user ||
                         entries[i].item != entries[i + 1].item;
    if (is_last) entries[kept++] = entries[i];
  }
  entries.resize(kept);
  pairs.offsets.assign(std::size_t{pairs.users->size()} + 1, 0);
  for (const auto& entry : entries) ++pairs.offsets[std::size_t{entry.user} + 1];
  for (std::size_t u = 0; u < pairs.users->size(); ++u) pairs.offsets[u + 1] += pairs.offsets[u];
  return pairs;
}

}  // namespace

std::uint64_t RankingPairs::unrated() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(entries, [](const Entry& entry) { return !entry.is_rated; }));
}

RankingPairs read_ranking_pairs(const std::string& path, const ReadOptions& options) {
  // Whether there are ratings shows when they are read: standard input must wait for that.
  const SpooledInput input(path);
  const std::string& file = input.path().empty() ? path : input.path();
  RankingPairs pairs;
  try {
    const ReadResult read = read_ratings(file, options);
    pairs = sorted(read.ratings, {});
    if (read.report.bad_lines > 0) {
      pairs.warnings.push_back(counted(read.report.bad_lines, "bad line") + " left out; " +
                               input.named(read.report.first_bad.front().message));
    }
    for (const std::string& note : read.report.notes) pairs.warnings.push_back(input.named(note));
  } catch (const Error& error) {
    std::optional<Pairs> unrated;
    if (error.code() != ErrorCode::kSystem) {
      try {
        unrated = read_pairs(file, options);
      } catch (const Error&) {
        // Of the two faults the first is told.
      }
    }
    if (!unrated) throw Error(error.code(), input.named(error.what()));
    pairs = sorted(unrated->table, unrated->is_rated);
  }
  pairs.source = path == "-" ? "standard input" : path;
  return pairs;
}

}  // namespace mfpar::apps
