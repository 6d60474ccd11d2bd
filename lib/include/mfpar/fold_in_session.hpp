// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar {

/// How much one of the ratings says for or against a prediction.
struct RatingInfluence {
  std::uint32_t index = 0;    ///< of the rating
  float value = 0.0f;         ///< of the rating
  double weight = 0.0;        ///< d interaction / d target of the ridge regression
  double contribution = 0.0;  ///< weight times the target: of squares the value less mu and b_other
};

/// A prediction, term by term: mean + user_bias + item_bias + interaction, before clipping.
struct Explanation {
  float mean = 0.0f;
  float user_bias = 0.0f;
  float item_bias = 0.0f;
  float interaction = 0.0f;

  /// One for each fitted rating, largest contribution first; their contributions add up to the
  /// interaction.
  std::vector<RatingInfluence> influences;
};

/// A user (or item) whose ratings come one by one. Holds the Cholesky factor of the normal
/// equations: one more rating, a changed or a removed one costs O(rank^2), by rank-one update and
/// downdate (Gill, Golub, Murray, Saunders 1974), and the equations are set up anew from the
/// ratings held before rounding shows: when it has gathered to 1e-9 of the solution, as it does at
/// once when a row goes that is much longer than the others. The state depends on the ratings held,
/// not on the way there (up to rounding). `const` calls are safe from many threads at once, the
/// others need the session for themselves. A session that was moved from can only be assigned to or
/// destroyed.
///
/// Under another loss than squares the weight of every rating depends on all: the row is fitted
/// anew at each change.
///
/// The training's penalty grows with the number of ratings n; a session keeps it for steps of n (1,
/// 2, 3, 4, 6, 8, 12, 16, 24, ..., each serving the counts from it up to the next) and sets up its
/// equations anew at a step. kLeaveOneOut chooses its multiple of that once, on the ratings given
/// to the constructor.
class MFPAR_API FoldInSession {
 public:
  /// Starts with `ratings`, in the rules and with the errors of fold_in_user().
  FoldInSession(std::shared_ptr<const FactorModel> model,
                std::span<const FoldInRating> ratings = {}, const FoldInOptions& options = {},
                Entity joining = Entity::kUser);
  ~FoldInSession();
  FoldInSession(FoldInSession&&) noexcept;
  FoldInSession& operator=(FoldInSession&&) noexcept;

  /// Takes a rating, in the place of the one with the same index if there is one. Returns whether
  /// the model knows the index; an unknown one changes nothing but the count of unknowns. Throws
  /// Error(kBadData) as fold_in_user() does, and changes nothing then.
  bool rate(std::uint32_t index, float value);

  /// Forgets the rating with this index. Returns whether there was one. Throws as rate().
  bool remove(std::uint32_t index);

  /// The ratings held, in the order in which their indices first came.
  std::span<const FoldInRating> ratings() const noexcept;

  /// The row as the ratings held explain it. Its `unknown` counts what rate() did not know, too;
  /// `duplicates` are those of the constructor, and leave_one_out_mse is NaN once a rating has
  /// changed.
  const FoldedIn& row() const noexcept;

  /// The same ratings in the model of one-class feedback that the model is, or carries; null when
  /// there is none. It explains what lists go by. Lasts until this session changes.
  const FoldInSession* one_class() const noexcept;

  /// Explains the prediction for `index` of the other side. REQUIRES: the model has it.
  Explanation explain(std::uint32_t index) const;

  const FactorModel& model() const noexcept;

 private:
  struct MFPAR_HIDDEN Impl;  // lib/src/fold_in/fold_in_session_impl.hpp
  std::unique_ptr<Impl> impl_;
};

}  // namespace mfpar
