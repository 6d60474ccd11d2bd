// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/synthetic.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The parameters that synthetic ratings are made from. Immutable after construction; safe from any
/// number of threads.
class PlantedModel {
 public:
  /// Each entry of p and q is normal with mean 0 and the standard deviation that gives p.q that of
  /// `options.interaction_sd`.
  PlantedModel(const SyntheticOptions& options, const Workers& workers);

  /// mean + b_u + b_i + p_u . q_i
  double predict(UserIndex user, ItemIndex item) const;

  /// `rank` factors.
  std::span<const float> item_row(ItemIndex item) const {
    return std::span(item_factors_).subspan(std::size_t{item} * rank_, rank_);
  }

  /// The standard deviation of a factor.
  double factor_sd() const noexcept { return factor_sd_; }

 private:
  std::size_t rank_;
  double mean_;
  double factor_sd_;
  std::vector<float> user_factors_;
  std::vector<float> item_factors_;
  std::vector<double> user_biases_;
  std::vector<double> item_biases_;
};

}  // namespace mfpar
