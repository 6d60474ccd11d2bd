// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar::apps {

/// Declares --alpha and --bias-alpha, which programs that fold in share. Both must outlive this.
void add_fold_in_options(Options& options, FoldInOptions& fold_in);

/// Throws Error(kBadOption) for a --bias-alpha that means nothing beside --alpha.
void check_fold_in_options(const Options& options, const FoldInOptions& fold_in);

}  // namespace mfpar::apps
