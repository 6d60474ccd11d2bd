// SPDX-License-Identifier: MIT
#include "compute/row_variance.hpp"

#include <algorithm>
#include <cmath>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// 1, the diagonal of the inverse for the factors, and for the bias, 0 without one.
Eigen::VectorXd summary_of(const RowFactor& factor, std::uint32_t rank) {
  const Eigen::Index size = factor.rows();
  const Eigen::MatrixXd inverse_root =
      factor.matrixL().solve(Eigen::MatrixXd::Identity(size, size));
  Eigen::VectorXd summary = Eigen::VectorXd::Zero(rank + Eigen::Index{2});
  summary[0] = 1.0;
  summary.segment(1, size) = inverse_root.colwise().squaredNorm().transpose();
  return summary;
}

}  // namespace

RowFactor factor_of_row(NormalEquations& equations, const RidgePenalty& penalty) {
  const std::vector<double> targets(equations.indices().size());
  equations.set_primal(targets);
  equations.add_penalty(penalty);
  return RowFactor(equations.matrix());
}

std::vector<float> variance_of_row(const FactorModel& model, Entity joining,
                                   const RowFactor& factor) {
  if (!model.has_variance()) return {};
  const ScoreVariance& variance = model.parts().variance;
  const auto& map = joining == Entity::kUser ? variance.user_fold_in : variance.item_fold_in;
  const Eigen::VectorXf summary = summary_of(factor, model.rank()).cast<float>();
  std::vector<float> row(variance.rank);
  for (std::uint32_t r = 0; r < variance.rank; ++r) {
    row[r] = summary.dot(Eigen::Map<const Eigen::VectorXf>(
        map.data() + r * static_cast<std::size_t>(summary.size()), summary.size()));
  }
  return row;
}

std::vector<float> fit_variance_map(const FactorModel& model, Entity joining,
                                    const Positives& rated, std::span<const float> rows,
                                    std::uint32_t rank, const Workers& workers) {
  constexpr std::size_t kMostRows = 1000, kPartitions = 64;
  constexpr double kShareOfUnknown = 0.1, kRidge = 1e-6;
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t row = 0; row < rated.rows(); ++row) {
    if (rated.count(row) > 0) chosen.push_back(row);
  }
  const std::size_t count = std::min(kMostRows, chosen.size());
  for (std::size_t n = 0; n < count; ++n) chosen[n] = chosen[n * chosen.size() / count];
  chosen.resize(count);

  const FactorModel::Side& others = model.side(other(joining));
  const FixedRows fixed{.factors = others.factors.data(),
                        .stride = model.stride(),
                        .rank = model.rank(),
                        .has_bias = model.has_biases()};
  const FoldInPenalty& penalty = model.parts().fold_in;
  const auto width = static_cast<Eigen::Index>(model.rank()) + 2;
  Eigen::MatrixXd summaries(width, static_cast<Eigen::Index>(count) + 1);
  const auto summary = [&](NormalEquations& equations, std::span<const std::uint32_t> indices) {
    equations.start(indices);
    const double share = std::pow(std::max<double>(1.0, static_cast<double>(indices.size())),
                                  1.0 - double{penalty.exponent});
    const RowFactor factor =
        factor_of_row(equations, {double{penalty.factors} * share, double{penalty.bias} * share});
    return summary_of(factor, model.rank());
  };
  workers.for_each(kPartitions, [&](std::size_t partition) {
    NormalEquations equations(fixed);
    const Range range = even_range(count, kPartitions, partition);
    for (std::size_t n = range.begin; n < range.end; ++n) {
      summaries.col(static_cast<Eigen::Index>(n)) = summary(equations, rated.of(chosen[n]));
    }
  });
  NormalEquations nothing(fixed);
  summaries.col(static_cast<Eigen::Index>(count)) = summary(nothing, {});

  Eigen::MatrixXd targets(rank, static_cast<Eigen::Index>(count) + 1);
  const auto row_of = [&](std::size_t row) {
    return Eigen::Map<const Eigen::VectorXf>(rows.data() + row * rank, rank).cast<double>();
  };
  for (std::size_t n = 0; n < count; ++n) {
    targets.col(static_cast<Eigen::Index>(n)) = row_of(chosen[n]);
  }
  targets.col(static_cast<Eigen::Index>(count)) = row_of(rated.rows());
  const double weight = std::sqrt(std::max(1.0, kShareOfUnknown * static_cast<double>(count)));
  summaries.col(static_cast<Eigen::Index>(count)) *= weight;
  targets.col(static_cast<Eigen::Index>(count)) *= weight;

  Eigen::MatrixXd products = summaries * summaries.transpose();
  // Each in its own unit: what never varies, the variance of a bias that there is not, gets 0.
  for (Eigen::Index k = 0; k < width; ++k) {
    products(k, k) += products(k, k) > 0.0 ? kRidge * products(k, k) : 1.0;
  }
  const Eigen::MatrixXd map = products.llt().solve(summaries * targets.transpose());
  std::vector<float> flat(static_cast<std::size_t>(width) * rank);
  for (std::uint32_t r = 0; r < rank; ++r) {
    for (Eigen::Index k = 0; k < width; ++k) {
      flat[r * static_cast<std::size_t>(width) + static_cast<std::size_t>(k)] =
          static_cast<float>(map(k, r));
    }
  }
  return flat;
}

}  // namespace mfpar
