// SPDX-License-Identifier: MIT
#include "train/check_features.hpp"

#include <string>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

void check(const Features* features, const std::string& what, std::size_t rows,
           const TrainOptions& options) {
  if (features == nullptr) return;
  if (features->row_count() != rows) {
    throw Error(ErrorCode::kBadOption, "there are features of " +
                                           std::to_string(features->row_count()) + ' ' + what +
                                           ", and the ratings have " + std::to_string(rows) +
                                           "; align() orders them by the ids of the store");
  }
  if (options.nonnegative) {
    throw Error(ErrorCode::kBadOption,
                "what features tell of " + what +
                    " may be negative, and nonnegative factors are asked for; leave one of the two "
                    "out");
  }
  if (options.method == Method::kAls) {
    throw Error(ErrorCode::kBadOption, "features of " + what +
                                           " are for models of ratings; the method als learns "
                                           "one-class feedback without them: leave them out");
  }
}

}  // namespace

void check_features(const TrainHooks& hooks, const RatingSource& training,
                    const TrainOptions& options) {
  check(hooks.user_features, "users", training.user_count(), options);
  check(hooks.item_features, "items", training.item_count(), options);
}

}  // namespace mfpar
