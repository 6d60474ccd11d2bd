// SPDX-License-Identifier: MIT
#include "tune/tune_space.hpp"

#include <algorithm>
#include <cmath>

#include "mfpar/tune.hpp"

namespace mfpar {

namespace {

/// `x` to three digits: what is written down is what was tried.
double rounded(double x) {
  if (x == 0.0) return x;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(x))) - 2);
  // Divided where that is exact in decimals.
  return unit < 1.0 ? std::round(x / unit) / std::round(1.0 / unit) : std::round(x / unit) * unit;
}

/// Kernels go through factors by the eight.
int rounded_rank(double rank) { return std::max(8, static_cast<int>(std::lround(rank / 8)) * 8); }

/// What lambda is in the units of Penalty::kSquareRoot: a row of a hundred ratings pays as much.
double lambda_unit(Penalty penalty) {
  constexpr double kUnit = 10.0;  // the root of a hundred
  return penalty == Penalty::kPerRating ? 1.0 / kUnit : penalty == Penalty::kTotal ? kUnit : 1.0;
}

/// The mean of the weights that lambda of one-class feedback is multiplied with, of both sides.
double mean_weight(const TrainOptions& options, const RatingStore& training) {
  const auto users = static_cast<double>(training.user_count());
  const auto items = static_cast<double>(training.item_count());
  const auto ratings = static_cast<double>(training.size());
  const double unobserved = options.one_class.unobserved_weight.value_or(
      usual_unobserved_weight(training.size(), training.user_count(), training.item_count()));
  return std::sqrt((ratings / users + unobserved * items) * (ratings / items + unobserved * users));
}

/// What lambda is in the units of the exponent 1.
double one_class_unit(const TrainOptions& options, const RatingStore& training) {
  return std::pow(mean_weight(options, training), 1.0 - options.one_class.exponent);
}

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::uint64_t row_bytes(int rank) {
  constexpr int kVector = 16;  // rows are padded
  constexpr std::uint64_t kBesides = 64;
  return static_cast<std::uint64_t>((rank + kVector - 1) / kVector * kVector) * sizeof(float) +
         kBesides;
}

std::uint64_t rows_of(const RatingStore& ratings) {
  return std::uint64_t{ratings.user_count()} + ratings.item_count();
}

}  // namespace

bool is_better(Feedback feedback, double a, double b) noexcept {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(b) && !std::isnan(a);
  return feedback == Feedback::kOneClass ? a > b : a < b;
}

std::vector<std::string> tuned_options(Method method) {
  switch (method) {
    case Method::kAls:
      return {"rank", "unobserved-weight", "lambda-one-class", "penalty-exponent"};
    case Method::kGibbs:
      return {"rank", "links"};
    case Method::kSgd:
      break;
  }
  return {"rank", "learning-rate", "penalty", "lambda-factors", "lambda-biases", "init-scale"};
}

TuneSpace::TuneSpace(const TrainOptions& start, const std::vector<std::string>& fixed,
                     const RatingStore& training, int most_rank)
    : start_(start) {
  switch (start.method) {
    case Method::kAls:
      add_one_class_options(fixed, training, most_rank);
      break;
    case Method::kGibbs:
      add_gibbs_options(fixed, most_rank);
      break;
    case Method::kSgd:
      add_sgd_options(fixed, most_rank);
      break;
  }
}

// Penalties stand before lambdas, whose units they decide.
void TuneSpace::add_sgd_options(const std::vector<std::string>& fixed, int most_rank) {
  const auto add = [&](const char* name, Range range) {
    if (!is_in(fixed, name)) ranges_.push_back(std::move(range));
  };
  add("rank", {8, std::clamp(256, 8, std::max(8, most_rank)) * 1.0, true,
               [](const TrainOptions& options) { return options.rank; },
               [](TrainOptions& options, double x) { options.rank = rounded_rank(x); }});
  add("learning-rate",
      {0.01, 0.3, true, [](const TrainOptions& options) { return options.learning_rate; },
       [](TrainOptions& options, double x) { options.learning_rate = rounded(x); }});
  add("penalty",
      {0, 3, false,
       [](const TrainOptions& options) { return static_cast<int>(options.penalty) + 0.5; },
       [](TrainOptions& options, double x) {
         options.penalty = static_cast<Penalty>(std::min(2, static_cast<int>(x)));
       }});
  add("lambda-factors", {0.1, 5, true,
                         [](const TrainOptions& options) {
                           return options.lambda_factors / lambda_unit(options.penalty);
                         },
                         [](TrainOptions& options, double x) {
                           options.lambda_factors = rounded(x * lambda_unit(options.penalty));
                         }});
  add("lambda-biases", {0.03, 3, true,
                        [](const TrainOptions& options) {
                          return options.lambda_biases / lambda_unit(options.penalty);
                        },
                        [](TrainOptions& options, double x) {
                          options.lambda_biases = rounded(x * lambda_unit(options.penalty));
                        }});
  add("init-scale",
      {0.003, 0.1, true, [](const TrainOptions& options) { return options.init_scale; },
       [](TrainOptions& options, double x) { options.init_scale = rounded(x); }});
}

void TuneSpace::add_gibbs_options(const std::vector<std::string>& fixed, int most_rank) {
  // One less, so that the bias fills a vector with the factors.
  if (!is_in(fixed, "rank")) {
    ranges_.push_back(
        {7, std::clamp(127, 7, std::max(7, most_rank)) * 1.0, true,
         [](const TrainOptions& options) { return options.rank; },
         [](TrainOptions& options, double x) { options.rank = rounded_rank(x + 1) - 1; }});
  }
  if (!is_in(fixed, "links")) {
    ranges_.push_back({0, 2, false,
                       [](const TrainOptions& options) { return options.gibbs.links + 0.5; },
                       [](TrainOptions& options, double x) { options.gibbs.links = x >= 1.0; }});
  }
}

void TuneSpace::add_one_class_options(const std::vector<std::string>& fixed,
                                      const RatingStore& training, int most_rank) {
  const auto add = [&](const char* name, Range range) {
    if (!is_in(fixed, name)) ranges_.push_back(std::move(range));
  };
  const double usual =
      usual_unobserved_weight(training.size(), training.user_count(), training.item_count());
  add("rank", {16, std::clamp(512, 16, std::max(16, most_rank)) * 1.0, true,
               [](const TrainOptions& options) { return options.rank; },
               [](TrainOptions& options, double x) { options.rank = rounded_rank(x); }});
  add("unobserved-weight",
      {usual / 8, usual * 4, true,
       [usual](const TrainOptions& options) {
         return options.one_class.unobserved_weight.value_or(usual);
       },
       [](TrainOptions& options, double x) { options.one_class.unobserved_weight = rounded(x); }});
  add("penalty-exponent",
      {0, 1, false, [](const TrainOptions& options) { return options.one_class.exponent; },
       [](TrainOptions& options, double x) { options.one_class.exponent = rounded(x); }});
  add("lambda-one-class", {0.0005, 0.1, true,
                           [training](const TrainOptions& options) {
                             return options.one_class.lambda / one_class_unit(options, training);
                           },
                           [training](TrainOptions& options, double x) {
                             options.one_class.lambda =
                                 rounded(x * one_class_unit(options, training));
                           }});
}

std::vector<double> TuneSpace::place_of(const TrainOptions& options) const {
  std::vector<double> place;
  for (const Range& range : ranges_) {
    const double x = std::clamp(range.get(options), range.lowest, range.highest);
    const bool is_point = range.lowest == range.highest;
    place.push_back(is_point ? 0.0
                    : range.is_logarithmic
                        ? std::log(x / range.lowest) / std::log(range.highest / range.lowest)
                        : (x - range.lowest) / (range.highest - range.lowest));
  }
  return place;
}

TrainOptions TuneSpace::options_at(std::span<const double> place) const {
  TrainOptions options = start_;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    range.set(options, range.is_logarithmic
                           ? range.lowest * std::pow(range.highest / range.lowest, place[i])
                           : range.lowest + (range.highest - range.lowest) * place[i]);
  }
  return options;
}

std::vector<double> TuneSpace::draw(Random& random) const {
  std::vector<double> place(ranges_.size());
  for (double& x : place) x = random.uniform();
  return place;
}

std::vector<double> TuneSpace::draw_near(std::span<const double> place, double width,
                                         Random& random) const {
  std::vector<double> near(place.begin(), place.end());
  for (double& x : near) x = std::clamp(x + width * random.normal(), 0.0, 1.0);
  return near;
}

std::uint64_t model_bytes(const RatingStore& training, const TrainOptions& options) {
  const bool samples = options.method == Method::kGibbs;
  return rows_of(training) * row_bytes(samples ? options.gibbs.posterior_rank : options.rank);
}

std::uint64_t trial_bytes(const RatingStore& training, const TrainOptions& options) {
  constexpr std::uint64_t kList = 4;
  if (options.method == Method::kGibbs) {
    // By user and by item, as index and target. Links are lists by row and by column for each side.
    // Beside them, what samples predict for the ratings held out, about a tenth: 96 bytes each.
    constexpr std::uint64_t kEntries = 16, kLinks = 16, kTraced = 12;
    // Factors and bias; with effects, their means and what they are solved in. The mean is
    // gathered in twice as many factors as it keeps, which are 32 more than the model has.
    constexpr std::uint64_t kRows = 2, kRowsOfEffects = 6;
    const std::uint64_t row = row_bytes(options.rank + 1);
    const std::uint64_t mean = row_bytes(2 * (options.gibbs.posterior_rank + 32));
    return training.size() * (kEntries + kLinks + kTraced + kList) +
           rows_of(training) * ((kRows + kRowsOfEffects) * row + mean) +
           model_bytes(training, options);
  }
  constexpr std::uint64_t kRowsAtOnce = 3;
  // Codes or indices with values; positives are held by user and by item.
  const std::uint64_t entry = training.parts().wide.empty() ? 4 : 8;
  const std::uint64_t copies = options.method == Method::kAls ? 2 : 1;
  return training.size() * (copies * entry + kList) + kRowsAtOnce * model_bytes(training, options);
}

}  // namespace mfpar
