// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mfpar/factor_model.hpp"

namespace mfpar {

/// Which users rated each item, and how similar that makes items. Ratings kept for validation
/// count. Looks at lists of the model. Immutable; safe from any number of threads.
class CoRatings {
 public:
  explicit CoRatings(const FactorModel& model);

  /// How similar every other item is, see Recommender::similar_items(); NaN for one that nobody
  /// rated beside `item`.
  std::vector<float> similarities(ItemIndex item) const;

 private:
  std::span<const UserIndex> raters(ItemIndex item) const noexcept;
  std::vector<double> common_raters(ItemIndex item) const;

  const FactorModel::Parts& parts_;
  std::vector<std::uint64_t> offsets_;  // by item, into raters_, and one more
  std::vector<UserIndex> raters_;       // ascending for each item
  double users_ = 0.0;                  // who rated anything
};

}  // namespace mfpar
