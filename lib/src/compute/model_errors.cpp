// SPDX-License-Identifier: MIT
#include "compute/model_errors.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <vector>

#include "base/in_order.hpp"
#include "base/partition.hpp"
#include "compute/row_norms.hpp"
#include "loss/losses.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kErrorPartitions = 256;

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
  pass.delta = parts.huber_delta;
  pass.lowest = parts.range.lowest;
  pass.highest = parts.range.highest;
  return pass;
}

/// Of all partitions, in their order.
PassSums sum_of(std::span<const ErrorPass> partitions, ErrorKernel kernel, const Workers& workers) {
  std::vector<PassSums> sums(partitions.size());
  workers.for_each(partitions.size(),
                   [&](std::size_t partition) { sums[partition] = kernel(partitions[partition]); });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

/// Of what a model predicts through its ordinal link.
PassSums link_errors(const FactorModel& model, const RatingStore& ratings, const Workers& workers) {
  const std::vector<std::uint32_t> cuts = balanced_boundaries(ratings.offsets(), kErrorPartitions);
  std::vector<PassSums> sums(cuts.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t part) {
    double squares = 0.0;
    for (UserIndex user = cuts[part]; user < cuts[part + 1]; ++user) {
      ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                       [&](ItemIndex item, float value) {
                         const double error = double{value} - double{model.predict(user, item)};
                         squares += error * error;
                       });
    }
    sums[part] = {.error = squares, .clipped_error = squares};
  });
  return std::accumulate(sums.begin(), sums.end(), PassSums{},
                         [](PassSums total, const PassSums& part) { return total += part; });
}

}  // namespace

PassSums model_errors(const FactorModel& model, const RatingStore& ratings,
                      const KernelSet& kernels, const Workers& workers) {
  if (model.has_link()) {
    return ratings.offsets().empty() ? PassSums{} : link_errors(model, ratings, workers);
  }
  const FactorModel::Parts& parts = model.parts();
  ErrorPass pass = pass_of(parts, parts.users, parts.items);
  const TargetScale target = score_target(model.loss(), model.range());
  std::vector<float> targets;  // by code
  if (ratings.is_compact()) {
    pass.runs.compact = ratings.parts().compact.data();
    for (const float value : ratings.parts().values) targets.push_back(target(value));
    pass.runs.code_values = targets.data();
  } else {
    pass.runs.wide = ratings.parts().wide.data();
    pass.runs.wide_mean = target.origin;
    pass.runs.wide_scale = 1.0f / target.width;
  }
  const auto offsets = ratings.offsets();
  if (offsets.empty()) return {};
  const auto bounds = balanced_boundaries(offsets, kErrorPartitions);
  std::vector<ErrorPass> partitions;
  for (std::size_t partition = 0; partition + 1 < bounds.size(); ++partition) {
    pass.runs.first_row = bounds[partition];
    pass.runs.count = bounds[partition + 1] - bounds[partition];
    pass.runs.offsets = offsets.data() + pass.runs.first_row;
    partitions.push_back(pass);
  }
  return sum_of(partitions, kernels.error(model.loss(), parts.rank, ratings.is_compact()), workers);
}

PassSums model_errors(const FactorModel& model, const Bands& bands, const KernelSet& kernels,
                      const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  const ErrorPass all = pass_of(parts, parts.items, parts.users);
  const ErrorKernel kernel = kernels.error(model.loss(), parts.rank, bands.is_compact());
  // Each band in partitions, which are cut by who comes first.
  const std::size_t each = std::max<std::size_t>(kErrorPartitions / bands.bands(), 1);
  std::vector<Bands::Piece> pieces;
  for (std::uint32_t band = 0; band < bands.bands(); ++band) {
    pieces.push_back({.band = band, .uses = static_cast<std::uint32_t>(each)});
  }
  const auto walk = bands.walk(std::move(pieces), Bands::Targets::kModel);
  std::vector<std::once_flag> is_cut(bands.bands());
  std::vector<std::vector<std::uint32_t>> cuts(bands.bands());
  std::vector<PassSums> sums(bands.bands() * each);
  for_each_in_order(workers, sums.size(), [&](std::size_t n) {
    const std::size_t band = n / each, partition = n % each;
    const HeldRuns held = walk->take(band);
    const RatingRuns& runs = held.runs();
    std::call_once(is_cut[band], [&] {
      cuts[band] = balanced_boundaries({runs.offsets, runs.count + 1}, each);
    });
    if (partition + 1 >= cuts[band].size()) return;
    const std::uint32_t first = cuts[band][partition];
    ErrorPass pass = all;
    pass.runs = runs;
    pass.runs.rows = runs.rows + first;
    pass.runs.count = cuts[band][partition + 1] - first;
    pass.runs.offsets = runs.offsets + first;
    sums[n] = kernel(pass);
  });
  return std::accumulate(sums.begin(), sums.end(), PassSums{},
                         [](PassSums total, const PassSums& part) { return total += part; });
}

double model_penalty(const FactorModel& model, std::span<const float> user_weights,
                     std::span<const float> item_weights, const PenaltyCharges& charges,
                     const Workers& workers) {
  const FactorModel::Parts& parts = model.parts();
  const auto charged = [&](std::span<const float> weights, const FactorModel::Side& side,
                           const PenaltyCharges::Magnitudes& l1) {
    std::vector<double> sums(kErrorPartitions);
    workers.for_each(kErrorPartitions, [&](std::size_t partition) {
      const Range range = even_range(weights.size(), kErrorPartitions, partition);
      double sum = 0.0;
      for (std::size_t row = range.begin; row < range.end; ++row) {
        const float* const factors = side.factors.data() + row * parts.stride;
        const double norm = row_norm(factors, parts.stride);
        const double bias = side.biases[row];
        sum += weights[row] *
               (charges.factors * norm + charges.biases * bias * bias + l1.biases * std::abs(bias));
        if (l1.factors == 0.0) continue;
        for (std::size_t f = 0; f < parts.rank; ++f) {
          sum += weights[row] * l1.factors * std::abs(double{factors[f]});
        }
      }
      sums[partition] = sum;
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  };
  return charged(user_weights, parts.users, charges.l1_users) +
         charged(item_weights, parts.items, charges.l1_items);
}

}  // namespace mfpar
