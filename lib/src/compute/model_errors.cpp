// SPDX-License-Identifier: MIT
#include "compute/model_errors.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/partition.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPieces = 256;

/// A pass less its runs.
ErrorPass pass_of(const FactorModel::Parts& parts, const FactorModel::Side& fixed,
                  const FactorModel::Side& moving) {
  ErrorPass pass;
  pass.fixed_rows = fixed.factors.data();
  pass.fixed_biases = fixed.biases.data();
  pass.moving_rows = moving.factors.data();
  pass.moving_biases = moving.biases.data();
  pass.stride = parts.stride;
  pass.rank = parts.rank;
  pass.mean = parts.mean;
  pass.lowest = parts.range.lowest;
  pass.highest = parts.range.highest;
  return pass;
}

/// Of all pieces, in their order.
PassSums sum_of(std::span<const ErrorPass> pieces, ErrorKernel kernel, const Workers& workers) {
  std::vector<PassSums> sums(pieces.size());
  workers.for_each(pieces.size(), [&](std::size_t piece) { sums[piece] = kernel(pieces[piece]); });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace

PassSums model_errors(const FactorModel& model, const RatingStore& ratings, UserRange users,
                      const KernelSet& kernels, const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  ErrorPass pass = pass_of(parts, parts.users, parts.items);
  if (ratings.is_compact()) {
    pass.runs.compact = ratings.parts().compact.data();
    pass.runs.code_values = ratings.parts().values.data();
  } else {
    pass.runs.wide = ratings.parts().wide.data();
  }
  const auto offsets = ratings.offsets();
  if (offsets.empty() || users.begin == users.end) return {};
  const auto bounds =
      balanced_boundaries(offsets.subspan(users.begin, users.end - users.begin + 1), kPieces);
  std::vector<ErrorPass> pieces;
  for (std::size_t piece = 0; piece + 1 < bounds.size(); ++piece) {
    pass.runs.first_row = users.begin + bounds[piece];
    pass.runs.count = bounds[piece + 1] - bounds[piece];
    pass.runs.offsets = offsets.data() + pass.runs.first_row;
    pieces.push_back(pass);
  }
  return sum_of(pieces, kernels.error(parts.rank, ratings.is_compact()), workers);
}

PassSums model_errors(const FactorModel& model, const BandStore& bands, const KernelSet& kernels,
                      const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  ErrorPass pass = pass_of(parts, parts.items, parts.users);
  const std::size_t pieces_each = std::max<std::size_t>(kPieces / bands.bands(), 1);
  std::vector<ErrorPass> pieces;
  for (std::uint32_t band = 0; band < bands.bands(); ++band) {
    const RatingRuns runs = bands.band(band, BandStore::Units::kRatings);
    const auto bounds = balanced_boundaries({runs.offsets, runs.count + 1}, pieces_each);
    for (std::size_t piece = 0; piece + 1 < bounds.size(); ++piece) {
      pass.runs = runs;
      pass.runs.rows = runs.rows + bounds[piece];
      pass.runs.count = bounds[piece + 1] - bounds[piece];
      pass.runs.offsets = runs.offsets + bounds[piece];
      pieces.push_back(pass);
    }
  }
  return sum_of(pieces, kernels.error(parts.rank, bands.is_compact()), workers);
}

double model_penalty(const FactorModel& model, std::span<const float> user_weights,
                     std::span<const float> item_weights, const TrainOptions& options,
                     float deviation, const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  // Factors were multiplied with the root of the deviation and biases with the deviation, errors
  // with its square: what is left of deviation^2 |row / sqrt(deviation)|^2 is one deviation.
  const double factor_weight = options.lambda_factors * deviation;
  const auto penalty = [&](std::span<const float> weights, const FactorModel::Side& side) {
    const float* const rows = side.factors.data();
    const float* const biases = side.biases.data();
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
  return penalty(user_weights, parts.users) + penalty(item_weights, parts.items);
}

}  // namespace mfpar
