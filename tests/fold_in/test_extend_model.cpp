// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>
#include <vector>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_extend_model)

namespace {

constexpr std::uint32_t kRank = 3;

/// Trained on 60 users and 40 items, with lists of what was held out, and ids that are integers.
struct Trained {
  Trained() {
    const SplitResult parts = split_random(random_store(), 0.2, 1);
    model = train(parts.training, parts.validation, {.rank = kRank, .epochs = 2}).model;
  }
  FactorModel model;
};

NewRow row(const std::string& id, float bias, std::vector<std::uint32_t> rated) {
  return {.id = id,
          .row = {.factors = {bias + 1, bias + 2, bias + 3}, .bias = bias},
          .rated = std::move(rated)};
}

std::vector<std::uint32_t> list(std::span<const std::uint32_t> view) {
  return {view.begin(), view.end()};
}

std::vector<float> floats(std::span<const float> view) { return {view.begin(), view.end()}; }

/// Users that were in `before` are the same in `after`.
void check_user_kept(const FactorModel& before, const FactorModel& after, UserIndex user) {
  BOOST_TEST(after.users().id(user) == before.users().id(user));
  BOOST_TEST(floats(after.user_row(user)) == floats(before.user_row(user)));
  BOOST_TEST(after.parts().users.biases[user] == before.parts().users.biases[user]);
  BOOST_TEST(after.parts().baseline.user_biases[user] == before.parts().baseline.user_biases[user]);
  BOOST_TEST(list(after.parts().trained.of(user)) == list(before.parts().trained.of(user)));
  BOOST_TEST(list(after.parts().held_out.of(user)) == list(before.parts().held_out.of(user)));
}

bool refuses(const FactorModel& model, const std::vector<NewRow>& rows, const std::string& words) {
  try {
    with_users(model, rows);
  } catch (const Error& e) {
    return e.code() == ErrorCode::kBadData &&
           std::string(e.what()).find(words) != std::string::npos;
  }
  return false;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(new_users_stand_behind_the_old, Trained) {
  const std::vector<NewRow> rows{row("1000", 0.5f, {7, 2, 7}), row("2000", -0.25f, {})};
  const FactorModel after = with_users(model, rows);
  BOOST_TEST(after.user_count() == model.user_count() + 2);
  BOOST_TEST(after.users().is_integer());
  for (UserIndex user = 0; user < model.user_count(); ++user) check_user_kept(model, after, user);

  const UserIndex user = after.users().find("1000");
  BOOST_TEST(user == model.user_count());
  BOOST_TEST(after.users().find("2000") == user + 1);
  BOOST_TEST(floats(after.user_row(user)) == (std::vector<float>{1.5f, 2.5f, 3.5f}));
  BOOST_TEST(after.parts().users.biases[user] == 0.5f);
  BOOST_TEST(after.parts().baseline.user_biases[user] == 0.5f);
  BOOST_TEST(list(after.parts().trained.of(user)) == (std::vector<std::uint32_t>{2, 7}));
  BOOST_TEST(after.parts().held_out.of(user).empty());
  BOOST_TEST(after.parts().trained.of(user + 1).empty());
  // The padding of rows is zero, so that whole rows can be multiplied.
  const float interaction =
      1.5f * model.item_row(0)[0] + 2.5f * model.item_row(0)[1] + 3.5f * model.item_row(0)[2];
  BOOST_TEST(std::abs(after.interaction(user, 0) - interaction) < 1e-5f);
  BOOST_TEST(after.parts().record.fingerprint == model.parts().record.fingerprint);
  BOOST_TEST(after.parts().record.ratings == model.parts().record.ratings);
}

BOOST_FIXTURE_TEST_CASE(integer_ids_turn_to_text, Trained) {
  const FactorModel after =
      with_users(model, std::vector{row("ann", 0.0f, {1}), row("007", 1.0f, {})});
  BOOST_TEST(!after.users().is_integer());
  BOOST_TEST(after.users().find("ann") == model.user_count());
  BOOST_TEST(after.users().find("007") == model.user_count() + 1);
  for (UserIndex user = 0; user < model.user_count(); ++user) check_user_kept(model, after, user);
  // And further ones join the text.
  const FactorModel again = with_users(after, std::vector{row("12345", 2.0f, {3})});
  BOOST_TEST(again.users().find("12345") == model.user_count() + 2);
  check_user_kept(after, again, after.users().find("ann"));
}

BOOST_FIXTURE_TEST_CASE(a_user_who_is_there_is_replaced, Trained) {
  const UserIndex user = 5;
  BOOST_REQUIRE(!model.parts().held_out.of(user).empty());
  const std::string id = model.users().id(user);
  const FactorModel after = with_users(model, std::vector{row(id, 0.75f, {9})});
  BOOST_TEST(after.user_count() == model.user_count());
  BOOST_TEST(after.users().find(id) == user);
  BOOST_TEST(floats(after.user_row(user)) == (std::vector<float>{1.75f, 2.75f, 3.75f}));
  BOOST_TEST(after.parts().users.biases[user] == 0.75f);
  BOOST_TEST(list(after.parts().trained.of(user)) == std::vector<std::uint32_t>{9});
  BOOST_TEST(after.parts().held_out.of(user).empty());
  check_user_kept(model, after, 4);
  check_user_kept(model, after, 6);
}

BOOST_FIXTURE_TEST_CASE(new_items_join_the_lists_of_those_who_rated_them, Trained) {
  const ItemIndex old = model.parts().trained.of(5)[0];
  const std::vector<NewRow> rows{row("new film", 0.5f, {8, 3}),
                                 row(model.items().id(old), -0.5f, {3, 3})};
  const FactorModel after = with_items(model, rows);
  const ItemIndex item = model.item_count();
  BOOST_TEST(after.item_count() == item + 1);
  BOOST_TEST(after.items().find("new film") == item);
  BOOST_TEST(floats(after.item_row(item)) == (std::vector<float>{1.5f, 2.5f, 3.5f}));
  BOOST_TEST(floats(after.item_row(old)) == (std::vector<float>{0.5f, 1.5f, 2.5f}));
  BOOST_TEST(after.parts().items.biases[old] == -0.5f);
  BOOST_TEST(after.parts().baseline.item_biases[item] == 0.5f);
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    // The replaced item is user 3's alone now, the new one has those who rated it.
    std::vector<std::uint32_t> trained, held_out;
    for (const ItemIndex i : model.parts().trained.of(user)) {
      if (i != old) trained.push_back(i);
    }
    for (const ItemIndex i : model.parts().held_out.of(user)) {
      if (i != old) held_out.push_back(i);
    }
    if (user == 3) trained.insert(std::ranges::lower_bound(trained, old), old);
    if (user == 3 || user == 8) trained.push_back(item);
    BOOST_TEST(list(after.parts().trained.of(user)) == trained);
    BOOST_TEST(list(after.parts().held_out.of(user)) == held_out);
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_known_to_be_rated_besides_stays_known, Trained) {
  NewRow user = row("ann", 0.5f, {7});
  user.held_out = {9, 3};
  NewRow item = row("new film", 0.5f, {8});
  item.held_out = {4};
  const FactorModel after = with_items(with_users(model, std::vector{user}), std::vector{item});
  const UserIndex ann = model.user_count();
  BOOST_TEST(list(after.parts().held_out.of(ann)) == (std::vector<std::uint32_t>{3, 9}));
  BOOST_TEST(after.parts().held_out.contains(4, model.item_count()));
  BOOST_TEST(!after.parts().trained.contains(4, model.item_count()));
  user.held_out = {40};
  BOOST_TEST(refuses(model, {user}, "a rating for item 40 of 40"));
}

BOOST_FIXTURE_TEST_CASE(what_was_extended_is_saved_and_loaded, Trained) {
  const TemporaryFolder folder;
  const FactorModel after = with_users(with_items(model, std::vector{row("new film", 0.5f, {1})}),
                                       std::vector{row("ann", 0.25f, {0, 40})});
  save_model(after, folder.path("model"));
  const FactorModel loaded = load_model(folder.path("model"));
  const UserIndex ann = loaded.users().find("ann");
  const ItemIndex film = loaded.items().find("new film");
  BOOST_TEST(loaded.score(ann, film) == after.score(ann, film));
  BOOST_TEST(loaded.parts().trained.contains(ann, film));
  BOOST_TEST(loaded.parts().trained.contains(1, film));
}

BOOST_AUTO_TEST_CASE(a_model_without_training_grows_from_nothing) {
  FactorModel::Parts parts;
  parts.rank = kRank;
  parts.stride = 16;
  const FactorModel items =
      with_items(FactorModel(std::move(parts)), std::vector{row("x", 1.0f, {})});
  const FactorModel after = with_users(items, std::vector{row("ann", 0.0f, {0})});
  BOOST_TEST(after.score(0, 0) == 1.0f + 2.0f + 6.0f + 12.0f);
  BOOST_TEST(after.parts().trained.contains(0, 0));
  BOOST_TEST(after.parts().baseline.user_biases.empty());
}

BOOST_FIXTURE_TEST_CASE(rows_that_cannot_be_are_refused, Trained) {
  BOOST_TEST(refuses(model, {row("", 0, {})}, "the id is empty"));
  BOOST_TEST(
      refuses(model, {row("ann", 0, {}), row("ann", 1, {})}, "\"ann\": the id is there twice"));
  BOOST_TEST(refuses(model, {row("ann", 0, {40})}, "a rating for item 40 of 40"));
  BOOST_TEST(
      refuses(model, {row("ann", std::numeric_limits<float>::infinity(), {})}, "not finite"));
  NewRow short_row = row("ann", 0, {});
  short_row.row.factors.pop_back();
  BOOST_TEST(refuses(model, {short_row}, "has 2 factors, the model 3"));
  short_row.row.factors.push_back(std::numeric_limits<float>::quiet_NaN());
  BOOST_TEST(refuses(model, {short_row}, "not finite"));
}

BOOST_AUTO_TEST_CASE(new_rows_bring_their_variance) {
  const FactorModel model = with_variance(made_parts({}));
  const std::vector<FoldInRating> ratings{{2, 4.0f}, {9, 1.0f}, {30, 3.5f}};
  const FoldedIn folded = fold_in_user(model, ratings);
  const FactorModel more = with_users(
      model, std::vector<NewRow>{{"ann", folded, {2, 9, 30}}, {"1003", folded, {2, 9, 30}}});
  BOOST_TEST(more.parts().variance.rank == model.parts().variance.rank);
  for (const char* id : {"ann", "1003"}) {
    const UserIndex user = more.users().find(id);
    BOOST_TEST(floats(more.user_variance(user)) == folded.variance);
    BOOST_TEST(more.noise_variance(user) == folded.noise_variance);
  }
  BOOST_TEST(floats(more.user_variance(5)) == floats(model.user_variance(5)));
  BOOST_TEST(floats(more.user_variance(kNoIndex)) == floats(model.user_variance(kNoIndex)));
  BOOST_TEST(more.noise_variance(kNoIndex) == model.noise_variance(kNoIndex));

  const std::vector<FoldInRating> raters{{2, 4.0f}, {9, 1.0f}, {15, 3.5f}};
  const FoldedIn item = fold_in_item(model, raters);
  const FactorModel wider = with_items(model, std::vector<NewRow>{{"film", item, {2, 9, 15}}});
  BOOST_TEST(floats(wider.item_variance(wider.items().find("film"))) == item.variance);
  BOOST_TEST(floats(wider.item_variance(kNoIndex)) == floats(model.item_variance(kNoIndex)));
  BOOST_TEST(floats(wider.user_variance(5)) == floats(model.user_variance(5)));

  NewRow without{"bob", folded, {}};
  without.row.variance.clear();
  BOOST_TEST(refuses(model, {without}, "0 numbers of variance, the model 3"));
  without.row.variance.assign(3, std::numeric_limits<float>::quiet_NaN());
  BOOST_TEST(refuses(model, {without}, "not finite"));
}

BOOST_AUTO_TEST_SUITE_END()
