// SPDX-License-Identifier: MIT
#include "tune/trial_plan.hpp"

#include <algorithm>
#include <cmath>

#include "base/available_memory.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// By which methods ratings are learnt; the defaults of each are tried first.
constexpr Method kRatingMethods[] = {Method::kSgd, Method::kGibbs};

bool is_fixed(const TuneOptions& options, const char* name) {
  return std::ranges::find(options.fixed, name) != options.fixed.end();
}

/// The defaults of a method beside what the start fixes.
TrainOptions start_by(Method method, const TuneOptions& options) {
  TrainOptions start = options.start;
  if (method == start.method) return start;
  const TrainOptions defaults = default_options(method);
  start.method = method;
  if (!is_fixed(options, "rank")) start.rank = defaults.rank;
  if (method == Method::kGibbs) {
    start.eval_every = defaults.eval_every;
    start.train_error = TrainError::kExact;
    start.seeds = 1;
  }
  return start;
}

bool can_be_learnt(const TrainOptions& options) {
  try {
    check_options(options);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// What a trial takes beside others of its method. Of Gibbs sampling as measured from rank 7 to 63;
/// of others early stopping decides more than the rank.
double cost(const TrainOptions& options) {
  if (options.method != Method::kGibbs) return 1.0;
  const double vectors = (options.rank + 1) / 16.0;
  return 1.0 + vectors + vectors * vectors;
}

}  // namespace

bool TrialPlan::fit(int trials, const TrainOptions& options) const {
  return static_cast<std::uint64_t>(trials) * trial_bytes(training_, options) +
             2 * model_bytes(training_, options) <=
         memory_;
}

/// The largest rank of which as many trials fit as run at once; the start's where it does not.
int TrialPlan::most_rank(const TrainOptions& start) const {
  constexpr int kMost = 1024;
  TrainOptions options = start;
  options.rank = kMost;
  while (options.rank > start.rank && !fit(most_at_once_, options)) options.rank -= 8;
  return options.rank;
}

TrialPlan::TrialPlan(const RatingStore& training, const TuneOptions& options, int threads)
    : options_(options),
      training_(training),
      threads_(threads),
      memory_(options.memory > 0 ? options.memory : available_memory() / 5 * 4),
      ways_{{.start = options.start}} {
  if (options.start.feedback == Feedback::kRatings && !is_fixed(options, "method")) {
    for (const Method method : kRatingMethods) {
      const TrainOptions start = start_by(method, options);
      if (method != options.start.method && can_be_learnt(start) && fit(1, start)) {
        ways_.push_back({.start = start});
      }
    }
  }
  const auto all_fit = [&](int trials) {
    return std::ranges::all_of(ways_, [&](const Way& way) { return fit(trials, way.start); });
  };
  while (most_at_once_ < threads_ && all_fit(most_at_once_ + 1)) ++most_at_once_;
  for (Way& way : ways_) {
    way.space.emplace(way.start, options.fixed, training, most_rank(way.start));
  }
}

const TrialPlan::Way& TrialPlan::way_of(Method method) const {
  return *std::ranges::find(ways_, method, [](const Way& way) { return way.start.method; });
}

/// The best result of its trials; NaN without one.
double TrialPlan::best_of(const Way& way) const {
  double best = EpochReport::kNotComputed;
  for (const TuneTrial& trial : ended_) {
    if (trial.options.method == way.start.method &&
        is_better(options_.start.feedback, trial.valid, best)) {
      best = trial.valid;
    }
  }
  return best;
}

/// All but those so far behind the best that no choice of options is likely to make up for it, as
/// these seldom gain more than two or three hundredths.
std::vector<const TrialPlan::Way*> TrialPlan::ways_worth_trying() const {
  constexpr double kWithin = 1.03;
  double best = EpochReport::kNotComputed;
  for (const Way& way : ways_) {
    if (is_better(options_.start.feedback, best_of(way), best)) best = best_of(way);
  }
  std::vector<const Way*> worth;
  for (const Way& way : ways_) {
    if (ways_.size() == 1 || std::isnan(best) || best_of(way) <= kWithin * best) {
      worth.push_back(&way);
    }
  }
  return worth;
}

TrainOptions TrialPlan::draw(std::size_t number, double passed, Random& random) const {
  constexpr double kDrawn = 0.4, kAround = 0.2;
  constexpr std::size_t kFew = 4, kMostGood = 8;
  const std::vector<const Way*> ways = ways_worth_trying();
  const auto one_of = [&random](const auto& list, std::size_t count) {
    return list[random.below(static_cast<std::uint32_t>(count))];
  };
  std::vector<const TuneTrial*> good;
  for (const TuneTrial& trial : ended_) {
    const auto is_of = [&](const Way* way) { return way->start.method == trial.options.method; };
    if (!std::isnan(trial.valid) && std::ranges::any_of(ways, is_of)) good.push_back(&trial);
  }
  if (passed < kDrawn || good.size() < kFew) {
    const Way& way = *one_of(ways, ways.size());
    const std::vector<double> start = way.space->place_of(way.start);
    return way.space->options_at(number % 2 == 0 ? way.space->draw(random)
                                                 : way.space->draw_near(start, kAround, random));
  }
  const auto count = std::clamp<std::size_t>(good.size() / 5, 1, kMostGood);
  std::ranges::partial_sort(good, good.begin() + static_cast<std::ptrdiff_t>(count),
                            [&](const TuneTrial* a, const TuneTrial* b) {
                              return is_better(options_.start.feedback, a->valid, b->valid) ||
                                     (a->valid == b->valid && a->number < b->number);
                            });
  constexpr double kWidest = 0.15, kNarrowest = 0.04;
  const double late = std::min(1.0, (passed - kDrawn) / (1.0 - kDrawn));
  const TrainOptions& chosen = one_of(good, count)->options;
  const TuneSpace& space = *way_of(chosen.method).space;
  return space.options_at(
      space.draw_near(space.place_of(chosen), kWidest + (kNarrowest - kWidest) * late, random));
}

std::optional<TrainOptions> TrialPlan::next(std::size_t number, double passed,
                                            double most_seconds) {
  // What another method takes is not known; it is left where there is no time for the start's.
  if (number > 0 && number < ways_.size() && most_seconds < ways_[0].seconds_of_first) {
    ways_.erase(ways_.begin() + static_cast<std::ptrdiff_t>(number), ways_.end());
  }
  if (number < ways_.size()) {
    begun_.insert(describe_options(ways_[number].start));
    return ways_[number].start;
  }
  constexpr std::size_t kTries = 100;
  Random random(derive_seed(options_.start.seed, SeedUse::kTune, number));
  for (std::size_t i = 0; i < kTries; ++i) {
    // Where all that is near has been tried, anywhere.
    const TrainOptions options =
        i < kTries / 2 ? draw(number, passed, random) : draw(i, 0.0, random);
    if (expected_seconds(options) > most_seconds) continue;
    if (begun_.insert(describe_options(options)).second) return options;
  }
  return std::nullopt;
}

void TrialPlan::add(const TuneTrial& trial) {
  const auto way = std::ranges::find(ways_, trial.options.method,
                                     [](const Way& one) { return one.start.method; });
  if (trial.number < ways_.size()) {
    way->seconds_of_first = way->expected_of_first = trial.seconds;
  } else {
    way->seconds_of_others += trial.seconds / cost(trial.options);
    ++way->others;
  }
  ended_.push_back(trial);
}

double TrialPlan::expected_seconds(const TrainOptions& options) const {
  const Way& way = way_of(options.method);
  return cost(options) * (way.others == 0
                              ? way.expected_of_first / cost(way.start)
                              : way.seconds_of_others / static_cast<double>(way.others));
}

TrialPlan::Shape TrialPlan::shape(double seconds) {
  constexpr double kRounds = 4.0;
  double alone = 0.0;
  for (const Way* const way : ways_worth_trying()) {
    alone = std::max(alone, way->seconds_of_first * threads_);
  }
  const double rounds_of_one = alone > 0.0 ? seconds / alone : kRounds;
  int at_once = std::clamp(static_cast<int>(std::min(1.0, rounds_of_one / kRounds) * threads_), 1,
                           most_at_once_);
  const std::size_t left = options_.trials - std::min(options_.trials, ways_.size());
  at_once = static_cast<int>(std::clamp<std::size_t>(left, 1, static_cast<std::size_t>(at_once)));
  const int threads_each = std::max(1, threads_ / at_once);
  for (Way& way : ways_) {
    way.expected_of_first = way.seconds_of_first * threads_ / threads_each;
  }
  return {at_once, threads_each};
}

}  // namespace mfpar
