// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "ranking/list_metrics.hpp"

namespace mfpar {

namespace {

constexpr double kNoMean = std::numeric_limits<double>::quiet_NaN();

void check_cuts(std::span<const std::uint32_t> cuts) {
  if (cuts.empty()) throw Error(ErrorCode::kBadOption, "lists are to be cut at no length");
  std::uint32_t before = 0;
  for (const std::uint32_t cut : cuts) {
    if (cut <= before) {
      throw Error(ErrorCode::kBadOption, "lists are to be cut at " + std::to_string(cut) +
                                             " behind " + std::to_string(before) +
                                             "; lengths ascend from 1");
    }
    before = cut;
  }
}

/// By item, 1 for the most raters; the mean rank where several have equally many.
std::vector<double> ranks_by_raters(std::span<const std::uint32_t> raters) {
  std::vector<ItemIndex> order(raters.size());
  std::iota(order.begin(), order.end(), ItemIndex{0});
  std::sort(order.begin(), order.end(),
            [&](ItemIndex a, ItemIndex b) { return raters[a] > raters[b]; });
  std::vector<double> ranks(raters.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && raters[order[end]] == raters[order[begin]]) ++end;
    const double rank = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2.0;
    for (std::size_t at = begin; at < end; ++at) ranks[order[at]] = rank;
  }
  return ranks;
}

/// The mean of by_item, each item counted as often as it is listed.
double mean_listed(std::span<const std::uint64_t> listed, std::span<const double> by_item) {
  double sum = 0.0, count = 0.0;
  for (std::size_t item = 0; item < listed.size(); ++item) {
    sum += static_cast<double>(listed[item]) * by_item[item];
    count += static_cast<double>(listed[item]);
  }
  return count > 0.0 ? sum / count : kNoMean;
}

}  // namespace

RankingMeasures::RankingMeasures(std::vector<std::uint32_t> cuts,
                                 std::span<const std::uint32_t> raters, std::uint64_t users)
    : cuts_(std::move(cuts)), popularity_ranks_(ranks_by_raters(raters)) {
  check_cuts(cuts_);
  listed_.assign(cuts_.size(), std::vector<std::uint64_t>(raters.size()));
  // No list is longer than the catalogue, whatever is asked for.
  const std::size_t longest = std::min<std::size_t>(cuts_.back(), raters.size());
  most_.push_back(0.0);
  for (std::size_t rank = 1; rank <= longest; ++rank) discounts_.push_back(rank_discount(rank));
  for (const std::uint32_t count : raters) {
    const double having = std::max<double>(count, 1.0);
    self_information_.push_back(std::log2(std::max(static_cast<double>(users), having) / having));
  }
}

void RankingMeasures::add(std::span<const ItemIndex> list, std::span<const ItemIndex> relevant) {
  if (relevant.empty()) {
    ++without_relevant_;
    return;
  }
  ++users_;
  double hits = 0.0, gain = 0.0, precisions = 0.0, first = 0.0;
  std::size_t r = 0;
  for (std::size_t cut = 0; cut < cuts_.size(); ++cut) {
    for (; r < std::min<std::size_t>(cuts_[cut], list.size()); ++r) {
      assert(list[r] < popularity_ranks_.size());
      ++listed_[cut][list[r]];
      if (!std::binary_search(relevant.begin(), relevant.end(), list[r])) continue;
      const auto rank = static_cast<double>(r + 1);
      hits += 1.0;
      gain += discounts_[r];
      precisions += hits / rank;
      if (first == 0.0) first = 1.0 / rank;
    }
    const std::size_t possible = std::min<std::size_t>(cuts_[cut], relevant.size());
    while (most_.size() <= possible) most_.push_back(most_.back() + rank_discount(most_.size()));
    const auto most_hits = static_cast<double>(possible);
    // In the order of RankingMetric.
    values_.insert(values_.end(), {gain / most_[possible], hits / most_hits,
                                   hits / static_cast<double>(cuts_[cut]), precisions / most_hits,
                                   first, hits > 0.0 ? 1.0 : 0.0});
  }
}

std::vector<std::uint64_t> RankingMeasures::listed(std::size_t cut) const {
  std::vector<std::uint64_t> sum(popularity_ranks_.size());
  for (std::size_t part = 0; part <= cut; ++part) {
    for (std::size_t item = 0; item < sum.size(); ++item) sum[item] += listed_[part][item];
  }
  return sum;
}

double RankingMeasures::mean(RankingMetric metric, std::size_t cut) const noexcept {
  double sum = 0.0;
  for (std::size_t at = column(metric, cut); at < values_.size(); at += columns()) {
    sum += values_[at];
  }
  return users_ > 0 ? sum / static_cast<double>(users_) : kNoMean;
}

double RankingMeasures::coverage(std::size_t cut) const {
  const auto all = listed(cut);
  const auto some = std::ranges::count_if(all, [](std::uint64_t times) { return times > 0; });
  return all.empty() ? kNoMean : static_cast<double>(some) / static_cast<double>(all.size());
}

double RankingMeasures::gini(std::size_t cut) const {
  auto all = listed(cut);
  std::ranges::sort(all);
  const auto count = static_cast<double>(all.size());
  double weighted = 0.0, places = 0.0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    weighted += (2.0 * static_cast<double>(i + 1) - count - 1.0) * static_cast<double>(all[i]);
    places += static_cast<double>(all[i]);
  }
  return places > 0.0 ? weighted / (count * places) : kNoMean;
}

double RankingMeasures::popularity_rank(std::size_t cut) const {
  return mean_listed(listed(cut), popularity_ranks_);
}

double RankingMeasures::novelty(std::size_t cut) const {
  return mean_listed(listed(cut), self_information_);
}

}  // namespace mfpar
