// SPDX-License-Identifier: MIT
#include "gibbs/random_draws.hpp"

#include <boost/random/gamma_distribution.hpp>
#include <cmath>
#include <limits>

namespace mfpar {

double RandomDraws::gamma(double shape, double scale) {
  if (!(scale > 0.0) || std::isinf(scale)) return std::numeric_limits<double>::quiet_NaN();
  return boost::random::gamma_distribution<double>(shape, scale)(engine_);
}

Eigen::VectorXd RandomDraws::normals(Eigen::Index size) {
  Eigen::VectorXd drawn(size);
  for (Eigen::Index i = 0; i < size; ++i) drawn(i) = normal();
  return drawn;
}

Eigen::MatrixXd RandomDraws::wishart(const Eigen::MatrixXd& factor, double degrees) {
  const Eigen::Index size = factor.rows();
  Eigen::MatrixXd bartlett = Eigen::MatrixXd::Zero(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    bartlett(i, i) = std::sqrt(gamma((degrees - static_cast<double>(i)) / 2.0, 2.0));
    for (Eigen::Index j = 0; j < i; ++j) bartlett(i, j) = normal();
  }
  const Eigen::MatrixXd root = factor * bartlett;
  return root * root.transpose();
}

}  // namespace mfpar
