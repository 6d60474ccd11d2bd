// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/types.hpp"

namespace mfpar {

/// From ratings to targets, what scores are held against: (rating - origin) / width.
struct TargetScale {
  float origin = 0.0f;
  float width = 1.0f;  ///< above 0

  float operator()(float rating) const { return (rating - origin) / width; }
};

/// How ratings and scores are scaled for training, so that one learning rate and one penalty serve
/// every scale of ratings. A score in training is (score of the model - mean) / deviation +
/// training_mean.
struct RatingScale {
  TargetScale target;  ///< in training

  float mean = 0.0f;           ///< mu of the model; 0 without biases
  float training_mean = 0.0f;  ///< mu in training: 0 where targets are centred
  float deviation = 1.0f;      ///< above 0

  float delta = 1.0f;  ///< of Huber's loss, in training

  float best_constant = 0.0f;  ///< the score that predicts best for all alike: what mu would be
  RatingRange range;           ///< of the ratings
};

/// What a loss may ask of the ratings before it says how to scale them. For one thread.
class RatingDistribution {
 public:
  virtual ~RatingDistribution() = default;

  virtual double mean() const = 0;
  virtual double median() const = 0;  ///< the lower one of two
  /// The location that minimises Huber's loss of this delta, in the units of ratings.
  virtual double location(double delta) const = 0;
  virtual double deviation() const = 0;  ///< standard deviation; 1 when all are the same
  virtual RatingRange range() const = 0;

  /// Whether every rating is at one end of the range.
  virtual bool is_two_valued() const = 0;
};

}  // namespace mfpar
