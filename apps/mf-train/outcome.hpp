// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/train.hpp"

namespace mfpar::apps {

/// How a training ended, as logs and the Python package say it.
inline const char* outcome_of(StopReason reason) {
  switch (reason) {
    case StopReason::kPatience:
      return "patience";
    case StopReason::kRequested:
      return "interrupted";
    case StopReason::kDiverged:
      return "diverged";
    case StopReason::kEpochs:
      break;
  }
  return "epochs";
}

}  // namespace mfpar::apps
