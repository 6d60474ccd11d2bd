// SPDX-License-Identifier: MIT
#include "serve/row_fitter.hpp"

#include "serve/leave_one_out.hpp"

namespace mfpar {

void RowFitter::fit(std::span<const FoldInRating> ratings, FoldedIn& row) {
  known_.take(ratings, side_.count);
  const auto fitted = known_.ratings();
  RidgePenalty penalty = penalty_of(options_, training_, fitted.size());
  FoldedIn result;
  if (options_.penalty == FoldInOptions::Penalty::kLeaveOneOut &&
      fitted.size() >= kLeastForLeaveOneOut) {
    const LeaveOneOut best = choose_penalty(fitted, penalty, side_, ridge_.equations());
    penalty = best.penalty;
    result.leave_one_out_mse = best.mse;
  }
  store_solution(ridge_.solve(fitted, penalty), penalty, side_, result);
  result.used = static_cast<std::uint32_t>(fitted.size());
  result.unknown = known_.unknown();
  result.duplicates = known_.duplicates();
  row = std::move(result);
}

}  // namespace mfpar
