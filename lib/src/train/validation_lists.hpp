// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What is needed of the ratings to measure lists of users who have relevant validation ratings:
/// over the whole catalogue, what a user has among the training ratings left out.
///
/// Users are taken in the order of the stores, which is random by their seed: all of them, or so
/// many that to score the catalogue for them takes about as long as an epoch does, at least 1,000
/// and at most 10,000. Immutable; safe from any number of threads.
class ValidationLists {
 public:
  ValidationLists(const RatingStore& training, const RatingStore& validation,
                  const OneClassOptions& options);

  /// The mean NDCG over the users; NaN where there is none. The same for any number of threads.
  double ndcg(const FactorModel& model, const KernelSet& kernels, const Workers& workers) const;

 private:
  struct User {
    UserIndex user;
    std::vector<ItemIndex> known;
    std::vector<ItemIndex> relevant;  ///< ascending
  };

  std::uint32_t top_;
  std::vector<User> users_;
};

}  // namespace mfpar
