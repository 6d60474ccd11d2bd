// SPDX-License-Identifier: MIT
#include "gibbs/variance_trace.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/partition.hpp"
#include "base/random.hpp"

namespace mfpar {

namespace {

// On what is held out 16 say as much as 32; bench/intervals.cpp compares with samples.
constexpr std::size_t kLandmarks = 24;

constexpr std::size_t kPairs = 10'000;

// Of kPairs, and how often someone of whom nothing is known is drawn anew in each sample.
constexpr double kUnknownPairs = 0.05;
constexpr std::size_t kUnknownDraws = 8;

// Of the mean of the diagonal of the normal equations.
constexpr double kRidge = 0.01;

// Variances count by their relative error, those below this share of the mean by that share.
constexpr double kLeastShare = 0.05;

constexpr std::size_t kPartitions = 64;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

enum class TraceDraw : std::uint64_t { kLandmark = 100, kPair, kUnknown };

float score_of(const float* p, const float* q, std::uint32_t rank) {
  float score = p[rank] + q[rank];
  for (std::uint32_t f = 0; f < rank; ++f) score += p[f] * q[f];
  return score;
}

/// Rows at random, as likely as they have ratings, none twice (Efraimidis, Spirakis 2006).
std::vector<std::uint32_t> choose_landmarks(const Positives& rated, std::uint64_t seed) {
  std::vector<std::pair<double, std::uint32_t>> keys;
  Random random(seed);
  for (std::uint32_t row = 0; row < rated.rows(); ++row) {
    const double draw = random.uniform();
    if (rated.count(row) == 0) continue;
    keys.emplace_back(std::log(1.0 - draw) / static_cast<double>(rated.count(row)), row);
  }
  const std::size_t count = std::min(kLandmarks, keys.size());
  std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), keys.end(),
                    std::greater<>());
  std::vector<std::uint32_t> landmarks;
  for (std::size_t l = 0; l < count; ++l) landmarks.push_back(keys[l].second);
  return landmarks;
}

double mean_of(const std::vector<float>& values) {
  return std::max(std::accumulate(values.begin(), values.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(1, values.size())),
                  1e-30);
}

/// The rows of one side, `width` variances each, as multiples of their mean.
struct SideFeatures {
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

/// A lower triangle L of which L L' is the sum of the outer products, made positive definite.
Eigen::MatrixXd root_of(Eigen::MatrixXd products) {
  constexpr double kRounding = 1e-9;
  products.diagonal().array() += kRounding * products.trace();
  return products.llt().matrixL();
}

}  // namespace

VarianceTrace::Side::Side(const RatingsByRow& its_ratings, std::uint64_t seed)
    : ratings(its_ratings), landmarks(choose_landmarks(its_ratings.who, seed)) {}

VarianceTrace::VarianceTrace(const RatingsByRow& by_user, const RatingsByRow& by_item,
                             std::uint64_t seed)
    : seed_(seed),
      users_(by_user, derive_seed(seed, TraceDraw::kLandmark, Entity::kUser)),
      items_(by_item, derive_seed(seed, TraceDraw::kLandmark, Entity::kItem)),
      of_users_((users_.rows() + std::size_t{1}) * items_.landmarks.size()),
      of_items_((items_.rows() + std::size_t{1}) * users_.landmarks.size()),
      of_pairs_(kPairs),
      noise_(users_.rows()) {
  choose_pairs(derive_seed(seed, TraceDraw::kPair));
}

/// Users as likely as they have ratings, with items that are, and items whichever, by turns: what
/// is asked for is what was rated, but lists are of all items.
void VarianceTrace::choose_pairs(std::uint64_t seed) {
  Random random(seed);
  const Positives& by_user = users_.ratings.who;
  const Positives& by_item = items_.ratings.who;
  const auto position = [&] {
    return static_cast<std::uint64_t>(random.uniform() * static_cast<double>(by_user.size()));
  };
  for (std::size_t n = 0; n < kPairs; ++n) {
    const auto after = std::ranges::upper_bound(by_user.offsets, position());
    Pair pair{static_cast<std::uint32_t>(after - by_user.offsets.begin() - 1),
              by_user.indices[position()]};
    while (n % 2 == 1) {
      pair.item = random.below(by_item.rows());
      if (by_item.count(pair.item) > 0) break;
    }
    if (random.uniform() < kUnknownPairs) pair.user = users_.rows();
    if (random.uniform() < kUnknownPairs) pair.item = items_.rows();
    pairs_.push_back(pair);
  }
}

/// kUnknownDraws rows that have ratings, at random, one behind the other: whoever is not known may
/// be like any of them. (The prior alone, without effects of who rated what, varies too little:
/// on items without ratings of MovieLens latest-small 90 % intervals then hold 78 %.)
std::vector<float> VarianceTrace::draw_unknown(const Side& side, const FactorRows& rows,
                                               Entity of) const {
  Random random(derive_seed(seed_, TraceDraw::kUnknown, of, samples_));
  std::vector<float> drawn;
  while (drawn.size() < kUnknownDraws * rows.rank) {
    const std::uint32_t row = random.below(side.rows());
    if (side.ratings.who.count(row) == 0) continue;
    drawn.insert(drawn.end(), rows.row(row), rows.row(row) + rows.rank);
  }
  return drawn;
}

void VarianceTrace::add_side(const Side& side, const FactorRows& rows, const Side& others,
                             const FactorRows& other_rows, const std::vector<float>& unknown,
                             Moments& moments, const Workers& workers) const {
  const std::uint32_t rank = rows.rank - 1;
  const auto& landmarks = others.landmarks;
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(side.rows(), kPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      if (side.ratings.who.count(static_cast<std::uint32_t>(row)) == 0) continue;
      for (std::size_t l = 0; l < landmarks.size(); ++l) {
        moments.add(row * landmarks.size() + l,
                    score_of(rows.row(row), other_rows.row(landmarks[l]), rank), samples_);
      }
    }
  });
  for (std::size_t n = 0; n < kUnknownDraws; ++n) {
    for (std::size_t l = 0; l < landmarks.size(); ++l) {
      moments.add(side.rows() * landmarks.size() + l,
                  score_of(unknown.data() + n * rows.rank, other_rows.row(landmarks[l]), rank),
                  (samples_ - 1) * kUnknownDraws + n + 1);
    }
  }
}

void VarianceTrace::add(const GibbsSampler& sampler, const Workers& workers) {
  ++samples_;
  const FactorRows users = sampler.rows(Entity::kUser), items = sampler.rows(Entity::kItem);
  const std::uint32_t size = users.rank;
  const std::vector<float> unknown_user = draw_unknown(users_, users, Entity::kUser);
  const std::vector<float> unknown_item = draw_unknown(items_, items, Entity::kItem);
  add_side(users_, users, items_, items, unknown_user, of_users_, workers);
  add_side(items_, items, users_, users, unknown_item, of_items_, workers);
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    const auto [user, item] = pairs_[p];
    const bool knows_user = user < users_.rows(), knows_item = item < items_.rows();
    const std::size_t draws = knows_user && knows_item ? 1 : kUnknownDraws;
    for (std::size_t n = 0; n < draws; ++n) {
      const float* const p_row = knows_user ? users.row(user) : unknown_user.data() + n * size;
      const float* const q_row = knows_item ? items.row(item) : unknown_item.data() + n * size;
      of_pairs_.add(p, score_of(p_row, q_row, size - 1), (samples_ - 1) * draws + n + 1);
    }
  }
  const auto weights = sampler.user_weights();
  for (std::size_t user = 0; user < noise_.size(); ++user) {
    noise_[user] += 1.0 / (sampler.noise_precision() * double{weights[user]});
  }
}

/// Rows without ratings are as uncertain as the one of whom nothing is known.
std::vector<float> VarianceTrace::variances(const Side& side, std::size_t landmarks,
                                            const Moments& moments) const {
  std::vector<float> values(moments.squares.size());
  for (std::size_t row = 0; row <= side.rows(); ++row) {
    const bool known =
        row < side.rows() && side.ratings.who.count(static_cast<std::uint32_t>(row)) > 0;
    const std::size_t from = known ? row : side.rows();
    const auto count = static_cast<float>(samples_ * (known ? 1 : kUnknownDraws) - 1);
    for (std::size_t l = 0; l < landmarks; ++l) {
      values[row * landmarks + l] = moments.squares[from * landmarks + l] / count;
    }
  }
  return values;
}

std::vector<float> VarianceTrace::variances_of_pairs() const {
  std::vector<float> values(pairs_.size());
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    const bool known = pairs_[p].user < users_.rows() && pairs_[p].item < items_.rows();
    const auto count = static_cast<float>(samples_ * (known ? 1 : kUnknownDraws) - 1);
    values[p] = of_pairs_.squares[p] / count;
  }
  return values;
}

VarianceFactors VarianceTrace::finish(std::uint32_t rank, const KernelSet& kernels) const {
  const std::size_t width_u = items_.landmarks.size(), width_i = users_.landmarks.size();
  const SideFeatures users(variances(users_, width_u, of_users_), width_u);
  const SideFeatures items(variances(items_, width_i, of_items_), width_i);
  const std::vector<float> targets = variances_of_pairs();
  const double mean = mean_of(targets);

  // The normal equations of K, a product of y_u and z_i for each of its entries, and the moments
  // of both.
  constexpr std::size_t kAtOnce = 32;
  const std::size_t size = width_u * width_i, stride = (size + 7) / 8 * 8;
  AlignedBuffer<double> block(kAtOnce * stride), gram(stride * stride);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(size));
  Eigen::MatrixXd of_y =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(width_u), static_cast<Eigen::Index>(width_u));
  Eigen::MatrixXd of_z =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(width_i), static_cast<Eigen::Index>(width_i));
  for (std::size_t first = 0; first < pairs_.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, pairs_.size() - first);
    for (std::size_t n = 0; n < count; ++n) {
      const Eigen::VectorXd y = users.row(pairs_[first + n].user).cast<double>();
      const Eigen::VectorXd z = items.row(pairs_[first + n].item).cast<double>();
      const double target = double{targets[first + n]} / mean;
      const double weight = 1.0 / std::max(target, kLeastShare);
      Eigen::Map<RowMajor> x(block.data() + n * stride, y.size(), z.size());
      x = weight * y * z.transpose();
      right += weight * target *
               Eigen::Map<const Eigen::VectorXd>(x.data(), static_cast<Eigen::Index>(size));
      of_y += y * y.transpose();
      of_z += z * z.transpose();
    }
    kernels.gram({block.data(), count, size, stride, gram.data()});
  }
  Eigen::MatrixXd equations =
      Eigen::Map<const RowMajor>(gram.data(), static_cast<Eigen::Index>(stride),
                                 static_cast<Eigen::Index>(stride))
          .topLeftCorner(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
  equations.diagonal().array() += kRidge * equations.trace() / static_cast<double>(size);
  equations.triangularView<Eigen::StrictlyLower>() = equations.transpose();
  const Eigen::VectorXd solution = equations.llt().solve(right);
  const Eigen::Map<const RowMajor> middle(solution.data(), static_cast<Eigen::Index>(width_u),
                                          static_cast<Eigen::Index>(width_i));

  // The best of a lower rank, where y and z are scaled to be alike in all directions.
  const Eigen::MatrixXd root_y = root_of(of_y), root_z = root_of(of_z);
  const Eigen::MatrixXd scaled = root_y.transpose() * middle * root_z;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(scaled.transpose() * scaled);
  const Eigen::Index kept = std::min<Eigen::Index>(rank, std::min(scaled.rows(), scaled.cols()));
  const Eigen::MatrixXd leading = axes.eigenvectors().rightCols(kept);
  const Eigen::MatrixXd map_y =
      root_y.transpose().triangularView<Eigen::Upper>().solve(Eigen::MatrixXd(scaled * leading));
  const Eigen::MatrixXd map_z = root_z.transpose().triangularView<Eigen::Upper>().solve(leading);

  VarianceFactors factors{.rank = static_cast<std::uint32_t>(kept),
                          .users = users.times(map_y),
                          .items = items.times(map_z),
                          .noise = {}};
  // Relative errors weigh what came out low by chance: the sum is put right.
  double found = 0.0;
  for (const Pair& pair : pairs_) {
    found +=
        std::max(0.0f, std::inner_product(factors.users.data() + pair.user * factors.rank,
                                          factors.users.data() + (pair.user + 1) * factors.rank,
                                          factors.items.data() + pair.item * factors.rank, 0.0f));
  }
  const double wanted = mean * static_cast<double>(pairs_.size());
  const auto scale = static_cast<float>(wanted / std::max(found, 1e-30));
  for (float& value : factors.users) value *= scale;

  double total = 0.0, rated = 0.0;
  for (std::uint32_t user = 0; user < users_.rows(); ++user) {
    const bool known = users_.ratings.who.count(user) > 0;
    total += known ? noise_[user] : 0.0;
    rated += known;
  }
  const auto count = static_cast<double>(samples_);
  for (std::uint32_t user = 0; user < users_.rows(); ++user) {
    const bool known = users_.ratings.who.count(user) > 0;
    factors.noise.push_back(
        static_cast<float>(known ? noise_[user] / count : total / rated / count));
  }
  factors.noise.push_back(static_cast<float>(total / rated / count));
  return factors;
}

}  // namespace mfpar
