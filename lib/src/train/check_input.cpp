// SPDX-License-Identifier: MIT
#include "train/check_input.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "compute/objective.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"
#include "train/check_features.hpp"

namespace mfpar {

const FactorModel* initial_model(const TrainHooks& hooks, const TrainOptions& options) {
  if (hooks.warm_start == nullptr) return nullptr;
  if (options.feedback == Feedback::kOneClass) return hooks.warm_start->one_class();
  return hooks.warm_start->feedback() == Feedback::kRatings ? hooks.warm_start : nullptr;
}

void check_input(const RatingSource& training, const RatingStore& validation,
                 const TrainOptions& options, const TrainHooks& hooks) {
  check_options(options);
  if (training.size() == 0) {
    throw Error(ErrorCode::kBadData, "there are no ratings to train on");
  }
  if (validation.size() > 0 && (validation.user_count() != training.user_count() ||
                                validation.item_count() != training.item_count())) {
    throw Error(
        ErrorCode::kBadOption,
        "training and validation ratings do not share their users and items; split one store, "
        "or join two tables");
  }
  check_features(hooks, training, options);
  if (hooks.warm_start == nullptr) return;
  if (options.method == Method::kGibbs) {
    throw Error(ErrorCode::kBadOption,
                "method gibbs starts from no model: its chain forgets where it began; leave "
                "warm-start out, or learn by sgd");
  }
  const FactorModel* const init = initial_model(hooks, options);
  if (init == nullptr) {
    throw Error(ErrorCode::kBadOption, "the initial model was trained on " +
                                           name_of(kFeedbackNames, hooks.warm_start->feedback()) +
                                           " feedback; train on the same, not on " +
                                           name_of(kFeedbackNames, options.feedback));
  }
  if (init->has_link()) {
    throw Error(ErrorCode::kBadOption,
                "the initial model learnt by --likelihood ordinal, and its scores are no ratings "
                "to go on from; start from a model of sgd, or leave warm-start out");
  }
  if (init->rank() != static_cast<std::uint32_t>(options.rank)) {
    throw Error(ErrorCode::kBadOption,
                "the initial model has rank " + std::to_string(init->rank()) +
                    "; train with the same rank, not " + std::to_string(options.rank));
  }
  if (options.nonnegative && !init->parts().constraints.nonnegative) {
    throw Error(ErrorCode::kBadOption,
                "the initial model has factors of any sign; start from one that was trained with "
                "nonnegative, or leave that out");
  }
  if (init->loss_choice() != options.loss_choice()) {
    throw Error(ErrorCode::kBadOption,
                "the initial model was trained with the loss " + name_of_loss(init->loss_choice()) +
                    "; train with the same, not " + name_of_loss(options.loss_choice()));
  }
}

void check_validation(const RatingStore& validation, Loss loss, RatingRange labels) {
  if (!describe_loss(loss).takes_labels) return;
  validation.for_each(0, validation.size(), [&](ItemIndex, float rating) {
    if (rating == labels.lowest || rating == labels.highest) return;
    throw Error(ErrorCode::kBadData, "a validation rating is " + shortest_decimal(rating) +
                                         "; the labels trained on are " +
                                         shortest_decimal(labels.lowest) + " and " +
                                         shortest_decimal(labels.highest));
  });
}

void check_finite(const RatingStatistics& statistics, const TrainOptions& options) {
  const auto finite = [](float x) { return std::isfinite(x); };
  const RatingScale& scale = statistics.scale;
  const BiasBaseline& baseline = statistics.baseline;
  constexpr double kMost = 1e37;  // twice or four times of it are finite still
  const PenaltyCharges charges = penalty_charges(options.loss, options, scale.deviation);
  const PenaltyCharges of_ratings =
      penalty_charges(options.loss, {.loss = options.loss, .lambda_factors = 1, .lambda_biases = 1},
                      scale.deviation);
  if (!finite(scale.mean) || !finite(scale.deviation) || !finite(scale.target.width) ||
      !finite(scale.range.highest - scale.range.lowest) || !finite(baseline.mean) ||
      of_ratings.factors > kMost || !std::ranges::all_of(baseline.user_biases, finite) ||
      !std::ranges::all_of(baseline.item_biases, finite)) {
    throw Error(ErrorCode::kBadData,
                "the ratings reach from " + shortest_decimal(scale.range.lowest) + " to " +
                    shortest_decimal(scale.range.highest) +
                    ", beyond what can be computed with in single precision; mend or leave out "
                    "the lines that are wrong, or scale all ratings down");
  }
  if (charges.factors < kMost && charges.biases < kMost) return;
  throw Error(ErrorCode::kDiverged,
              "the penalties are beyond what can be computed with in single precision; lower "
              "lambda-factors (now " +
                  shortest_decimal(options.lambda_factors) + ") or lambda-biases (now " +
                  shortest_decimal(options.lambda_biases) + ")");
}

}  // namespace mfpar
