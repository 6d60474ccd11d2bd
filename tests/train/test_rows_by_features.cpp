// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/random.hpp"
#include "kinds.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/read_features.hpp"
#include "mfpar/read_ratings.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_rows_by_features)

namespace {

/// The mean error of two folds.
double two_folds(const RatingStore& ratings, const TrainOptions& options, const TrainHooks& hooks) {
  CrossValidationOptions folds;
  folds.folds = 2;
  return cross_validate(ratings, options, folds, hooks).mean_error;
}

TrainOptions options_of(Loss loss = Loss::kSquared) {
  TrainOptions options = quick_options();
  options.rank = 8;
  options.epochs = 30;
  options.loss = loss;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(new_users_and_items_are_predicted_by_their_features) {
  const struct {
    Loss loss;
    bool biases;
    double most;  ///< share of the error without features
  } rows[] = {
      {Loss::kSquared, true, 0.35},
      {Loss::kSquared, false, 0.7},  // 30 epochs do not learn all of the mean
      {Loss::kAbsolute, true, 0.35},
      {Loss::kLogistic, true, 0.5},
  };
  for (const auto& row : rows) {
    const Kinds kinds(row.loss == Loss::kLogistic);
    TrainOptions options = options_of(row.loss);
    options.biases = row.biases;
    const FactorModel without = kinds.train_with(nullptr, nullptr, options);
    const FactorModel with = kinds.train_with(&kinds.user_features, &kinds.item_features, options);
    for (const auto& [new_user, new_item] :
         {std::pair(true, false), std::pair(false, true), std::pair(true, true)}) {
      BOOST_TEST(kinds.error(with, new_user, new_item) <
                 row.most * kinds.error(without, new_user, new_item));
    }
    // Under squared loss all rows take part, else those without ratings alone.
    for (UserIndex user = 0; user < Kinds::kUsers; ++user) {
      const bool is_new = with.users().id(user).ends_with('9');
      BOOST_TEST(std::ranges::equal(with.user_row(user), without.user_row(user)) !=
                 (is_new || row.loss == Loss::kSquared));
    }
    for (ItemIndex item = 0; item < Kinds::kItems; ++item) {
      const bool is_new = with.items().id(item).ends_with('9');
      BOOST_TEST(std::ranges::equal(with.item_row(item), without.item_row(item)) !=
                 (is_new || row.loss == Loss::kSquared));
      if (!row.biases) BOOST_TEST(with.parts().items.biases[item] == 0.0f);
    }
  }
}

// All items have one feature; those that all users rate are better than those that few do. What is
// new is neither expected to be as most items are, nor as most ratings say.
BOOST_AUTO_TEST_CASE(what_is_new_is_between_rows_and_ratings) {
  constexpr std::uint32_t kUsers = 60, kItems = 61;
  std::vector<Rating> ratings;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    for (std::uint32_t item = 0; item < kItems; ++item) {
      const bool is_popular = item % 2 == 0, is_new = item == kItems - 1;
      if (!is_popular && (user + item) % 12 != 0) continue;
      ratings.push_back({user, item, is_popular ? 5.0f : 2.0f, is_new ? 100 : 1});
    }
  }
  const SplitResult data = split_at_time(store_of(ratings), 50);
  Features features;
  features.names = {"all"};
  features.indices.assign(kItems, 0);
  features.values.assign(kItems, 1.0f);
  for (std::uint32_t item = 1; item <= kItems; ++item) features.offsets.push_back(item);
  TrainHooks hooks;
  hooks.item_features = &features;
  for (const Method method : {Method::kSgd, Method::kGibbs}) {
    TrainOptions options = options_of();
    options.method = method;
    const FactorModel model = train(data.training, {}, options, hooks).model;
    const ItemIndex fresh = model.items().find(std::to_string(kItems - 1));
    double mean = 0.0;
    for (UserIndex user = 0; user < kUsers; ++user) mean += double{model.score(user, fresh)};
    mean /= kUsers;
    BOOST_TEST(mean > 4.1);  // by rows, however little the many ratings of one count: 4
    BOOST_TEST(mean < 4.6);  // by ratings: 4.8
  }
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_them) {
  const Kinds kinds;
  TrainOptions options = options_of();
  std::vector<std::vector<float>> all;
  for (const int threads : {1, 2, 3}) {
    options.threads = threads;
    all.push_back(
        numbers_of(kinds.train_with(&kinds.user_features, &kinds.item_features, options)));
  }
  BOOST_TEST((all[0] == all[1]));
  BOOST_TEST((all[0] == all[2]));
}

BOOST_AUTO_TEST_CASE(features_that_tell_nothing_do_no_harm) {
  const Kinds kinds;
  const FactorModel without = kinds.train_with(nullptr, nullptr, options_of());
  // Every item in a category by chance; and none in any.
  Features random = kinds.item_features, none = kinds.item_features;
  Random chance(7);
  for (std::uint32_t& feature : random.indices) feature = chance.below(Kinds::kKinds);
  none.indices.clear();
  none.values.clear();
  std::ranges::fill(none.offsets, 0);
  BOOST_TEST(kinds.error(kinds.train_with(nullptr, &random, options_of()), false, true) <
             1.1 * kinds.error(without, false, true));
  TrainOptions absolute = options_of(Loss::kAbsolute);
  BOOST_TEST((numbers_of(kinds.train_with(nullptr, &none, absolute)) ==
              numbers_of(kinds.train_with(nullptr, nullptr, absolute))));
}

BOOST_AUTO_TEST_CASE(the_error_on_validation_ratings_is_that_of_the_model) {
  const Kinds kinds;
  const SplitResult parts = split_random(kinds.training, 0.2, 3);
  for (const Loss loss : {Loss::kSquared, Loss::kAbsolute}) {
    TrainHooks hooks;
    BOOST_TEST(std::isnan(
        train(parts.training, parts.validation, options_of(loss), hooks).error_by_features));
    hooks.item_features = &kinds.item_features;
    const TrainResult result = train(parts.training, parts.validation, options_of(loss), hooks);
    BOOST_TEST(result.error_by_features == error_of(result.model, parts.validation),
               boost::test_tools::tolerance(1e-4));
    BOOST_TEST(std::isnan(train(parts.training, {}, options_of(loss), hooks).error_by_features));
  }
}

BOOST_AUTO_TEST_CASE(real_ratings_are_predicted_better) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const std::filesystem::path folder = std::filesystem::path(MFPAR_TEST_DATA) / "ml-latest-small";
  if (!std::filesystem::exists(folder / "movies.csv")) {
    BOOST_TEST_MESSAGE("skipped: no ml-latest-small in " << folder.parent_path());
    return;
  }
  const FeatureTable films = read_features((folder / "movies.csv").string(), Entity::kItem);
  const RatingStore store =
      with_ids(build_store(read_ratings((folder / "ratings.csv").string()).ratings), Entity::kItem,
               films.ids);
  const Features features = align(films, *store.parts().items);
  TrainOptions options;
  options.rank = 16;  // enough to see it
  options.threads = 2;
  options.schedule = Schedule::kBlocks;
  TrainHooks hooks;
  const double without = two_folds(store, options, hooks);
  hooks.item_features = &features;
  const double with = two_folds(store, options, hooks);
  BOOST_TEST_MESSAGE("MSE " << without << " -> " << with);
  BOOST_TEST(with < 0.985 * without);
}

BOOST_AUTO_TEST_CASE(folds_are_trained_with_features) {
  // Items of a single rating: nothing else is known of one that is in the fold.
  Random random(5);
  std::vector<Rating> ratings;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto u = static_cast<std::uint32_t>(random.below(40));
    ratings.push_back({u, i, static_cast<float>(1 + i % Kinds::kKinds), 0});
  }
  const RatingStore store = store_of(ratings);
  const Features items = Kinds::kinds_of(*store.parts().items);
  TrainHooks hooks;
  TrainOptions options = options_of();
  options.eval_every = 0;  // validation would find that nothing is learnt of new items
  const double without = two_folds(store, options, hooks);
  hooks.item_features = &items;
  BOOST_TEST(two_folds(store, options, hooks) < 0.9 * without);
}

BOOST_AUTO_TEST_SUITE_END()
