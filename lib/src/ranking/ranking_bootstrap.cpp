// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/ranking_metrics.hpp"

namespace mfpar {

namespace {

/// Means of the columns of some rows.
std::vector<double> mean_of_rows(std::span<const double> rows, std::size_t columns) {
  std::vector<double> means(columns);
  for (std::size_t at = 0; at < rows.size(); ++at) means[at % columns] += rows[at];
  const std::size_t count = rows.size() / columns;
  for (double& mean : means) mean /= static_cast<double>(count);
  return means;
}

/// By column, the means of rows drawn with replacement, ascending.
std::vector<std::vector<double>> resampled_means(std::span<const double> rows, std::size_t columns,
                                                 const BootstrapOptions& options) {
  if (options.resamples == 0) {
    throw Error(ErrorCode::kBadOption, "a bootstrap takes one resample at least");
  }
  const std::size_t count = rows.size() / columns;
  std::vector<std::vector<double>> means(columns, std::vector<double>(options.resamples));
  const Workers workers(options.threads);
  workers.for_each(options.resamples, [&](std::size_t resample) {
    Random random(derive_seed(options.seed, SeedUse::kBootstrap, resample));
    std::vector<double> sums(columns);
    for (std::size_t drawn = 0; drawn < count; ++drawn) {
      const double* const row =
          rows.data() + columns * random.below(static_cast<std::uint32_t>(count));
      for (std::size_t column = 0; column < columns; ++column) sums[column] += row[column];
    }
    for (std::size_t column = 0; column < columns; ++column) {
      means[column][resample] = sums[column] / static_cast<double>(count);
    }
  });
  for (auto& column : means) std::ranges::sort(column);
  return means;
}

/// Between the two values of `ascending` that a share of them is next to.
double quantile(std::span<const double> ascending, double share) {
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double part = place - static_cast<double>(below);
  return ascending[below] + part * (ascending[above] - ascending[below]);
}

BootstrapInterval middle_of(std::span<const double> ascending) {
  return {quantile(ascending, 0.025), quantile(ascending, 0.975)};
}

}  // namespace

std::vector<BootstrapInterval> bootstrap_means(const RankingMeasures& measures,
                                               const BootstrapOptions& options) {
  std::vector<BootstrapInterval> intervals;
  for (const auto& means : resampled_means(measures.values(), measures.columns(), options)) {
    intervals.push_back(middle_of(means));
  }
  return intervals;
}

std::vector<BootstrapDifference> bootstrap_differences(const RankingMeasures& first,
                                                       const RankingMeasures& second,
                                                       const BootstrapOptions& options) {
  if (first.users() != second.users() || !std::ranges::equal(first.cuts(), second.cuts())) {
    throw Error(ErrorCode::kBadOption,
                "two systems are compared on the same users and lengths of lists; one has " +
                    std::to_string(first.users()) + " users, the other " +
                    std::to_string(second.users()));
  }
  std::vector<double> differences(second.values().begin(), second.values().end());
  for (std::size_t at = 0; at < differences.size(); ++at) differences[at] -= first.values()[at];
  const std::vector<double> observed = mean_of_rows(differences, first.columns());
  const auto resampled = resampled_means(differences, first.columns(), options);
  std::vector<BootstrapDifference> result;
  for (std::size_t column = 0; column < resampled.size(); ++column) {
    const auto& means = resampled[column];
    const auto not_above = std::upper_bound(means.begin(), means.end(), 0.0) - means.begin();
    const auto not_below = means.end() - std::lower_bound(means.begin(), means.end(), 0.0);
    const auto count = static_cast<double>(means.size());
    const auto fewer = static_cast<double>(std::min(not_above, not_below));
    result.push_back({.difference = observed[column],
                      .interval = middle_of(means),
                      .above_zero = 1.0 - static_cast<double>(not_above) / count,
                      .p = std::min(1.0, 2.0 * (1.0 + fewer) / (1.0 + count))});
  }
  return result;
}

}  // namespace mfpar
