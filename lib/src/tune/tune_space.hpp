// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// The options that tuning searches, as a cube: each a number from 0 to 1, for a place in its
/// range, mostly on a logarithmic scale. Immutable; safe from any number of threads.
class TuneSpace {
 public:
  /// Of `start`'s method, without the options that are called `fixed`. The ratings tell which
  /// weights of one-class feedback are worth a try. `most_rank`: no larger rank is drawn.
  TuneSpace(const TrainOptions& start, const std::vector<std::string>& fixed,
            const RatingStore& training, int most_rank);

  /// Where `options` are, or the nearest place to them.
  std::vector<double> place_of(const TrainOptions& options) const;

  /// The start's options, but for those of the place. Numbers have three digits.
  TrainOptions options_at(std::span<const double> place) const;

  std::vector<double> draw(Random& random) const;

  /// Near `place`, by a normal distribution of deviation `width` in each direction.
  std::vector<double> draw_near(std::span<const double> place, double width, Random& random) const;

 private:
  struct Range {
    double lowest;
    double highest;
    bool is_logarithmic;
    std::function<double(const TrainOptions&)> get;
    std::function<void(TrainOptions&, double)> set;
  };
  void add_sgd_options(const std::vector<std::string>& fixed, int most_rank);
  void add_gibbs_options(const std::vector<std::string>& fixed, int most_rank);
  void add_one_class_options(const std::vector<std::string>& fixed, const RatingStore& training,
                             int most_rank);

  TrainOptions start_;
  std::vector<Range> ranges_;
};

/// What a trial takes beside the ratings that all share, in bytes: its own copies in the order of
/// training, who rated what for its model, and rows of factors as they are learnt, as they are
/// judged and as they were best. Of Gibbs sampling what prior means depend on, and the mean of the
/// samples.
std::uint64_t trial_bytes(const RatingStore& training, const TrainOptions& options);

/// The rows of the model that comes of it.
std::uint64_t model_bytes(const RatingStore& training, const TrainOptions& options);

}  // namespace mfpar
