// SPDX-License-Identifier: MIT
#include "mfpar/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "store/rating_table_impl.hpp"
#include "synthetic/long_tails.hpp"
#include "synthetic/planted_model.hpp"
#include "synthetic/synthetic_options.hpp"
#include "synthetic/synthetic_titles.hpp"

namespace mfpar {

namespace {

/// The values that ratings are rounded to: the lowest and every `step` above it up to the highest.
class RatingSteps {
 public:
  explicit RatingSteps(const SyntheticOptions& options)
      : lowest_(options.lowest),
        step_(options.step),
        last_(std::floor((options.highest - options.lowest) / options.step + 1e-9)) {}

  double count() const { return last_ + 1.0; }
  double nearest(double value) const {
    return std::clamp(std::round((value - lowest_) / step_), 0.0, last_);
  }
  double value(double number) const { return lowest_ + number * step_; }
  double clip(double value) const { return std::clamp(value, lowest_, this->value(last_)); }

 private:
  double lowest_, step_, last_;
};

/// When a user rates: in sittings of a few minutes between ratings, with days between sittings.
class Clock {
 public:
  explicit Clock(Random& random) : random_(random), now_(kStart + random.below(kSpan)) {}

  std::int64_t next() {
    now_ += random_.below(kSitting) == 0 ? random_.below(kBreak) : random_.below(kPause);
    return now_;
  }

 private:
  static constexpr std::int64_t kStart = 1'000'000'000;  // September 2001
  static constexpr std::uint32_t kSpan = 8 * 365 * 86'400;
  static constexpr std::uint32_t kSitting = 20;  // ratings
  static constexpr std::uint32_t kBreak = 14 * 86'400;
  static constexpr std::uint32_t kPause = 120;

  Random& random_;
  std::int64_t now_;
};

/// Makes the ratings of consecutive users.
class ChunkMaker {
 public:
  ChunkMaker(const SyntheticOptions& options, const PlantedModel& model,
             const AliasTable& popularity, RatingChunk& chunk)
      : options_(options), model_(model), items_(popularity), chunk_(chunk) {
    if (options.step > 0.0) steps_.emplace(options);
    is_compact_ = steps_ && steps_->count() <= static_cast<double>(RatingStore::kMaxValues) &&
                  options.items <= RatingStore::kMaxCompactItems;
    for (double number = 0.0; is_compact_ && number < steps_->count(); ++number) {
      chunk_.code_values.push_back(static_cast<float>(steps_->value(number)));
    }
  }

  void reserve(std::uint64_t ratings) {
    chunk_.timestamps.reserve(ratings);
    if (is_compact_) chunk_.compact.reserve(ratings);
    if (!is_compact_) chunk_.wide.reserve(ratings);
  }

  void add_user(UserIndex user, std::uint64_t count) {
    Random random(
        derive_seed(options_.seed, SeedUse::kSynthetic, SyntheticUse::kUserRatings, user));
    Clock clock(random);
    for (const ItemIndex item : items_.draw(count, random)) {
      const std::int64_t time = clock.next();
      const double prediction = model_.predict(user, item);
      add({user, item, 0.0f, time}, prediction, options_.noise_sd * random.normal());
    }
  }

  double squared_errors() const { return squared_errors_; }

 private:
  /// Adds `rating`, whose value is still to be made.
  void add(Rating rating, double prediction, double noise) {
    double value = prediction + noise;
    std::uint32_t code = RatingChunk::kNoCode;
    if (steps_) {
      const double number = steps_->nearest(value);
      value = steps_->value(number);
      prediction = steps_->clip(prediction);
      if (is_compact_) code = static_cast<std::uint32_t>(number);
    }
    rating.value = static_cast<float>(value);
    chunk_.add(rating, code);
    squared_errors_ += (value - prediction) * (value - prediction);
  }

  const SyntheticOptions& options_;
  const PlantedModel& model_;
  ItemSampler items_;
  RatingChunk& chunk_;
  std::optional<RatingSteps> steps_;  // where ratings are rounded
  bool is_compact_;
  double squared_errors_ = 0.0;
};

/// "1" to `count`.
std::shared_ptr<const IdDictionary> numbered_ids(std::uint32_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), std::int64_t{1});
  return std::make_shared<const IdDictionary>(std::move(ids));
}

/// Chunks of the usual size, but more of them where there would not be enough to share out.
std::size_t chunk_count(std::uint64_t ratings) {
  constexpr std::uint64_t kSmall = RatingChunk::kFull / 64, kEnough = 64;
  return std::max(ratings / RatingChunk::kFull, std::min(ratings / kSmall, kEnough)) + 1;
}

}  // namespace

SyntheticRatings make_synthetic(const SyntheticOptions& options) {
  check_options(options);
  const Workers workers(options.threads);
  const PlantedModel model(options, workers);
  const AliasTable popularity = draw_popularity(options);
  const std::vector<std::uint64_t> offsets = draw_user_offsets(options);
  const auto users = balanced_boundaries(offsets, chunk_count(options.ratings));

  SyntheticRatings result;
  RatingTable::Impl& table = result.ratings.impl();
  table.users = numbered_ids(options.users);
  table.items = numbered_ids(options.items);
  table.chunks.resize(users.size() - 1);
  std::vector<double> squared_errors(table.chunks.size());
  workers.for_each(table.chunks.size(), [&](std::size_t c) {
    ChunkMaker maker(options, model, popularity, table.chunks[c]);
    maker.reserve(offsets[users[c + 1]] - offsets[users[c]]);
    for (UserIndex user = users[c]; user < users[c + 1]; ++user) {
      maker.add_user(user, offsets[user + 1] - offsets[user]);
    }
    squared_errors[c] = maker.squared_errors();
  });
  result.floor_mse = std::accumulate(squared_errors.begin(), squared_errors.end(), 0.0) /
                     static_cast<double>(options.ratings);

  const SyntheticTitles titles(
      derive_seed(options.seed, SeedUse::kSynthetic, SyntheticUse::kTitles));
  for (ItemIndex item = 0; item < options.items; ++item) {
    result.titles.push_back(titles.title(item));
    result.genres.push_back(genres_of(model.item_row(item), model.factor_sd()));
  }
  return result;
}

}  // namespace mfpar
