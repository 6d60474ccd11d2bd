// SPDX-License-Identifier: MIT
#include "common/fold_in_options.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

using Penalty = FoldInOptions::Penalty;

std::optional<double> positive_number(const std::string& text) {
  double number = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number) || number <= 0) {
    return std::nullopt;
  }
  return number;
}

void take_alpha(FoldInOptions& fold_in, const std::string& value) {
  if (value == "training" || value == "loo") {
    fold_in.penalty = value == "loo" ? Penalty::kLeaveOneOut : Penalty::kTraining;
    return;
  }
  const auto number = positive_number(value);
  if (!number) Options::reject("training, loo or a number above 0");
  fold_in.penalty = Penalty::kFixed;
  fold_in.alpha = *number;
}

}  // namespace

void add_fold_in_options(Options& options, FoldInOptions& fold_in) {
  options.add(
      "alpha", "training|loo|X",
      "The penalty of a new row's factors: training, that of the model's training for so many "
      "ratings; loo, the multiple of it that predicts each of the row's ratings best from the "
      "others; or a number, as in ridge regression.",
      "training", [&fold_in](const std::string& value) { take_alpha(fold_in, value); });
  options.add(
      "bias-alpha", "X",
      "With a number for --alpha: the penalty of the bias, another number above 0. The same "
      "unless given.",
      "", [&fold_in](const std::string& value) {
        fold_in.bias_alpha = positive_number(value);
        if (!fold_in.bias_alpha) Options::reject("a number above 0");
      });
}

void check_fold_in_options(const Options& options, const FoldInOptions& fold_in) {
  if (options.given("bias-alpha") && fold_in.penalty != Penalty::kFixed) {
    throw Error(ErrorCode::kBadOption,
                "--bias-alpha is for a number as --alpha; training and loo choose the bias's "
                "penalty too");
  }
}

}  // namespace mfpar::apps
