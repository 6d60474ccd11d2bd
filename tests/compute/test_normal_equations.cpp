// SPDX-License-Identifier: MIT
//
// Weighted ridge regression of one row; test_fold_in.cpp has what it is used for without weights.
#include <Eigen/Cholesky>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <vector>

#include "compute/normal_equations.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

/// Fixed rows, and the ratings of one row on them.
struct Problem {
  Problem(std::uint32_t rank, std::size_t count, bool bias)
      : model(shaped_model({.rank = rank, .users = 1, .items = 300, .biases = bias})) {
    const FactorModel::Side& items = model->parts().items;
    fixed = {items.factors.data(), model->stride(), rank, bias};
    Random random(rank + count);
    for (const FoldInRating& rating : made_ratings(count, 300, count)) {
      indices.push_back(rating.index);
      targets.push_back(random.normal());
      weights.push_back(weights.size() == 2 ? 0.0 : std::exp(2 * random.normal()));
    }
  }

  std::shared_ptr<const FactorModel> model;
  FixedRows fixed;
  std::vector<std::uint32_t> indices;
  std::vector<double> targets, weights;
};

/// The minimum of the weighted sum, by the textbook's equations.
Eigen::VectorXd slow_solution(const Problem& problem, std::span<const double> weights,
                              const RidgePenalty& penalty) {
  const Eigen::Index rank = problem.fixed.rank;
  const auto size = static_cast<Eigen::Index>(problem.fixed.unknowns());
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(size, size);
  a.diagonal().setConstant(penalty.factors);
  if (problem.fixed.has_bias) a(rank, rank) = penalty.bias;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(size), x = Eigen::VectorXd::Ones(size);
  for (std::size_t s = 0; s < problem.indices.size(); ++s) {
    for (Eigen::Index k = 0; k < rank; ++k) x[k] = problem.fixed.row(problem.indices[s])[k];
    a += weights[s] * x * x.transpose();
    b += weights[s] * problem.targets[s] * x;
  }
  return a.ldlt().solve(b);
}

bool same_bits(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), sizeof(double) * static_cast<std::size_t>(a.size())) == 0;
}

constexpr std::uint32_t kRanks[] = {1, 7, 16, 33, 64};

std::vector<std::size_t> counts_for(std::uint32_t rank) {
  return {0, 1, 3, rank, rank + 1, rank + 2, 2 * rank + 40};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_normal_equations)

BOOST_AUTO_TEST_CASE(weighted_ratings_solve_the_weighted_normal_equations) {
  for (const std::uint32_t rank : kRanks) {
    for (const bool bias : {true, false}) {
      for (const std::size_t count : counts_for(rank)) {
        const Problem problem(rank, count, bias);
        NormalEquations equations(problem.fixed);
        equations.start(problem.indices);
        for (const RidgePenalty wanted : {RidgePenalty{1.0, 1.0}, RidgePenalty{5.0, 0.1}}) {
          BOOST_TEST_CONTEXT("rank " << rank << " bias " << bias << " ratings " << count) {
            const Eigen::VectorXd expected = slow_solution(problem, problem.weights, wanted);
            RidgePenalty penalty = wanted;
            const Eigen::VectorXd found =
                equations.solve(problem.targets, problem.weights, penalty);
            BOOST_TEST(difference(found, expected) < 1e-9);
            BOOST_TEST((penalty == wanted));
            BOOST_TEST(difference(equations.solve_primal(problem.targets, problem.weights, penalty),
                                  expected) < 1e-9);
            if (count > problem.fixed.unknowns()) continue;
            BOOST_TEST(difference(equations.solve_dual(problem.targets, problem.weights, penalty),
                                  expected) < 1e-9);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(weights_of_1_are_no_weights_to_the_last_bit) {
  for (const std::uint32_t rank : kRanks) {
    for (const std::size_t count : counts_for(rank)) {
      const Problem problem(rank, count, true);
      NormalEquations equations(problem.fixed);
      equations.start(problem.indices);
      RidgePenalty penalty{0.7, 0.3};
      const Eigen::VectorXd plain = equations.solve(problem.targets, {}, penalty);
      const std::vector<double> ones(count, 1.0);
      BOOST_TEST(same_bits(equations.solve(problem.targets, ones, penalty), plain));
    }
  }
}

BOOST_AUTO_TEST_CASE(solving_again_is_as_solving_at_once) {
  for (const std::uint32_t rank : kRanks) {
    for (const std::size_t count : counts_for(rank)) {
      const Problem before(rank, count, true);
      Problem problem(rank, count, true);
      for (double& target : problem.targets) target = 1.0 - 2.0 * target;
      for (double& weight : problem.weights) weight = 1.0 / (1.0 + weight);
      RidgePenalty penalty{0.7, 0.3};
      NormalEquations fresh(problem.fixed);
      fresh.start(problem.indices);
      const Eigen::VectorXd expected = fresh.solve(problem.targets, problem.weights, penalty);

      NormalEquations equations(problem.fixed);
      equations.start(before.indices);
      equations.solve(before.targets, before.weights, penalty);
      BOOST_TEST(same_bits(equations.solve(problem.targets, problem.weights, penalty), expected));
      equations.solve(before.targets, {}, penalty);
      BOOST_TEST(same_bits(equations.solve(problem.targets, problem.weights, penalty), expected));

      // What was kept of other rows is not used.
      const std::vector<std::uint32_t> others(problem.indices.rbegin(), problem.indices.rend());
      equations.start(others);
      equations.solve(problem.targets, problem.weights, penalty);
      equations.start(problem.indices);
      BOOST_TEST(same_bits(equations.solve(problem.targets, problem.weights, penalty), expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_penalty_that_would_be_lost_beside_heavy_ratings_is_raised) {
  for (const std::size_t count : {2u, 40u}) {  // the dual, and the primal
    Problem problem(8, count, true);
    for (double& weight : problem.weights) weight = 1e12;
    double square_length = 0.0;
    for (const std::uint32_t index : problem.indices) {
      for (std::uint32_t k = 0; k < 8; ++k) {
        square_length += std::pow(double{problem.fixed.row(index)[k]}, 2);
      }
    }
    NormalEquations equations(problem.fixed);
    equations.start(problem.indices);
    RidgePenalty penalty{1e-9, 1e-9};
    BOOST_TEST(equations.solve(problem.targets, problem.weights, penalty).allFinite());
    BOOST_TEST(penalty.factors == square_length, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(penalty.bias == static_cast<double>(count), boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_SUITE_END()
