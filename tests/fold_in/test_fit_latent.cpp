// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/random.hpp"
#include "fold_in/fit_latent.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_fit_latent)

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kRank = 3;

double below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2.0; }

/// Rows to fit on, and what latent ratings lie between.
struct Problem {
  explicit Problem(std::size_t count, double width, std::uint64_t seed)
      : rows(count * row_stride(kRank)), offsets(count) {
    Random random(seed);
    for (std::size_t s = 0; s < count; ++s) {
      for (std::uint32_t k = 0; k < kRank; ++k) {
        rows[s * row_stride(kRank) + k] = static_cast<float>(random.normal());
      }
      offsets[s] = 0.3 * random.normal();
      const double lower = std::floor(random.normal() / width) * width;
      bounds.push_back({s % 5 == 0 ? -kInfinity : lower, s % 7 == 1 ? kInfinity : lower + width});
    }
    indices.resize(count);
    std::iota(indices.begin(), indices.end(), 0u);
  }

  FixedRows fixed() const {
    return {.factors = rows.data(), .stride = row_stride(kRank), .rank = kRank, .has_bias = true};
  }

  /// What is maximised.
  double objective(const Eigen::VectorXd& row, double deviation,
                   const RidgePenalty& penalty) const {
    double sum = 0.0;
    for (std::size_t s = 0; s < bounds.size(); ++s) {
      const double score = offsets[s] + row_part(row, fixed(), indices[s]);
      sum += std::log(below((bounds[s].upper - score) / deviation) -
                      below((bounds[s].lower - score) / deviation));
    }
    return 2.0 * deviation * deviation * sum - penalty.factors * row.head(kRank).squaredNorm() -
           penalty.bias * row[kRank] * row[kRank];
  }

  AlignedBuffer<float> rows;
  std::vector<double> offsets;
  std::vector<LatentBounds> bounds;
  std::vector<std::uint32_t> indices;
};

}  // namespace

BOOST_AUTO_TEST_CASE(no_row_makes_ratings_more_likely) {
  std::uint64_t seed = 0;
  for (const std::size_t count : {1u, 2u, 5u, 40u, 200u}) {
    for (const double width : {0.1, 0.7, 3.0}) {
      for (const double deviation : {0.4, 1.1}) {
        const Problem problem(count, width, ++seed);
        NormalEquations equations(problem.fixed());
        equations.start(problem.indices);
        RidgePenalty penalty{0.7, 0.2};
        RidgeTargets ridge;
        const Eigen::VectorXd row =
            fit_latent(equations, problem.bounds, deviation, problem.offsets, penalty, ridge);
        const double best = problem.objective(row, deviation, penalty);
        for (Eigen::Index k = 0; k <= kRank; ++k) {
          for (const double step : {-0.003, 0.003}) {
            Eigen::VectorXd moved = row;
            moved[k] += step;
            BOOST_TEST(problem.objective(moved, deviation, penalty) < best);
          }
        }
        // The ridge regression that it ends with has the same minimum.
        const Eigen::VectorXd again = equations.solve(ridge.targets, ridge.weights, penalty);
        BOOST_TEST((again - row).norm() < 1e-9);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(ratings_without_bounds_hold_their_scores) {
  Problem problem(10, 0.5, 3);
  NormalEquations equations(problem.fixed());
  equations.start(problem.indices);
  RidgePenalty penalty{0.1, 0.1};
  RidgeTargets ridge;
  const Eigen::VectorXd row = fit_latent(equations, {}, 0.8, problem.offsets, penalty, ridge);
  BOOST_TEST(row.norm() == 0.0);
  const double free = fit_latent(equations, std::span(problem.bounds).first(1), 0.8,
                                 problem.offsets, penalty, ridge)
                          .norm();
  Problem alone(1, 0.5, 3);
  NormalEquations of_one(alone.fixed());
  of_one.start(alone.indices);
  const double held = fit_latent(of_one, alone.bounds, 0.8, alone.offsets, penalty, ridge).norm();
  BOOST_TEST(free < held);
}

// Bounds so far away that no probability is left in double precision.
BOOST_AUTO_TEST_CASE(far_bounds_give_finite_rows) {
  const Problem shape(4, 0.5, 1);
  for (const double far : {20.0, -20.0, 300.0, -300.0}) {
    std::vector<LatentBounds> bounds(4, {far, far + 0.25});
    bounds[1] = far > 0 ? LatentBounds{far, kInfinity} : LatentBounds{-kInfinity, far};
    NormalEquations equations(shape.fixed());
    equations.start(shape.indices);
    RidgePenalty penalty{1.0, 1.0};
    RidgeTargets ridge;
    const Eigen::VectorXd row = fit_latent(equations, bounds, 0.5, shape.offsets, penalty, ridge);
    BOOST_TEST(row.allFinite());
    BOOST_TEST((row[kRank] > 0.0) == (far > 0.0));
  }
}

BOOST_AUTO_TEST_SUITE_END()
