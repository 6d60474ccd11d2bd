// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"
#include "serve/known_ratings.hpp"
#include "serve/ridge.hpp"

namespace mfpar {

/// Folds in one row after the other, keeping its memory; one thread at a time. Looks at the model's
/// memory.
class RowFitter {
 public:
  /// REQUIRES: options that check_options() takes.
  RowFitter(const FactorModel& model, Entity joining, const FoldInOptions& options)
      : side_(fixed_side(model, joining)),
        training_(model.parts().fold_in),
        options_(options),
        ridge_(side_) {}

  /// As fold_in_user(). `row` is as new where this throws.
  void fit(std::span<const FoldInRating> ratings, FoldedIn& row);

 private:
  const FixedSide side_;
  const FoldInPenalty training_;
  const FoldInOptions options_;
  KnownRatings known_;
  Ridge ridge_;
};

}  // namespace mfpar
