// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/tune.hpp"
#include "tune/tune_space.hpp"

namespace mfpar {

/// Which trials a search is to run, and how many at once. Not synchronised.
class TrialPlan {
 public:
  /// `threads`: of the search. Keeps the ratings and the options.
  TrialPlan(const RatingStore& training, const TuneOptions& options, int threads);

  /// How many trials come first, one after the other: the start's, and one of each other method
  /// that can learn the same, by its defaults, as long as there is time.
  std::size_t first_trials() const noexcept { return ways_.size(); }

  /// The options of the trial of this number, which begins when `passed` of the budget is over,
  /// from 0 to 1: others than were given out before, that are likely to take `most_seconds` at
  /// most; nothing where none are found.
  std::optional<TrainOptions> next(std::size_t number, double passed, double most_seconds);

  /// A trial has ended.
  void add(const TuneTrial& trial);

  /// How long a trial is likely to take, by what others of its method took.
  double expected_seconds(const TrainOptions& options) const;

  struct Shape {
    int at_once;
    int threads_each;
  };

  /// How those behind the first trials run: one thread each where `seconds` are enough for some
  /// rounds of them, else more; never more than there are to run, or than fit into memory.
  Shape shape(double seconds);

 private:
  /// A method, and what is searched of it.
  struct Way {
    TrainOptions start;
    std::optional<TuneSpace> space = {};
    double seconds_of_first = 0.0;
    double expected_of_first = 0.0;  ///< with as many threads as a trial has now
    double seconds_of_others = 0.0;  ///< of a trial that costs 1, added up
    std::size_t others = 0;
  };

  /// Whether so many trials fit into the memory, with the two models that are kept.
  bool fit(int trials, const TrainOptions& options) const;
  int most_rank(const TrainOptions& start) const;
  const Way& way_of(Method method) const;
  double best_of(const Way& way) const;
  std::vector<const Way*> ways_worth_trying() const;
  TrainOptions draw(std::size_t number, double passed, Random& random) const;

  const TuneOptions& options_;
  const RatingStore& training_;
  const int threads_;
  const std::uint64_t memory_;
  std::vector<Way> ways_;  // the start's first
  int most_at_once_ = 1;   // by memory
  std::vector<TuneTrial> ended_;
  std::set<std::vector<std::pair<std::string, std::string>>> begun_;  // as they are described
};

}  // namespace mfpar
