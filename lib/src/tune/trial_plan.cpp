// SPDX-License-Identifier: MIT
#include "tune/trial_plan.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/available_memory.hpp"
#include "base/random.hpp"

namespace mfpar {

namespace {

/// By which methods feedback is learnt; the defaults of each are tried first.
constexpr Method kRatingMethods[] = {Method::kSgd};

}  // namespace

bool TrialPlan::fit(int trials, int rank) const {
  return static_cast<std::uint64_t>(trials) *
                 trial_bytes(training_, options_.start.feedback, rank) +
             2 * model_bytes(training_, rank) <=
         memory_;
}

int TrialPlan::most_at_once() const {
  int trials = 1;
  while (trials < threads_ && fit(trials + 1, options_.start.rank)) ++trials;
  return trials;
}

/// The largest rank of which as many trials fit as run at once; the start's where it does not.
int TrialPlan::most_rank() const {
  constexpr int kMost = 1024;
  int rank = kMost;
  while (rank > options_.start.rank && !fit(most_at_once_, rank)) rank -= 8;
  return rank;
}

TrialPlan::TrialPlan(const RatingStore& training, const TuneOptions& options, int threads)
    : options_(options),
      training_(training),
      threads_(threads),
      memory_(options.memory > 0 ? options.memory : available_memory() / 5 * 4),
      most_at_once_(most_at_once()),
      space_(options.start, options.fixed, training, most_rank()) {}

TrainOptions TrialPlan::options_of(std::size_t number, double passed) const {
  TrainOptions options = options_.start;
  if (number == 0) return options;
  if (options.feedback == Feedback::kRatings && number < std::size(kRatingMethods)) {
    options.method = kRatingMethods[number];
    return options;
  }
  constexpr double kDrawn = 0.4, kAround = 0.2;
  constexpr std::size_t kFew = 4, kMostGood = 8;
  Random random(derive_seed(options.seed, SeedUse::kTune, number));
  std::vector<const TuneTrial*> good;
  for (const TuneTrial& trial : ended_) {
    if (!std::isnan(trial.valid)) good.push_back(&trial);
  }
  if (passed < kDrawn || good.size() < kFew) {
    const std::vector<double> start = space_.place_of(options_.start);
    return space_.options_at(number % 2 == 0 ? space_.draw(random)
                                             : space_.draw_near(start, kAround, random));
  }
  const auto count = std::clamp<std::size_t>(good.size() / 5, 1, kMostGood);
  std::ranges::partial_sort(good, good.begin() + static_cast<std::ptrdiff_t>(count),
                            [&](const TuneTrial* a, const TuneTrial* b) {
                              return is_better(options.feedback, a->valid, b->valid) ||
                                     (a->valid == b->valid && a->number < b->number);
                            });
  constexpr double kWidest = 0.15, kNarrowest = 0.04;
  const double late = std::min(1.0, (passed - kDrawn) / (1.0 - kDrawn));
  const TuneTrial& chosen = *good[random.below(static_cast<std::uint32_t>(count))];
  TrainOptions near = space_.options_at(space_.draw_near(
      space_.place_of(chosen.options), kWidest + (kNarrowest - kWidest) * late, random));
  near.method = chosen.options.method;
  return near;
}

void TrialPlan::add(const TuneTrial& trial) {
  (trial.number == 0 ? seconds_of_first_ : seconds_of_others_) += trial.seconds;
  ended_.push_back(trial);
}

double TrialPlan::expected_seconds() const {
  return ended_.size() < 2 ? expected_of_first_
                           : seconds_of_others_ / static_cast<double>(ended_.size() - 1);
}

TrialPlan::Shape TrialPlan::shape(double seconds) {
  constexpr double kRounds = 4.0;
  const double alone = seconds_of_first_ * threads_;
  const double rounds_of_one = alone > 0.0 ? seconds / alone : kRounds;
  int at_once = std::clamp(static_cast<int>(std::min(1.0, rounds_of_one / kRounds) * threads_), 1,
                           most_at_once_);
  at_once = static_cast<int>(
      std::clamp<std::size_t>(options_.trials - 1, 1, static_cast<std::size_t>(at_once)));
  const int threads_each = std::max(1, threads_ / at_once);
  expected_of_first_ = seconds_of_first_ * threads_ / threads_each;
  return {at_once, threads_each};
}

}  // namespace mfpar
