// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/options.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar::apps {

/// The options that only --method gibbs has.
void add_gibbs_options(Options& options, TrainOptions& train);

/// Sets the defaults that go with the method, and refuses options of the other methods for ratings;
/// but for those of one-class feedback, where that is learnt too.
void choose_rating_method(const Options& options, TrainOptions& train, bool one_class_too);

/// Whether an option means something to a method for ratings.
bool is_for(const std::string& option, Method method);

}  // namespace mfpar::apps
