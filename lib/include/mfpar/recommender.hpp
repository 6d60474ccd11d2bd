// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What a list is ordered by: the score
///
///   interaction_weight p_u . q_i + bias_weight (mu + b_u + b_i) + one_class_weight c_ui
///     + sd_weight sd_ui
///
/// of which mu + b_u is the same for all items; c_ui is the score in the model of one-class
/// feedback that the model carries, and sd_ui how far ratings lie around the predicted one
/// (FactorModel::sd), which models know that were learnt by Gibbs sampling. Rating is the predicted
/// rating: lists fill with items that everybody rates highly. Interaction is what this user likes
/// more than others do. One-class is what this user is likely to choose. Lower is a rating that the
/// user's will exceed in most cases: of items that are equally good the one of which more is known;
/// upper, what it may turn out to be: that of which less is known. In a model of one-class feedback
/// alone p_u . q_i is how likely a choice is, and every order the same.
struct RankBy {
  float bias_weight = 1.0f;
  float interaction_weight = 1.0f;
  float one_class_weight = 0.0f;
  float sd_weight = 0.0f;

  static constexpr RankBy rating() { return {1.0f, 1.0f, 0.0f}; }
  static constexpr RankBy interaction() { return {0.0f, 1.0f, 0.0f}; }

  /// Between those two, or beyond.
  static constexpr RankBy blend(float bias_weight) { return {bias_weight, 1.0f, 0.0f}; }

  /// What is likely to be chosen and, by `rating_weight`, will be rated highly.
  static constexpr RankBy one_class(float rating_weight = 0.0f) {
    return {rating_weight, rating_weight, 1.0f};
  }

  /// The predicted rating less, or plus, so many standard deviations.
  static constexpr RankBy lower(float deviations) { return {1.0f, 1.0f, 0.0f, -deviations}; }
  static constexpr RankBy upper(float deviations) { return {1.0f, 1.0f, 0.0f, deviations}; }

  bool operator==(const RankBy&) const = default;
};

/// "rating", "interaction", "one-class", "blend:W" or W alone, "one-class:W" with the weight W of
/// the predicted rating, "lower:W" and "upper:W" with W standard deviations, W a number from
/// -1,000,000 to 1,000,000; nothing for any other text. What
/// programs, services and the C API know orders by.
MFPAR_API std::optional<RankBy> parse_rank_by(std::string_view text);

/// The order as parse_rank_by() takes it; of weights that it has no word for, the nearest.
MFPAR_API std::string name_of(RankBy rank_by);

/// The order of lists unless somebody says otherwise: one-class, where the model has that, else by
/// rating. apps/RECOMMEND.md has figures.
MFPAR_API RankBy usual_rank_by(const FactorModel& model);

/// How many training ratings an item should have to be listed, unless somebody says otherwise: 10
/// where biases count less than in a rating, by interaction for example or by a model without
/// biases: factors learnt from fewer are mostly noise, and no bias outweighs it there. 0 by rating,
/// by one-class score, in which few ratings count for little, and for a model that does not contain
/// who rated what.
MFPAR_API std::uint32_t usual_least_ratings(const FactorModel& model, RankBy rank_by);

/// What makes items similar.
enum class SimilarBy {
  kRaters,  ///< the same users rated them
  kFactors  ///< the cosine of their factors, those that lists usually go by
};

/// The same for similar items: 5 by raters, of whom a few tell something, 10 by factors.
MFPAR_API std::uint32_t usual_least_ratings(const FactorModel& model, SimilarBy by);

/// An item of a list.
struct Recommendation {
  ItemIndex item = 0;
  float score = 0.0f;  ///< what the list is ordered by
  /// The predicted rating, clipped to the model's range; NaN in a model of one-class feedback
  /// alone.
  float rating = 0.0f;
  /// How far the rating may lie from it, as in RatingInterval; NaN where the model knows no
  /// variance, and of similar items.
  float sd = std::numeric_limits<float>::quiet_NaN();
  float p5 = sd, p95 = sd;
};

/// A user to recommend for: a row of P, or what fold-in gives. Looks at memory of others.
struct UserProfile {
  std::span<const float> factors = {};  ///< rank floats
  float bias = 0.0f;

  /// What is left out of the list when rated items are: two lists, each ascending.
  std::array<std::span<const ItemIndex>, 2> rated = {};

  /// The row in the model of one-class feedback that the model carries; empty without one.
  std::span<const float> one_class = {};

  /// The row in the model's ScoreVariance, and the variance of the user's noise; empty: someone of
  /// whom nothing is known.
  std::span<const float> variance = {};
  float noise_variance = 0.0f;
  /// In the model's OrdinalLink; empty: those of a user of whom nothing is known.
  std::span<const float> cutpoints = {};
};

/// A user who was folded in, a FoldedIn (mfpar/fold_in.hpp), `rated` being what is left out,
/// ascending. Looks at the memory of both.
template <class Row>
inline UserProfile profile_of(const Row& row, std::span<const ItemIndex> rated) {
  return {.factors = row.factors,
          .bias = row.bias,
          .rated = {rated, {}},
          .one_class = row.one_class,
          .variance = row.variance,
          .noise_variance = row.noise_variance,
          .cutpoints = row.cutpoints};
}

class Recommender;

/// A choice among the items of one recommender. Immutable; safe from any number of threads.
class MFPAR_API ItemFilter {
 public:
  struct Rules {
    /// Only these; all when there is no such list. An empty list allows nothing.
    const std::vector<ItemIndex>* allow = nullptr;
    std::span<const ItemIndex> deny = {};  ///< none of these
    std::uint32_t least_ratings = 0;       ///< only items with so many ratings in training, or more
  };

  /// Indices that the model does not have are passed over.
  ItemFilter(const Recommender& recommender, const Rules& rules);

  bool allows(ItemIndex item) const noexcept { return item < allowed_.size() && allowed_[item]; }
  /// How many items it allows.
  ItemIndex size() const noexcept { return size_; }

 private:
  friend class Recommender;
  const void* owner_;                      ///< what the recommender is known by
  std::vector<bool> allowed_;              ///< by item
  std::vector<std::uint16_t> tile_masks_;  ///< by tile of the recommender, a bit an item
  ItemIndex size_ = 0;
};

/// The numbers of the groups that each item belongs to, genres for example, by item; an item beyond
/// belongs to none.
using ItemGroups = std::vector<std::vector<std::uint32_t>>;

/// How many items of any one group a list may hold. An item of several groups counts for each, and
/// is listed only where all of them have room.
struct GroupLimit {
  const ItemGroups* groups = nullptr;
  std::uint32_t at_most = 1;  ///< 1 or more
};

struct RecommendOptions {
  std::uint32_t top = 20;  ///< length of the list; shorter where there are not so many items
  std::optional<RankBy> rank_by = {};  ///< usual_rank_by() when there is none
  bool leave_out_rated = true;
  const ItemFilter* filter = nullptr;  ///< made for the same recommender; null allows everything

  // What follows chooses among the items in their order, and searches on, through the whole
  // catalogue if it must, until the list is full.

  /// Only items of this predicted rating (Recommendation::rating) or a higher one.
  std::optional<float> least_rating = {};

  /// Items are taken in falling order of score, passing over those whose groups are full.
  std::span<const GroupLimit> at_most = {};

  /// From 0, which changes nothing, to 1. Maximal marginal relevance (Carbonell and Goldstein,
  /// 1998): again and again that item is listed next for which
  ///
  ///   (1 - diversity) relevance - diversity max cosine
  ///
  /// is highest, among the best max(10 top, 200) items, more where at_most would leave the list
  /// short. The relevance is the score, scaled to 1 for the best of these and 0 for the last; the
  /// cosine is of the item's factors and those of the most similar item listed before. The list
  /// stands in the order of choice. Takes time of about 10 top^2 rank.
  float diversity = 0.0f;
};

/// Finds the items of highest score in the whole catalogue, exactly. Lists are in falling order of
/// score; of equal scores the item of smaller index, which comes first in the model file, stands
/// first. Single, batched, filtered and early-stopping searches compute every score by the same
/// operations, so they agree to the last bit. Immutable; safe from any number of threads.
///
/// Holds a second copy of Q, items x rank floats, in the order in which it is searched; of a
/// carried model too, and of both together once an order asks for a sum of the two.
class MFPAR_API Recommender {
 public:
  /// Takes time linear in the items; keeps the model. The instruction set is as for
  /// TrainOptions::kernel.
  explicit Recommender(std::shared_ptr<const FactorModel> model,
                       const std::string& kernel = "auto");
  ~Recommender();
  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;

  const FactorModel& model() const noexcept;
  std::shared_ptr<const FactorModel> shared_model() const noexcept;

  /// How many training ratings the item has. REQUIRES: item < item_count().
  std::uint32_t rating_count(ItemIndex item) const noexcept;

  /// A trained user, with what the model file knows to be rated, training and validation. REQUIRES:
  /// user < user_count().
  UserProfile profile_of(UserIndex user) const noexcept;

  /// The best items for `profile`. Stops early, exactly: tiles of items whose norms and biases
  /// cannot reach the list any more (Cauchy-Schwarz) are passed over, unless too few are. Throws
  /// Error(kBadOption) for a filter of another recommender, a weight that is not finite, an order
  /// by one-class feedback that the model has not learnt from or by variances that it does not
  /// know, rows of another rank or not finite, a least rating asked of a model of one-class
  /// feedback alone, which predicts none, and limits out of their range.
  std::vector<Recommendation> recommend(const UserProfile& profile,
                                        const RecommendOptions& options = {}) const;
  std::vector<Recommendation> recommend(UserIndex user,
                                        const RecommendOptions& options = {}) const {
    return recommend(profile_of(user), options);
  }

  /// The lists of many, result[i] for profiles[i], by a matrix product of tiles. Beyond the result
  /// it takes memory for some profiles a thread, never users x items. `threads` 0 is all cores;
  /// lists do not depend on it. After a stop request the lists not yet made are empty. Throws as
  /// above.
  std::vector<std::vector<Recommendation>> recommend_many(std::span<const UserProfile> profiles,
                                                          const RecommendOptions& options = {},
                                                          int threads = 0,
                                                          std::stop_token stop = {}) const;

  /// Similar by raters, where the model knows who rated `item`, else by factors. REQUIRES: item <
  /// item_count().
  SimilarBy usual_similar_by(ItemIndex item) const;

  /// The items most similar to `item`, itself left out, as usual_similar_by() says when there is no
  /// `by`; `score` is the similarity, from -1 to 1, `rating` the mean plus the item's bias,
  /// clipped, or NaN as in lists.
  ///
  /// By raters it is, of how little is known of who rated `item` (the entropy H), the share that is
  /// known of whoever is known to have rated the other (the mutual information M, with a minus
  /// where fewer rated both than would by chance), a little higher for items with fewer ratings:
  ///
  ///   M / (H_item^(3/4) H_other^(1/4)),
  ///
  /// Dunning's log-likelihood ratio (1993) but for a factor. Ratings kept for validation count;
  /// items that nobody rated beside `item` are left out. Of items whose raters have rated more than
  /// 4 million times in all, an even share of raters is looked at. Takes 4 bytes a rating, once it
  /// is first asked for.
  ///
  /// By factors, items whose factors are all zero are similar to nothing.
  ///
  /// Throws Error(kBadOption) for a filter of another recommender, and by raters for a model that
  /// does not contain who rated what. REQUIRES: item < item_count().
  std::vector<Recommendation> similar_items(ItemIndex item, std::uint32_t top = 20,
                                            const ItemFilter* filter = nullptr,
                                            std::optional<SimilarBy> by = {}) const;

  /// The cosine of the factors of two items, as in SimilarBy::kFactors; 0 where those of one are
  /// all zero. REQUIRES: both < item_count().
  float cosine(ItemIndex a, ItemIndex b) const noexcept;

 private:
  friend class ItemFilter;
  struct MFPAR_HIDDEN Impl;  // lib/src/recommend/recommender_impl.hpp
  std::unique_ptr<const Impl> impl_;
};

}  // namespace mfpar
