// SPDX-License-Identifier: MIT
//
// y, z, K: see variance_trace.hpp.
#include <Eigen/Cholesky>
#include <algorithm>
#include <numeric>
#include <utility>

#include "base/aligned_buffer.hpp"
#include "compute/symmetric_eigen.hpp"
#include "gibbs/variance_trace.hpp"

namespace mfpar {

namespace {

// Of the mean of the diagonal of the normal equations.
constexpr double kRidge = 0.01;

// Variances count by their relative error, those below this share of the mean by that share.
constexpr double kLeastShare = 0.05;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double mean_of(std::span<const float> values) {
  return std::max(std::accumulate(values.begin(), values.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(1, values.size())),
                  1e-30);
}

/// A lower triangle L of which L L' is the sum of the outer products, made positive definite.
Eigen::MatrixXd root_of(Eigen::MatrixXd products) {
  constexpr double kRounding = 1e-9;
  products.diagonal().array() += kRounding * products.trace();
  return products.llt().matrixL();
}

}  // namespace

/// The rows of one side, `width` variances each, as multiples of their mean.
struct VarianceTrace::SideFeatures {
  SideFeatures(std::vector<float> variances, std::size_t columns)
      : values(std::move(variances)), width(columns) {
    const auto mean = static_cast<float>(mean_of(values));
    for (float& value : values) value /= mean;
  }

  Eigen::Map<const Eigen::VectorXf> row(std::size_t index) const {
    return {values.data() + index * width, static_cast<Eigen::Index>(width)};
  }

  /// These rows times a matrix of as many rows as they are wide.
  std::vector<float> times(const Eigen::MatrixXd& matrix) const {
    const std::size_t rows = values.size() / width;
    std::vector<float> product(rows * static_cast<std::size_t>(matrix.cols()));
    for (std::size_t r = 0; r < rows; ++r) {
      Eigen::Map<Eigen::VectorXf>(product.data() + r * static_cast<std::size_t>(matrix.cols()),
                                  matrix.cols()) =
          (matrix.transpose() * row(r).cast<double>()).cast<float>();
    }
    return product;
  }

  std::vector<float> values;
  std::size_t width;
};

/// K, and the sums of the outer products of all y, and of all z.
struct VarianceTrace::Middle {
  Eigen::MatrixXd matrix, of_y, of_z;
};

/// Relative errors weigh what came out low by chance, and few pairs tell of those of whom nothing
/// is known: for each kind of pairs the sum is put right.
void VarianceTrace::put_sums_right(std::span<const float> targets, VarianceFactors& factors) const {
  constexpr double kLeast = 1e-30;
  const auto share = [&](bool unknown_user, bool unknown_item) {
    double wanted = kLeast, found = kLeast;
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      const auto [user, item] = pairs_[p];
      if ((user == users_.rows()) != unknown_user || (item == items_.rows()) != unknown_item) {
        continue;
      }
      const float* const w = factors.users.data() + user * factors.rank;
      wanted += double{targets[p]};
      found += std::max(0.0, std::inner_product(w, w + factors.rank,
                                                factors.items.data() + item * factors.rank, 0.0));
    }
    return static_cast<float>(wanted / found);
  };
  const float known = share(false, false);
  for (float& value : factors.users) value *= known;
  const auto scale_unknown = [&](const Side& side, std::vector<float>& rows, float by) {
    for (std::uint32_t row = 0; row <= side.rows(); ++row) {
      if (row < side.rows() && side.ratings.who.count(row) > 0) continue;
      for (std::uint32_t r = 0; r < factors.rank; ++r) rows[row * factors.rank + r] *= by;
    }
  };
  const float unknown_user = share(true, false), unknown_item = share(false, true);
  scale_unknown(users_, factors.users, unknown_user);
  scale_unknown(items_, factors.items, unknown_item);
}

/// The normal equations of K, a product of y_u and z_i for each of its entries, solved.
VarianceTrace::Middle VarianceTrace::fit_middle(const SideFeatures& users,
                                                const SideFeatures& items,
                                                std::span<const float> targets,
                                                const KernelSet& kernels) const {
  constexpr std::size_t kAtOnce = 32;
  const auto width_y = static_cast<Eigen::Index>(users.width);
  const auto width_z = static_cast<Eigen::Index>(items.width);
  const std::size_t size = users.width * items.width, stride = (size + 7) / 8 * 8;
  AlignedBuffer<double> block(kAtOnce * stride), gram(stride * stride);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(width_y * width_z);
  Middle fitted{.matrix = {},
                .of_y = Eigen::MatrixXd::Zero(width_y, width_y),
                .of_z = Eigen::MatrixXd::Zero(width_z, width_z)};
  const double mean = mean_of(targets);
  for (std::size_t first = 0; first < pairs_.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, pairs_.size() - first);
    for (std::size_t n = 0; n < count; ++n) {
      const Eigen::VectorXd y = users.row(pairs_[first + n].user).cast<double>();
      const Eigen::VectorXd z = items.row(pairs_[first + n].item).cast<double>();
      const double target = double{targets[first + n]} / mean;
      const double weight = 1.0 / std::max(target, kLeastShare);
      Eigen::Map<RowMajor> x(block.data() + n * stride, width_y, width_z);
      x = weight * y * z.transpose();
      right += weight * target * Eigen::Map<const Eigen::VectorXd>(x.data(), right.size());
      fitted.of_y += y * y.transpose();
      fitted.of_z += z * z.transpose();
    }
    kernels.gram({block.data(), count, size, stride, gram.data()});
  }
  Eigen::MatrixXd equations =
      Eigen::Map<const RowMajor>(gram.data(), static_cast<Eigen::Index>(stride),
                                 static_cast<Eigen::Index>(stride))
          .topLeftCorner(right.size(), right.size());
  equations.diagonal().array() += kRidge * equations.trace() / static_cast<double>(size);
  equations.triangularView<Eigen::StrictlyLower>() = equations.transpose();
  const Eigen::VectorXd solution = equations.llt().solve(right);
  fitted.matrix = Eigen::Map<const RowMajor>(solution.data(), width_y, width_z);
  return fitted;
}

VarianceFactors VarianceTrace::finish(std::uint32_t rank, const KernelSet& kernels) const {
  const SideFeatures users(variances(users_, items_.landmarks.size(), of_users_),
                           items_.landmarks.size());
  const SideFeatures items(variances(items_, users_.landmarks.size(), of_items_),
                           users_.landmarks.size());
  const std::vector<float> targets = variances_of_pairs();
  const Middle fitted = fit_middle(users, items, targets, kernels);

  // The best of a lower rank, where y and z are scaled to be alike in all directions.
  const Eigen::MatrixXd root_y = root_of(fitted.of_y), root_z = root_of(fitted.of_z);
  const Eigen::MatrixXd scaled = root_y.transpose() * fitted.matrix * root_z;
  const auto axes = symmetric_eigen(scaled.transpose() * scaled);
  const Eigen::Index kept = std::min<Eigen::Index>(rank, std::min(scaled.rows(), scaled.cols()));
  const Eigen::MatrixXd leading = axes.eigenvectors().rightCols(kept);
  const auto unscaled = [](const Eigen::MatrixXd& root, const Eigen::MatrixXd& directions) {
    return Eigen::MatrixXd(root.transpose().triangularView<Eigen::Upper>().solve(directions));
  };
  VarianceFactors factors{.rank = static_cast<std::uint32_t>(kept),
                          .users = users.times(unscaled(root_y, scaled * leading)),
                          .items = items.times(unscaled(root_z, leading)),
                          .noise = mean_noise()};
  put_sums_right(targets, factors);
  return factors;
}

/// Of each user, and of someone of whom nothing is known, who is like the others on average.
std::vector<float> VarianceTrace::mean_noise() const {
  double total = 0.0, rated = 0.0;
  for (std::uint32_t user = 0; user < users_.rows(); ++user) {
    if (users_.ratings.who.count(user) == 0) continue;
    total += noise_[user];
    rated += 1.0;
  }
  const auto count = static_cast<double>(samples_);
  std::vector<float> noise;
  for (std::uint32_t user = 0; user < users_.rows(); ++user) {
    const bool known = users_.ratings.who.count(user) > 0;
    noise.push_back(static_cast<float>((known ? noise_[user] : total / rated) / count));
  }
  noise.push_back(static_cast<float>(total / rated / count));
  return noise;
}

}  // namespace mfpar
