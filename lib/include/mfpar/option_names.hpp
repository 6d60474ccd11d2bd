// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cassert>
#include <ranges>
#include <string>
#include <string_view>

#include "mfpar/train_options.hpp"

namespace mfpar {

// How options with a few choices are written: on command lines, in logs and in a model's record.

template <class Choice>
struct ChoiceName {
  std::string_view name;
  Choice value;
};

inline constexpr ChoiceName<Schedule> kScheduleNames[] = {{"hogwild", Schedule::kHogwild},
                                                          {"blocks", Schedule::kBlocks}};

inline constexpr ChoiceName<StepRule> kStepRuleNames[] = {{"adagrad", StepRule::kAdaGrad},
                                                          {"sgd", StepRule::kSgd}};

inline constexpr ChoiceName<RateSchedule> kRateScheduleNames[] = {
    {"constant", RateSchedule::kConstant},
    {"exponential", RateSchedule::kExponential},
    {"inverse-sqrt", RateSchedule::kInverseSqrt},
    {"cosine", RateSchedule::kCosine}};

inline constexpr ChoiceName<Penalty> kPenaltyNames[] = {{"per-rating", Penalty::kPerRating},
                                                        {"square-root", Penalty::kSquareRoot},
                                                        {"total", Penalty::kTotal}};

inline constexpr ChoiceName<Feedback> kFeedbackNames[] = {{"ratings", Feedback::kRatings},
                                                          {"one-class", Feedback::kOneClass}};

inline constexpr ChoiceName<Method> kMethodNames[] = {
    {"sgd", Method::kSgd}, {"als", Method::kAls}, {"gibbs", Method::kGibbs}};

inline constexpr ChoiceName<Likelihood> kLikelihoodNames[] = {{"gaussian", Likelihood::kGaussian},
                                                              {"ordinal", Likelihood::kOrdinal}};

inline constexpr ChoiceName<Confidence> kConfidenceNames[] = {
    {"none", Confidence::kNone}, {"value", Confidence::kValue}, {"log", Confidence::kLog}};

/// REQUIRES: `value` is in `names`.
template <std::ranges::range Names, class Choice>
inline std::string name_of(const Names& names, Choice value) {
  const auto found = std::ranges::find(names, value, &ChoiceName<Choice>::value);
  assert(found != std::ranges::end(names));
  return std::string(found->name);
}

}  // namespace mfpar
