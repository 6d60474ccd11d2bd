// SPDX-License-Identifier: MIT
//
// Tables of ratings folded in, new rows and known ones.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <stop_token>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in_table)

namespace {

constexpr Loss kLosses[] = {Loss::kSquared, Loss::kAbsolute, Loss::kLogistic};

FactorModel trained(Loss loss = Loss::kSquared) {
  SplitResult parts = split_random(
      random_store({.users = 80, .items = 40, .density = 0.5, .labels = loss == Loss::kLogistic}),
      0.1, 1);
  TrainOptions options;
  options.loss = loss;
  options.rank = 3;
  options.schedule = Schedule::kBlocks;
  return train(std::move(parts.training), parts.validation, options).model;
}

double change(const FoldedIn& row, const FactorModel& model, Entity entity, std::uint32_t index) {
  const FactorModel::Side& side = model.side(entity);
  double sum = std::pow(row.bias - side.biases[index], 2);
  for (std::uint32_t k = 0; k < model.rank(); ++k) {
    sum += std::pow(row.factors[k] - side.factors[index * model.stride() + k], 2);
  }
  return std::sqrt(sum);
}

float score_of(const FactorModel& model, const FoldedIn& user, ItemIndex item) {
  const auto q = model.item_row(item);
  return model.mean() + user.bias + model.parts().items.biases[item] +
         std::inner_product(q.begin(), q.end(), user.factors.begin(), 0.0f);
}

}  // namespace

BOOST_AUTO_TEST_CASE(new_rows_are_those_of_single_fold_ins) {
  const FactorModel model = trained();
  for (const Entity joining : {Entity::kUser, Entity::kItem}) {
    const bool users = joining == Entity::kUser;
    const auto add = [&](RatingTable& table, const char* row, const std::string& other, float x) {
      users ? table.add(row, other, x) : table.add(other, row, x);
    };
    const IdDictionary& others = users ? model.items() : model.users();
    RatingTable table;
    add(table, "ann", others.id(3), 5);
    add(table, "bob", others.id(1), 2);
    add(table, "ann", "nobody", 1);
    add(table, "ann", others.id(5), 80);
    add(table, "ann", others.id(3), 4);
    const FoldedInTable found = fold_in_table(model, table, joining);
    BOOST_TEST_REQUIRE(found.rows.size() == 2u);
    BOOST_TEST(found.rows[0].id == "ann");
    BOOST_TEST((found.rows[0].rated == std::vector<std::uint32_t>{3, 5}));
    BOOST_TEST(found.updated == 0u);
    BOOST_TEST(found.used == 3u);
    BOOST_TEST(found.unknown == 1u);
    BOOST_TEST(found.duplicates == 1u);
    BOOST_TEST(found.first_unknown == "nobody");
    BOOST_TEST(found.off_scale.count == 1u);
    BOOST_TEST(scale_warning(found.off_scale, {0.5f, 5.0f}) ==
               "1 rating (80) outside the range of those trained on, 0.5 to 5; is it the same "
               "scale?");
    const std::vector<FoldInRating> ann{{3, 5}, {kNoIndex, 1}, {5, 80}, {3, 4}};
    const FoldedIn one = users ? fold_in_user(model, ann) : fold_in_item(model, ann);
    BOOST_TEST((one.factors == found.rows[0].row.factors));
    BOOST_TEST(one.bias == found.rows[0].row.bias);
  }
}

BOOST_AUTO_TEST_CASE(a_known_row_moves_towards_its_new_ratings_and_keeps_the_old) {
  for (const Loss loss : kLosses) {
    const FactorModel model = trained(loss);
    const std::string name(describe_loss(loss).name);
    const UserIndex user = 7;
    const auto rated = model.parts().trained.of(user);
    BOOST_TEST_REQUIRE(rated.size() > 5u);
    ItemIndex item = 0;
    while (model.parts().trained.contains(user, item)) ++item;
    const float before = model.score(user, item);
    const FoldInRating rating{item, model.range().highest};
    const FoldedIn updated = update_user(model, user, std::span(&rating, 1));
    const FoldedIn alone = fold_in_user(model, std::span(&rating, 1));
    BOOST_TEST(score_of(model, updated, item) > before, name);
    BOOST_TEST(change(updated, model, Entity::kUser, user) > 0.0, name);
    BOOST_TEST(updated.used == 1u);
    // What was known is predicted about as before.
    double moved = 0, moved_alone = 0;
    for (const ItemIndex old : rated) {
      moved += std::abs(score_of(model, updated, old) - model.score(user, old));
      moved_alone += std::abs(score_of(model, alone, old) - model.score(user, old));
    }
    BOOST_TEST(moved < 0.5 * moved_alone, name);
    // Without ratings nothing changes.
    const FoldedIn same = update_user(model, user, {});
    BOOST_TEST(change(same, model, Entity::kUser, user) == 0.0, name);
  }
}

BOOST_AUTO_TEST_CASE(an_update_by_squares_is_the_fold_in_of_all_ratings) {
  // A user folded in by eight ratings is at the minimum of their loss, which is a parabola: four
  // more lead to where all twelve at once lead, but for what the small penalty is counted twice.
  const FactorModel model = trained();
  std::vector<FoldInRating> all;
  for (std::uint32_t item = 0; item < 12; ++item) {
    all.push_back({item, static_cast<float>(1 + item * 7 % 5)});
  }
  const FoldInOptions fixed{
      .penalty = FoldInOptions::Penalty::kFixed, .alpha = 1e-4, .bias_alpha = {}};
  for (const Entity joining : {Entity::kUser, Entity::kItem}) {
    const bool users = joining == Entity::kUser;
    const auto fold_in = users ? fold_in_user : fold_in_item;
    const std::span<const FoldInRating> ratings(all);
    const NewRow row{.id = "ann",
                     .row = fold_in(model, ratings.first(8), fixed),
                     .rated = {0, 1, 2, 3, 4, 5, 6, 7}};
    const FactorModel after =
        users ? with_users(model, std::span(&row, 1)) : with_items(model, std::span(&row, 1));
    const std::uint32_t index = users ? model.user_count() : model.item_count();
    const FoldedIn updated = users
                                 ? update_user(after, index, ratings.subspan(8), fixed)
                                 : update_item(after, index, row.rated, ratings.subspan(8), fixed);
    const FoldedIn expected = fold_in(model, all, fixed);
    BOOST_TEST(change(row.row, after, joining, index) == 0.0);
    BOOST_TEST(change(expected, after, joining, index) > 0.1);
    for (std::uint32_t k = 0; k < model.rank(); ++k) {
      BOOST_TEST(std::abs(updated.factors[k] - expected.factors[k]) < 0.01);
    }
    BOOST_TEST(std::abs(updated.bias - expected.bias) < 0.01);
  }
}

BOOST_AUTO_TEST_CASE(known_rows_of_a_table_keep_what_they_rated) {
  const FactorModel model = trained();
  for (const Entity joining : {Entity::kUser, Entity::kItem}) {
    const bool users = joining == Entity::kUser;
    const UserIndex user = 4;
    const ItemIndex item = 6;
    RatingTable table;
    table.add(model.users().id(user), model.items().id(item), 1);
    const FoldedInTable found = fold_in_table(model, table, joining);
    BOOST_TEST(found.updated == 1u);
    const FactorModel after = users ? with_users(model, found.rows) : with_items(model, found.rows);
    std::size_t changed = 0;
    for (UserIndex u = 0; u < model.user_count(); ++u) {
      for (ItemIndex i = 0; i < model.item_count(); ++i) {
        if (u == user && i == item) continue;
        changed += after.parts().trained.contains(u, i) != model.parts().trained.contains(u, i);
        changed += after.parts().held_out.contains(u, i) != model.parts().held_out.contains(u, i);
      }
    }
    BOOST_TEST(changed == 0u);
    BOOST_TEST(after.parts().trained.contains(user, item));
    BOOST_TEST(!after.parts().held_out.contains(user, item));
    BOOST_TEST(after.score(user, item) < model.score(user, item));
  }
}

BOOST_AUTO_TEST_CASE(rows_do_not_depend_on_threads_and_stop_when_asked) {
  const FactorModel model = trained();
  RatingTable table;
  for (int i = 0; i < 9000; ++i) {
    table.add("u" + std::to_string(i % 4500), model.items().id(static_cast<std::uint32_t>(i % 37)),
              static_cast<float>(1 + i % 5));
  }
  std::vector<std::size_t> progress;
  const FoldedInTable one = fold_in_table(model, table, Entity::kUser, {}, 1, {},
                                          [&](std::size_t done) { progress.push_back(done); });
  const FoldedInTable four = fold_in_table(model, table, Entity::kUser, {}, 4);
  BOOST_TEST_REQUIRE(one.rows.size() == 4500u);
  BOOST_TEST_REQUIRE(four.rows.size() == 4500u);
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    BOOST_TEST_REQUIRE((one.rows[i].row.factors == four.rows[i].row.factors));
  }
  BOOST_TEST(progress.size() >= 2u);
  BOOST_TEST(progress.back() == 4500u);
  std::stop_source stop;
  const FoldedInTable part = fold_in_table(model, table, Entity::kUser, {}, 2, stop.get_token(),
                                           [&](std::size_t) { stop.request_stop(); });
  BOOST_TEST(part.rows.size() > 0u);
  BOOST_TEST(part.rows.size() < 4500u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_folded_in_is_named_by_its_id) {
  const FactorModel model = trained(Loss::kLogistic);
  RatingTable table;
  table.add("ann", model.items().id(0), 1);
  table.add("bob", model.items().id(0), 5);
  BOOST_CHECK_EXCEPTION(fold_in_table(model, table), Error, [](const Error& e) {
    return e.code() == ErrorCode::kBadData &&
           std::string(e.what()).starts_with(
               "user \"bob\": rating 0 is 5; the model was trained "
               "on labels, 0 and 1");
  });
}

BOOST_AUTO_TEST_SUITE_END()
