// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// One rating of the user or item that is folded in: for a new user the index of the item, for a
/// new item the index of the user who rated it, and the value in rating units.
struct FoldInRating {
  std::uint32_t index = 0;
  float value = 0.0f;
};

/// How strongly a folded-in row is held towards zero. The objective is
///
///   sum (r - mu - b_other - b - p.q)^2 + alpha |p|^2 + bias_alpha b^2
///
/// over its ratings, q and b_other being fixed; with twice the error of another loss that the model
/// was trained with in place of the square (Loss). In a model of one-class feedback every rating
/// from OneClassWeights::relevant on is a positive, whatever its value, and the objective
///
///   sum over positives (1 - p.q)^2 + unobserved_weight sum over all rows q (p.q)^2 + alpha |p|^2
///
/// In a model with an OrdinalLink, of deviation d, the squares give way to -2 d^2 log(probability
/// of the rating's value); a user has cutpoints by these ratings.
///
/// A row joins the model of one-class feedback that a model of ratings carries at the same time, by
/// the penalty of its training.
struct FoldInOptions {
  /// kTraining: what the model's training leaves for a row with so many ratings (FoldInPenalty), so
  /// that a folded-in user is about the minimum of the loss that trained users went down; at least
  /// 1e-6 each. kFixed: `alpha` below; on a model without biases this is scikit-learn's
  /// Ridge(alpha, fit_intercept=False). kLeaveOneOut, for models of squared errors without an
  /// OrdinalLink only: the multiple of the training's penalty, from 1/32 to 32, that best predicts
  /// each of the ratings from the others (Allen's PRESS, in closed form); for fewer than three
  /// ratings, kTraining. It takes about ten times as long, and pays where the training's penalty is
  /// unknown or was badly chosen: on users left out of a training with default options, kTraining
  /// predicted as well on files of 160 ratings a user and better on those of 6.
  enum class Penalty { kTraining, kFixed, kLeaveOneOut } penalty = Penalty::kTraining;

  /// Under kFixed: from 1e-12 to 1e12. The bias has the same unless it is given one of its own.
  double alpha = 1.0;
  std::optional<double> bias_alpha;
};

/// A user or item that was not trained, as the fixed other side explains it.
struct FoldedIn {
  std::vector<float> factors;  ///< rank floats
  float bias = 0.0f;           ///< 0 in a model without biases

  /// The factors in the model of one-class feedback that the model carries; empty without one.
  std::vector<float> one_class = {};

  /// Of a user, in the model's OrdinalLink, by how often which value was given; empty for an item,
  /// and in a model without such a link.
  std::vector<float> cutpoints = {};

  // The penalties that were used. One that double precision would lose beside the ratings is
  // raised: alpha to 1e-12 of the sum of their |q|^2, bias_alpha to 1e-12 of their number.
  double alpha = 0.0;
  double bias_alpha = 0.0;

  /// Mean squared error of predicting each rating from the others, under kLeaveOneOut.
  double leave_one_out_mse = std::numeric_limits<double>::quiet_NaN();

  std::uint32_t used = 0;        ///< ratings that were fitted
  std::uint32_t unknown = 0;     ///< left out: their index is not in the model
  std::uint32_t duplicates = 0;  ///< left out: a later rating has the same index
};

/// Folds in a new user by ridge regression on the rated rows of Q, bias estimated with it: by
/// Cholesky of the rank x rank normal equations when there are at least as many ratings as
/// unknowns, else of the |S| x |S| dual; both give the same. Takes O(|S| rank min(|S|, rank)), in
/// double precision. Under another loss than squares, by such ridge regressions on its majorisers,
/// one after the other, some ten to forty of them; through an OrdinalLink on what latent ratings
/// are expected to be. Of ratings with the same index the last counts, indices that the model does
/// not have (kNoIndex too) are left out, and no ratings at all give zeros: what is then predicted
/// is what the model knows of the item. Nothing gives NaN: throws Error(kBadData) for a value that
/// is not finite, or none of the labels that a model of labels, or of the values that an ordinal
/// model was trained on, naming its position, and for ratings that only factors beyond single
/// precision explain; Error(kBadOption) for options out of range. Safe from any number of threads.
MFPAR_API FoldedIn fold_in_user(const FactorModel& model, std::span<const FoldInRating> ratings,
                                const FoldInOptions& options = {});

/// The same for a new item, on the rows of P of the users who rated it.
MFPAR_API FoldedIn fold_in_item(const FactorModel& model, std::span<const FoldInRating> ratings,
                                const FoldInOptions& options = {});

/// The row of a user whom the model has, after further ratings. The values of those that it was
/// trained on are not kept, but which items they were of is: what is minimised over the changes d
/// of the factors and e of the bias is the loss of `ratings`, in the place of an earlier rating of
/// the same item, beside
///
///   sum over the other items trained on w_i (q_i.d + e)^2 + alpha |d|^2 + bias_alpha e^2,
///
/// which is what the loss of the earlier ratings grows by about its minimum: w_i is 1 for squares
/// (of which this is exact), the slope of the probability for labels, and one over the mean error
/// for absolute errors. So one rating moves a row that many have made by little. The penalty is
/// that of all ratings together, of the training under kLeaveOneOut too; `used` counts `ratings`
/// alone. One-class feedback is fitted anew to the positives of the training and the new ones.
/// Throws as fold_in_user(). REQUIRES: user < model.user_count().
MFPAR_API FoldedIn update_user(const FactorModel& model, UserIndex user,
                               std::span<const FoldInRating> ratings,
                               const FoldInOptions& options = {});

/// The same for an item; `raters` are the users whose ratings it was trained on.
MFPAR_API FoldedIn update_item(const FactorModel& model, ItemIndex item,
                               std::span<const UserIndex> raters,
                               std::span<const FoldInRating> ratings,
                               const FoldInOptions& options = {});

/// Many at once, in parallel: ratings[i] belongs to result[i]. The results do not depend on the
/// number of threads (0: all cores). Throws as above, naming the first bad row too; after a stop
/// request the rows not yet reached are left empty, without factors.
MFPAR_API std::vector<FoldedIn> fold_in_users(
    const FactorModel& model, std::span<const std::span<const FoldInRating>> ratings,
    const FoldInOptions& options = {}, int threads = 0, std::stop_token stop = {});
MFPAR_API std::vector<FoldedIn> fold_in_items(
    const FactorModel& model, std::span<const std::span<const FoldInRating>> ratings,
    const FoldInOptions& options = {}, int threads = 0, std::stop_token stop = {});

}  // namespace mfpar
