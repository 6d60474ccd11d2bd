// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "compute/objective.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_objective)

namespace {

constexpr std::size_t kUsers = 7, kItems = 6, kRank = 3;
constexpr double kLambdaFactors = 0.7, kLambdaBiases = 0.3, kMean = 0.4;

struct Observation {
  std::size_t user, item;
  double value;
};

/// All parameters one behind the other: P, Q, user biases, item biases.
struct Problem {
  std::vector<Observation> ratings;
  std::vector<double> user_counts = std::vector<double>(kUsers);
  std::vector<double> item_counts = std::vector<double>(kItems);
  std::vector<double> parameters;
  double exponent;
  bool biases;
  Loss loss;

  static constexpr std::size_t kQ = kUsers * kRank;
  static constexpr std::size_t kUserBiases = kQ + kItems * kRank;
  static constexpr std::size_t kItemBiases = kUserBiases + kUsers;
  static constexpr std::size_t kSize = kItemBiases + kItems;

  Problem(Penalty penalty, bool with_biases, Loss with_loss)
      : exponent(penalty_exponent(penalty)), biases(with_biases), loss(with_loss) {
    const LossInfo& info = describe_loss(loss);
    const auto fitting = [&](double value) {
      if (info.takes_labels) return value > 0.0 ? 1.0 : info.predicts_probability ? 0.0 : -1.0;
      return info.needs_nonnegative ? std::abs(value) : value;
    };
    Random random(11);
    for (std::size_t u = 0; u < kUsers; ++u) {
      for (std::size_t i = 0; i < kItems; ++i) {
        if (random.uniform() < 0.4) continue;
        const double value = random.normal();
        ratings.push_back({u, i, fitting(value)});
        ++user_counts[u];
        ++item_counts[i];
      }
    }
    for (std::size_t x = 0; x < kSize; ++x) {
      const double drawn = random.normal();
      parameters.push_back(x < kUserBiases || biases
                               ? (info.needs_nonnegative ? 0.2 + std::abs(drawn) : drawn)
                               : 0.0);
    }
  }

  RatingPoint<double> point(const Observation& r) const {
    const std::span<const double> all(parameters);
    return {r.value,
            kMean,
            all.subspan(r.user * kRank, kRank),
            all.subspan(kQ + r.item * kRank, kRank),
            all[kUserBiases + r.user],
            all[kItemBiases + r.item]};
  }

  RatingWeights<double> weights(const Observation& r) const {
    const double u = std::pow(user_counts[r.user], -exponent);
    const double i = std::pow(item_counts[r.item], -exponent);
    return {kLambdaFactors * u, kLambdaFactors * i, kLambdaBiases * u, kLambdaBiases * i};
  }

  double total() const {
    return with_loss(loss, [&]<class LossPolicy>() {
      double sum = 0;
      for (const auto& r : ratings) sum += rating_loss(LossPolicy{}, point(r), weights(r));
      return sum;
    });
  }

  std::vector<double> gradient() const {
    return with_loss(loss, [&]<class LossPolicy>() { return gradient_of<LossPolicy>(); });
  }

  template <class LossPolicy>
  std::vector<double> gradient_of() const {
    std::vector<double> total(kSize);
    std::vector<double> p(kRank), q(kRank);
    for (const auto& r : ratings) {
      const auto bias = rating_gradient<double>(LossPolicy{}, point(r), weights(r), p, q);
      for (std::size_t f = 0; f < kRank; ++f) {
        total[r.user * kRank + f] += p[f];
        total[kQ + r.item * kRank + f] += q[f];
      }
      if (!biases) continue;
      total[kUserBiases + r.user] += bias.p;
      total[kItemBiases + r.item] += bias.q;
    }
    return total;
  }
};

const auto kPenalties = boost::unit_test::data::make({0, 1, 2});
const auto kWithBiases = boost::unit_test::data::make({false, true});
const auto kLosses = boost::unit_test::data::make({0, 1, 2, 3, 4, 5, 6});

}  // namespace

BOOST_DATA_TEST_CASE(analytic_gradient_equals_the_numerical_one, kPenalties* kWithBiases* kLosses,
                     penalty, biases, loss) {
  Problem problem(static_cast<Penalty>(penalty), biases, static_cast<Loss>(loss));
  const auto analytic = problem.gradient();
  // Squared, the loss is a polynomial of degree 4, so a central difference errs by h^2 / 6 times
  // its third derivative (about 10 here, 1e-9 in all) and by rounding (1e-16 * 50 / h). No rating's
  // residual is within a step of the kink of the absolute loss.
  constexpr double kStep = 3e-5;
  double error = 0, size = 0;
  for (std::size_t x = 0; x < Problem::kSize; ++x) {
    if (!biases && x >= Problem::kUserBiases) continue;
    const double saved = problem.parameters[x];
    problem.parameters[x] = saved + kStep;
    const double above = problem.total();
    problem.parameters[x] = saved - kStep;
    const double below = problem.total();
    problem.parameters[x] = saved;
    const double numerical = (above - below) / (2 * kStep);
    error += (numerical - analytic[x]) * (numerical - analytic[x]);
    size += analytic[x] * analytic[x];
  }
  BOOST_TEST(size > 1.0);
  BOOST_TEST(std::sqrt(error / size) < 1e-6);
}

BOOST_DATA_TEST_CASE(losses_add_up_to_the_reported_objective, kPenalties* kWithBiases* kLosses,
                     penalty, biases, loss) {
  // sum error + sum over rows n^(1-e) (lambda_factors |row|^2 + lambda_biases b^2) / (2 c)
  const Problem problem(static_cast<Penalty>(penalty), biases, static_cast<Loss>(loss));
  TrainOptions options;
  options.lambda_factors = kLambdaFactors;
  options.lambda_biases = kLambdaBiases;
  const PenaltyCharges charges = penalty_charges(problem.loss, options, 1.0);
  const double step =
      problem.loss == Loss::kSquared || problem.loss == Loss::kSquaredHinge ? 0.5 : 1.0;
  const auto& x = problem.parameters;
  const double exponent = problem.exponent;
  double objective = 0;
  for (const auto& r : problem.ratings) {
    const RatingPoint<double> at = problem.point(r);
    const double e = rating_residual(at), s = at.target - e;
    objective += problem.loss == Loss::kSquared    ? e * e
                 : problem.loss == Loss::kAbsolute ? std::abs(e)
                 : problem.loss == Loss::kLogistic
                     ? std::log(1 + std::exp(s)) - at.target * s
                     : with_loss(problem.loss, [&]<class LossPolicy>() {
                         return LossPolicy{}.error(at.target, e);
                       });
  }
  const auto add_row = [&x, &objective, &charges, exponent](double count, std::size_t factors,
                                                            std::size_t bias) {
    double square = 0;
    for (std::size_t f = 0; f < kRank; ++f) square += x[factors + f] * x[factors + f];
    objective += std::pow(count, 1 - exponent) *
                 (charges.factors * square + charges.biases * x[bias] * x[bias]);
  };
  for (std::size_t u = 0; u < kUsers; ++u) {
    add_row(problem.user_counts[u], u * kRank, Problem::kUserBiases + u);
  }
  for (std::size_t i = 0; i < kItems; ++i) {
    add_row(problem.item_counts[i], Problem::kQ + i * kRank, Problem::kItemBiases + i);
  }
  BOOST_TEST(problem.total() / step == objective, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(penalty_weights_fall_with_the_number_of_ratings) {
  BOOST_TEST(penalty_weight(16, Penalty::kPerRating) == 1.0f);
  BOOST_TEST(penalty_weight(16, Penalty::kSquareRoot) == 0.25f);
  BOOST_TEST(penalty_weight(16, Penalty::kTotal) == 0.0625f);
  BOOST_TEST(penalty_weight(0, Penalty::kTotal) == 0.0f);
}

BOOST_AUTO_TEST_SUITE_END()
