// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

// How good lists are: each is held against the items that turned out relevant to its user, those of
// ratings that nobody had seen when it was made. A list is cut to its first N items (fewer where it
// is shorter); R is how many items are relevant to the user, h_r is 1 where the item at rank r is
// one of them and else 0, and H = h_1 + ... + h_N are the hits:
//
//   precision  H / N
//   recall     H / min(N, R)
//   NDCG       sum_{r = 1}^N h_r / log2(r + 1), divided by the most that it can be, which is
//              sum_{r = 1}^{min(N, R)} 1 / log2(r + 1) (Jarvelin and Kekalainen 2002, with the
//              discount of Burges et al. 2005)
//   MAP        sum_{r = 1}^N h_r (h_1 + ... + h_r) / r, divided by min(N, R): the mean of average
//              precision (Manning, Raghavan, Schutze 2008, chapter 8.4), which divides by R there;
//              by min(N, R) the best list has 1 at every N
//   MRR        1 / the rank of the first hit, 0 without one (Voorhees 1999)
//   hit rate   1 with a hit, else 0
//
// What is reported is the mean over users to whom something is relevant; the others are counted.
// Over the lists of these users, cut in the same way, of a catalogue of n items:
//
//   coverage         the share of the catalogue that stands in some list (Herlocker et al. 2004)
//   Gini             of how often each item of the catalogue is listed, x_1 <= ... <= x_n:
//                    sum_i (2 i - n - 1) x_i / (n sum_i x_i); 0 where all are listed alike, 1 - 1/n
//                    where one takes every place
//   popularity rank  the mean, over all places of all lists, of the item's rank by how many users
//                    have it: 1 is the most popular, items that equally many have share their mean
//                    rank
//   novelty          the mean of -log2(share of users who have the item), in bits, an item that
//                    nobody has counting as if one had it (self-information: Zhou et al. 2010)

/// What is measured of every list.
enum class RankingMetric { kNdcg, kRecall, kPrecision, kMap, kMrr, kHitRate };

/// Their names, in the order of the enumeration.
inline constexpr std::array<std::string_view, 6> kRankingMetricNames = {
    "ndcg", "recall", "precision", "map", "mrr", "hit_rate"};

/// NDCG of the first `cut` items of a list, each there once; 0 where nothing is relevant.
/// `relevant` is ascending; kNoIndex, as often as need be, stands for items that no list can hold.
/// Allocates nothing. Safe from any number of threads.
MFPAR_API double ndcg_at(std::span<const ItemIndex> list, std::span<const ItemIndex> relevant,
                         std::uint32_t cut) noexcept;

/// Measures of many lists, at several N at once. Not synchronised.
class MFPAR_API RankingMeasures {
 public:
  /// At the first `cuts` items, ascending. `raters` says of every item of the catalogue how many of
  /// `users` users have it. Throws Error(kBadOption) for no cut, a cut of 0 and cuts that do not
  /// ascend.
  RankingMeasures(std::vector<std::uint32_t> cuts, std::span<const std::uint32_t> raters,
                  std::uint64_t users);

  /// Measures a user's list, best first, against what is relevant, both as for ndcg_at(); items
  /// behind the last cut are passed over. Where nothing is relevant the user is counted and left
  /// out. REQUIRES: items below raters.size().
  void add(std::span<const ItemIndex> list, std::span<const ItemIndex> relevant);

  std::span<const std::uint32_t> cuts() const noexcept { return cuts_; }
  std::uint64_t users() const noexcept { return users_; }  ///< measured
  std::uint64_t without_relevant() const noexcept { return without_relevant_; }

  /// Columns of values(): one for every metric at every cut.
  std::size_t columns() const noexcept { return cuts_.size() * kRankingMetricNames.size(); }
  /// The column of a metric at cuts()[cut].
  std::size_t column(RankingMetric metric, std::size_t cut) const noexcept {
    return cut * kRankingMetricNames.size() + static_cast<std::size_t>(metric);
  }
  /// What was measured of each user: users() x columns(), in the order in which they were added.
  std::span<const double> values() const noexcept { return values_; }

  // At cuts()[cut]. Means over no user, or no place of a list, are NaN.
  double mean(RankingMetric metric, std::size_t cut) const noexcept;
  double coverage(std::size_t cut) const;
  double gini(std::size_t cut) const;
  double popularity_rank(std::size_t cut) const;
  double novelty(std::size_t cut) const;

 private:
  std::vector<std::uint64_t> listed(std::size_t cut) const;

  std::vector<std::uint32_t> cuts_;
  std::vector<double> discounts_;                   // of ranks from 1
  std::vector<double> most_;                        // the highest DCG of so many relevant items
  std::vector<double> popularity_ranks_;            // by item
  std::vector<double> self_information_;            // by item
  std::vector<std::vector<std::uint64_t>> listed_;  // between a cut and the one before, by item
  std::vector<double> values_;
  std::uint64_t users_ = 0;
  std::uint64_t without_relevant_ = 0;
};

/// How a bootstrap is made: users are drawn with replacement, as many as there are, so many times
/// (Efron and Tibshirani 1993). Takes time linear in users x resamples. Results depend on the seed,
/// not on threads (0: all cores).
struct BootstrapOptions {
  std::uint32_t resamples = 1000;
  std::uint64_t seed = 1;
  int threads = 0;
};

/// The middle 95 % of the resampled means: from the 2.5th percentile to the 97.5th.
struct BootstrapInterval {
  double low = 0.0;
  double high = 0.0;
};

/// What a mean may be by the chance of which users there are, for each column of values(). Throws
/// Error(kBadOption) for no resamples; NaN where there are no users.
MFPAR_API std::vector<BootstrapInterval> bootstrap_means(const RankingMeasures& measures,
                                                         const BootstrapOptions& options = {});

/// Two systems on the same users.
struct BootstrapDifference {
  double difference = 0.0;  ///< the second's mean less the first's
  BootstrapInterval interval;
  double above_zero = 0.0;  ///< the share of resamples in which the second is better
  /// Two-sided, of no difference: 2 (1 + m) / (1 + resamples), at most 1, m being the resamples
  /// with a difference of 0 or less, or of 0 or more, whichever are fewer (Davison and Hinkley
  /// 1997, 4.2).
  double p = 1.0;
};

/// The same users are drawn for both, for each column of values(). Throws Error(kBadOption) for no
/// resamples, and unless both measured equally many users at the same cuts; NaN as above.
MFPAR_API std::vector<BootstrapDifference> bootstrap_differences(
    const RankingMeasures& first, const RankingMeasures& second,
    const BootstrapOptions& options = {});

}  // namespace mfpar
