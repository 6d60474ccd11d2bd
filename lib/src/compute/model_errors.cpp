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

/// Added in their order. With `share` each of them is of one rank, and zero on others.
PassSums total_of(std::vector<PassSums>& sums, const RankShare* share = nullptr) {
  if (share != nullptr) return share->total(sums, kEvaluatorTag);
  return std::accumulate(sums.begin(), sums.end(), PassSums{},
                         [](PassSums total, const PassSums& part) { return total += part; });
}

/// Of all partitions, in their order. With `share` each of them has runs on one rank at most.
PassSums sum_of(std::span<const ErrorPass> partitions, ErrorKernel kernel, const Workers& workers,
                const RankShare* share = nullptr) {
  std::vector<PassSums> sums(partitions.size());
  workers.for_each(partitions.size(), [&](std::size_t partition) {
    if (partitions[partition].runs.count > 0) sums[partition] = kernel(partitions[partition]);
  });
  return total_of(sums, share);
}

/// Partitions of each band, the same number for each, so that sums do not depend on who has it.
std::size_t partitions_of_band(const Bands& bands) {
  return std::max<std::size_t>(kErrorPartitions / bands.bands(), 1);
}

/// A pass over `ratings`, less the runs' bounds; `targets` keeps what it points to.
ErrorPass pass_over_users(const FactorModel& model, const RatingStore& ratings,
                          std::vector<float>& targets) {
  const FactorModel::Parts& parts = model.parts();
  ErrorPass pass = pass_of(parts, parts.users, parts.items);
  const TargetScale target = score_target(model.loss(), model.range());
  if (ratings.is_compact()) {
    pass.runs.compact = ratings.parts().compact.data();
    for (const float value : ratings.parts().values) targets.push_back(target(value));
    pass.runs.code_values = targets.data();
  } else {
    pass.runs.wide = ratings.parts().wide.data();
    pass.runs.wide_mean = target.origin;
    pass.runs.wide_scale = 1.0f / target.width;
  }
  return pass;
}

void set_users(ErrorPass& pass, const RatingStore& ratings, Range users) {
  pass.runs.first_row = static_cast<std::uint32_t>(users.begin);
  pass.runs.count = users.size();
  pass.runs.offsets = ratings.offsets().data() + users.begin;
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
  return total_of(sums);
}

}  // namespace

PassSums model_errors(const FactorModel& model, const RatingStore& ratings,
                      const KernelSet& kernels, const Workers& workers) {
  if (model.has_link()) {
    return ratings.offsets().empty() ? PassSums{} : link_errors(model, ratings, workers);
  }
  if (ratings.offsets().empty()) return {};
  std::vector<float> targets;  // by code
  ErrorPass pass = pass_over_users(model, ratings, targets);
  const auto bounds = balanced_boundaries(ratings.offsets(), kErrorPartitions);
  std::vector<ErrorPass> partitions;
  for (std::size_t partition = 0; partition + 1 < bounds.size(); ++partition) {
    set_users(pass, ratings, {bounds[partition], bounds[partition + 1]});
    partitions.push_back(pass);
  }
  return sum_of(partitions, kernels.error(model.loss(), model.rank(), ratings.is_compact()),
                workers);
}

PassSums model_errors(const FactorModel& model, const RatingStore& ratings, const Bands& bands,
                      const KernelSet& kernels, const Workers& workers, const RankShare* share) {
  std::vector<float> targets;  // by code
  ErrorPass pass = pass_over_users(model, ratings, targets);
  const std::size_t of_band = partitions_of_band(bands);
  std::vector<ErrorPass> partitions(bands.bands() * of_band);
  for (std::uint32_t band = 0; band < bands.bands(); ++band) {
    const Range users = bands.users(band);
    const auto offsets = ratings.offsets().subspan(users.begin, users.size() + 1);
    if (offsets.front() == offsets.back()) continue;
    const auto bounds = balanced_boundaries(offsets, of_band);
    for (std::size_t part = 0; part + 1 < bounds.size(); ++part) {
      set_users(pass, ratings, {users.begin + bounds[part], users.begin + bounds[part + 1]});
      partitions[band * of_band + part] = pass;
    }
  }
  return sum_of(partitions, kernels.error(model.loss(), model.rank(), ratings.is_compact()),
                workers, share);
}

PassSums model_errors(const FactorModel& model, const Bands& bands, const KernelSet& kernels,
                      const Workers& workers, const RankShare* share) {
  const FactorModel::Parts& parts = model.parts();
  const ErrorPass all = pass_of(parts, parts.items, parts.users);
  const ErrorKernel kernel = kernels.error(model.loss(), parts.rank, bands.is_compact());
  // Each band in partitions, which are cut by who comes first.
  const std::size_t of_band = partitions_of_band(bands);
  std::vector<Bands::Piece> pieces;
  for (std::uint32_t band = 0; band < bands.bands(); ++band) {
    pieces.push_back({.band = band, .uses = static_cast<std::uint32_t>(of_band)});
  }
  const auto walk = bands.walk(std::move(pieces), Bands::Targets::kModel);
  std::vector<std::once_flag> is_cut(bands.bands());
  std::vector<std::vector<std::uint32_t>> cuts(bands.bands());
  std::vector<PassSums> sums(bands.bands() * of_band);
  for_each_in_order(workers, sums.size(), [&](std::size_t n) {
    const std::size_t band = n / of_band, partition = n % of_band;
    const HeldRuns held = walk->take(band);
    const RatingRuns& runs = held.runs();
    if (runs.count == 0) return;
    std::call_once(is_cut[band], [&] {
      cuts[band] = balanced_boundaries({runs.offsets, runs.count + 1}, of_band);
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
  return total_of(sums, share);
}

double model_penalty(const FactorModel& model, const Bands& bands,
                     std::span<const float> user_weights, std::span<const float> item_weights,
                     const PenaltyCharges& charges, const Workers& workers,
                     const RankShare* share) {
  const FactorModel::Parts& parts = model.parts();
  const auto charged = [&](std::span<const float> weights, const FactorModel::Side& side,
                           const PenaltyCharges::Magnitudes& l1, Range rows) {
    double sum = 0.0;
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
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
    return sum;
  };
  const std::size_t of_band = partitions_of_band(bands);
  std::vector<double> of_users(bands.bands() * of_band), of_items(kErrorPartitions);
  workers.for_each(of_users.size(), [&](std::size_t partition) {
    const std::size_t band = partition / of_band;
    if (share != nullptr && !share->has_band(band)) return;
    const Range users = bands.users(static_cast<std::uint32_t>(band));
    const Range part = even_range(users.size(), of_band, partition % of_band);
    of_users[partition] = charged(user_weights, parts.users, charges.l1_users,
                                  {users.begin + part.begin, users.begin + part.end});
  });
  if (share != nullptr) share->channel(kEvaluatorTag).add_up(of_users);
  workers.for_each(kErrorPartitions, [&](std::size_t partition) {
    of_items[partition] = charged(item_weights, parts.items, charges.l1_items,
                                  even_range(item_weights.size(), kErrorPartitions, partition));
  });
  return std::accumulate(of_users.begin(), of_users.end(), 0.0) +
         std::accumulate(of_items.begin(), of_items.end(), 0.0);
}

}  // namespace mfpar
