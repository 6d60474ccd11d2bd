// SPDX-License-Identifier: MIT
//
// What fold-in is compared with, by means as plain as can be: no Eigen, which the library uses.
#include <vector>

#include "serving_fixtures.hpp"

namespace mfpar::tests {

namespace {

/// The x of a x = b by Gaussian elimination. REQUIRES: a, of size x size, is positive definite, so
/// that no pivots need be chosen.
std::vector<double> solved(std::vector<double> a, std::vector<double> b) {
  const std::size_t size = b.size();
  const auto row = [&](std::size_t i) { return a.data() + i * size; };
  for (std::size_t pivot = 0; pivot < size; ++pivot) {
    const double* const above = row(pivot);
    for (std::size_t i = pivot + 1; i < size; ++i) {
      double* const below = row(i);
      const double factor = below[pivot] / above[pivot];
      for (std::size_t j = pivot; j < size; ++j) below[j] -= factor * above[j];
      b[i] -= factor * b[pivot];
    }
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t j = i + 1; j < size; ++j) b[i] -= row(i)[j] * b[j];
    b[i] /= row(i)[i];
  }
  return b;
}

}  // namespace

// (X'X + diag(alpha, ..., bias_alpha)) x = X'y, a row of X being an item's factors and 1.
Eigen::VectorXd slow_fold_in(const FactorModel& model, std::span<const FoldInRating> ratings,
                             double alpha, double bias_alpha) {
  const std::size_t rank = model.rank(), size = rank + model.has_biases();
  std::vector<double> a(size * size), b(size), x(size, 1.0);
  for (std::size_t k = 0; k < size; ++k) a[k * size + k] = k < rank ? alpha : bias_alpha;
  for (const FoldInRating& rating : ratings) {
    const std::span<const float> factors = model.item_row(rating.index);
    for (std::size_t k = 0; k < rank; ++k) x[k] = factors[k];
    const double y = double{rating.value} - model.mean() - model.parts().items.biases[rating.index];
    for (std::size_t i = 0; i < size; ++i) {
      double* const row = a.data() + i * size;
      for (std::size_t j = 0; j < size; ++j) row[j] += x[i] * x[j];
      b[i] += y * x[i];
    }
  }
  const std::vector<double> numbers = solved(std::move(a), std::move(b));
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(), static_cast<Eigen::Index>(size));
}

}  // namespace mfpar::tests
