// SPDX-License-Identifier: MIT
#include "gibbs/variance_trace.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "gibbs/moments.hpp"
#include "io/restore_array.hpp"

namespace mfpar {

namespace {

// On what is held out 32 say no more; bench/intervals.cpp compares with samples.
constexpr std::size_t kLandmarks = 16;

constexpr std::size_t kPairs = 10'000;

// Of kPairs, and how often someone of whom nothing is known is drawn anew in each sample.
constexpr double kUnknownPairs = 0.05;
constexpr std::size_t kUnknownDraws = 8;

constexpr std::size_t kPartitions = 64;

enum class TraceDraw : std::uint64_t { kLandmark = 100, kPair, kUnknown };

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

void VarianceTrace::Moments::save(SectionWriter& file, const std::string& prefix) const {
  file.add_copy(prefix + "means", means);
  file.add_copy(prefix + "squares", squares);
}

void VarianceTrace::Moments::restore(const SectionReader& file, const std::string& prefix) {
  restore_array(file, prefix + "means", std::span(means));
  restore_array(file, prefix + "squares", std::span(squares), Sign::kNotNegative);
}

void VarianceTrace::save(SectionWriter& file) const {
  of_users_.save(file, "variance.users.");
  of_items_.save(file, "variance.items.");
  of_pairs_.save(file, "variance.pairs.");
  file.add_copy("variance.noise", noise_);
  file.add_value("variance.samples", std::uint64_t{samples_});
}

void VarianceTrace::restore(const SectionReader& file) {
  of_users_.restore(file, "variance.users.");
  of_items_.restore(file, "variance.items.");
  of_pairs_.restore(file, "variance.pairs.");
  restore_array(file, "variance.noise", std::span(noise_), Sign::kNotNegative);
  samples_ = saved_array<std::uint64_t>(file, "variance.samples", 1)[0];
}

}  // namespace mfpar
