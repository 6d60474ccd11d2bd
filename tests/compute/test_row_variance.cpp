// SPDX-License-Identifier: MIT
#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "compute/row_variance.hpp"
#include "made_models.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_row_variance)

namespace {

/// Who rated what, user u so many of the first items as u + 1.
Positives growing_lists(std::uint32_t users) {
  Positives lists{.offsets = {0}, .indices = {}, .confidences = {}};
  for (std::uint32_t user = 0; user < users; ++user) {
    for (std::uint32_t item = 0; item <= user; ++item) lists.indices.push_back(item);
    lists.offsets.push_back(lists.indices.size());
  }
  return lists;
}

/// 1 and the diagonal of (X'X + D)^-1, straight from its definition.
Eigen::VectorXd plain_summary(const FactorModel& model, std::span<const std::uint32_t> items,
                              const RidgePenalty& penalty) {
  const auto rank = static_cast<Eigen::Index>(model.rank());
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(rank + 1, rank + 1);
  sum.diagonal().setConstant(penalty.factors);
  sum(rank, rank) = penalty.bias;
  for (const std::uint32_t item : items) {
    Eigen::VectorXd x(rank + 1);
    for (Eigen::Index f = 0; f < rank; ++f) {
      x(f) = double{model.item_row(item)[static_cast<std::size_t>(f)]};
    }
    x(rank) = 1.0;
    sum += x * x.transpose();
  }
  Eigen::VectorXd summary(rank + 2);
  summary << 1.0, Eigen::MatrixXd(sum.inverse()).diagonal();
  return summary;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_is_the_map_times_the_diagonal_of_the_inverse) {
  const FactorModel model = with_variance(made_parts({.rank = 5}));
  const ScoreVariance& variance = model.parts().variance;
  const std::vector<std::uint32_t> items{3, 8, 9, 40};
  const RidgePenalty penalty{.factors = 0.3, .bias = 0.7};
  NormalEquations equations({.factors = model.side(Entity::kItem).factors.data(),
                             .stride = model.stride(),
                             .rank = model.rank(),
                             .has_bias = true});
  equations.start(items);
  const auto row = variance_of_row(model, Entity::kUser, factor_of_row(equations, penalty));
  const Eigen::VectorXd summary = plain_summary(model, items, penalty);
  BOOST_REQUIRE(row.size() == variance.rank);
  for (std::uint32_t r = 0; r < variance.rank; ++r) {
    double expected = 0.0;
    for (Eigen::Index k = 0; k < summary.size(); ++k) {
      expected += summary(k) * double{variance.user_fold_in[r * 7 + static_cast<std::size_t>(k)]};
    }
    BOOST_TEST(double{row[r]} == expected, boost::test_tools::tolerance(1e-5));
  }
  BOOST_TEST(
      variance_of_row(*made_model(), Entity::kUser, factor_of_row(equations, penalty)).empty());
}

BOOST_AUTO_TEST_CASE(the_map_is_found_again_from_rows_that_follow_one) {
  constexpr std::uint32_t kUsers = 60, kRank = 4;
  FactorModel::Parts parts = made_parts({.users = kUsers, .rank = kRank});
  parts.fold_in = {.factors = 0.4f, .bias = 0.2f, .exponent = 1.0f};
  const FactorModel model(parts);
  const Positives lists = growing_lists(kUsers);
  const std::vector<float> truth{0.1f, 2.0f, 0.5f, 1.5f, 0.7f, 3.0f};
  std::vector<float> rows;
  for (std::uint32_t user = 0; user <= kUsers; ++user) {
    const auto items = user < kUsers ? lists.of(user) : std::span<const std::uint32_t>();
    const Eigen::VectorXd summary = plain_summary(model, items, {.factors = 0.4, .bias = 0.2});
    double row = 0.0;
    for (std::size_t k = 0; k < truth.size(); ++k) {
      row += double{truth[k]} * summary(static_cast<Eigen::Index>(k));
    }
    rows.push_back(static_cast<float>(row));
  }
  const auto map = fit_variance_map(model, Entity::kUser, lists, rows, 1, Workers(2));
  BOOST_REQUIRE(map.size() == truth.size());
  // Predictions agree; single weights may give way to each other.
  for (const std::uint32_t user : {0u, 5u, 30u, 59u}) {
    const Eigen::VectorXd summary =
        plain_summary(model, lists.of(user), {.factors = 0.4, .bias = 0.2});
    double found = 0.0;
    for (std::size_t k = 0; k < map.size(); ++k) {
      found += double{map[k]} * summary(static_cast<Eigen::Index>(k));
    }
    BOOST_TEST(found == double{rows[user]}, boost::test_tools::tolerance(0.01));
  }
}

BOOST_AUTO_TEST_SUITE_END()
