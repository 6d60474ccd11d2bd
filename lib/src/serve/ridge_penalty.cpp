// SPDX-License-Identifier: MIT
#include "serve/ridge_penalty.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// Of the sum of the squared lengths of the rows: four digits above what double precision resolves.
constexpr double kLeastShare = 1e-12;

// Of a training without penalties.
constexpr double kLeastOfTraining = 1e-6;

constexpr double kLeastGiven = 1e-12, kMostGiven = 1e12;

void check(const char* name, double penalty) {
  if (penalty >= kLeastGiven && penalty <= kMostGiven) return;
  std::ostringstream message;
  message << name << " is " << penalty << "; a penalty from " << kLeastGiven << " to " << kMostGiven
          << " was expected";
  throw Error(ErrorCode::kBadOption, message.str());
}

}  // namespace

RidgePenalty RidgePenalty::solvable(double square_length, std::size_t count) const noexcept {
  return {std::max(factors, kLeastShare * square_length),
          std::max(bias, kLeastShare * static_cast<double>(count))};
}

void check_options(const FoldInOptions& options) {
  if (options.penalty != FoldInOptions::Penalty::kFixed) return;
  check("alpha", options.alpha);
  if (options.bias_alpha) check("bias_alpha", *options.bias_alpha);
}

RidgePenalty training_penalty(const FoldInPenalty& training, std::size_t count) {
  const double share = std::pow(static_cast<double>(std::max<std::size_t>(1, count)),
                                1.0 - double{training.exponent});
  return {std::max(training.factors * share, kLeastOfTraining),
          std::max(training.bias * share, kLeastOfTraining)};
}

RidgePenalty penalty_of(const FoldInOptions& options, const FoldInPenalty& training,
                        std::size_t count) {
  if (options.penalty == FoldInOptions::Penalty::kFixed) {
    return {options.alpha, options.bias_alpha.value_or(options.alpha)};
  }
  return training_penalty(training, count);
}

}  // namespace mfpar
