// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// Means over `count` ratings; NaN when there is none, and for what the model's loss has no use of.
struct MFPAR_API ErrorSummary {
  std::uint64_t count = 0;

  /// The mean of the loss that the model was trained with, in its metric (LossInfo).
  double mean_loss = EpochReport::kNotComputed;

  // Of models that predict ratings, in their units.
  double mse = EpochReport::kNotComputed;
  double mae = EpochReport::kNotComputed;
  double rmse() const;

  /// Of models that know how uncertain they are: the share of ratings within their 90 % intervals,
  /// and the mean standard deviation.
  double interval_coverage = EpochReport::kNotComputed;
  double mean_sd = EpochReport::kNotComputed;
  /// Mean of -log(probability): of the label, of models that predict that of the higher one; of the
  /// value, of models with an OrdinalLink, over the ratings that have one of its values.
  double log_loss = EpochReport::kNotComputed;

  // Of models of labels.
  double accuracy = EpochReport::
      kNotComputed;  ///< share of labels with a probability of 1/2 or more; of margins,
                     ///< of 0 or more
  /// The probability that of two ratings with different labels the higher one has the higher
  /// prediction, equal predictions counting half (area under the ROC curve; Hanley and McNeil
  /// 1982). NaN where there is one label only.
  double auc = EpochReport::kNotComputed;
};

/// How a model does on ratings.
struct Evaluation {
  ErrorSummary all;

  // The same by what the model knows. A user or item is known when the model was trained on at
  // least one of its ratings; to a model that does not say what it was trained on (an imported
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

  /// The mean loss of simpler predictors on the same ratings, from the model's BiasBaseline,
  /// clipped alike, in the metric of the model's loss.
  double baseline_mean_error = EpochReport::kNotComputed;  ///< the mean for every rating
  double baseline_bias_error = EpochReport::kNotComputed;  ///< mean and biases without factors
};

/// Evaluates `model` on every rating of `ratings`, matched by id. Predicted ratings are clipped.
/// With `predictions`, also gives the prediction of each rating, in the table's order. Throws
/// Error(kBadOption) for a model of one-class feedback alone, which predicts no ratings, and
/// Error(kBadData) for a rating that is none of the labels of a model of labels.
MFPAR_API Evaluation evaluate(const FactorModel& model, const RatingTable& ratings, int threads = 0,
                              std::vector<float>* predictions = nullptr);

/// A 64-bit number that is the same for the same set of (user id, item id, value), in any order.
MFPAR_API std::uint64_t rating_fingerprint(const RatingStore& ratings, int threads = 0);

}  // namespace mfpar
