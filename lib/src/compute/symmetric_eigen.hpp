// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

namespace mfpar {

/// Eigenvalues, rising, and eigenvectors of a symmetric matrix, of which the lower triangle is
/// looked at. Eigen's constructor, compiled once: it takes seconds wherever it stands.
Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> symmetric_eigen(const Eigen::MatrixXd& matrix);

}  // namespace mfpar
