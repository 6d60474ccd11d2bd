// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// Errors over a set of ratings, in rating units: means over `count` ratings; NaN when there is
/// none.
struct MFPAR_API ErrorSummary {
  std::uint64_t count = 0;
  double mse = EpochReport::kNotComputed;
  double mae = EpochReport::kNotComputed;
  double rmse() const;
};

/// How a model does on ratings.
struct Evaluation {
  ErrorSummary all;

  // The same by what the model knows. A user or item is known when the model was trained on at
  // least one of its ratings; to a model that does not tell what it was trained on (an imported
  // one), when it is in the model.
  ErrorSummary known;      ///< user and item
  ErrorSummary cold_user;  ///< the item only
  ErrorSummary cold_item;  ///< the user only
  ErrorSummary cold_both;  ///< neither

  /// How many of the ratings' (user, item) pairs the model was trained on: their error says nothing
  /// about new ratings.
  std::uint64_t trained_on = 0;

  /// The whole set is exactly what was trained on, values included. Ratings that training merged as
  /// duplicates make a set another one; `trained_on` counts them all the same.
  bool is_training_set = false;

  // MSE of simpler predictors on the same ratings, from the model's BiasBaseline, clipped alike.
  double baseline_mean_mse = EpochReport::kNotComputed;  ///< the training mean for every rating
  double baseline_bias_mse = EpochReport::kNotComputed;  ///< mean and biases without factors
};

/// Evaluates `model` on every rating of `ratings`, matched by id. Predictions are clipped. With
/// `predictions`, also gives the prediction of each rating, in the table's order.
MFPAR_API Evaluation evaluate(const FactorModel& model, const RatingTable& ratings, int threads = 0,
                              std::vector<float>* predictions = nullptr);

/// A 64-bit number that is the same for the same set of (user id, item id, value), in any order.
MFPAR_API std::uint64_t rating_fingerprint(const RatingStore& ratings, int threads = 0);

}  // namespace mfpar
