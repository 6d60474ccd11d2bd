// SPDX-License-Identifier: MIT
#include "mfpar/fold_in_session.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "compute/row_variance.hpp"
#include "fold_in/fold_in_session_impl.hpp"
#include "fold_in/leave_one_out.hpp"
#include "fold_in/minimise_loss.hpp"
#include "fold_in/row_fitter.hpp"
#include "loss/losses.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// The largest of 1, 2, 3, 4, 6, 8, 12, ... that is not above `count`.
std::size_t step_of(std::size_t count) {
  if (count < 2) return 1;
  const std::size_t power = std::bit_floor(count);
  return count >= power + power / 2 ? power + power / 2 : power;
}

}  // namespace

FoldInSession::Impl::Impl(std::shared_ptr<const FactorModel> of, const FoldInOptions& with,
                          Entity joins)
    : model(std::move(of)),
      joining(joins),
      options(with),
      known(*model, joins),
      ridge(fixed_rows(*model, joins)) {}

RidgePenalty FoldInSession::Impl::penalty_for(std::size_t count) const {
  return penalty_of(options, *model, joining, step_of(count)) * multiple;
}

void FoldInSession::Impl::choose_multiple() {
  std::vector<std::uint32_t> indices;
  std::vector<double> targets;
  known.list(indices, targets);
  NormalEquations equations(ridge.fixed());
  equations.start(indices);
  const RidgePenalty base = penalty_for(known.size());
  RidgePenalty best = base;
  row.leave_one_out_mse = choose_penalty(equations, targets, best);
  multiple = best.factors / base.factors;
}

void FoldInSession::Impl::set_up() {
  std::vector<std::uint32_t> indices;
  std::vector<double> targets, offsets;
  Eigen::VectorXd added;
  known.list(indices, targets);
  asked = penalty_for(known.size());
  weights.clear();
  if (!is_updatable()) {
    known.list_offsets(offsets);
    NormalEquations equations(ridge.fixed());
    equations.start(indices);
    RidgePenalty penalty = asked;
    RidgeTargets last;
    if (model->has_link()) {
      fit_latent(equations, known.bounds(), double{model->parts().link.deviation}, offsets, penalty,
                 last);
    } else {
      const RowHold hold = hold_of(*model, joining, known.size());
      const Eigen::VectorXd found =
          minimise_loss(model->loss_choice(), equations, targets, offsets, penalty, last, hold);
      if (hold.any()) {
        held = found;
        added = equivalent_ridge(found, hold, ridge.fixed(), penalty);
      }
    }
    targets = std::move(last.targets);
    weights = std::move(last.weights);
  }
  ridge.set_up(indices, targets, weights, asked, added);
  fitted = std::move(targets);
}

void FoldInSession::Impl::solve() {
  const bool is_held = model->parts().constraints.any();
  store_solution(is_held ? held : ridge.solve(), ridge.penalty(), ridge.fixed(), row);
  row.cutpoints = known.cutpoints();
  row.used = static_cast<std::uint32_t>(known.size());
  if (model->has_variance()) {
    row.variance = variance_of_row(*model, joining, ridge.factor());
    row.noise_variance = model->noise_variance(kNoIndex);
  }
}

void FoldInSession::Impl::refit(bool updated) {
  if (!updated || penalty_for(known.size()) != asked) set_up();
  solve();
  row.leave_one_out_mse = std::numeric_limits<double>::quiet_NaN();
}

FoldInSession::FoldInSession(std::shared_ptr<const FactorModel> model,
                             std::span<const FoldInRating> ratings, const FoldInOptions& options,
                             Entity joining) {
  check_options(options, *model);
  impl_ = std::make_unique<Impl>(std::move(model), options, joining);
  impl_->known.take(ratings);
  impl_->row.unknown = impl_->known.unknown();
  impl_->row.duplicates = impl_->known.duplicates();
  if (options.penalty == FoldInOptions::Penalty::kLeaveOneOut &&
      impl_->known.size() >= kMinForLeaveOneOut) {
    impl_->choose_multiple();
  }
  impl_->set_up();
  impl_->solve();
  if (const auto& carried = impl_->model->parts().one_class) {
    impl_->one_class.emplace(carried, ratings, FoldInOptions{}, joining);
    impl_->row.one_class = impl_->one_class->row().factors;
  }
}

FoldInSession::~FoldInSession() = default;
FoldInSession::FoldInSession(FoldInSession&&) noexcept = default;
FoldInSession& FoldInSession::operator=(FoldInSession&&) noexcept = default;

bool FoldInSession::rate(std::uint32_t index, float value) {
  Impl& s = *impl_;
  s.known.check_value(value, "the rating for index " + std::to_string(index));
  if (!s.known.knows(index)) {
    ++s.row.unknown;
    return false;
  }
  const std::optional<float> before = s.known.value_of(index);
  if (!s.known.counts(value)) {
    remove(index);
    return true;
  }
  s.known.put({index, value});
  try {
    const auto target = [&](float rated) { return s.known.target({index, rated}); };
    s.refit(!s.is_updatable() ? false
            : before          ? s.ridge.change(index, target(*before), target(value))
                              : s.ridge.add(index, target(value)));
  } catch (const Error&) {
    if (before) {
      s.known.put({index, *before});
    } else {
      s.known.erase(index);
    }
    s.set_up();
    throw;
  }
  if (s.one_class) {
    s.one_class->rate(index, value);
    s.row.one_class = s.one_class->row().factors;
  }
  return true;
}

bool FoldInSession::remove(std::uint32_t index) {
  Impl& s = *impl_;
  const std::optional<float> value = s.known.value_of(index);
  if (!value) return false;
  s.known.erase(index);
  try {
    s.refit(s.is_updatable() && s.ridge.remove(index, s.known.target({index, *value})));
  } catch (const Error&) {
    s.known.put({index, *value});
    s.set_up();
    throw;
  }
  if (s.one_class) {
    s.one_class->remove(index);
    s.row.one_class = s.one_class->row().factors;
  }
  return true;
}

std::span<const FoldInRating> FoldInSession::ratings() const noexcept {
  return impl_->known.ratings();
}

const FoldInSession* FoldInSession::one_class() const noexcept {
  if (impl_->model->feedback() == Feedback::kOneClass) return this;
  return impl_->one_class ? &*impl_->one_class : nullptr;
}

const FoldedIn& FoldInSession::row() const noexcept { return impl_->row; }

const FactorModel& FoldInSession::model() const noexcept { return *impl_->model; }

}  // namespace mfpar
