// SPDX-License-Identifier: MIT
#include "recommend/refine_list.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// How much of each group is in a list.
class GroupCounts {
 public:
  explicit GroupCounts(std::span<const GroupLimit> limits)
      : limits_(limits), counts_(limits.size()) {}

  bool has_room(ItemIndex item) const {
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      for (const std::uint32_t group : groups_of(i, item)) {
        const auto found = counts_[i].find(group);
        if (found != counts_[i].end() && found->second >= limits_[i].at_most) return false;
      }
    }
    return true;
  }

  void add(ItemIndex item) {
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      for (const std::uint32_t group : groups_of(i, item)) ++counts_[i][group];
    }
  }

 private:
  std::span<const std::uint32_t> groups_of(std::size_t limit, ItemIndex item) const {
    const ItemGroups& groups = *limits_[limit].groups;
    return item < groups.size() ? std::span(groups[item]) : std::span<const std::uint32_t>();
  }

  std::span<const GroupLimit> limits_;
  std::vector<std::unordered_map<std::uint32_t, std::uint32_t>> counts_;  // by limit, of each group
};

float product_of(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

/// The rows of the items' factors, each of length 1, or 0 where all factors are 0.
std::vector<std::vector<float>> directions_of(const std::vector<Recommendation>& items,
                                              const FactorModel& factors) {
  std::vector<std::vector<float>> directions;
  for (const Recommendation& r : items) {
    const auto row = factors.item_row(r.item);
    std::vector<float>& direction = directions.emplace_back(row.begin(), row.end());
    const float norm = std::sqrt(product_of(row, row));
    for (float& x : direction) x = norm > 0.0f ? x / norm : 0.0f;
  }
  return directions;
}

std::vector<Recommendation> in_falling_order(const std::vector<Recommendation>& pool,
                                             const RecommendOptions& options) {
  GroupCounts counts(options.at_most);
  std::vector<Recommendation> list;
  for (const Recommendation& r : pool) {
    if (list.size() == options.top) break;
    if (!counts.has_room(r.item)) continue;
    counts.add(r.item);
    list.push_back(r);
  }
  return list;
}

/// By maximal marginal relevance, as RecommendOptions::diversity says.
std::vector<Recommendation> diverse(const std::vector<Recommendation>& pool,
                                    const RecommendOptions& options, const FactorModel& factors) {
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  const auto directions = directions_of(pool, factors);
  const float lowest = pool.empty() ? 0.0f : pool.back().score;
  const float range = pool.empty() ? 0.0f : pool.front().score - lowest;
  std::vector<float> nearest(pool.size(), kNone);  // cosine of the most similar one listed
  std::vector<bool> is_done(pool.size(), false);
  GroupCounts counts(options.at_most);
  std::vector<Recommendation> list;
  while (list.size() < options.top) {
    std::size_t next = pool.size();
    float highest = kNone;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (is_done[i]) continue;
      // Groups never get room again.
      is_done[i] = !counts.has_room(pool[i].item);
      const float relevance = range > 0.0f ? (pool[i].score - lowest) / range : 0.0f;
      const float similarity = list.empty() ? 0.0f : nearest[i];
      const float worth = (1.0f - options.diversity) * relevance - options.diversity * similarity;
      if (is_done[i] || (next < pool.size() && !(worth > highest))) continue;
      next = i;
      highest = worth;
    }
    if (next == pool.size()) break;
    is_done[next] = true;
    counts.add(pool[next].item);
    list.push_back(pool[next]);
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (!is_done[i])
        nearest[i] = std::max(nearest[i], product_of(directions[i], directions[next]));
    }
  }
  return list;
}

}  // namespace

void check_refinement(const RecommendOptions& options, const FactorModel& model) {
  if (options.least_rating) {
    if (std::isnan(*options.least_rating)) {
      throw Error(ErrorCode::kBadOption, "the least rating is not a number");
    }
    if (model.feedback() == Feedback::kOneClass) {
      throw Error(ErrorCode::kBadOption,
                  "the model was trained on one-class feedback alone and predicts no ratings, so "
                  "that lists cannot ask for a least rating; train with --feedback both, or leave "
                  "the least rating out");
    }
  }
  for (const GroupLimit& limit : options.at_most) {
    if (limit.groups != nullptr && limit.at_most > 0) continue;
    throw Error(ErrorCode::kBadOption,
                "a limit of items a group needs groups, and to be 1 or more");
  }
  if (!(options.diversity >= 0.0f && options.diversity <= 1.0f)) {
    throw Error(ErrorCode::kBadOption, "the diversity must be from 0 to 1");
  }
}

bool needs_refining(const RecommendOptions& options) {
  return options.least_rating || !options.at_most.empty() || options.diversity != 0.0f;
}

std::size_t pool_size(const RecommendOptions& options) {
  constexpr std::size_t kTimes = 10, kLeast = 200;
  const std::size_t top = options.top;
  return options.diversity != 0.0f && top > 0 ? std::max(kTimes * top, kLeast) : top;
}

std::vector<Recommendation> refine_list(const RecommendOptions& options, const FactorModel& factors,
                                        std::vector<Recommendation> first, const BestItems& best) {
  constexpr std::size_t kWiden = 4;
  if (options.top == 0) return {};
  std::size_t searched = pool_size(options), pooled = searched;
  std::vector<Recommendation> found = std::move(first);
  while (true) {
    const bool is_all = found.size() < searched;
    std::vector<Recommendation> pool;
    for (const Recommendation& r : found) {
      if (pool.size() == pooled) break;
      if (!options.least_rating || r.rating >= *options.least_rating) pool.push_back(r);
    }
    if (pool.size() == pooled || is_all) {
      auto list = options.diversity == 0.0f ? in_falling_order(pool, options)
                                            : diverse(pool, options, factors);
      if (list.size() == options.top || (is_all && pool.size() < pooled)) return list;
      pooled *= kWiden;
    }
    if (is_all) continue;  // a larger pool of what was found
    searched *= kWiden;
    found = best(searched);
  }
}

}  // namespace mfpar
