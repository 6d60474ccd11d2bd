// SPDX-License-Identifier: MIT
#include "fold_in/row_fitter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "compute/row_variance.hpp"
#include "fold_in/leave_one_out.hpp"
#include "loss/losses.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// Of a training without penalties.
constexpr double kMinOfTraining = 1e-6;

/// What the loss of a rating grows by, beside the square of the change of its score (with twice the
/// loss in place of the square, as everywhere here).
double curvature_of(const FactorModel& model, double score) {
  if (model.loss() != Loss::kAbsolute) {
    return with_loss(model.loss(), [&]<class LossPolicy>() {
      return policy_of<LossPolicy>(model.loss_choice().delta).expected_curvature(score);
    });
  }
  // Of errors as Laplace has them, whose mean is that of the training.
  const TrainingRecord& record = model.parts().record;
  const auto best = static_cast<std::size_t>(std::max(record.best_epoch, 0));
  const double error = best < record.history.size() ? record.history[best].train_error : 0.0;
  const double width = double{model.range().highest} - double{model.range().lowest};
  return error > 0.0 ? 1.0 / error : 4.0 / std::max(width, 1e-3);
}

constexpr double kMinGiven = 1e-12, kMaxGiven = 1e12;

void check(const char* name, double penalty) {
  if (penalty >= kMinGiven && penalty <= kMaxGiven) return;
  std::ostringstream message;
  message << name << " is " << penalty << "; a penalty from " << kMinGiven << " to " << kMaxGiven
          << " was expected";
  throw Error(ErrorCode::kBadOption, message.str());
}

}  // namespace

void check_options(const FoldInOptions& options, const FactorModel& model) {
  const bool leaves_out = options.penalty == FoldInOptions::Penalty::kLeaveOneOut;
  if (leaves_out && model.parts().constraints.any()) {
    throw Error(
        ErrorCode::kBadOption,
        "the penalty of a fold-in can be chosen by leaving one out where squares alone hold "
        "rows; this model was trained with nonnegative factors, or l1: leave the penalty "
        "to the training, or fix alpha");
  }
  if (leaves_out && model.feedback() == Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                "the penalty of a fold-in can be chosen by leaving one out for ratings only; this "
                "model was trained on one-class feedback: leave the penalty to the training, or "
                "fix alpha");
  }
  if (leaves_out && model.has_link()) {
    throw Error(ErrorCode::kBadOption,
                "the penalty of a fold-in can be chosen by leaving one out for ratings that are "
                "numbers; to this model, by --likelihood ordinal, they are values in an order: "
                "leave the penalty to the training, or fix alpha");
  }
  if (leaves_out && !is_quadratic(model.loss())) {
    throw Error(
        ErrorCode::kBadOption,
        "the penalty of a fold-in can be chosen by leaving one out for squared errors only, "
        "of which that has a closed form; this model was trained with the loss " +
            std::string(describe_loss(model.loss()).name) +
            ": leave the penalty to the training, or fix alpha");
  }
  if (options.penalty != FoldInOptions::Penalty::kFixed) return;
  check("alpha", options.alpha);
  if (options.bias_alpha) check("bias_alpha", *options.bias_alpha);
}

RidgePenalty penalty_of(const FoldInOptions& options, const FactorModel& model, Entity joining,
                        std::size_t count) {
  if (options.penalty == FoldInOptions::Penalty::kFixed) {
    return {options.alpha, options.bias_alpha.value_or(options.alpha)};
  }
  const FoldInPenalty& training = model.parts().fold_in;
  const double unobserved = model.feedback() == Feedback::kRatings
                                ? 0.0
                                : double{model.parts().one_class_weights.unobserved_weight} *
                                      model.side(other(joining)).ids->size();
  const double share = std::pow(static_cast<double>(std::max<std::size_t>(1, count)) + unobserved,
                                1.0 - double{training.exponent});
  return {std::max(training.factors * share, kMinOfTraining),
          std::max(training.bias * share, kMinOfTraining)};
}

void store_solution(const Eigen::VectorXd& solution, const RidgePenalty& penalty,
                    const FixedRows& fixed, FoldedIn& row) {
  constexpr double kMax = std::numeric_limits<float>::max();
  if (!(solution.array().abs() <= kMax).all()) {  // so that NaN counts, too
    throw Error(
        ErrorCode::kBadData,
        "the factors that explain these ratings are beyond single precision; ratings on the "
        "scale of the model's, and a model of finite factors, were expected");
  }
  row.factors.resize(fixed.rank);
  Eigen::Map<Eigen::VectorXf>(row.factors.data(), fixed.rank) =
      solution.head(fixed.rank).cast<float>();
  row.bias = fixed.has_bias ? static_cast<float>(solution[fixed.rank]) : 0.0f;
  row.alpha = penalty.factors;
  row.bias_alpha = penalty.bias;
}

RowFitter::RowFitter(const FactorModel& model, Entity joining, const FoldInOptions& options)
    : model_(model),
      joining_(joining),
      loss_(model.loss_choice()),
      options_(options),
      known_(model, joining),
      equations_(fixed_rows(model, joining)) {
  // Whatever is asked for the row of ratings is in the units of ratings.
  if (model.parts().one_class) {
    carried_ = std::make_unique<RowFitter>(*model.parts().one_class, joining, FoldInOptions{});
  }
}

/// The row for the ratings that the equations were started with.
Eigen::VectorXd RowFitter::minimise(RidgePenalty& penalty, const RowHold& hold,
                                    std::span<const double> kept) {
  if (!model_.has_link()) {
    return minimise_loss(loss_, equations_, targets_, offsets_, penalty, ridge_, hold, kept);
  }
  return fit_latent(equations_, known_.bounds(), double{model_.parts().link.deviation}, offsets_,
                    penalty, ridge_);
}

void RowFitter::fit(std::span<const FoldInRating> ratings, FoldedIn& row) {
  known_.take(ratings);
  known_.list(indices_, targets_);
  equations_.start(indices_);
  RidgePenalty penalty = penalty_of(options_, model_, joining_, indices_.size());
  FoldedIn result;
  if (options_.penalty == FoldInOptions::Penalty::kLeaveOneOut &&
      indices_.size() >= kMinForLeaveOneOut) {
    result.leave_one_out_mse = choose_penalty(equations_, targets_, penalty);
  }
  known_.list_offsets(offsets_);
  const RowHold hold = hold_of(model_, joining_, indices_.size());
  store_solution(minimise(penalty, hold), penalty, equations_.fixed(), result);
  find_variance(penalty, result);
  result.cutpoints = known_.cutpoints();
  result.used = static_cast<std::uint32_t>(indices_.size());
  result.unknown = known_.unknown();
  result.duplicates = known_.duplicates();
  if (carried_) {
    FoldedIn carried;
    carried_->fit(ratings, carried);
    result.one_class = std::move(carried.factors);
  }
  row = std::move(result);
}

void RowFitter::find_variance(const RidgePenalty& penalty, FoldedIn& row) {
  if (!model_.has_variance()) return;
  row.variance = variance_of_row(model_, joining_, factor_of_row(equations_, penalty));
  row.noise_variance = model_.noise_variance(kNoIndex);
}

void RowFitter::update(std::uint32_t index, std::span<const std::uint32_t> earlier,
                       std::span<const FoldInRating> ratings, FoldedIn& row) {
  if (model_.feedback() == Feedback::kOneClass) return choose_more(index, earlier, ratings, row);
  known_.take(ratings);
  if (joining_ == Entity::kUser) known_.continue_user(index, earlier.size());
  const std::size_t used = known_.size();
  known_.list(indices_, targets_);
  for (const std::uint32_t other : earlier) {
    if (!known_.value_of(other)) indices_.push_back(other);
  }
  targets_.resize(indices_.size(), 0.0);
  offsets_.resize(indices_.size());
  std::vector<double> kept(indices_.size(), 0.0);
  const bool is_user = joining_ == Entity::kUser;
  const FactorModel::Side& fixed_side = model_.side(other(joining_));
  for (std::size_t s = 0; s < indices_.size(); ++s) {
    offsets_[s] = is_user ? model_.score(index, indices_[s]) : model_.score(indices_[s], index);
    if (s >= used) {
      kept[s] = curvature_of(model_, offsets_[s]);
    } else {
      targets_[s] -= offsets_[s] - model_.mean() - fixed_side.biases[indices_[s]];
    }
  }
  equations_.start(indices_);
  RidgePenalty penalty = penalty_of(options_, model_, joining_, indices_.size());
  FoldedIn result;
  const FactorModel::Side& side = model_.side(joining_);
  RowHold hold = hold_of(model_, joining_, indices_.size());
  if (hold.any()) {
    hold.origin.resize(static_cast<Eigen::Index>(equations_.fixed().unknowns()));
    for (std::uint32_t k = 0; k < model_.rank(); ++k) {
      hold.origin[k] = double{side.factors[index * model_.stride() + k]};
    }
    if (model_.has_biases()) hold.origin[model_.rank()] = double{side.biases[index]};
  }
  store_solution(minimise(penalty, hold, kept), penalty, equations_.fixed(), result);
  for (std::uint32_t k = 0; k < model_.rank(); ++k) {
    result.factors[k] += side.factors[index * model_.stride() + k];
    // Rounding must not undo what the row is held to.
    if (model_.parts().constraints.nonnegative)
      result.factors[k] = std::max(result.factors[k], 0.0f);
  }
  result.bias += side.biases[index];
  find_variance(penalty, result);
  result.cutpoints = known_.cutpoints();
  result.used = static_cast<std::uint32_t>(used);
  result.unknown = known_.unknown();
  result.duplicates = known_.duplicates();
  if (carried_) {
    FoldedIn carried;
    carried_->update(index, earlier, ratings, carried);
    result.one_class = std::move(carried.factors);
  }
  row = std::move(result);
}

// All positives weigh the same: those from before are fitted again beside the new ones.
void RowFitter::choose_more(std::uint32_t index, std::span<const std::uint32_t> earlier,
                            std::span<const FoldInRating> ratings, FoldedIn& row) {
  std::vector<FoldInRating> all;
  for (const std::uint32_t other : earlier) {
    const bool chosen = joining_ == Entity::kUser ? model_.has_chosen(index, other)
                                                  : model_.has_chosen(other, index);
    if (chosen) {
      all.push_back({other, model_.parts().one_class_weights.relevant.value_or(1.0f)});
    }
  }
  known_.take(ratings);
  const auto used = static_cast<std::uint32_t>(known_.size());
  const std::uint32_t duplicates = known_.duplicates();
  all.insert(all.end(), ratings.begin(), ratings.end());
  fit(all, row);
  row.used = used;
  row.duplicates = duplicates;
}

}  // namespace mfpar
