// SPDX-License-Identifier: MIT
//
// The corpus: a model file of each version that readers accept, as a release wrote it, and the
// numbers that it predicts. Files are never changed; a release that writes other bytes adds its
// own.
//
// A new file is made from its literal model here:
//
//   MFPAR_WRITE_CORPUS=FOLDER tests_model --run_test=test_released_models
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "forged_models.hpp"
#include "literal_model.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_released_models)

namespace {

using Parts = FactorModel::Parts;

template <class T>
FrozenArray<T> frozen(std::vector<T> values) {
  return FrozenArray<T>(std::move(values));
}

Parts parts_at(float mean) {
  Parts parts = literal_model(mean).parts();
  parts.fold_in = {.factors = 0.5f, .bias = 0.25f, .exponent = 0.5f};
  parts.baseline = {.mean = 3.0f,
                    .user_biases = frozen<float>({0.125f, -0.125f}),
                    .item_biases = frozen<float>({0, 0.5f, -0.5f, 0})};
  parts.record = {.options = {{"rank", "2"}, {"epochs", "3"}},
                  .seed = 7,
                  .history = {{.epoch = 0, .train_error = 1.5, .objective = 20.0},
                              {.epoch = 1, .train_error = 0.75, .objective = 11.0}},
                  .best_epoch = 1,
                  .ratings = 2,
                  .fingerprint = 0x0123456789ABCDEF};
  return parts;
}

Parts with_loss(Loss loss, float mean, RatingRange range) {
  Parts parts = parts_at(mean);
  parts.loss = loss;
  parts.range = range;
  return parts;
}

Parts with_some_titles() {
  constexpr std::string_view kText = "HeatCrimeJaws";
  Parts parts = parts_at(3.0f);
  parts.record.judged_ratings = 2;
  parts.record.judged_fingerprint = 11;
  parts.titles = ItemTitles({.columns = {"title", "genres"},
                             .offsets = frozen<std::uint64_t>({0, 4, 9, 13, 13}),
                             .text = frozen<char>({kText.begin(), kText.end()})});
  return parts;
}

Parts one_class(std::optional<float> relevant) {
  Parts parts = parts_at(0.0f);
  parts.feedback = Feedback::kOneClass;
  parts.biases = false;
  parts.range = {0.0f, 1.0f};
  parts.users.biases = frozen<float>({0, 0});
  parts.items.biases = frozen<float>({0, 0, 0, 0});
  parts.one_class_weights = {.unobserved_weight = 0.25f, .relevant = relevant};
  if (relevant) {
    parts.chosen = {.offsets = frozen<std::uint64_t>({0, 1, 1}), .items = frozen<ItemIndex>({0})};
  }
  parts.baseline = {};
  return parts;
}

Parts carrying_one_class() {
  Parts parts = parts_at(3.0f);
  Parts carried = one_class(4.0f);
  carried.users.ids = parts.users.ids;
  carried.items.ids = parts.items.ids;
  parts.one_class = std::make_shared<const FactorModel>(std::move(carried));
  return parts;
}

Parts with_variance() {
  Parts parts = parts_at(3.0f);
  parts.variance = {.rank = 1,
                    .users = frozen<float>({1, 2, 0.5f}),
                    .items = frozen<float>({0.25f, 0.5f, 1, -2, 0.125f}),
                    .noise = frozen<float>({0.75f, 0.5f, 1}),
                    .user_fold_in = frozen<float>({1, 0.5f, 0.25f, 0.125f}),
                    .item_fold_in = frozen<float>({0.5f, 0.25f, 0.125f, 1})};
  return parts;
}

Parts with_link() {
  Parts parts = with_variance();
  parts.link = {.values = frozen<float>({1, 3, 5}),
                .cutpoints = frozen<float>({2.5f, 4, 3, 3.5f, 2, 4}),
                .deviation = 0.5f};
  return parts;
}

/// Of a loss that came with version 7.
Parts held(Loss loss, RatingRange range, RowConstraints constraints = {}) {
  const bool is_count = loss == Loss::kPoisson;
  Parts parts = with_loss(loss, is_count ? 0.0f : 3.0f, range);
  parts.huber_delta = loss == Loss::kHuber ? 0.5f : 1.0f;
  parts.constraints = constraints;
  if (is_count) {
    parts.biases = false;
    parts.items.factors = literal_rows({{0.5f, 0}, {1, 0.5f}, {0.5f, 1}, {0, 0.25f}});
    parts.users.biases = frozen<float>({0, 0});
    parts.items.biases = frozen<float>({0, 0, 0, 0});
    parts.baseline = {};
  }
  return parts;
}

struct Released {
  const char* name;  ///< release, version of the file, what is in it
  std::function<Parts()> parts;
  /// Predicted for ann and bob, each for the items 10, 20, 30, 40.
  std::vector<double> predicted;
};

// Scores are those of literal_model(); see there.
const std::vector<double> kScores{4, 4.25, 2.5, 3.75, 2.75, 3, 3.25, 3.25};

const Released kReleased[] = {
    {"0.2.0-v2-squared", [] { return parts_at(3.0f); }, kScores},
    {"0.2.0-v2-titles", with_some_titles, kScores},
    {"0.2.0-v3-absolute",
     [] {
       return with_loss(Loss::kAbsolute, 3.0f, {2.75f, 4.0f});
     },
     {4, 4, 2.75, 3.75, 2.75, 3, 3.25, 3.25}},
    // 1 / (1 + exp(-score)), scores being lower by 3.
    {"0.2.0-v3-logistic",
     [] {
       return with_loss(Loss::kLogistic, 0.0f, {0.0f, 1.0f});
     },
     {0.7310586, 0.7772999, 0.3775407, 0.6791787, 0.4378235, 0.5, 0.5621765, 0.5621765}},
    // Interactions, from 0 to 1.
    {"0.2.0-v4-one-class", [] { return one_class({}); }, {0.5, 1, 0, 0, 0, 0.5, 1, 0.25}},
    {"0.2.0-v4-one-class-from-4", [] { return one_class(4.0f); }, {0.5, 1, 0, 0, 0, 0.5, 1, 0.25}},
    {"0.2.0-v4-both", carrying_one_class, kScores},
    {"0.2.0-v5-variance", with_variance, kScores},
    // P(latent < cutpoint), latent ratings lying around scores with the deviation of score and
    // noise.
    {"0.2.0-v6-ordinal",
     with_link,
     {3.8663856, 4.0594119, 2.2568393, 3.6239153, 2.2558421, 2.6830914, 3, 3}},
    {"0.2.0-v7-huber",
     [] {
       return held(Loss::kHuber, {2.75f, 4.0f});
     },
     {4, 4, 2.75, 3.75, 2.75, 3, 3.25, 3.25}},
    // Margins are not clipped.
    {"0.2.0-v7-hinge",
     [] {
       return held(Loss::kHinge, {0.0f, 1.0f});
     },
     kScores},
    {"0.2.0-v7-squared-hinge",
     [] {
       return held(Loss::kSquaredHinge, {-1.0f, 1.0f});
     },
     kScores},
    {"0.2.0-v7-poisson",
     [] {
       return held(Loss::kPoisson, {0.0f, 9.0f}, {.nonnegative = true, .l1_items = {0.25f, 0.0f}});
     },
     {0.5, 1, 0.5, 0, 0, 0.5, 1, 0.25}},
    {"0.2.0-v7-l1",
     [] {
       return held(Loss::kSquared, {1.0f, 5.0f}, {.l1_users = {0.5f, 0.25f}});
     },
     kScores},
};

std::string path_of(const Released& released) {
  return std::string(MFPAR_MODEL_CORPUS) + "/" + released.name + ".model";
}

}  // namespace

BOOST_AUTO_TEST_CASE(models_of_every_version_predict_what_they_did) {
  for (const Released& released : kReleased) {
    for (const ModelMemory memory : {ModelMemory::kPrivate, ModelMemory::kShared}) {
      const FactorModel model = load_model(path_of(released), {.memory = memory});
      std::vector<double> found;
      for (const char* user : {"ann", "bob"}) {
        for (const char* item : {"10", "20", "30", "40"}) {
          found.push_back(model.predict(model.users().find(user), model.items().find(item)));
        }
      }
      BOOST_REQUIRE(found.size() == released.predicted.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST(std::abs(found[i] - released.predicted[i]) < 2e-6,
                   released.name << " " << i << ": " << found[i]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_else_is_in_them_is_read) {
  const auto load = [](const std::string& name) {
    return load_model(std::string(MFPAR_MODEL_CORPUS) + "/0.2.0-" + name + ".model");
  };
  const FactorModel squared = load("v2-squared");
  const Parts& parts = squared.parts();
  BOOST_TEST((parts.record.options ==
              std::vector<std::pair<std::string, std::string>>{{"rank", "2"}, {"epochs", "3"}}));
  BOOST_TEST(parts.record.seed == 7u);
  BOOST_TEST(parts.record.best_report().train_error == 0.75);
  BOOST_TEST(parts.record.fingerprint == 0x0123456789ABCDEFu);
  BOOST_TEST(parts.fold_in.exponent == 0.5f);
  BOOST_TEST(parts.baseline.item_biases[1] == 0.5f);
  BOOST_TEST(parts.trained.contains(1, 3));
  BOOST_TEST(parts.held_out.contains(0, 2));
  const FactorModel titles = load("v2-titles");
  BOOST_TEST(titles.parts().record.judged_fingerprint == 11u);
  BOOST_TEST(titles.titles().title(0) == "Heat");
  BOOST_TEST(titles.titles().text(0, 1) == "Crime");
  BOOST_TEST(titles.titles().title(1) == "Jaws");
  BOOST_TEST(titles.titles().title(3) == "");
  BOOST_TEST((load("v3-absolute").loss() == Loss::kAbsolute));
  const FactorModel chosen = load("v4-one-class-from-4");
  BOOST_TEST(chosen.parts().one_class_weights.unobserved_weight == 0.25f);
  BOOST_TEST(chosen.parts().one_class_weights.relevant.value() == 4.0f);
  BOOST_TEST(chosen.has_chosen(0, 0));
  BOOST_TEST(!chosen.has_chosen(1, 3));
  const FactorModel both = load("v4-both");
  BOOST_REQUIRE(both.one_class() != nullptr);
  BOOST_TEST(both.one_class()->score(1, 2) == 1.0f);
  // Variances 0.25 + 0.75 of ann and 10, max(0, -4) + 0.5 of bob and 40.
  const FactorModel variance = load("v5-variance");
  BOOST_TEST(variance.sd(0, 0) == 1.0f);
  BOOST_TEST(std::abs(variance.sd(1, 3) - std::sqrt(0.5f)) < 1e-7f);
  const FactorModel ordinal = load("v6-ordinal");
  BOOST_TEST(ordinal.parts().link.deviation == 0.5f);
  BOOST_TEST(ordinal.cutpoints(1)[1] == 3.5f);
  BOOST_TEST(load("v7-huber").parts().huber_delta == 0.5f);
  const RowConstraints counts = load("v7-poisson").parts().constraints;
  BOOST_TEST(counts.nonnegative);
  BOOST_TEST(counts.l1_items.factors == 0.25f);
  BOOST_TEST(load("v7-l1").parts().constraints.l1_users.biases == 0.25f);
  // The latent rating of ann for 10 is 4, its deviation 1: the cutpoint 4 is its median.
  BOOST_TEST(std::abs(ordinal.probabilities(0, 0).at(2) - 0.5f) < 1e-6f);
}

BOOST_AUTO_TEST_CASE(models_are_written_as_they_were_released) {
  const char* const folder = std::getenv("MFPAR_WRITE_CORPUS");
  std::size_t files = 0;
  for (const Released& released : kReleased) {
    const FactorModel model(released.parts());
    if (folder != nullptr) save_model(model, std::string(folder) + "/" + released.name + ".model");
    BOOST_TEST((saved(model) == bytes_of(path_of(released))), released.name);
    BOOST_TEST((saved(load_model(path_of(released))) == bytes_of(path_of(released))),
               released.name);
    const std::string version = std::string(released.name).substr(7, 1);
    BOOST_TEST(std::to_string(int{bytes_of(path_of(released)).at(24)}) == version, released.name);
    ++files;
  }
  for (const auto& entry : std::filesystem::directory_iterator(MFPAR_MODEL_CORPUS)) {
    if (entry.path().extension() == ".model") --files;
  }
  BOOST_TEST(files == 0u, "a file of the corpus that no test reads, or one that is missing");
}

BOOST_AUTO_TEST_SUITE_END()
