// SPDX-License-Identifier: MIT
//
// Users that the training never saw, folded in from 80 % of their ratings, against a model that was
// trained with these 80 %: how well do both predict the other 20 %?
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/train.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_fold_in_quality)

namespace {

constexpr std::uint32_t kNewUsers = 100;
constexpr std::uint64_t kSeeds[] = {1, 2, 3};
constexpr std::uint64_t kHeldOutOf = 5;  // every fifth rating, by lot

/// The ratings of a file, parted by `seed`.
struct Parted {
  RatingTable all_but_held_out;           ///< model A learns from these
  RatingTable of_others;                  ///< model B learns from these
  std::vector<std::vector<Rating>> kept;  ///< of the new users, with the file's indices
  std::vector<std::vector<Rating>> tested;
};

Parted part(const RatingTable& all, std::uint64_t seed) {
  const auto users = all.users(), items = all.items();
  const RandomPermutation by_lot(users->size(), derive_seed(seed, 1));
  Random random(derive_seed(seed, 2));
  Parted parts{{},
               {},
               std::vector<std::vector<Rating>>(kNewUsers),
               std::vector<std::vector<Rating>>(kNewUsers)};
  for (std::uint64_t at = 0; at < all.size(); ++at) {
    const Rating rating = all.at(at);
    const std::string user = users->id(rating.user), item = items->id(rating.item);
    const std::uint64_t lot = by_lot(rating.user);
    const bool held_out = random.below(kHeldOutOf) == 0;
    if (lot >= kNewUsers) {
      parts.of_others.add(user, item, rating.value);
    } else {
      (held_out ? parts.tested : parts.kept)[lot].push_back(rating);
    }
    if (lot >= kNewUsers || !held_out) parts.all_but_held_out.add(user, item, rating.value);
  }
  return parts;
}

struct Rmse {
  double squares = 0.0;
  std::uint64_t count = 0;
  void add(double error) {
    squares += error * error;
    ++count;
  }
  double operator()() const { return std::sqrt(squares / static_cast<double>(count)); }
};

double rmse_of_trained(const FactorModel& model, const RatingTable& all, const Parted& parts) {
  Rmse rmse;
  for (const auto& ratings : parts.tested) {
    for (const Rating& rating : ratings) {
      rmse.add(rating.value - model.predict(model.users().find(all.users()->id(rating.user)),
                                            model.items().find(all.items()->id(rating.item))));
    }
  }
  return rmse();
}

double rmse_of_folded_in(const FactorModel& model, const RatingTable& all, const Parted& parts,
                         const FoldInOptions& options) {
  const auto item_of = [&](const Rating& rating) {
    return model.items().find(all.items()->id(rating.item));
  };
  Rmse rmse;
  for (std::uint32_t user = 0; user < kNewUsers; ++user) {
    std::vector<FoldInRating> ratings;
    for (const Rating& rating : parts.kept[user])
      ratings.push_back({item_of(rating), rating.value});
    const FoldedIn row = fold_in_user(model, ratings, options);
    for (const Rating& rating : parts.tested[user]) {
      const ItemIndex item = item_of(rating);
      float score = model.score(kNoIndex, item) + row.bias;
      if (item != kNoIndex) {
        for (std::uint32_t k = 0; k < model.rank(); ++k) {
          score += row.factors[k] * model.item_row(item)[k];
        }
      }
      rmse.add(rating.value - std::clamp(score, model.range().lowest, model.range().highest));
    }
  }
  return rmse();
}

FactorModel trained_on(RatingTable&& table, const TrainOptions& options) {
  return train(build_store(std::move(table)), {}, options).model;
}

}  // namespace

BOOST_AUTO_TEST_CASE(folded_in_users_are_predicted_as_trained_ones) {
  const auto path = std::filesystem::path(MFPAR_TEST_DATA) / "ml-latest-small/ratings.csv";
  if (!std::filesystem::exists(path)) {
    BOOST_TEST_MESSAGE("skipped: " << path << " does not exist");
    return;
  }
  const RatingTable all = read_ratings(path.string()).ratings;
  TrainOptions options;
  options.epochs = 15;  // about the best on the validation part of this file
  options.eval_every = 0;
  options.patience = 0;
  options.schedule = Schedule::kBlocks;  // reproducible
  options.threads = 2;
  for (const std::uint64_t seed : kSeeds) {
    Parted parts = part(all, seed);
    const FactorModel with = trained_on(std::move(parts.all_but_held_out), options);
    const FactorModel without = trained_on(std::move(parts.of_others), options);
    const double trained = rmse_of_trained(with, all, parts);
    const double folded_in = rmse_of_folded_in(without, all, parts, {});
    BOOST_TEST_MESSAGE("seed " << seed << ": RMSE " << trained << " trained, " << folded_in
                               << " folded in");
    BOOST_TEST(std::abs(folded_in - trained) <= 0.01);
    BOOST_TEST(folded_in < rmse_of_trained(without, all, parts) - 0.05);  // all are unknown to it
  }
}

BOOST_AUTO_TEST_SUITE_END()
