// SPDX-License-Identifier: MIT
//
// What a Gibbs sampler draws from, held against means and covariances that are known.
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "gibbs/draw_rows.hpp"
#include "gibbs/effects.hpp"
#include "gibbs/random_draws.hpp"
#include "gibbs/row_prior.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_gibbs_draws)

namespace {

// Deviations of a mean of so many draws from the truth, in its standard errors: by chance below 5.
constexpr int kDraws = 4000;
constexpr double kMostDeviations = 5.0;

/// Mean and covariance of vectors as they come.
struct Moments {
  explicit Moments(Eigen::Index size)
      : sum(Eigen::VectorXd::Zero(size)), products(Eigen::MatrixXd::Zero(size, size)) {}

  void add(const Eigen::VectorXd& x) {
    ++count;
    sum += x;
    products += x * x.transpose();
  }
  Eigen::VectorXd mean() const { return sum / count; }
  Eigen::MatrixXd covariance() const { return products / count - mean() * mean().transpose(); }

  double count = 0.0;
  Eigen::VectorXd sum;
  Eigen::MatrixXd products;
};

void check_normal(const Moments& drawn, const Eigen::VectorXd& mean,
                  const Eigen::MatrixXd& covariance) {
  for (Eigen::Index i = 0; i < mean.size(); ++i) {
    const double error = std::sqrt(covariance(i, i) / drawn.count);
    BOOST_TEST(std::abs(drawn.mean()(i) - mean(i)) < kMostDeviations * error);
    for (Eigen::Index j = 0; j < mean.size(); ++j) {
      const double of_product =
          std::sqrt((covariance(i, i) * covariance(j, j) + covariance(i, j) * covariance(i, j)) /
                    drawn.count);
      BOOST_TEST(std::abs(drawn.covariance()(i, j) - covariance(i, j)) <
                 kMostDeviations * of_product);
    }
  }
}

/// Positive definite, none of its entries 0.
Eigen::MatrixXd precision_of(Eigen::Index size) {
  Eigen::MatrixXd root(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j) {
      root(i, j) = 0.3 * std::sin(1.0 + static_cast<double>(3 * i + 7 * j));
    }
  }
  return root * root.transpose() + Eigen::MatrixXd::Identity(size, size);
}

Eigen::VectorXd vector_of(const float* row, Eigen::Index size) {
  return Eigen::Map<const Eigen::VectorXf>(row, size).cast<double>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(gamma_and_wishart_have_their_moments) {
  RandomDraws draws(7);
  for (const auto& [shape, scale] : {std::pair{0.5, 2.0}, {3.0, 0.5}, {200.0, 0.01}}) {
    Moments moments(1);
    for (int n = 0; n < kDraws; ++n) {
      moments.add(Eigen::VectorXd::Constant(1, draws.gamma(shape, scale)));
    }
    const double variance = shape * scale * scale;
    BOOST_TEST(std::abs(moments.mean()(0) - shape * scale) <
               kMostDeviations * std::sqrt(variance / kDraws));
    // The fourth central moment of a gamma distribution over the squared variance is 3 + 6 / shape.
    BOOST_TEST(std::abs(moments.covariance()(0, 0) - variance) <
               kMostDeviations * variance * std::sqrt((2.0 + 6.0 / shape) / kDraws));
  }
  for (const Eigen::Index size : {1, 2, 5}) {
    const Eigen::MatrixXd factor = precision_of(size).llt().matrixL();
    const double degrees = static_cast<double>(size) + 3.5;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(size, size);
    for (int n = 0; n < kDraws; ++n) sum += draws.wishart(factor, degrees);
    const Eigen::MatrixXd mean = degrees * factor * factor.transpose();
    const Eigen::MatrixXd scale = factor * factor.transpose();
    for (Eigen::Index i = 0; i < size; ++i) {
      for (Eigen::Index j = 0; j < size; ++j) {
        const double variance = degrees * (scale(i, j) * scale(i, j) + scale(i, i) * scale(j, j));
        BOOST_TEST(std::abs(sum(i, j) / kDraws - mean(i, j)) <
                   kMostDeviations * std::sqrt(variance / kDraws));
      }
    }
  }
}

// What has left the finite numbers stays outside of them, and is found there.
BOOST_AUTO_TEST_CASE(a_gamma_of_no_scale_is_no_number) {
  RandomDraws draws(1);
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double scale : {0.0, -1.0, infinity, std::nan("")}) {
    BOOST_TEST(std::isnan(draws.gamma(2.0, scale)), scale);
  }
}

BOOST_AUTO_TEST_CASE(a_prior_is_drawn_around_what_the_rows_are) {
  // Of very many rows the prior can only be their mean and their precision.
  const Eigen::Index size = 3;
  const double count = 1e7;
  const Eigen::VectorXd mean{{0.5, -1.0, 2.0}};
  const Eigen::MatrixXd precision = precision_of(size);
  RowMoments rows{
      .count = count,
      .sum = count * mean,
      .products = count * (Eigen::MatrixXd(precision.inverse()) + mean * mean.transpose())};
  RandomDraws draws(3);
  const RowPrior prior = draw_row_prior(rows, 0.0, Eigen::MatrixXd::Zero(size, size), draws);
  BOOST_TEST((prior.mean - mean).norm() < 1e-2);
  BOOST_TEST((prior.precision - precision).norm() / precision.norm() < 1e-2);
  // As many effects of the same precision change nothing but what they are counted as.
  const RowPrior with_effects = draw_row_prior(rows, count, count * precision.inverse(), draws);
  BOOST_TEST((with_effects.precision - precision).norm() / precision.norm() < 1e-2);
}

BOOST_AUTO_TEST_CASE(rows_are_drawn_from_their_conditionals) {
  const std::uint32_t rank = 3, size = rank + 1, others = 5;
  const std::size_t stride = row_stride(size);
  Random random(5);
  AlignedBuffer<float> fixed(others * stride);
  for (std::uint32_t other = 0; other < others; ++other) {
    for (std::uint32_t f = 0; f < size; ++f) {
      fixed[other * stride + f] = static_cast<float>(random.normal());
    }
  }
  const RatingsByRow ratings{
      .who = {.offsets = {0, 1, 1, 6}, .indices = {3, 0, 1, 2, 3, 4}, .confidences = {}},
      .targets = {0.5f, 1.0f, -1.0f, 0.25f, 2.0f, -0.5f}};
  const RowPrior prior{.mean = Eigen::VectorXd{{0.1, 0.2, -0.3, 0.4}},
                       .precision = precision_of(size)};
  AlignedBuffer<float> means(3 * stride);
  for (std::uint32_t f = 0; f < size; ++f) means[2 * stride + f] = 0.1f * static_cast<float>(f);
  const std::vector<float> weights{0.5f, 1.0f, 2.0f}, of_others{1.0f, 1.5f, 0.5f, 1.0f, 2.0f};
  const RowConditionals given{.ratings = ratings,
                              .others = {fixed.data(), others, size},
                              .prior = prior,
                              .prior_means = means.data(),
                              .noise_precision = 1.7,
                              .weights = weights,
                              .weights_of_others = of_others};
  for (const KernelSet* kernels : available_kernels()) {
    std::vector<Moments> drawn(3, Moments(size));
    for (int n = 0; n < kDraws; ++n) {
      AlignedBuffer<float> rows(3 * stride);
      draw_rows(given, rows.data(), derive_seed(9, n), *kernels, Workers(1));
      for (std::size_t row = 0; row < 3; ++row) {
        drawn[row].add(vector_of(rows.data() + row * stride, size));
      }
    }
    for (const std::uint32_t row : {0u, 2u}) {
      Eigen::MatrixXd precision = prior.precision;
      Eigen::VectorXd right =
          prior.precision * (prior.mean + vector_of(means.data() + row * stride, size));
      for (std::uint64_t at = ratings.who.offsets[row]; at < ratings.who.offsets[row + 1]; ++at) {
        const std::uint32_t other = ratings.who.indices[at];
        Eigen::VectorXd x = vector_of(given.others.row(other), size);
        const double target = double{ratings.targets[at]} - x(rank);
        x(rank) = 1.0;
        const double alpha = given.noise_precision * double{weights[row] * of_others[other]};
        precision += alpha * x * x.transpose();
        right += alpha * target * x;
      }
      const Eigen::MatrixXd covariance = precision.inverse();
      check_normal(drawn[row], covariance * right, covariance);
    }
    BOOST_TEST(drawn[1].sum.norm() == 0.0);  // has no ratings, and stays as it was
  }
}

BOOST_AUTO_TEST_CASE(effects_are_drawn_from_their_conditional) {
  // Two blocks: links of 4 rows to 3 columns, and 2 features with values.
  const Positives by_row{
      .offsets = {0, 2, 3, 5, 6}, .indices = {0, 1, 1, 0, 2, 2}, .confidences = {}};
  const Features features{.names = {"a", "b"},
                          .offsets = {0, 1, 2, 2, 4},
                          .indices = {0, 1, 0, 1},
                          .values = {1.0f, 0.5f, -0.5f, 1.5f}};
  const double of_links = 0.8, of_features = 1.6;
  const Positives rated{.offsets = {0, 1, 2, 3, 4}, .indices = {0, 0, 0, 0}, .confidences = {}};
  const std::uint32_t size = 2, rows = 4;
  const std::size_t stride = row_stride(size);
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(rows, 5);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (const std::uint32_t c : by_row.of(row)) {
      x(row, c) = 1.0 / std::sqrt(static_cast<double>(by_row.count(row)));
    }
    for (std::uint64_t at = features.offsets[row]; at < features.offsets[row + 1]; ++at) {
      x(row, 3 + features.indices[at]) = double{features.values[at]};
    }
  }
  const Eigen::VectorXd strengths{{of_links, of_links, of_links, of_features, of_features}};
  const RowPrior prior{.mean = Eigen::VectorXd{{0.3, -0.2}}, .precision = precision_of(size)};
  AlignedBuffer<float> values(rows * stride);
  Eigen::MatrixXd left(rows, size);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t f = 0; f < size; ++f) {
      values[row * stride + f] = static_cast<float>(row) - 0.7f * static_cast<float>(f);
      left(row, f) = double{values[row * stride + f]} - prior.mean(f);
    }
  }
  Eigen::MatrixXd matrix = x.transpose() * x;
  matrix.diagonal() += strengths;
  const Eigen::MatrixXd inverse = matrix.inverse(), mean = inverse * x.transpose() * left;
  const Eigen::MatrixXd of_factors = prior.precision.inverse();

  const Workers workers(2);
  std::vector<Moments> drawn(5, Moments(size));
  Moments first_factors(5);
  for (int n = 0; n < kDraws; ++n) {
    Effects effects(Design({links_block(by_row, transposed(by_row, 3), 1, of_links),
                            features_block(features, of_features)},
                           rows, size),
                    size);
    effects.draw({values.data(), rows, size}, rated, prior, derive_seed(2, n),
                 *available_kernels()[static_cast<std::size_t>(n) % available_kernels().size()],
                 workers);
    Eigen::VectorXd firsts(5);
    for (std::uint32_t c = 0; c < 5; ++c) {
      drawn[c].add(vector_of(effects.values().row(c), size));
      firsts(c) = double{effects.values().row(c)[0]};
    }
    first_factors.add(firsts);
    // What they add to rows is X B.
    for (std::uint32_t row = 0; n == 0 && row < rows; ++row) {
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(size);
      for (std::uint32_t c = 0; c < 5; ++c) {
        sum += x(row, c) * vector_of(effects.values().row(c), size);
      }
      BOOST_TEST((sum - vector_of(effects.row_means().row(row), size)).norm() < 1e-5);
    }
  }
  for (Eigen::Index c = 0; c < 5; ++c) {
    check_normal(drawn[static_cast<std::size_t>(c)], mean.row(c).transpose(),
                 inverse(c, c) * of_factors);
  }
  check_normal(first_factors, mean.col(0), of_factors(0, 0) * inverse);
}

BOOST_AUTO_TEST_CASE(links_are_those_to_rows_of_enough_ratings) {
  const Positives by_row{.offsets = {0, 3, 5, 6}, .indices = {0, 1, 2, 0, 1, 0}, .confidences = {}};
  const Positives by_other = transposed(by_row, 3);
  for (const auto& [fewest, columns] : {std::pair{1u, 3u}, {2u, 2u}, {3u, 1u}, {4u, 0u}}) {
    const DesignBlock block = links_block(by_row, by_other, fewest, 1.0);
    BOOST_TEST(block.columns() == columns);
    for (std::uint32_t row = 0; row < 3; ++row) {
      const auto links = static_cast<float>(block.by_row.count(row));
      BOOST_TEST(block.row_scales[row] * block.row_scales[row] * links == (links > 0 ? 1.0f : 0.0f),
                 boost::test_tools::tolerance(1e-6f));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
