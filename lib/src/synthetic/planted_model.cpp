// SPDX-License-Identifier: MIT
#include "synthetic/planted_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "synthetic/synthetic_options.hpp"

namespace mfpar {

namespace {

/// Draws every row from a generator of its own, so that it does not matter who draws it.
void draw_rows(const SyntheticOptions& options, SyntheticUse use, double factor_sd, double bias_sd,
               std::vector<float>& factors, std::vector<double>& biases, const Workers& workers) {
  const std::size_t rank = options.rank;
  constexpr std::size_t kPartitions = 64;
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range rows = even_range(biases.size(), kPartitions, partition);
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
      Random random(derive_seed(options.seed, SeedUse::kSynthetic, use, row));
      for (float& factor : std::span(factors).subspan(row * rank, rank)) {
        factor = static_cast<float>(factor_sd * random.normal());
      }
      if (options.biases) biases[row] = bias_sd * random.normal();
    }
  });
}

}  // namespace

// The variance of a sum of `rank` products of two independent normal numbers of standard deviation
// s is rank s^4.
PlantedModel::PlantedModel(const SyntheticOptions& options, const Workers& workers)
    : rank_(options.rank),
      mean_(options.biases ? options.mean : 0.0),
      factor_sd_(std::sqrt(options.interaction_sd / std::sqrt(static_cast<double>(options.rank)))),
      user_factors_(std::size_t{options.users} * options.rank),
      item_factors_(std::size_t{options.items} * options.rank),
      user_biases_(options.users),
      item_biases_(options.items) {
  draw_rows(options, SyntheticUse::kUserRow, factor_sd_, options.user_bias_sd, user_factors_,
            user_biases_, workers);
  draw_rows(options, SyntheticUse::kItemRow, factor_sd_, options.item_bias_sd, item_factors_,
            item_biases_, workers);
}

double PlantedModel::predict(UserIndex user, ItemIndex item) const {
  const float* const p = user_factors_.data() + std::size_t{user} * rank_;
  const float* const q = item_factors_.data() + std::size_t{item} * rank_;
  double sum = mean_ + user_biases_[user] + item_biases_[item];
  for (std::size_t k = 0; k < rank_; ++k) sum += double{p[k]} * double{q[k]};
  return sum;
}

}  // namespace mfpar
