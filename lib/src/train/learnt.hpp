// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// What a way of learning leaves to train(): a model that lacks its record, its baseline and what
/// was held out, and how it went.
struct Learnt {
  FactorModel::Parts parts;
  std::vector<EpochReport> history;
  int best_epoch = 0;
  StopReason stop_reason = StopReason::kEpochs;
  std::string divergence;
  std::optional<SamplingReport> sampling;
};

}  // namespace mfpar
