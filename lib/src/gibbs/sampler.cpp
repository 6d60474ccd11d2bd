// SPDX-License-Identifier: MIT
#include "gibbs/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "base/partition.hpp"
#include "gibbs/draw_rows.hpp"
#include "gibbs/moments.hpp"
#include "gibbs/ordinal_ratings.hpp"
#include "io/restore_array.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr double kInitScale = 0.1;

// Of targets whose variance is 1.
constexpr double kFirstNoisePrecision = 1.4;

// Drawn are 1 + half the number of ratings at most, give or take.
constexpr double kMostNoisePrecision = 1e15;

// What the strengths of effects start from: a start that is an order too small costs some twenty
// sweeps, one that is too large hundreds.
constexpr double kUserLinks = 0.5, kItemLinks = 0.35, kFeatures = 1.0;

// Users' priors depend on items of so many ratings. Rarer ones say little, and each is an effect
// that mixes slowly: MovieLens latest-small, 50 samples, with all items .687, with those of 5
// ratings .669, of 20 .663, of 50 .663; 300 samples .657, .656, .656, .658; less time with fewer.
// Items' priors depend on all users: MovieTweetings 2.292, with users of 5 ratings 2.297.
constexpr std::uint64_t kFewestRatingsOfItem = 10, kFewestRatingsOfUser = 1;

// Degrees of freedom of the users' weights, so to say how many ratings it takes to be found to be
// irregular. MovieLens latest-small .682 without weights, with 3 .660, 10 .659, 30 .658;
// MovieTweetings 2.311, 2.288, 2.290, 2.297, where intervals come out too narrow with few. Weights
// of items as well gain nothing.
constexpr double kWeightDegrees = 30.0;

enum class SampleDraw : std::uint64_t { kStart, kPrior, kRows, kNoise, kLatent };

/// Section "gibbs.numbers" of a checkpoint.
struct SamplerNumbers {
  double noise_precision;
  double squared_error;
  std::uint64_t sweeps;
};
static_assert(sizeof(SamplerNumbers) == 24);

}  // namespace

GibbsSampler::GibbsSampler(const RatingsByRow& by_user, const RatingsByRow& by_item,
                           const SamplerOptions& options, const KernelSet& kernels,
                           const Workers& workers)
    : options_(options),
      kernels_(kernels),
      workers_(workers),
      users_(by_user),
      items_(by_item),
      noise_precision_(kFirstNoisePrecision) {
  start(Entity::kUser);
  start(Entity::kItem);
}

void GibbsSampler::start(Entity of) {
  Side& mine = side(of);
  const Positives& rated = mine.ratings.who;
  const bool is_user = of == Entity::kUser;
  const SamplerSide& wanted = is_user ? options_.users : options_.items;
  const std::uint32_t size = options_.rank + 1;
  const std::size_t stride = row_stride(size);
  mine.rows = AlignedBuffer<float>(rated.rows() * stride);
  mine.weights.assign(rated.rows(), 1.0f);
  for (std::uint32_t row = 0; row < rated.rows(); ++row) {
    if (rated.count(row) == 0) continue;
    RandomDraws draws(derive_seed(options_.seed, SampleDraw::kStart, of, row));
    for (std::uint32_t f = 0; f < options_.rank; ++f) {
      mine.rows[row * stride + f] = static_cast<float>(kInitScale * draws.normal());
    }
  }

  std::vector<DesignBlock> blocks;
  if (wanted.links) {
    blocks.push_back(links_block(rated, side(other(of)).ratings.who,
                                 is_user ? kFewestRatingsOfItem : kFewestRatingsOfUser,
                                 is_user ? kUserLinks : kItemLinks));
  }
  if (wanted.features != nullptr) blocks.push_back(features_block(*wanted.features, kFeatures));
  if (!blocks.empty()) {
    mine.effects.emplace(Design(std::move(blocks), rated.rows(), size), size);
  }
}

FactorRows GibbsSampler::rows(Entity of) const noexcept {
  return {side(of).rows.data(), side(of).ratings.who.rows(), options_.rank + 1};
}

std::span<const double> GibbsSampler::strengths(Entity of) const noexcept {
  const auto& effects = side(of).effects;
  return effects ? std::span<const double>(effects->strengths()) : std::span<const double>();
}

void GibbsSampler::sweep() {
  draw_side(Entity::kUser);
  draw_side(Entity::kItem);
  draw_noise();
  ++sweeps_;
}

void GibbsSampler::draw_side(Entity of) {
  Side& mine = side(of);
  const Side& others = side(other(of));
  const auto seed = [&](SampleDraw what) { return derive_seed(options_.seed, what, of, sweeps_); };
  draw_prior(mine, seed(SampleDraw::kPrior));
  const auto& effects = mine.effects;
  draw_rows({.ratings = mine.ratings,
             .others = rows(other(of)),
             .prior = mine.prior,
             .prior_means = effects ? effects->row_means().values : nullptr,
             .noise_precision = noise_precision_,
             .weights = mine.weights,
             .weights_of_others = others.weights,
             .link = options_.link,
             .of = of},
            mine.rows.data(), seed(SampleDraw::kRows), kernels_, workers_);
}

void GibbsSampler::draw_prior(Side& mine, std::uint64_t seed) {
  RandomDraws draws(seed);
  const Positives& rated = mine.ratings.who;
  const FactorRows all{mine.rows.data(), rated.rows(), options_.rank + 1};
  if (!mine.effects) {
    const RowMoments moments = moments_of(all, nullptr, rated, workers_);
    mine.prior = draw_row_prior(
        moments, 0.0, Eigen::MatrixXd::Zero(moments.sum.size(), moments.sum.size()), draws);
    return;
  }
  Effects& effects = *mine.effects;
  mine.prior = draw_row_prior(moments_of(all, effects.row_means().values, rated, workers_),
                              static_cast<double>(effects.values().count),
                              effects.weighted_products(kernels_, workers_), draws);
  effects.draw(all, rated, mine.prior, seed, kernels_, workers_);
}

void GibbsSampler::save(SectionWriter& file) const {
  file.add_copy("gibbs.users", users_.rows.span());
  file.add_copy("gibbs.items", items_.rows.span());
  file.add_copy("gibbs.user_weights", users_.weights);
  file.add_value("gibbs.numbers", SamplerNumbers{noise_precision_, squared_error_, sweeps_});
  if (users_.effects) users_.effects->save(file, "gibbs.users.");
  if (items_.effects) items_.effects->save(file, "gibbs.items.");
}

void GibbsSampler::restore(const SectionReader& file, std::uint64_t sweeps) {
  const std::size_t size = options_.rank + std::size_t{1};
  restore_rows(file, "gibbs.users", users_.rows.span(), size, row_stride(size));
  restore_rows(file, "gibbs.items", items_.rows.span(), size, row_stride(size));
  restore_array(file, "gibbs.user_weights", std::span(users_.weights), Sign::kPositive);
  const SamplerNumbers numbers = saved_array<SamplerNumbers>(file, "gibbs.numbers", 1)[0];
  if (!(numbers.noise_precision > 0.0) || numbers.noise_precision > kMostNoisePrecision) {
    file.fail("gibbs.numbers", offsetof(SamplerNumbers, noise_precision),
              "no noise has this precision");
  }
  if (!(numbers.squared_error >= 0.0) || std::isinf(numbers.squared_error)) {
    file.fail("gibbs.numbers", offsetof(SamplerNumbers, squared_error),
              "a sum of squares is below 0 or not finite");
  }
  if (numbers.sweeps != sweeps) {
    file.fail("gibbs.numbers", offsetof(SamplerNumbers, sweeps),
              "it is of " + std::to_string(numbers.sweeps) + " sweeps; " + std::to_string(sweeps) +
                  " were expected, by the name of the file");
  }
  noise_precision_ = numbers.noise_precision;
  squared_error_ = numbers.squared_error;
  sweeps_ = numbers.sweeps;
  if (users_.effects) users_.effects->restore(file, "gibbs.users.");
  if (items_.effects) items_.effects->restore(file, "gibbs.items.");
}

std::vector<double> GibbsSampler::errors_of_users() const {
  const FactorRows users = rows(Entity::kUser), items = rows(Entity::kItem);
  if (options_.link == nullptr) return squared_errors(users_.ratings, users, items, workers_);
  return latent_squared_errors(users_.ratings, *options_.link, users, items, noise_precision_,
                               users_.weights,
                               derive_seed(options_.seed, SampleDraw::kLatent, sweeps_), workers_);
}

void GibbsSampler::draw_noise() {
  const Positives& rated = users_.ratings.who;
  const std::vector<double> errors = errors_of_users();
  double total = 0.0;
  squared_error_ = 0.0;
  for (std::uint32_t user = 0; user < rated.rows(); ++user) {
    squared_error_ += errors[user];
    total += errors[user] * double{users_.weights[user]};
  }
  if (!std::isfinite(total)) {
    throw Error(ErrorCode::kDiverged, "method gibbs: sample " + std::to_string(sweeps_) +
                                          " left the finite numbers; scale the ratings down");
  }
  RandomDraws draws(derive_seed(options_.seed, SampleDraw::kNoise, sweeps_));
  // Of two values there is one cutpoint a user, which leaves the scale of scores open.
  if (options_.link == nullptr || options_.link->values.size() > 2) {
    noise_precision_ =
        draws.gamma(1.0 + static_cast<double>(rated.size()) / 2.0, 1.0 / (1.0 + total / 2.0));
  }
  for (std::uint32_t user = 0; user < rated.rows(); ++user) {
    const auto count = static_cast<double>(rated.count(user));
    users_.weights[user] = static_cast<float>(draws.gamma(
        (kWeightDegrees + count) / 2.0, 2.0 / (kWeightDegrees + noise_precision_ * errors[user])));
  }
}

}  // namespace mfpar
