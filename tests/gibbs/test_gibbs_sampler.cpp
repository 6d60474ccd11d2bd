// SPDX-License-Identifier: MIT
//
// The sampler against a plain one of its own: dense, serial, in double precision.
#include <Eigen/Cholesky>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "compute/rating_statistics.hpp"
#include "gibbs/sampler.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_gibbs_sampler)

namespace {

constexpr std::uint32_t kRank = 2;

/// Ratings of both sides, in the units of the sampler.
struct Standardised {
  explicit Standardised(const RandomRatings& shape)
      : store(random_store(shape)),
        statistics(measure_ratings(store, Loss::kSquared, true, workers)),
        by_user(ratings_by_user(store, statistics.scale.target, workers)),
        by_item(transposed(by_user, store.item_count())) {}

  Workers workers{1};
  RatingStore store;
  RatingStatistics statistics;
  RatingsByRow by_user, by_item;
};

/// What two samplers of the same posterior must agree on: mean predictions of all pairs and the
/// noise.
struct Posterior {
  explicit Posterior(std::size_t pairs) : means(pairs) {}
  std::vector<double> means;
  double noise = 0.0;
  double samples = 0.0;
};

/// The same model without links and features, straight from its definition.
class PlainSampler {
 public:
  explicit PlainSampler(const Standardised& data)
      : data_(data), draws_(77), users_(start(data.by_user)), items_(start(data.by_item)) {
    weights_ = std::vector<double>(data.by_user.who.rows(), 1.0);
  }

  void sweep() {
    draw_side(users_, items_, data_.by_user, true);
    draw_side(items_, users_, data_.by_item, false);
    double total = 0.0;
    std::vector<double> errors(weights_.size());
    for (std::uint32_t u = 0; u < weights_.size(); ++u) {
      const auto rated = data_.by_user.who.of(u);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        const double error = double{data_.by_user.targets_of(u)[n]} - score(u, rated[n]);
        errors[u] += error * error;
      }
      total += weights_[u] * errors[u];
    }
    const auto ratings = static_cast<double>(data_.by_user.who.size());
    alpha_ = draws_.gamma(1.0 + ratings / 2.0, 1.0 / (1.0 + total / 2.0));
    constexpr double kDegrees = 30.0;
    for (std::uint32_t u = 0; u < weights_.size(); ++u) {
      const auto count = static_cast<double>(data_.by_user.who.count(u));
      weights_[u] = draws_.gamma((kDegrees + count) / 2.0, 2.0 / (kDegrees + alpha_ * errors[u]));
    }
  }

  double score(std::uint32_t u, std::uint32_t i) const {
    return users_[u].head(kRank).dot(items_[i].head(kRank)) + users_[u](kRank) + items_[i](kRank);
  }
  double alpha() const { return alpha_; }

 private:
  using Rows = std::vector<Eigen::VectorXd>;

  Rows start(const RatingsByRow& ratings) {
    Rows rows;
    for (std::uint32_t row = 0; row < ratings.who.rows(); ++row) {
      rows.push_back(0.1 * draws_.normals(kRank + 1));
    }
    return rows;
  }

  void draw_side(Rows& rows, const Rows& others, const RatingsByRow& ratings, bool users) {
    RowMoments moments{.count = 0.0,
                       .sum = Eigen::VectorXd::Zero(kRank + 1),
                       .products = Eigen::MatrixXd::Zero(kRank + 1, kRank + 1)};
    for (const Eigen::VectorXd& row : rows) {
      moments.count += 1.0;
      moments.sum += row;
      moments.products += row * row.transpose();
    }
    const RowPrior prior =
        draw_row_prior(moments, 0.0, Eigen::MatrixXd::Zero(kRank + 1, kRank + 1), draws_);
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
      Eigen::MatrixXd precision = prior.precision;
      Eigen::VectorXd right = prior.precision * prior.mean;
      const auto rated = ratings.who.of(r);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        Eigen::VectorXd x = others[rated[n]];
        const double target = double{ratings.targets_of(r)[n]} - x(kRank);
        x(kRank) = 1.0;
        const double alpha = alpha_ * weights_[users ? r : rated[n]];
        precision += alpha * x * x.transpose();
        right += alpha * target * x;
      }
      const Eigen::LLT<Eigen::MatrixXd> factor(precision);
      rows[r] =
          factor.solve(right) + Eigen::VectorXd(factor.matrixU().solve(draws_.normals(kRank + 1)));
    }
  }

  const Standardised& data_;
  RandomDraws draws_;
  Rows users_, items_;
  std::vector<double> weights_;
  double alpha_ = 1.4;
};

// Sanitizers look at fewer samples, of whose means less can be said.
constexpr int kBurnIn = kSanitized ? 30 : 200, kSamples = kSanitized ? 60 : 1500;

template <class Sampler, class Score>
Posterior posterior_of(Sampler& sampler, std::uint32_t users, std::uint32_t items,
                       const Score& score, const std::function<double()>& alpha) {
  Posterior found(std::size_t{users} * items);
  for (int n = 0; n < kBurnIn + kSamples; ++n) {
    sampler.sweep();
    if (n < kBurnIn) continue;
    for (std::uint32_t u = 0; u < users; ++u) {
      for (std::uint32_t i = 0; i < items; ++i)
        found.means[u * items + i] += score(u, i) / kSamples;
    }
    found.noise += 1.0 / alpha() / kSamples;
  }
  return found;
}

double product_score(const GibbsSampler& sampler, std::uint32_t u, std::uint32_t i,
                     std::uint32_t rank) {
  const float* const p = sampler.rows(Entity::kUser).row(u);
  const float* const q = sampler.rows(Entity::kItem).row(i);
  float score = p[rank] + q[rank];
  for (std::uint32_t f = 0; f < rank; ++f) score += p[f] * q[f];
  return double{score};
}

std::vector<float> rows_after(const Standardised& data, const SamplerOptions& options, int sweeps,
                              int threads) {
  const Workers workers(threads);
  GibbsSampler sampler(data.by_user, data.by_item, options, find_kernels("auto"), workers);
  for (int n = 0; n < sweeps; ++n) sampler.sweep();
  std::vector<float> all;
  for (const Entity side : {Entity::kUser, Entity::kItem}) {
    const FactorRows rows = sampler.rows(side);
    all.insert(all.end(), rows.values, rows.values + rows.count * rows.stride());
  }
  all.insert(all.end(), sampler.user_weights().begin(), sampler.user_weights().end());
  for (const Entity side : {Entity::kUser, Entity::kItem}) {
    for (const double strength : sampler.strengths(side))
      all.push_back(static_cast<float>(strength));
  }
  return all;
}

/// A feature or two for every row but the first.
Features some_features(std::size_t rows) {
  Features features{.names = {"odd", "third"}, .offsets = {0, 0}, .indices = {}, .values = {}};
  for (std::size_t row = 1; row < rows; ++row) {
    for (const std::uint32_t feature : {0u, 1u}) {
      if (row % (feature + 2) == 0) continue;
      features.indices.push_back(feature);
      features.values.push_back(1.0f);
    }
    features.offsets.push_back(features.indices.size());
  }
  return features;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_posterior_is_that_of_a_plain_sampler) {
  const Standardised data({.users = 20, .items = 15, .density = 0.5});
  const std::uint32_t users = data.store.user_count(), items = data.store.item_count();
  PlainSampler plain(data);
  const Posterior expected = posterior_of(
      plain, users, items, [&](auto u, auto i) { return plain.score(u, i); },
      [&] { return plain.alpha(); });
  GibbsSampler sampler(data.by_user, data.by_item, {.rank = kRank, .seed = 4}, find_kernels("auto"),
                       data.workers);
  const Posterior found = posterior_of(
      sampler, users, items, [&](auto u, auto i) { return product_score(sampler, u, i, kRank); },
      [&] { return sampler.noise_precision(); });
  double squares = 0.0, largest = 0.0, spread = 0.0;
  for (std::size_t pair = 0; pair < found.means.size(); ++pair) {
    const double difference = found.means[pair] - expected.means[pair];
    squares += difference * difference;
    largest = std::max(largest, std::abs(difference));
    spread += expected.means[pair] * expected.means[pair];
  }
  const auto count = static_cast<double>(found.means.size());
  BOOST_TEST(std::sqrt(spread / count) > 0.5);  // there is something to agree on
  BOOST_TEST(std::sqrt(squares / count) < (kSanitized ? 0.3 : 0.06));
  BOOST_TEST(largest < (kSanitized ? 1.5 : 0.3));
  BOOST_TEST(found.noise == expected.noise, boost::test_tools::tolerance(kSanitized ? 0.3 : 0.05));
}

BOOST_AUTO_TEST_CASE(any_number_of_threads_draws_the_same_bytes) {
  const Standardised data({.users = 70, .items = 90, .density = 0.3});
  const Features of_users = some_features(data.store.user_count());
  const Features of_items = some_features(data.store.item_count());
  for (const bool links : {false, true}) {
    for (const bool features : {false, true}) {
      for (const std::uint32_t rank : {1u, 7u, 15u, 20u}) {
        if (kSanitized && rank != 7) continue;
        const SamplerOptions options{
            .rank = rank,
            .seed = 3,
            .users = {.links = links, .features = features ? &of_users : nullptr},
            .items = {.links = links, .features = features ? &of_items : nullptr}};
        const std::vector<float> expected = rows_after(data, options, 3, 1);
        for (const float x : expected) BOOST_REQUIRE(std::isfinite(x));
        for (const int threads : {3, 2, 16}) {
          if (kSanitized && threads != 3) continue;
          BOOST_TEST((rows_after(data, options, 3, threads) == expected));
        }
        SamplerOptions another = options;
        another.seed = 4;
        BOOST_TEST((rows_after(data, another, 3, 1) != expected));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_irregular_user_weighs_less) {
  // The same ratings, but one user rates at random.
  std::vector<Rating> ratings;
  Random random(8);
  for (std::uint32_t u = 0; u < 40; ++u) {
    for (std::uint32_t i = 0; i < 40; ++i) {
      const double regular = 3.0 + (i % 2 == 0 ? 1.0 : -1.0) + 0.1 * random.normal();
      const double value = u == 0 ? 1.0 + 4.0 * random.uniform() : regular;
      ratings.push_back({u, i, static_cast<float>(value), 0});
    }
  }
  const RatingStore store = store_of(ratings);
  const Workers workers(1);
  const RatingsByRow by_user = ratings_by_user(store, TargetScale{3.0f, 1.0f}, workers);
  const RatingsByRow by_item = transposed(by_user, store.item_count());
  GibbsSampler sampler(by_user, by_item, {.rank = 2, .seed = 1}, find_kernels("auto"), workers);
  for (int n = 0; n < 30; ++n) sampler.sweep();
  const UserIndex irregular = store.parts().users->find("0");
  double others = 0.0;
  for (UserIndex u = 0; u < store.user_count(); ++u) {
    if (u != irregular) others += double{sampler.user_weights()[u]} / 39.0;
  }
  BOOST_TEST(double{sampler.user_weights()[irregular]} < 0.3 * others);
}

BOOST_AUTO_TEST_SUITE_END()
