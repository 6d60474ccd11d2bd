// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "mf-fold-in/fold_in_command.hpp"
#include "mf-fold-in/row_writer.hpp"
#include "mfpar/extend_model.hpp"

namespace mfpar::apps {

struct RequestResult {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  FoldedInTable total;  ///< counts only
};

/// Folds in the users, or items, of JSON lines as they come, all that are there at once, and gives
/// them to `writer` in their order. What cannot be folded in is an object with "error" in its place
/// where the format has one, else a line of standard error. Stops early when asked to.
RequestResult fold_in_requests(const FoldInCommand& command, const FactorModel& model,
                               RowWriter& writer, const std::stop_token& stop);

}  // namespace mfpar::apps
