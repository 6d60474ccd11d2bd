// SPDX-License-Identifier: MIT
#include "gibbs/row_prior.hpp"

#include <Eigen/Cholesky>

namespace mfpar {

RowPrior draw_row_prior(const RowMoments& rows, double effects,
                        const Eigen::MatrixXd& effect_products, RandomDraws& draws) {
  constexpr double kRowsOfMean = 2.0;
  const Eigen::Index size = rows.sum.size();
  const double count = rows.count;
  const Eigen::VectorXd mean = rows.sum / std::max(count, 1.0);
  const Eigen::MatrixXd scatter = rows.products - count * mean * mean.transpose();
  const Eigen::MatrixXd inverse_scale =
      Eigen::MatrixXd::Identity(size, size) + scatter + effect_products +
      (kRowsOfMean * count / (kRowsOfMean + count)) * mean * mean.transpose();
  const Eigen::MatrixXd scale = inverse_scale.llt().solve(Eigen::MatrixXd::Identity(size, size));
  const Eigen::MatrixXd factor = Eigen::MatrixXd((scale + scale.transpose()) / 2.0).llt().matrixL();

  RowPrior prior;
  prior.precision = draws.wishart(factor, static_cast<double>(size) + count + effects);
  const Eigen::LLT<Eigen::MatrixXd> of_mean(prior.precision * (kRowsOfMean + count));
  prior.mean = mean * (count / (kRowsOfMean + count)) +
               Eigen::VectorXd(of_mean.matrixU().solve(draws.normals(size)));
  return prior;
}

}  // namespace mfpar
