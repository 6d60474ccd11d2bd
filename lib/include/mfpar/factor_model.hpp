// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/epoch_report.hpp"
#include "mfpar/export.hpp"
#include "mfpar/feedback.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/item_titles.hpp"
#include "mfpar/loss.hpp"
#include "mfpar/ordinal_link.hpp"
#include "mfpar/score_variance.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// Where a model comes from: nothing in it depends on how fast, or by how many threads, it was
/// trained, so that a reproducible training gives the same file. Times in the history are 0.
struct TrainingRecord {
  std::vector<std::pair<std::string, std::string>>
      options;  ///< name and value, as on the command line
  std::uint64_t seed = 0;
  std::vector<EpochReport> history;
  int best_epoch = 0;             ///< the epoch whose factors these are
  std::uint64_t ratings = 0;      ///< trained on
  std::uint64_t fingerprint = 0;  ///< of the training ratings, see rating_fingerprint()

  /// Of a model that was learnt once more from all ratings, see refit(): on how many of these, and
  /// which, was trained while the errors in `history` were measured on the others. 0 of others.
  /// Fingerprints add up: what the two differ by is that of the ratings that were held out.
  std::uint64_t judged_ratings = 0;
  std::uint64_t judged_fingerprint = 0;

  /// Of `best_epoch`, the last one that is in `history`; one without numbers where there is none.
  EpochReport best_report() const {
    for (auto report = history.rbegin(); report != history.rend(); ++report) {
      if (report->epoch == best_epoch) return *report;
    }
    return {};
  }
};

/// The model without factors, mean + b_u + b_i, fitted by itself to the same training ratings under
/// the same loss: what a factor model must beat. Not the mean and biases that were learnt beside
/// factors.
struct BiasBaseline {
  float mean = 0.0f;  ///< the best score for all alike: the mean rating, median, log-odds
  FrozenArray<float> user_biases;  ///< one per user
  FrozenArray<float> item_biases;  ///< one per item
};

/// What holds a new row with n ratings towards zero, in the units of scores: factors n^(1-exponent)
/// |p|^2 and bias n^(1-exponent) b^2, beside the sum of its squared errors (of another loss, twice
/// the sum). Training leaves what it charged rows itself, and twice that for the bias, which
/// predicts better for rows of few ratings. The default, 1 whatever n is, is for models whose
/// training is unknown.
struct FoldInPenalty {
  float factors = 1.0f;
  float bias = 1.0f;
  float exponent = 1.0f;  ///< from 0 (a charge for each rating) to 1 (a charge for the row)
};

/// What the rows of a model of ratings are held to beside the squares of FoldInPenalty: none is
/// negative, or magnitudes cost n^(1-exponent) (factors |p|_1 + biases |b|), in the units of
/// scores, beside the same sum. A new row is fitted under the same.
struct RowConstraints {
  bool nonnegative = false;  ///< the factors

  struct Magnitudes {
    float factors = 0.0f;
    float biases = 0.0f;
    bool operator==(const Magnitudes&) const = default;
  };
  Magnitudes l1_users = {}, l1_items = {};

  bool any() const noexcept { return nonnegative || has_l1(); }
  bool has_l1() const noexcept { return l1_users != Magnitudes{} || l1_items != Magnitudes{}; }
};

/// How a model of one-class feedback counts pairs of user and item.
struct OneClassWeights {
  /// Of every pair, chosen or not, as a score of 0: a row is held towards zero by
  /// unobserved_weight times the squares of its scores for all rows of the other side, beside its
  /// FoldInPenalty, which counts those as unobserved_weight more ratings each.
  float unobserved_weight = 0.0f;

  /// Only ratings from this on are positives; all when there is none.
  std::optional<float> relevant;
};

/// A matrix factorisation. User u and item i have the score
///
///   mu + b_u + b_i + p_u . q_i,
///
/// which predicts, by the loss that the model was trained with, a rating, clipped to the range of
/// the training ratings, or the probability of the higher label (see Loss). Without biases mu and
/// all b are 0. In a model with an OrdinalLink scores are of latent ratings, and predict a rating
/// through it. In a model of one-class feedback the score is p_u . q_i alone, and says how likely
/// the user is to choose the item, from about 0 to about 1.
///
/// A model of ratings may carry one of one-class feedback, of the same users and items, for its
/// lists. Immutable; safe from any number of threads, copies share the memory.
class MFPAR_API FactorModel {
 public:
  /// All users, or all items, by index. Rows of factors are the model's stride apart, start on a
  /// 64-byte boundary, and hold zeros from the rank to the stride.
  struct Side {
    std::shared_ptr<const IdDictionary> ids;
    FrozenArray<float> factors;  ///< P or Q: count x stride
    FrozenArray<float> biases;   ///< one each, zeros without biases
  };

  /// What a model is made of.
  struct Parts {
    Feedback feedback = Feedback::kRatings;
    Loss loss = Loss::kSquared;
    float huber_delta = 1.0f;  ///< of Huber's loss, in the units of ratings; above 0
    std::uint32_t rank = 0;
    std::size_t stride = 0;  ///< floats from one row of factors to the next
    bool biases = true;
    float mean = 0.0f;  ///< mu
    RatingRange range;
    OrdinalLink link;  ///< of a model of ratings under squared errors, if any
    Side users;
    Side items;
    ItemLists trained;   ///< what each user rated, as far as it was trained on
    ItemLists held_out;  ///< what each user rated besides, kept for validation
    FoldInPenalty fold_in;
    RowConstraints constraints;
    OneClassWeights one_class_weights;  ///< of a model of one-class feedback
    /// Of a model of one-class feedback whose positives are not all of `trained`, or more than
    /// that: what each user chose, a part of `trained` and `held_out`.
    ItemLists chosen;
    /// What a model of ratings carries: a model of one-class feedback whose ids are the same, in
    /// the same order.
    std::shared_ptr<const FactorModel> one_class;
    ScoreVariance variance;  ///< of a model of ratings that was sampled
    ItemTitles titles;       ///< of items, where somebody gave them
    BiasBaseline baseline;   ///< its arrays are empty when the model was not made by training
    TrainingRecord record;

    Side& side(Entity of) noexcept { return of == Entity::kUser ? users : items; }
    const Side& side(Entity of) const noexcept { return of == Entity::kUser ? users : items; }
  };

  /// A model of no users, no items and rank 0.
  FactorModel();

  /// Throws Error(kBadFile) when the sizes of the parts contradict each other.
  explicit FactorModel(Parts parts);

  Feedback feedback() const noexcept { return parts_.feedback; }
  Loss loss() const noexcept { return parts_.loss; }
  LossChoice loss_choice() const noexcept { return {parts_.loss, parts_.huber_delta}; }
  std::uint32_t rank() const noexcept { return parts_.rank; }
  /// Floats from one row of factors to the next; not the rank.
  std::size_t stride() const noexcept { return parts_.stride; }
  UserIndex user_count() const noexcept;
  ItemIndex item_count() const noexcept;
  bool has_biases() const noexcept { return parts_.biases; }
  float mean() const noexcept { return parts_.mean; }
  RatingRange range() const noexcept { return parts_.range; }

  const IdDictionary& users() const noexcept { return *parts_.users.ids; }
  const IdDictionary& items() const noexcept { return *parts_.items.ids; }

  /// What items are called, for people; empty unless with_titles() gave it.
  const ItemTitles& titles() const noexcept { return parts_.titles; }

  /// `rank` floats each. REQUIRES: an index below user_count(), item_count().
  std::span<const float> user_row(UserIndex user) const noexcept;
  std::span<const float> item_row(ItemIndex item) const noexcept;

  /// p_u . q_i alone; 0 when either is kNoIndex.
  float interaction(UserIndex user, ItemIndex item) const noexcept;

  /// mu + b_u + b_i + p_u . q_i. An unknown user or item (kNoIndex) counts with bias 0 and factors
  /// 0, so what is known of the other side is used; in a model without biases the pair has the
  /// score of the baseline, if there is one.
  float score(UserIndex user, ItemIndex item) const noexcept;

  /// What score() predicts: a rating in range(), or a probability.
  float predict(UserIndex user, ItemIndex item) const noexcept;

  /// What `score` predicts, of a user who was folded in, for example, and has such cutpoints; where
  /// the model has a link and these are not given, of a user of whom nothing is known. `sd`, of a
  /// model with a link: as sd() says; without it, or NaN, what the link has for all.
  float predict_from_score(float score, std::span<const float> cutpoints = {},
                           float sd = 0.0f) const noexcept;

  /// Whether scores become ratings by an OrdinalLink.
  bool has_link() const noexcept { return !parts_.link.values.empty(); }

  /// In the link; those of users of whom nothing is known for kNoIndex, none in a model without.
  std::span<const float> cutpoints(UserIndex user) const noexcept;

  /// The probability of each value of the link, none in a model without; by sd() where the model
  /// knows variances.
  std::vector<float> probabilities(UserIndex user, ItemIndex item) const;

  /// Whether the model knows how uncertain its predictions are.
  bool has_variance() const noexcept { return parts_.variance.rank > 0; }

  /// The rows of ScoreVariance, and the variance of a user's noise; for kNoIndex those of someone
  /// of whom nothing is known. REQUIRES: has_variance().
  std::span<const float> user_variance(UserIndex user) const noexcept;
  std::span<const float> item_variance(ItemIndex item) const noexcept;
  float noise_variance(UserIndex user) const noexcept;

  /// The standard deviation of a rating around its score, of the score and the noise together; NaN
  /// without variance. With a link it is that of the latent rating.
  float sd(UserIndex user, ItemIndex item) const noexcept;

  /// The same of a user with such a row and noise, one who was folded in, for example.
  float sd(std::span<const float> user_variance, float noise, ItemIndex item) const noexcept;

  /// What is predicted of a rating: 90 % of them are to lie between the bounds. Where the model has
  /// a link, these are what the bounds of the latent rating stand for, on straight lines from
  /// cutpoint to cutpoint.
  RatingInterval interval(UserIndex user, ItemIndex item) const noexcept {
    return interval_from_score(score(user, item), sd(user, item), cutpoints(user));
  }

  /// The same of `score` and the standard deviation around it; cutpoints as in
  /// predict_from_score().
  RatingInterval interval_from_score(float score, float sd,
                                     std::span<const float> cutpoints = {}) const noexcept;

  /// The model of one-class feedback that lists go by: this one, or the one it carries; null when
  /// there is neither.
  const FactorModel* one_class() const noexcept {
    return feedback() == Feedback::kOneClass ? this : parts_.one_class.get();
  }

  /// Whether `user` chose `item`, of a model of one-class feedback.
  bool has_chosen(UserIndex user, ItemIndex item) const noexcept {
    return (parts_.chosen.offsets.empty() ? parts_.trained : parts_.chosen).contains(user, item);
  }

  /// The sum of q q' over the rows q of a side, rank x rank, which what is not observed takes in
  /// one-class feedback. Made when it is first asked for, in time rows x rank^2, and kept.
  std::span<const double> gram(Entity of) const;

  const Parts& parts() const noexcept { return parts_; }
  const Side& side(Entity of) const noexcept { return parts_.side(of); }

 private:
  struct MFPAR_HIDDEN Grams;

  Parts parts_;
  std::shared_ptr<Grams> grams_;  // safe from any number of threads
};

/// Shares, from 0 to 1; NaN of no rows.
struct ZeroShares {
  double users = 0.0;
  double items = 0.0;
};

/// How many of the factors of users and of items with training ratings are zero; of all, where the
/// model does not say what it was trained on.
MFPAR_API ZeroShares zero_shares(const FactorModel& model);

/// The same model, which knows what its items are called; save_model() keeps that.
MFPAR_API FactorModel with_titles(const FactorModel& model, ItemTitles titles);

}  // namespace mfpar
