// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "compute/feature_regression.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_feature_regression)

namespace {

struct Shape {
  std::size_t rows, features, width;
  double density;
  bool repeated = false;  ///< every feature twice, and one that all rows have
};

struct Problem {
  explicit Problem(const Shape& shape) : width(shape.width) {
    Random random(shape.rows + 31 * shape.features);
    features.names.resize(shape.repeated ? 2 * shape.features + 1 : shape.features, "f");
    for (std::size_t row = 0; row < shape.rows; ++row) {
      for (std::uint32_t f = 0; f < shape.features; ++f) {
        if (random.uniform() >= shape.density) continue;
        const auto value = static_cast<float>(random.normal());
        for (std::uint32_t twin = 0; twin <= (shape.repeated ? 1u : 0u); ++twin) {
          features.indices.push_back(shape.repeated ? 2 * f + twin : f);
          features.values.push_back(value);
        }
      }
      if (shape.repeated) {
        features.indices.push_back(static_cast<std::uint32_t>(2 * shape.features));
        features.values.push_back(1.0f);
      }
      features.offsets.push_back(features.indices.size());
      weights.push_back(row % 5 == 4 ? 0.0 : std::exp(2.0 * random.normal()));
      for (std::size_t c = 0; c < width; ++c) targets.push_back(random.normal() + 2.0);
    }
  }

  /// What is expected of every row, from the normal equations as they stand.
  Eigen::MatrixXd expected(double lambda) const {
    const auto rows = static_cast<Eigen::Index>(features.row_count());
    const auto count = static_cast<Eigen::Index>(features.names.size());
    Eigen::MatrixXd x = Eigen::MatrixXd::Zero(rows, count), y(rows, width);
    for (Eigen::Index row = 0; row < rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      for (auto at = features.offsets[r]; at < features.offsets[r + 1]; ++at) {
        x(row, features.indices[at]) = features.values[at];
      }
      for (std::size_t c = 0; c < width; ++c) {
        y(row, static_cast<Eigen::Index>(c)) = targets[r * width + c];
      }
    }
    const Eigen::Map<const Eigen::VectorXd> w(weights.data(), rows);
    const Eigen::RowVectorXd mean_x = w.transpose() * x / w.sum();
    const Eigen::RowVectorXd mean_y = w.transpose() * y / w.sum();
    const Eigen::MatrixXd xc = x.rowwise() - mean_x, yc = y.rowwise() - mean_y;
    Eigen::MatrixXd left = xc.transpose() * w.asDiagonal() * xc;
    left.diagonal().array() += lambda;
    const Eigen::MatrixXd b = left.ldlt().solve(xc.transpose() * w.asDiagonal() * yc);
    return (xc * b).rowwise() + mean_y;
  }

  std::size_t width;
  Features features;
  std::vector<double> weights, targets;
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_solves_the_normal_equations_for_any_number_of_threads) {
  const Shape shapes[] = {
      {.rows = 10, .features = 3, .width = 1, .density = 0.5},
      {.rows = 200, .features = 30, .width = 5, .density = 0.2},
      {.rows = 40, .features = 100, .width = 3, .density = 0.1},  // more features than rows
      {.rows = 200, .features = 20, .width = 4, .density = 0.3, .repeated = true},
      {.rows = 30, .features = 1, .width = 2, .density = 1.0},
      {.rows = 30, .features = 2, .width = 2, .density = 0.0},  // nothing known of any
  };
  for (const Shape& shape : shapes) {
    const Problem problem(shape);
    std::vector<std::vector<double>> of_threads;
    for (const int threads : {1, 2, 3}) {
      const Workers workers(threads);
      FeatureRegression regression(problem.features, problem.weights, problem.targets,
                                   problem.width, workers);
      std::vector<double>& all = of_threads.emplace_back();
      // Each fit starts where the one before ended.
      for (const double lambda : {100.0, 1.0, 0.01, 1e4}) {
        regression.fit(lambda, 1e-6);
        const Eigen::MatrixXd expected = problem.expected(lambda);
        std::vector<double> found(problem.width);
        for (std::size_t row = 0; row < shape.rows; ++row) {
          regression.predict(row, found);
          for (std::size_t c = 0; c < problem.width; ++c) {
            // Residuals end at 1e-6 of what they were, and errors at most at that times the
            // condition, which is about the weights over lambda.
            BOOST_TEST(std::abs(found[c] - expected(static_cast<Eigen::Index>(row),
                                                    static_cast<Eigen::Index>(c))) <
                       (lambda < 1.0 ? 5e-3 : 1e-4));
          }
          all.insert(all.end(), found.begin(), found.end());
        }
      }
    }
    BOOST_TEST((of_threads[0] == of_threads[1]));
    BOOST_TEST((of_threads[0] == of_threads[2]));
  }
}

BOOST_AUTO_TEST_SUITE_END()
