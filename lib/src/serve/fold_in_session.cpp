// SPDX-License-Identifier: MIT
#include "mfpar/fold_in_session.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "mfpar/error.hpp"
#include "serve/fold_in_session_impl.hpp"
#include "serve/known_ratings.hpp"
#include "serve/leave_one_out.hpp"
#include "serve/ridge.hpp"

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
      side(fixed_side(*model, joins)),
      options(with),
      ridge(side) {}

RidgePenalty FoldInSession::Impl::penalty_for(std::size_t count) const {
  return penalty_of(options, model->parts().fold_in, step_of(count)) * multiple;
}

void FoldInSession::Impl::choose_multiple() {
  const RidgePenalty base = penalty_for(held.size());
  RidgeEquations equations(side);
  const LeaveOneOut best = choose_penalty(held.ratings(), base, side, equations);
  multiple = best.penalty.factors / base.factors;
  row.leave_one_out_mse = best.mse;
}

void FoldInSession::Impl::set_up() {
  asked = penalty_for(held.size());
  ridge.set_up(held.ratings(), asked);
}

void FoldInSession::Impl::solve() {
  store_solution(ridge.solve(), ridge.penalty(), side, row);
  row.used = static_cast<std::uint32_t>(held.size());
}

void FoldInSession::Impl::refit(bool updated) {
  if (!updated || penalty_for(held.size()) != asked) set_up();
  solve();
  row.leave_one_out_mse = std::numeric_limits<double>::quiet_NaN();
}

FoldInSession::FoldInSession(std::shared_ptr<const FactorModel> model,
                             std::span<const FoldInRating> ratings, const FoldInOptions& options,
                             Entity joining) {
  check_options(options);
  impl_ = std::make_unique<Impl>(std::move(model), options, joining);
  KnownRatings known;
  known.take(ratings, impl_->side.count);
  for (const FoldInRating& rating : known.ratings()) impl_->held.put(rating);
  impl_->row.unknown = known.unknown();
  impl_->row.duplicates = known.duplicates();
  if (options.penalty == FoldInOptions::Penalty::kLeaveOneOut &&
      impl_->held.size() >= kLeastForLeaveOneOut) {
    impl_->choose_multiple();
  }
  impl_->set_up();
  impl_->solve();
}

FoldInSession::~FoldInSession() = default;
FoldInSession::FoldInSession(FoldInSession&&) noexcept = default;
FoldInSession& FoldInSession::operator=(FoldInSession&&) noexcept = default;

bool FoldInSession::rate(std::uint32_t index, float value) {
  Impl& s = *impl_;
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::kBadData, "the rating for index " + std::to_string(index) + " is " +
                                         std::to_string(value) +
                                         "; a finite number was expected: leave it out");
  }
  if (index >= s.side.count) {
    ++s.row.unknown;
    return false;
  }
  const std::optional<float> before = s.held.put({index, value});
  try {
    s.refit(before ? s.ridge.change({index, *before}, value) : s.ridge.add({index, value}));
  } catch (const Error&) {
    if (before) {
      s.held.put({index, *before});
    } else {
      s.held.erase(index);
    }
    s.set_up();
    throw;
  }
  return true;
}

bool FoldInSession::remove(std::uint32_t index) {
  Impl& s = *impl_;
  const std::optional<float> value = s.held.erase(index);
  if (!value) return false;
  try {
    s.refit(s.ridge.remove({index, *value}));
  } catch (const Error&) {
    s.held.put({index, *value});
    s.set_up();
    throw;
  }
  return true;
}

std::span<const FoldInRating> FoldInSession::ratings() const noexcept {
  return impl_->held.ratings();
}

const FoldedIn& FoldInSession::row() const noexcept { return impl_->row; }

const FactorModel& FoldInSession::model() const noexcept { return *impl_->model; }

}  // namespace mfpar
