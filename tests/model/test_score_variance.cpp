// SPDX-License-Identifier: MIT
//
// What a model knows of how uncertain it is: intervals, and the file.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_score_variance)

namespace {

int version_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(24);
  return file.get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(intervals_are_of_score_and_noise_together) {
  const FactorModel model = with_variance(made_parts({}));
  const ScoreVariance& variance = model.parts().variance;
  const auto users = model.user_count();
  const auto items = model.item_count();
  for (const UserIndex user : {0u, 7u, kNoIndex}) {
    for (const ItemIndex item : {0u, 50u, kNoIndex}) {
      const std::size_t u = user == kNoIndex ? users : user, i = item == kNoIndex ? items : item;
      double square = 0.0;
      for (std::uint32_t r = 0; r < variance.rank; ++r) {
        square += double{variance.users[u * variance.rank + r]} *
                  double{variance.items[i * variance.rank + r]};
      }
      const double sd = std::sqrt(std::max(square, 0.0) + double{variance.noise[u]});
      const RatingInterval interval = model.interval(user, item);
      BOOST_TEST(double{interval.sd} == sd, boost::test_tools::tolerance(1e-5));
      BOOST_TEST(interval.sd == model.sd(user, item));
      BOOST_TEST(interval.mean == model.predict(user, item));
      const double score = double{model.score(user, item)};
      const auto clipped = [](double x) { return std::clamp(x, 0.5, 5.0); };
      BOOST_TEST(double{interval.p5} == clipped(score - 1.6448536 * sd),
                 boost::test_tools::tolerance(1e-5));
      BOOST_TEST(double{interval.p95} == clipped(score + 1.6448536 * sd),
                 boost::test_tools::tolerance(1e-5));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_model_without_variance_has_a_mean_only) {
  const auto model = made_model();
  const RatingInterval interval = model->interval(1, 2);
  BOOST_TEST(!model->has_variance());
  BOOST_TEST(interval.mean == model->predict(1, 2));
  BOOST_TEST(std::isnan(interval.sd));
  BOOST_TEST(std::isnan(interval.p5));
  BOOST_TEST(std::isnan(interval.p95));
}

BOOST_AUTO_TEST_CASE(a_file_of_version_5_has_all_of_it) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model = with_variance(made_parts({}));
  save_model(model, path);
  BOOST_TEST(version_of(path) == 5);
  for (const ModelMemory memory : {ModelMemory::kPrivate, ModelMemory::kShared}) {
    const FactorModel loaded = load_model(path, {.memory = memory});
    const ScoreVariance &a = loaded.parts().variance, &b = model.parts().variance;
    BOOST_TEST(a.rank == b.rank);
    for (const auto part : {&ScoreVariance::users, &ScoreVariance::items, &ScoreVariance::noise,
                            &ScoreVariance::user_fold_in, &ScoreVariance::item_fold_in}) {
      BOOST_TEST(std::ranges::equal(a.*part, b.*part));
    }
  }
  save_model(*made_model(), path);
  BOOST_TEST(version_of(path) == 2);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  struct Case {
    std::string said;
    FrozenArray<float> ScoreVariance::*part;
    std::function<void(std::vector<float>&)> change;
    bool at_once = true;  ///< as soon as the model is made
  };
  const TemporaryFolder folder;
  for (const Case& c : std::vector<Case>{
           {"variance of users", &ScoreVariance::users, [](auto& v) { v.pop_back(); }},
           {"variance of items", &ScoreVariance::items, [](auto& v) { v.push_back(0); }},
           {"noise of users", &ScoreVariance::noise, [](auto& v) { v.clear(); }},
           {"variance of fold-in", &ScoreVariance::user_fold_in, [](auto& v) { v.clear(); }},
           {"variance of fold-in", &ScoreVariance::item_fold_in, [](auto& v) { v.pop_back(); }},
           {"not finite", &ScoreVariance::users, [](auto& v) { v[3] = kNan; }, false},
           {"not finite", &ScoreVariance::items, [](auto& v) { v[3] = kNan; }, false},
           {"below 0", &ScoreVariance::noise, [](auto& v) { v[2] = -1.0f; }, false},
           {"not finite", &ScoreVariance::user_fold_in, [](auto& v) { v[0] = kNan; }, false},
           {"not finite", &ScoreVariance::item_fold_in, [](auto& v) { v[0] = kNan; }, false}}) {
    FactorModel::Parts parts = with_variance(made_parts({})).parts();
    FrozenArray<float>& array = parts.variance.*c.part;
    std::vector<float> values(array.begin(), array.end());
    c.change(values);
    array = FrozenArray<float>(std::move(values));
    const auto says = [&](const Error& e) {
      return std::string(e.what()).find(c.said) != std::string::npos;
    };
    if (c.at_once) {
      BOOST_CHECK_EXCEPTION(FactorModel{parts}, Error, says);
    } else {
      BOOST_CHECK_EXCEPTION(save_model(FactorModel(parts), folder.path("model")), Error, says);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
