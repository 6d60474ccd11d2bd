// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/train.hpp"

namespace mfpar {

/// train() of several seeds. REQUIRES: what train() checks of its input; options.seeds > 1.
TrainResult average_seeds(const RatingStore& training, const RatingStore& validation,
                          const TrainOptions& options, const TrainHooks& hooks);

}  // namespace mfpar
