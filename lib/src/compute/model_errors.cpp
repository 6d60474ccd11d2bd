// SPDX-License-Identifier: MIT
#include "compute/model_errors.hpp"

#include <numeric>
#include <vector>

#include "base/partition.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPieces = 256;

}  // namespace

PassSums model_errors(const FactorModel& model, const RatingStore& ratings, UserRange users,
                      const KernelSet& kernels, const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  ErrorPass pass;
  pass.fixed_rows = parts.user_factors.data();
  pass.fixed_biases = parts.user_biases.data();
  pass.moving_rows = parts.item_factors.data();
  pass.moving_biases = parts.item_biases.data();
  pass.stride = parts.stride;
  pass.rank = parts.rank;
  pass.mean = parts.mean;
  pass.lowest = parts.range.lowest;
  pass.highest = parts.range.highest;
  if (ratings.is_compact()) {
    pass.runs.compact = ratings.parts().compact.data();
    pass.runs.code_values = ratings.parts().values.data();
  } else {
    pass.runs.wide = ratings.parts().wide.data();
  }
  const ErrorKernel kernel = kernels.error(parts.rank, ratings.is_compact());
  const auto offsets = ratings.offsets();
  if (offsets.empty() || users.begin == users.end) return {};
  const auto bounds =
      balanced_boundaries(offsets.subspan(users.begin, users.end - users.begin + 1), kPieces);
  std::vector<PassSums> sums(bounds.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t piece) {
    ErrorPass part = pass;
    part.runs.first_row = users.begin + bounds[piece];
    part.runs.count = bounds[piece + 1] - bounds[piece];
    part.runs.offsets = offsets.data() + part.runs.first_row;
    sums[piece] = kernel(part);
  });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

double model_penalty(const FactorModel& model, std::span<const float> user_weights,
                     std::span<const float> item_weights, const TrainOptions& options,
                     float deviation, const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  // Factors were multiplied with the root of the deviation and biases with the deviation, errors
  // with its square: what is left of deviation^2 |row / sqrt(deviation)|^2 is one deviation.
  const double factor_weight = options.lambda_factors * deviation;
  const auto side = [&](std::span<const float> weights, const float* rows, const float* biases) {
    std::vector<double> sums(kPieces);
    workers.for_each(kPieces, [&](std::size_t piece) {
      const Range range = even_range(weights.size(), kPieces, piece);
      double sum = 0.0;
      for (std::size_t row = range.begin; row < range.end; ++row) {
        sum += weights[row] * (factor_weight * row_norm(rows + row * parts.stride, parts.stride) +
                               options.lambda_biases * biases[row] * biases[row]);
      }
      sums[piece] = sum;
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  };
  return side(user_weights, parts.user_factors.data(), parts.user_biases.data()) +
         side(item_weights, parts.item_factors.data(), parts.item_biases.data());
}

}  // namespace mfpar
