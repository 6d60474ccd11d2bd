// SPDX-License-Identifier: MIT
//
// What a model file says of an ordinal link, and models whose link makes no sense.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"
#include "ordinal_fixtures.hpp"
#include "refused_options.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_ordinal_model)

namespace {

FactorModel small_model() {
  return train(ordinal_store({.users = 20, .items = 15}), {}, ordinal_options(3, 2)).model;
}

std::vector<float> changed(const FrozenArray<float>& array, std::size_t at, float value) {
  std::vector<float> values(array.begin(), array.end());
  values.at(at) = value;
  return values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_link_comes_back_from_a_file) {
  const TemporaryFolder folder;
  const FactorModel model = small_model();
  save_model(model, folder.path("model"));
  for (const ModelMemory memory : {ModelMemory::kPrivate, ModelMemory::kShared}) {
    const FactorModel loaded = load_model(folder.path("model"), {.memory = memory});
    BOOST_REQUIRE(loaded.has_link());
    BOOST_TEST(loaded.parts().link.deviation == model.parts().link.deviation);
    for (const UserIndex user : {0u, 19u, kNoIndex}) {
      BOOST_TEST(loaded.predict(user, 3) == model.predict(user, 3));
      BOOST_TEST((loaded.probabilities(user, 3) == model.probabilities(user, 3)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_model_that_knows_variances_tells_more_of_each_rating) {
  const FactorModel plain = small_model();
  const FactorModel model = with_variance(plain.parts());
  const auto values = model.parts().link.values.span();
  for (const UserIndex user : {0u, 7u, kNoIndex}) {
    for (const ItemIndex item : {0u, 3u, kNoIndex}) {
      std::vector<float> expected(values.size());
      ordinal_probabilities(model.cutpoints(user), model.score(user, item), model.sd(user, item),
                            expected);
      BOOST_TEST(model.probabilities(user, item) == expected, boost::test_tools::per_element());
      double mean = 0.0, squares = 0.0;
      for (std::size_t k = 0; k < values.size(); ++k) {
        mean += double{expected[k]} * double{values[k]};
        squares += double{expected[k]} * double{values[k]} * double{values[k]};
      }
      const RatingInterval interval = model.interval(user, item);
      BOOST_TEST(double{interval.mean} == mean, boost::test_tools::tolerance(1e-4));
      BOOST_TEST(model.predict(user, item) == interval.mean);
      BOOST_TEST(double{interval.sd} == std::sqrt(squares - mean * mean),
                 boost::test_tools::tolerance(1e-3));
      BOOST_TEST(interval.p5 >= values.front());
      BOOST_TEST(interval.p5 < interval.p95);
      BOOST_TEST(interval.p95 <= values.back());
    }
  }
  BOOST_TEST(std::isnan(plain.interval(0, 0).sd));
}

BOOST_AUTO_TEST_CASE(bounds_stand_for_ratings_from_cutpoint_to_cutpoint) {
  const FactorModel model = small_model();
  const auto values = model.parts().link.values.span();
  const auto cutpoints = model.cutpoints(2);
  constexpr float kTiny = 1e-6f;  // bounds next to the score
  for (std::size_t k = 0; k < cutpoints.size(); ++k) {
    const RatingInterval at = model.interval_from_score(cutpoints[k], kTiny, cutpoints);
    const float middle = (values[k] + values[k + 1]) / 2.0f;
    BOOST_TEST(at.p5 == middle, boost::test_tools::tolerance(1e-3f));
    BOOST_TEST(at.p95 == middle, boost::test_tools::tolerance(1e-3f));
  }
  const RatingInterval widest = model.interval_from_score(0.0f, 100.0f, cutpoints);
  BOOST_TEST(widest.p5 == values.front());
  BOOST_TEST(widest.p95 == values.back());
}

// Factors of a file may be so large that a score is no number. Nothing is read beyond cutpoints.
BOOST_AUTO_TEST_CASE(scores_that_overflowed_have_no_bounds) {
  const FactorModel model = small_model();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& [score, sd] : {std::pair(kNan, 1.0f), {kInfinity, kInfinity}}) {
    for (const auto cutpoints : {model.cutpoints(0), model.cutpoints(kNoIndex)}) {
      const RatingInterval interval = model.interval_from_score(score, sd, cutpoints);
      BOOST_TEST(std::isnan(interval.p5));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_makes_no_sense_is_refused) {
  const FactorModel model = small_model();
  const struct {
    std::function<void(FactorModel::Parts&)> change;
    const char* said;
  } cases[] = {
      {[](auto& p) { p.link.values = FrozenArray<float>(std::vector<float>{1}); }, "from 2 to 64"},
      {[](auto& p) { p.link.values = FrozenArray<float>(changed(p.link.values, 0, 3)); },
       "ascending"},
      {[](auto& p) { p.link.deviation = 0.0f; }, "deviation"},
      {[](auto& p) { p.link.deviation = std::numeric_limits<float>::quiet_NaN(); }, "deviation"},
      {[](auto& p) { p.link.cutpoints = FrozenArray<float>(std::vector<float>(8)); },
       "cutpoints has 8 elements; 84 were expected"},
      {[](auto& p) { p.link.values = {}; }, "cutpoints has 84 elements; 0 were expected"},
      {[](auto& p) { p.loss = Loss::kAbsolute; }, "under squared errors"}};
  for (const auto& c : cases) {
    FactorModel::Parts parts = model.parts();
    c.change(parts);
    BOOST_CHECK_EXCEPTION(FactorModel{std::move(parts)}, Error, [&](const Error& e) {
      BOOST_TEST_MESSAGE(e.what());
      return std::string(e.what()).find(c.said) != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(cutpoints_that_nothing_could_use_are_not_written) {
  const TemporaryFolder folder;
  const FactorModel model = small_model();
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), -99.0f}) {
    FactorModel::Parts parts = model.parts();
    parts.link.cutpoints = FrozenArray<float>(changed(parts.link.cutpoints, 5, value));
    BOOST_CHECK_EXCEPTION(
        save_model(FactorModel(std::move(parts)), folder.path("model")), Error, [](const Error& e) {
          return std::string(e.what()).find("'ordinal.cutpoints'") != std::string::npos;
        });
  }
}

BOOST_AUTO_TEST_CASE(formats_without_a_place_for_cutpoints_are_refused) {
  const TemporaryFolder folder;
  const FactorModel model = small_model();
  const std::vector<std::function<void()>> exports = {
      [&] { export_npy(model, folder.path("npy")); },
      [&] { export_text(model, folder.path("text")); },
      [&] { export_libmf(model, folder.path("libmf"), LibmfIds::kNumbered); }};
  for (const auto& exported : exports) {
    BOOST_TEST(message_of(exported).find("export vectors") != std::string::npos);
  }
  export_vectors(model, folder.path("vectors"), {});
}

BOOST_AUTO_TEST_SUITE_END()
