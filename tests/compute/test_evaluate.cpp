// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "compute/fingerprint.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"
#include "one_class_models.hpp"

using namespace mfpar;
namespace tt = boost::test_tools;

BOOST_AUTO_TEST_SUITE(test_evaluate)

namespace {

using Triple = std::tuple<std::string, std::string, float>;

RatingTable table_of(const std::vector<Triple>& ratings) {
  RatingTable table;
  for (const auto& [user, item, value] : ratings) table.add(user, item, value);
  return table;
}

template <class T>
FrozenArray<T> frozen(std::vector<T> values) {
  return FrozenArray<T>(std::move(values));
}

/// What the model below was trained on.
const std::vector<Triple> kTraining{{"a", "x", 4.0f}, {"a", "y", 2.0f}, {"b", "x", 5.0f}};

/// Users a, b, c and items x, y, z, of which c and z were only held out. Without factors to keep
/// the arithmetic plain: a rating is 3 + b_u + b_i, within [1, 5].
FactorModel small_model() {
  FactorModel::Parts parts;
  parts.mean = 3.0f;
  parts.range = {1.0f, 5.0f};
  parts.users.ids = std::make_shared<const IdDictionary>(std::vector<std::string>{"a", "b", "c"});
  parts.items.ids = std::make_shared<const IdDictionary>(std::vector<std::string>{"x", "y", "z"});
  parts.users.biases = frozen<float>({0.5f, 1.0f, 0.25f});
  parts.items.biases = frozen<float>({1.0f, -1.0f, 0.75f});
  parts.trained = {.offsets = frozen<std::uint64_t>({0, 2, 3, 3}),
                   .items = frozen<ItemIndex>({0, 1, 0})};
  parts.held_out = {.offsets = frozen<std::uint64_t>({0, 0, 0, 1}),
                    .items = frozen<ItemIndex>({2})};
  parts.baseline = {.mean = 2.0f,
                    .user_biases = frozen<float>({1.0f, 4.0f, 0.0f}),
                    .item_biases = frozen<float>({0.0f, 0.0f, 0.0f})};
  parts.record.ratings = kTraining.size();
  parts.record.fingerprint = rating_fingerprint(table_of(kTraining), Workers(1));
  return FactorModel(std::move(parts));
}

bool same_bits(const Evaluation& a, const Evaluation& b) {
  const auto numbers = [](const Evaluation& e) {
    return std::vector<double>{
        e.all.mse,       e.all.mae,   e.known.mse,           e.cold_user.mse,      e.cold_item.mse,
        e.cold_both.mse, e.known.mae, e.baseline_mean_error, e.baseline_bias_error};
  };
  const auto p = numbers(a), q = numbers(b);
  return std::memcmp(p.data(), q.data(), p.size() * sizeof(double)) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(errors_by_what_is_known) {
  // prediction and error by hand
  const RatingTable ratings = table_of({
      {"a", "y", 2.0f},          // 3 + .5 - 1 = 2.5, error -.5; trained on
      {"b", "y", 4.0f},          // 3 + 1 - 1 = 3, error 1
      {"b", "x", 4.0f},          // 3 + 1 + 1 = 5, error -1; trained on, with another value
      {"new", "x", 1.0f},        // 3 + 1 = 4, error -3; cold user
      {"c", "x", 4.0f},          // 3 + .25 + 1 = 4.25, error -.25; c was not trained: cold user
      {"b", "nowhere", 4.5f},    // 3 + 1 = 4, error .5; cold item
      {"a", "z", 4.25f},         // 3 + .5 + .75, error 0; z was not trained: cold item
      {"new", "nowhere", 2.0f},  // 3, error -1; both cold
  });
  std::vector<float> predictions;
  const Evaluation e = evaluate(small_model(), ratings, 2, &predictions);
  const std::vector<float> expected{2.5f, 3.0f, 5.0f, 4.0f, 4.25f, 4.0f, 4.25f, 3.0f};
  BOOST_TEST(predictions == expected, tt::per_element());

  BOOST_TEST(e.known.count == 3u);
  BOOST_TEST(e.known.mse == (0.25 + 1 + 1) / 3);
  BOOST_TEST(e.known.mae == 2.5 / 3);
  BOOST_TEST(e.known.rmse() == std::sqrt(2.25 / 3));
  BOOST_TEST(e.cold_user.count == 2u);
  BOOST_TEST(e.cold_user.mse == (9 + 0.0625) / 2);
  BOOST_TEST(e.cold_item.count == 2u);
  BOOST_TEST(e.cold_item.mse == 0.25 / 2);
  BOOST_TEST(e.cold_both.count == 1u);
  BOOST_TEST(e.cold_both.mse == 1.0);
  BOOST_TEST(e.all.count == 8u);
  BOOST_TEST(e.all.mse == (2.25 + 9.0625 + 0.25 + 1) / 8);
  BOOST_TEST(e.all.mae == (2.5 + 3.25 + 0.5 + 1) / 8);
  BOOST_TEST(e.trained_on == 2u);
  BOOST_TEST(!e.is_training_set);

  // Mean 2: errors 0, 2, 2, -1, 2, 2.5, 2.25, 0.
  BOOST_TEST(e.baseline_mean_error == (4 + 4 + 1 + 4 + 6.25 + 5.0625) / 8);
  // With biases a 3, b 6 clipped to 5, others 2: errors -1, -1, -1, -1, 2, -.5, 1.25, 0.
  BOOST_TEST(e.baseline_bias_error == (1 + 1 + 1 + 1 + 4 + 0.25 + 1.5625) / 8);
}

BOOST_AUTO_TEST_CASE(predictions_are_clipped) {
  FactorModel::Parts parts = small_model().parts();
  parts.range = {3.25f, 4.5f};
  std::vector<float> predictions;
  evaluate(FactorModel(parts), table_of({{"a", "y", 1}, {"b", "x", 1}, {"a", "nowhere", 1}}), 1,
           &predictions);
  BOOST_TEST(predictions == (std::vector<float>{3.25f, 4.5f, 3.5f}), tt::per_element());
}

// Scores ln 3, 0 and -ln 3 are probabilities of 3/4, 1/2 and 1/4.
BOOST_AUTO_TEST_CASE(labels_are_judged_by_probabilities) {
  FactorModel::Parts parts = small_model().parts();
  parts.loss = Loss::kLogistic;
  parts.mean = 0.0f;
  parts.range = {0.0f, 1.0f};
  const float score = std::log(3.0f);
  parts.users.biases = frozen<float>({0.0f, 0.0f, 0.0f});
  parts.items.biases = frozen<float>({score, 0.0f, -score});
  const FactorModel model(std::move(parts));
  const std::vector<Triple> labels{{"a", "x", 1}, {"a", "y", 0}, {"a", "z", 1}, {"b", "x", 0}};
  const Evaluation found = evaluate(model, table_of(labels), 1);
  BOOST_TEST(found.all.log_loss ==
                 -(std::log(0.75) + std::log(0.5) + std::log(0.25) + std::log(0.25)) / 4.0,
             tt::tolerance(1e-6));
  BOOST_TEST(found.all.accuracy == 0.25);  // of 1/2 the higher label is said
  // Of the four pairs (1, 0): won, a tie, lost, lost.
  BOOST_TEST(found.all.auc == 1.5 / 4.0);
  BOOST_TEST(std::isnan(found.all.mse));
  BOOST_TEST(std::isnan(found.cold_item.auc));  // there is one label
  BOOST_CHECK_EXCEPTION(evaluate(model, table_of({labels[0], {"a", "y", 0.5f}}), 1), Error,
                        [](const Error& e) {
                          return e.code() == ErrorCode::kBadData &&
                                 e.what() == std::string(
                                                 "rating 2 is 0.5; the model was trained on "
                                                 "the labels 0 and 1 and can be judged on "
                                                 "these only");
                        });
}

// All standard deviations are sqrt(.75 + .25) = 1, and so an interval reaches 1.645 to both sides.
BOOST_AUTO_TEST_CASE(intervals_are_held_against_the_ratings) {
  FactorModel::Parts parts = small_model().parts();
  parts.variance.rank = 1;
  parts.variance.users = frozen<float>({1, 1, 1, 1});
  parts.variance.items = frozen<float>({0.75f, 0.75f, 0.75f, 0.75f});
  parts.variance.noise = frozen<float>({0.25f, 0.25f, 0.25f, 0.25f});
  parts.variance.user_fold_in = frozen<float>({1, 0});
  parts.variance.item_fold_in = frozen<float>({1, 0});
  const FactorModel model(std::move(parts));
  // Scores 4.5, 2.5, 4.75 and 4.25.
  const Evaluation found = evaluate(
      model, table_of({{"a", "x", 2.8f}, {"a", "y", 4.1f}, {"b", "z", 3.2f}, {"c", "x", 5}}), 1);
  BOOST_TEST(found.all.interval_coverage == 0.75);
  BOOST_TEST(found.all.mean_sd == 1.0);
  BOOST_TEST(std::isnan(evaluate(small_model(), table_of(kTraining), 1).all.mean_sd));
}

BOOST_AUTO_TEST_CASE(one_class_feedback_alone_predicts_no_ratings) {
  const RatingTable table = table_of({{"a", "x", 4}});
  const FactorModel both = tests::model_of_both();
  BOOST_CHECK_EXCEPTION(evaluate(*both.parts().one_class, table), Error, [](const Error& error) {
    return error.code() == ErrorCode::kBadOption &&
           std::string(error.what()).find("mf-eval --ranking") != std::string::npos;
  });
  BOOST_TEST(std::isfinite(evaluate(both, table).all.mse));
}

BOOST_AUTO_TEST_CASE(no_ratings_have_no_errors) {
  std::vector<float> predictions{1.0f};
  const Evaluation e = evaluate(small_model(), RatingTable(), 2, &predictions);
  BOOST_TEST(e.all.count == 0u);
  BOOST_TEST(std::isnan(e.all.mse));
  BOOST_TEST(std::isnan(e.all.rmse()));
  BOOST_TEST(std::isnan(e.baseline_mean_error));
  BOOST_TEST(predictions.empty());
  BOOST_TEST(!e.is_training_set);
}

BOOST_AUTO_TEST_CASE(a_model_without_baseline_or_lists_has_none_to_report) {
  FactorModel::Parts parts = small_model().parts();
  parts.baseline = {};
  parts.trained = {};
  const Evaluation e = evaluate(FactorModel(parts), table_of({{"a", "x", 4.5f}}));
  BOOST_TEST(e.all.mse == 0.0);
  BOOST_TEST(e.known.count == 1u);  // it does not know what it was trained on, but has their rows
  BOOST_TEST(std::isnan(e.baseline_mean_error));
  BOOST_TEST(std::isnan(e.baseline_bias_error));
  BOOST_TEST(evaluate(FactorModel(), table_of({{"a", "x", 4.5f}})).cold_both.mse == 4.5 * 4.5);
}

BOOST_AUTO_TEST_CASE(the_training_set_is_recognised) {
  const auto is_training_set = [](const std::vector<Triple>& ratings) {
    return evaluate(small_model(), table_of(ratings)).is_training_set;
  };
  BOOST_TEST(is_training_set(kTraining));
  BOOST_TEST(is_training_set({kTraining[2], kTraining[0], kTraining[1]}));
  BOOST_TEST(!is_training_set({kTraining[0], kTraining[1]}));
  BOOST_TEST(!is_training_set({kTraining[0], kTraining[1], {"b", "x", 4.5f}}));
  BOOST_TEST(!is_training_set({kTraining[0], kTraining[1], {"b", "y", 5.0f}}));
  // A duplicate makes it another set, though all of it was trained on.
  BOOST_TEST(!is_training_set({kTraining[0], kTraining[1], kTraining[2], kTraining[2]}));
}

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_threads) {
  // Over two blocks of the walk, of which the last is not full, and with factors.
  constexpr int kUsers = 500, kItems = 300, kRatings = 150'001;
  Random random(5);
  std::vector<std::int64_t> user_ids, item_ids;
  for (int i = 0; i < kUsers; ++i) user_ids.push_back(10 * i);
  for (int i = 0; i < kItems; ++i) item_ids.push_back(i);
  FactorModel::Parts parts;
  parts.rank = 20;
  parts.stride = 32;
  parts.range = {0.0f, 5.0f};
  const auto draw = [&](std::size_t rows) {
    AlignedBuffer<float> buffer(rows * 32);
    for (std::size_t i = 0; i < buffer.size(); ++i) {
      buffer[i] = i % 32 < 20 ? static_cast<float>(0.5 * random.normal()) : 0.0f;
    }
    return FrozenArray<float>(std::move(buffer));
  };
  parts.users.factors = draw(kUsers);
  parts.items.factors = draw(kItems);
  parts.users.biases = frozen(std::vector<float>(kUsers, 1.5f));
  parts.items.biases = frozen(std::vector<float>(kItems, 0.5f));
  parts.users.ids = std::make_shared<const IdDictionary>(user_ids);
  parts.items.ids = std::make_shared<const IdDictionary>(item_ids);
  const FactorModel model(std::move(parts));

  RatingTable table;
  double squares = 0.0;
  for (int i = 0; i < kRatings; ++i) {
    const auto user = random.below(kUsers + 50), item = random.below(kItems);
    const float value = static_cast<float>(random.below(1000)) / 200.0f;  // too many for codes
    table.add(std::to_string(10 * user), std::to_string(item), value);
    const double error = double{value} - model.predict(user < kUsers ? user : kNoIndex, item);
    squares += error * error;
  }
  std::vector<float> one, many;
  const Evaluation serial = evaluate(model, table, 1, &one);
  BOOST_TEST(serial.all.count == static_cast<std::uint64_t>(kRatings));
  BOOST_TEST(serial.all.mse == squares / kRatings, tt::tolerance(1e-12));
  for (const int threads : {2, 3, 16}) {
    BOOST_TEST(same_bits(evaluate(model, table, threads, &many), serial));
    BOOST_TEST((one == many));
  }
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_of_the_set) {
  const Workers workers(2);
  const auto of = [&](const std::vector<Triple>& ratings) {
    return rating_fingerprint(table_of(ratings), workers);
  };
  const std::vector<Triple> ratings{{"1", "10", 3.0f}, {"1", "11", 0.0f}, {"2", "10", 4.0f}};
  const std::uint64_t expected = of(ratings);
  BOOST_TEST(of({ratings[1], ratings[2], ratings[0]}) == expected);
  BOOST_TEST(of({ratings[0], {"1", "11", -0.0f}, ratings[2]}) == expected);
  BOOST_TEST(of({}) == 0u);
  for (const std::vector<Triple>& other : std::vector<std::vector<Triple>>{
           {ratings[0], ratings[1]},
           {ratings[0], ratings[1], {"2", "10", 3.5f}},
           {ratings[0], ratings[1], {"02", "10", 4.0f}},
           {ratings[0], ratings[1], {"10", "2", 4.0f}},
           {{"1", "10", 0.0f}, {"1", "11", 3.0f}, ratings[2]},  // values exchanged
           {ratings[0], ratings[0], ratings[1], ratings[1], ratings[2], ratings[2]}}) {
    BOOST_TEST(of(other) != expected);
  }
  // Model files carry fingerprints: this one must stay what it is.
  BOOST_TEST(expected == 17253778938397645903u);
}

BOOST_AUTO_TEST_CASE(a_table_and_its_store_have_the_same_fingerprint) {
  // Integer ids alone, and the same with one id that makes all of them text.
  for (const bool text : {false, true}) {
    std::vector<Triple> ratings;
    for (int i = 0; i < 2'000; ++i) {
      ratings.emplace_back(std::to_string(i % 97), std::to_string(i % 89),
                           static_cast<float>(i % 10) / 2);
    }
    if (text) ratings.emplace_back("007", "1", 2.5f);
    const RatingTable table = table_of(ratings);
    BOOST_TEST(table.users()->is_integer() == !text);
    const std::uint64_t expected = rating_fingerprint(table, Workers(1));
    const RatingStore store = build_store(table_of(ratings), {.seed = 9});
    BOOST_TEST(store.size() == ratings.size());
    for (const int threads : {1, 3, 16}) {
      BOOST_TEST(rating_fingerprint(store, threads) == expected);
    }
  }
  BOOST_TEST(rating_fingerprint(RatingStore(), 2) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
