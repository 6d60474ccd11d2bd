// SPDX-License-Identifier: MIT
#include "gibbs/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/partition.hpp"
#include "gibbs/draw_rows.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPartitions = 64;  // sums depend on it

constexpr double kInitScale = 0.1;

// What the strengths of effects start from. A start that is an order too small costs some twenty
// sweeps, one that is too large hundreds.
static double env(const char*n,double d){const char*e=getenv(n);return e?atof(e):d;}
static const double kLinkStrengthOfUsers = env("LU",1.8), kLinkStrengthOfItems = env("LI",0.35), kFeatureStrength = 1.0;

enum class DrawOf : std::uint64_t { kStart, kPrior, kEffects, kScale, kRows, kNoise };

std::uint64_t number(Entity of) { return of == Entity::kUser ? 0 : 1; }

}  // namespace

GibbsSampler::GibbsSampler(const RatingsByRow& by_user, const RatingsByRow& by_item,
                           const SamplerOptions& options, const KernelSet& kernels,
                           const Workers& workers)
    : options_(options),
      kernels_(kernels),
      workers_(workers),
      users_(by_user),
      items_(by_item) {
  start(Entity::kUser);
  start(Entity::kItem);
  users_.weights.assign(by_user.who.rows(), 1.0f);
  items_.weights.assign(by_item.who.rows(), 1.0f);
}

void GibbsSampler::start(Entity of) {
  Side& mine = side(of);
  const Side& others = side(of == Entity::kUser ? Entity::kItem : Entity::kUser);
  const SamplerSide& wanted = of == Entity::kUser ? options_.users : options_.items;
  const std::uint32_t rows = mine.ratings.who.rows(), size = options_.rank + 1;
  const std::size_t stride = row_stride(size);
  mine.rows = AlignedBuffer<float>(rows * stride);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (mine.ratings.who.count(row) == 0) continue;
    RandomDraws draws(derive_seed(options_.seed, DrawOf::kStart, number(of), row));
    for (std::uint32_t f = 0; f < options_.rank; ++f) {
      mine.rows[row * stride + f] = static_cast<float>(kInitScale * draws.normal());
    }
  }
  std::vector<DesignBlock> blocks;
  if (wanted.links) {
    blocks.push_back(links_design(
        mine.ratings.who, others.ratings.who,
        of == Entity::kUser ? kLinkStrengthOfUsers : kLinkStrengthOfItems));
  }
  if (wanted.features != nullptr) {
    std::uint32_t columns = 0;
    for (const std::uint32_t c : wanted.features->indices) columns = std::max(columns, c + 1);
    mine.feature_rows_of = transposed(*wanted.features, columns);
    blocks.push_back({.by_row = wanted.features,
                      .by_column = &mine.feature_rows_of,
                      .strength = kFeatureStrength});
  }
  if (!blocks.empty()) mine.effects.emplace(Design(std::move(blocks), rows, size), size);
}

FactorRows GibbsSampler::rows(Entity of) const noexcept {
  return {side(of).rows.data(), side(of).ratings.who.rows(), options_.rank + 1};
}

void GibbsSampler::sweep() {
  draw_side(Entity::kUser);
  draw_side(Entity::kItem);
  draw_noise();
  ++sweeps_;
}

void GibbsSampler::draw_side(Entity of) {
  Side& mine = side(of);
  const auto seed = [&](DrawOf what) {
    return derive_seed(options_.seed, what, number(of), sweeps_);
  };
  RandomDraws draws(seed(DrawOf::kPrior));
  const auto size = static_cast<Eigen::Index>(options_.rank + 1);
  if (mine.effects) {
    mine.prior = draw_row_prior(moments(mine), static_cast<double>(mine.effects->values().count),
                                mine.effects->weighted_products(kernels_, workers_), draws);
    mine.effects->draw(rows(of), mine.prior, seed(DrawOf::kEffects), kernels_, workers_);
    if(env("ASIS",1)) rescale_effects(of);
  } else {
    mine.prior =
        draw_row_prior(moments(mine), 0.0, Eigen::MatrixXd::Zero(size, size), draws);
  }
  const RowConditionals conditionals{
      .ratings = mine.ratings,
      .others = rows(of == Entity::kUser ? Entity::kItem : Entity::kUser),
      .prior = mine.prior,
      .prior_means = mine.effects ? mine.effects->row_means().values : nullptr,
      .noise_precision = noise_precision_,
      .weights = mine.weights.data(),
      .weights_of_others = side(of == Entity::kUser ? Entity::kItem : Entity::kUser).weights.data()};
  draw_rows(conditionals, mine.rows.data(), seed(DrawOf::kRows), kernels_, workers_);
  expect_unrated(mine);
}

/// Effects and strength together are what mixes slowly: a row's ratings say little about how much of
/// it is effect. So both are moved along the scale c that they share, rows less their effects held
/// still: effects to c times themselves, their strength to 1/c^2 of it, which their prior does not
/// notice; the ratings alone say what c is, and do so by a normal distribution (interweaving a
/// sufficient with an ancillary parameter: Yu, Meng 2011; the move along a group: Liu, Sabatti
/// 2000).
void GibbsSampler::rescale_effects(Entity of) {
  Side& mine = side(of);
  const FactorRows others = rows(of == Entity::kUser ? Entity::kItem : Entity::kUser);
  const FactorRows means = mine.effects->row_means();
  const Positives& who = mine.ratings.who;
  const std::uint32_t rank = options_.rank;
  const std::size_t stride = others.stride();
  std::vector<std::array<double, 2>> parts(kPartitions);
  workers_.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(who.rows(), kPartitions, partition);
    for (std::size_t at = range.begin; at < range.end; ++at) {
      const auto row = static_cast<std::uint32_t>(at);
      const float* const p = mine.rows.data() + row * stride;
      const float* const m = means.row(row);
      const auto rated = who.of(row);
      const auto targets = mine.ratings.targets_of(row);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        const float* const q = others.row(rated[n]);
        float score = p[rank] + q[rank], effect = m[rank];
        for (std::uint32_t f = 0; f < rank; ++f) {
          score += p[f] * q[f];
          effect += m[f] * q[f];
        }
        parts[partition][0] += double{effect * (targets[n] - score)};
        parts[partition][1] += double{effect * effect};
      }
    }
  });
  double left = 0.0, squares = 0.0;
  for (const auto& part : parts) {
    left += part[0];
    squares += part[1];
  }
  if (!(squares > 0.0)) return;
  RandomDraws draws(derive_seed(options_.seed, DrawOf::kScale, number(of), sweeps_));
  const double change =
      left / squares + draws.normal() / std::sqrt(noise_precision_ * squares);
  if (change <= -0.9) return;
  for (std::size_t at = 0; at < mine.rows.size(); ++at) {
    mine.rows[at] += static_cast<float>(change) * means.values[at];
  }
  mine.effects->scale(1.0 + change);
}

/// Of what is left of the rated rows without their effects.
RowMoments GibbsSampler::moments(const Side& mine) const {
  const auto size = static_cast<Eigen::Index>(options_.rank + 1);
  const Positives& who = mine.ratings.who;
  const std::size_t stride = row_stride(options_.rank + 1);
  std::vector<RowMoments> parts(kPartitions);
  workers_.for_each(kPartitions, [&](std::size_t partition) {
    RowMoments& part = parts[partition];
    part.sum = Eigen::VectorXd::Zero(size);
    part.products = Eigen::MatrixXd::Zero(size, size);
    const Range range = even_range(who.rows(), kPartitions, partition);
    Eigen::MatrixXd block(size, 64);
    Eigen::Index filled = 0;
    const auto flush = [&] {
      const auto some = block.leftCols(filled);
      part.sum += some.rowwise().sum();
      part.products.noalias() += some * some.transpose();
      filled = 0;
    };
    for (std::size_t row = range.begin; row < range.end; ++row) {
      if (who.count(static_cast<std::uint32_t>(row)) == 0) continue;
      part.count += 1.0;
      const float* const values = mine.rows.data() + row * stride;
      const float* const means =
          mine.effects ? mine.effects->row_means().values + row * stride : nullptr;
      for (Eigen::Index f = 0; f < size; ++f) {
        block(f, filled) = double{values[f]} - (means != nullptr ? double{means[f]} : 0.0);
      }
      if (++filled == block.cols()) flush();
    }
    flush();
  });
  RowMoments total{.sum = Eigen::VectorXd::Zero(size), .products = Eigen::MatrixXd::Zero(size, size)};
  for (const RowMoments& part : parts) {
    total.count += part.count;
    total.sum += part.sum;
    total.products += part.products;
  }
  return total;
}

void GibbsSampler::expect_unrated(Side& mine) {
  const Positives& who = mine.ratings.who;
  const std::size_t stride = row_stride(options_.rank + 1);
  for (std::uint32_t row = 0; row < who.rows(); ++row) {
    if (who.count(row) > 0) continue;
    for (std::uint32_t f = 0; f <= options_.rank; ++f) {
      float expected = static_cast<float>(mine.prior.mean(f));
      if (mine.effects) expected += mine.effects->row_means().values[row * stride + f];
      mine.rows[row * stride + f] = expected;
    }
  }
}

void GibbsSampler::draw_noise() {
  RandomDraws draws(derive_seed(options_.seed, DrawOf::kNoise, sweeps_));
  const std::vector<double> errors = squared_errors(Entity::kUser);
  double total = 0.0;
  for (std::size_t user = 0; user < errors.size(); ++user) total += errors[user] * users_.weights[user];
  noise_precision_ = draws.gamma(1.0 + static_cast<double>(users_.ratings.who.size()) / 2.0, 1.0 / (1.0 + total / 2.0));
  if (env("HU",1)) draw_weights(Entity::kUser);
  if (env("HI",1)) draw_weights(Entity::kItem);
}

void GibbsSampler::draw_weights(Entity of) {
  Side& mine = side(of);
  RandomDraws draws(derive_seed(options_.seed, DrawOf::kNoise, sweeps_, number(of)));
  const std::vector<double> errors = squared_errors(of);
  double logs = 0.0, sum = 0.0, count = 0.0;
  for (std::uint32_t row = 0; row < errors.size(); ++row) {
    const double n = static_cast<double>(mine.ratings.who.count(row));
    if (n == 0) { mine.weights[row] = 1.0f; continue; }
    const double g = draws.gamma((mine.nu + n) / 2.0, 2.0 / (mine.nu + noise_precision_ * errors[row]));
    mine.weights[row] = static_cast<float>(g);
    logs += std::log(g); sum += g; count += 1.0;
  }
  mine.nu=env("NU",30);
}

/// By row, weighted by the other side.
std::vector<double> GibbsSampler::squared_errors(Entity of) const {
  const Side& mine = side(of);
  const Side& their = side(of == Entity::kUser ? Entity::kItem : Entity::kUser);
  const Positives& who = mine.ratings.who;
  const FactorRows users = rows(of), items = rows(of == Entity::kUser ? Entity::kItem : Entity::kUser);
  const std::uint32_t rank = options_.rank;
  std::vector<double> sums(who.rows());
  workers_.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(who.rows(), kPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      const auto user = static_cast<std::uint32_t>(row);
      const float* const p = users.row(user);
      const auto rated = who.of(user);
      const auto targets = mine.ratings.targets_of(user);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        const float* const q = items.row(rated[n]);
        float dot = p[rank] + q[rank];
        for (std::uint32_t f = 0; f < rank; ++f) dot += p[f] * q[f];
        const double error = double{targets[n]} - double{dot};
        sums[row] += error * error * their.weights[rated[n]];
      }
    }
  });
  return sums;
}

void GibbsSampler::start_from(const GibbsSampler& other) {
  for (const Entity of : {Entity::kUser, Entity::kItem}) {
    Side& mine = side(of);
    const Side& theirs = other.side(of);
    std::copy(theirs.rows.begin(), theirs.rows.end(), mine.rows.begin());
    if (mine.effects && theirs.effects) {
      mine.effects->start_from(*theirs.effects, kernels_, workers_);
    }
  }
  noise_precision_ = other.noise_precision_;
  users_.weights = other.users_.weights;items_.weights = other.items_.weights;
  sweeps_ = other.sweeps_;
}

}  // namespace mfpar
