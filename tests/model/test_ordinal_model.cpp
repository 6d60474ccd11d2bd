// SPDX-License-Identifier: MIT
//
// What a model file says of an ordinal link, and models whose link makes no sense.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

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

BOOST_AUTO_TEST_CASE(probabilities_take_another_deviation) {
  const FactorModel model = small_model();
  const auto narrow = model.probabilities(0, 0, 0.001f);
  BOOST_TEST(*std::ranges::max_element(narrow) > 0.99f);
  BOOST_TEST(
      (model.probabilities(0, 0, model.parts().link.deviation) == model.probabilities(0, 0)));
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
