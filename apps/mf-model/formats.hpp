// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <utility>

#include "common/options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

/// How models are exchanged.
enum class ModelFormat { kNpy, kText, kLibmf, kVectors };

/// Throws Error(kBadOption) when `option` was given with a format it does not belong to.
inline void require_format(const Options& options, const std::string& option, bool fits,
                           const std::string& formats) {
  if (fits || !options.given(option)) return;
  throw Error(ErrorCode::kBadOption, "--" + option + " belongs to --format " + formats);
}

}  // namespace mfpar::apps
