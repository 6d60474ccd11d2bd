// SPDX-License-Identifier: MIT
#include "compute/symmetric_eigen.hpp"

namespace mfpar {

Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> symmetric_eigen(const Eigen::MatrixXd& matrix) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix);
}

}  // namespace mfpar
