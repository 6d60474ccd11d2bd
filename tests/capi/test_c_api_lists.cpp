// SPDX-License-Identifier: MIT
//
// What the C API shares with the programs: the words for orders, which items lists hold unless it
// is said otherwise, warnings, reasons. And options as 0.1 knew them.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "literal_model.hpp"
#include "made_models.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/mfpar.h"
#include "mfpar/model_file.hpp"
#include "ordinal_fixtures.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_c_api_lists)

namespace {

/// A model of which half of the items have fewer than ten ratings, and a user folded into it.
struct Opened : TemporaryFolder {
  explicit Opened(const FactorModel& saved) {
    save_model(saved, path("a.model"));
    BOOST_REQUIRE(mfpar_model_load(path("a.model").c_str(), &model) == MFPAR_OK);
    mfpar_recommend_options_init(&options, sizeof options);
    options.top = 1000;
  }
  ~Opened() {
    mfpar_user_free(user);
    mfpar_model_free(model);
  }

  void fold_in(const std::vector<const char*>& ids, const std::vector<float>& values) {
    mfpar_user_free(user);
    BOOST_REQUIRE(mfpar_fold_in_ids(model, ids.data(), values.data(), ids.size(), nullptr, &user) ==
                  MFPAR_OK);
  }

  std::vector<mfpar_recommendation> list() {
    std::vector<mfpar_recommendation> found(1000);
    std::size_t needed = 0;
    BOOST_REQUIRE(mfpar_recommend(model, 0, &options, found.data(), 1000, &needed) == MFPAR_OK);
    found.resize(needed);
    return found;
  }

  std::string warnings() const {
    char text[2000];
    std::size_t needed = 0;
    BOOST_REQUIRE(mfpar_user_warnings(user, text, sizeof text, &needed) == MFPAR_OK);
    BOOST_TEST(needed == std::strlen(text) + 1);
    BOOST_TEST(mfpar_user_warnings(user, text, needed - 1, &needed) == MFPAR_TOO_SMALL);
    return text;
  }

  mfpar_model* model = nullptr;
  mfpar_user* user = nullptr;
  mfpar_recommend_options options{};
};

FactorModel trained(bool biases = true) {
  auto options = quick_options();
  options.biases = biases;
  return train(random_store({.users = 60, .items = 80, .density = 0.16}), {}, options).model;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lists_hold_items_of_ten_ratings_where_biases_count_less) {
  struct {
    const char* rank_by;
    float bias_weight;
    bool all_items;
  } const rows[] = {
      {"rating", 0, true},     {"interaction", 1, false}, {"blend:0", 1, false},
      {"blend:0.5", 1, false}, {"blend:1", 0, true},      {"blend:2", 0, true},
      {"0.25", 1, false},      {nullptr, 1, true},        {nullptr, 0.99f, false},
      {nullptr, 0, false},     {"blend:-1", 1, false},    {"1", 0, true},
  };
  Opened with_biases(trained()), without(trained(/*biases=*/false));
  for (Opened* opened : {&with_biases, &without}) {
    for (const auto& row : rows) {
      opened->options.rank_by = row.rank_by;
      opened->options.bias_weight = row.bias_weight;
      opened->options.least_ratings = MFPAR_USUAL_LEAST_RATINGS;
      const std::size_t usual = opened->list().size();
      opened->options.least_ratings = 0;
      const std::size_t all = opened->list().size();
      opened->options.least_ratings = 10;
      const std::size_t ten = opened->list().size();
      BOOST_TEST((ten > 0 && ten < all));
      BOOST_TEST(usual == (row.all_items && opened == &with_biases ? all : ten));
    }
  }
}

BOOST_AUTO_TEST_CASE(similar_items_have_ten_ratings_or_five) {
  struct {
    const char* by;
    std::uint32_t least;
  } const rows[] = {{nullptr, 5}, {"raters", 5}, {"factors", 10}};
  for (const auto& row : rows) {
    Opened opened(trained());
    opened.options.similar_by = row.by;
    std::vector<mfpar_recommendation> found(1000);
    std::size_t usual = 0, all = 0, least = 0;
    const auto count = [&](const mfpar_recommend_options* options, std::size_t* needed) {
      return mfpar_similar_items(opened.model, 3, options, found.data(), 1000, needed);
    };
    BOOST_TEST(count(&opened.options, &usual) == MFPAR_OK);
    opened.options.least_ratings = 0;
    BOOST_TEST(count(&opened.options, &all) == MFPAR_OK);
    opened.options.least_ratings = row.least;
    BOOST_TEST(count(&opened.options, &least) == MFPAR_OK);
    BOOST_TEST(usual == least);
    BOOST_TEST((row.least < 10 || least < all));
  }
}

BOOST_AUTO_TEST_CASE(limits_out_of_their_range_are_refused) {
  Opened opened(literal_model(3.0f));
  const mfpar_item_group group{1, 5};
  const struct {
    void (*set)(mfpar_recommend_options& options, const mfpar_item_group& group);
    mfpar_status status;
    const char* says;
  } rows[] = {
      {[](mfpar_recommend_options& o, const mfpar_item_group&) { o.diversity = 1.5f; },
       MFPAR_BAD_OPTION, "the diversity must be from 0 to 1"},
      {[](mfpar_recommend_options& o, const mfpar_item_group&) { o.diversity = NAN; },
       MFPAR_BAD_OPTION, "the diversity must be from 0 to 1"},
      {[](mfpar_recommend_options& o, const mfpar_item_group&) { o.group_count = 1; },
       MFPAR_BAD_ARGUMENT, "groups"},
      {[](mfpar_recommend_options& o, const mfpar_item_group& g) {
         o.groups = &g, o.group_count = 1, o.at_most = 1;
       },
       MFPAR_OK, ""},
  };
  for (const auto& row : rows) {
    mfpar_recommend_options_init(&opened.options, sizeof opened.options);
    row.set(opened.options, group);
    std::vector<mfpar_recommendation> list(100);
    std::size_t needed = 0;
    BOOST_TEST(mfpar_recommend(opened.model, 0, &opened.options, list.data(), 100, &needed) ==
               row.status);
    if (row.status != MFPAR_OK) {
      BOOST_TEST(std::string(mfpar_last_error()).find(row.says) != std::string::npos);
    }
  }
  mfpar_recommend_options_init(&opened.options, sizeof opened.options);
  opened.options.similar_by = "cosine";
  std::size_t needed = 0;
  BOOST_TEST(mfpar_similar_items(opened.model, 0, &opened.options, nullptr, 0, &needed) ==
             MFPAR_BAD_OPTION);
  BOOST_TEST(std::string(mfpar_last_error()) ==
             "similar_by is \"cosine\"; it must be raters or factors");
}

BOOST_AUTO_TEST_CASE(orders_are_spelt_as_mf_recommend_does) {
  Opened opened(literal_model(3.0f));
  opened.options.least_ratings = 0;
  opened.options.leave_out_rated = 0;
  for (const float weight : {0.0f, 0.5f, 1.0f, 4.0f, -1.0f}) {
    opened.options.rank_by = nullptr;
    opened.options.bias_weight = weight;
    const auto expected = opened.list();
    const std::string text = "blend:" + std::to_string(weight);
    opened.options.rank_by = text.c_str();
    opened.options.bias_weight = NAN;  // which does not count then
    const auto found = opened.list();
    BOOST_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      BOOST_TEST((found[i].item == expected[i].item && found[i].score == expected[i].score));
    }
  }
  for (const char* wrong : {"", "best", "blend", "blend:", "blend:x", "blend:1x", "blend:nan",
                            "blend:1e39", "inf", " rating", "Rating", "rating "}) {
    opened.options.rank_by = wrong;
    std::size_t needed = 0;
    BOOST_TEST(
        mfpar_recommend(opened.model, 0, &opened.options, nullptr, 0, &needed) == MFPAR_BAD_OPTION,
        wrong);
    BOOST_TEST(std::string(mfpar_last_error()).find("rating, interaction, one-class, or blend:W") !=
               std::string::npos);
  }
}

// As they were before rank_by: their last member is deny_count.
BOOST_AUTO_TEST_CASE(options_of_older_callers_are_understood) {
  Opened opened(literal_model(3.0f));
  struct Older {
    std::size_t size;
    std::uint32_t top;
    float bias_weight;
    std::int32_t leave_out_rated;
    std::uint32_t least_ratings;
    const std::uint32_t* allow;
    std::size_t allow_count;
    const std::uint32_t* deny;
    std::size_t deny_count;
  } older;
  static_assert(sizeof older == offsetof(mfpar_recommend_options, rank_by));
  struct {
    Older options;
    char behind[8];
  } memory;
  std::memset(&memory, 0x5a, sizeof memory);
  auto* const options = reinterpret_cast<mfpar_recommend_options*>(&memory);
  BOOST_TEST(mfpar_recommend_options_init(options, sizeof older - 1) == MFPAR_BAD_ARGUMENT);
  BOOST_TEST(mfpar_recommend_options_init(options, sizeof older) == MFPAR_OK);
  BOOST_TEST(std::string(memory.behind, 8) == std::string(8, 0x5a));
  memory.options.top = 1;
  memory.options.bias_weight = 0;
  memory.options.least_ratings = 0;
  mfpar_recommendation found{};
  std::size_t needed = 0;
  BOOST_TEST(mfpar_recommend(opened.model, 1, options, &found, 1, &needed) == MFPAR_OK);
  BOOST_TEST((needed == 1 && found.item == 2 && found.score == 1.0f));
}

BOOST_AUTO_TEST_CASE(warnings_are_those_of_the_programs) {
  Opened opened(literal_model(3.0f));
  struct {
    std::vector<const char*> ids;
    std::vector<float> values;
    std::string warnings;
  } const rows[] = {
      {{"10"}, {5}, ""},
      {{"10", "20"}, {1, 5}, ""},
      {{"10", "20"},
       {80, 90},
       "2 ratings (80, ...) outside the range of those trained on, 1 to 5; is it the same "
       "scale?\n"},
      {{"10", "20"},
       {0.5f, 5},
       "1 rating (0.5) outside the range of those trained on, 1 to 5; is it the same scale?\n"},
      {{"10", "x", "y"},
       {5, 5, 5},
       "2 of 3 ratings left out, as the model does not have the item\n"},
      {{"10", "10"}, {1, 5}, "1 rating left out, as a later one is for the same item\n"},
      {{}, {}, "no rating of an item that the model has: the list does not depend on the user\n"},
      {{"x"},
       {6},
       "1 of 1 rating left out, as the model does not have the item\n"
       "1 rating (6) outside the range of those trained on, 1 to 5; is it the same scale?\n"
       "no rating of an item that the model has: the list does not depend on the user\n"},
  };
  for (const auto& row : rows) {
    opened.fold_in(row.ids, row.values);
    BOOST_TEST(opened.warnings() == row.warnings);
  }
  std::size_t needed = 0;
  BOOST_TEST(mfpar_user_warnings(nullptr, nullptr, 0, &needed) == MFPAR_BAD_ARGUMENT);
  BOOST_TEST(mfpar_user_warnings(opened.user, nullptr, 9999, &needed) == MFPAR_BAD_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(reasons_add_up_to_the_interaction) {
  Opened opened(trained());
  opened.fold_in({"1", "2", "3", "4", "nowhere"}, {5, 1, 4, 2, 3});
  opened.options.rank_by = "interaction";
  opened.options.least_ratings = 0;
  opened.options.leave_out_rated = 0;
  std::vector<mfpar_recommendation> list(80);
  std::size_t needed = 0;
  BOOST_REQUIRE(mfpar_recommend_user(opened.user, &opened.options, list.data(), 80, &needed) ==
                MFPAR_OK);
  BOOST_REQUIRE(needed == 80u);
  for (const mfpar_recommendation& r : list) {
    mfpar_reason reasons[4];
    BOOST_REQUIRE(mfpar_user_because(opened.user, r.item, reasons, 4, &needed) == MFPAR_OK);
    BOOST_REQUIRE(needed == 4u);
    double sum = 0, last = std::numeric_limits<double>::infinity();
    for (const mfpar_reason& reason : reasons) {
      BOOST_TEST(reason.contribution <= last);
      last = reason.contribution;
      sum += reason.contribution;
    }
    BOOST_TEST(std::abs(sum - r.score) < 1e-4);
  }
  mfpar_reason reasons[3];
  BOOST_TEST(mfpar_user_because(opened.user, 0, reasons, 3, &needed) == MFPAR_TOO_SMALL);
  BOOST_TEST(mfpar_user_because(opened.user, 80, reasons, 3, &needed) == MFPAR_BAD_ARGUMENT);
  BOOST_TEST(mfpar_user_because(nullptr, 0, reasons, 3, &needed) == MFPAR_BAD_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(intervals_are_those_of_the_library) {
  const FactorModel known = with_variance(made_parts({}));
  Opened opened(known);
  mfpar_interval interval{};
  for (const UserIndex user : {2u, kNoIndex}) {
    for (const ItemIndex item : {5u, kNoIndex}) {
      BOOST_REQUIRE(mfpar_predict_interval(opened.model, user, item, &interval) == MFPAR_OK);
      const RatingInterval expected = known.interval(user, item);
      BOOST_TEST(interval.mean == expected.mean);
      BOOST_TEST(interval.sd == expected.sd);
      BOOST_TEST(interval.p5 == expected.p5);
      BOOST_TEST(interval.p95 == expected.p95);
    }
  }
  BOOST_TEST(mfpar_predict_interval(opened.model, 999, 0, &interval) == MFPAR_BAD_ARGUMENT);
  BOOST_TEST(mfpar_predict_interval(opened.model, 0, 0, nullptr) == MFPAR_BAD_ARGUMENT);

  opened.fold_in({"1003", "1007"}, {4.0f, 2.0f});
  float rating = 0.0f;
  BOOST_REQUIRE(mfpar_user_predict_interval(opened.user, 9, &interval) == MFPAR_OK);
  BOOST_REQUIRE(mfpar_user_predict(opened.user, 9, &rating) == MFPAR_OK);
  BOOST_TEST(interval.mean == rating);
  const std::vector<FoldInRating> ratings{{3, 4.0f}, {7, 2.0f}};
  const FoldedIn row = fold_in_user(known, ratings);
  BOOST_TEST(interval.sd == known.sd(row.variance, row.noise_variance, 9));

  opened.options.rank_by = "lower:1";
  const auto by_lower = opened.list();
  BOOST_TEST(by_lower[0].score == known.score(0, by_lower[0].item) - known.sd(0, by_lower[0].item),
             boost::test_tools::tolerance(1e-5f));

  const Opened plain(literal_model(3.0f));
  BOOST_REQUIRE(mfpar_predict_interval(plain.model, 0, 0, &interval) == MFPAR_OK);
  BOOST_TEST(std::isnan(interval.sd));
  BOOST_TEST(interval.mean > 0.0f);
}

BOOST_AUTO_TEST_CASE(values_have_the_probabilities_of_the_library) {
  const FactorModel known =
      train(ordinal_store({.users = 20, .items = 15}), {}, ordinal_options(3, 2)).model;
  const Opened opened(known);
  std::vector<float> values(kMaxOrdinalValues), found(kMaxOrdinalValues);
  std::size_t count = 0, needed = 0;
  BOOST_REQUIRE(mfpar_model_values(opened.model, values.data(), values.size(), &count) == MFPAR_OK);
  values.resize(count);
  BOOST_TEST(values == std::vector<float>(known.parts().link.values.begin(),
                                          known.parts().link.values.end()));
  for (const UserIndex user : {0u, kNoIndex}) {
    found.resize(kMaxOrdinalValues);
    BOOST_REQUIRE(mfpar_predict_probabilities(opened.model, user, 3, found.data(), found.size(),
                                              &needed) == MFPAR_OK);
    BOOST_TEST(needed == count);
    found.resize(needed);
    BOOST_TEST(found == known.probabilities(user, 3));
  }
  BOOST_TEST(mfpar_predict_probabilities(opened.model, 0, 999, found.data(), found.size(),
                                         &needed) == MFPAR_BAD_ARGUMENT);
  const Opened plain(literal_model(3.0f));
  BOOST_REQUIRE(mfpar_model_values(plain.model, nullptr, 0, &needed) == MFPAR_OK);
  BOOST_TEST(needed == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
