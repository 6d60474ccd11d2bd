// SPDX-License-Identifier: MIT
//
// Models of every loss, as C programs see them.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "mfpar/mfpar.h"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_c_api_losses)

BOOST_AUTO_TEST_CASE(a_model_of_every_loss_predicts_and_folds_in) {
  const TemporaryFolder folder;
  for (const LossInfo& info : losses()) {
    auto options = quick_options();
    options = with_loss_of(options, info.loss);
    const FactorModel trained =
        train(random_store({.labels = info.takes_labels}), {}, options).model;
    const std::string path = folder.path(std::string(info.name));
    save_model(trained, path);

    mfpar_model* model = nullptr;
    BOOST_REQUIRE(mfpar_model_load(path.c_str(), &model) == MFPAR_OK);
    const char* name = nullptr;
    BOOST_TEST(mfpar_model_loss(model, &name) == MFPAR_OK);
    BOOST_TEST(std::string(name) == info.name);
    BOOST_TEST(mfpar_model_loss(model, nullptr) != MFPAR_OK);
    float rating = -1;
    BOOST_TEST(mfpar_predict(model, 3, 5, &rating) == MFPAR_OK);
    BOOST_TEST(rating == trained.predict(3, 5));

    mfpar_model* mapped = nullptr;
    BOOST_TEST(mfpar_model_map(folder.path("missing").c_str(), &mapped) == MFPAR_SYSTEM);
    BOOST_TEST(mapped == nullptr);
    BOOST_REQUIRE(mfpar_model_map(path.c_str(), &mapped) == MFPAR_OK);
    BOOST_TEST(mfpar_predict(mapped, 3, 5, &rating) == MFPAR_OK);
    BOOST_TEST(rating == trained.predict(3, 5));
    mfpar_model_free(mapped);

    const std::vector<std::uint32_t> items{1, 2, 3};
    const std::vector<float> values{1, 0, 1};
    mfpar_user* user = nullptr;
    BOOST_REQUIRE(mfpar_fold_in(model, items.data(), values.data(), 3, nullptr, &user) == MFPAR_OK);
    BOOST_TEST(mfpar_user_predict(user, 7, &rating) == MFPAR_OK);
    const bool is_margin = info.takes_labels && !info.predicts_probability;
    BOOST_TEST((is_margin || rating >= trained.range().lowest));
    BOOST_TEST((is_margin || rating <= trained.range().highest));
    mfpar_user_free(user);

    const float half = 0.5f;
    const mfpar_status status = mfpar_fold_in(model, items.data(), &half, 1, nullptr, &user);
    BOOST_TEST((status == MFPAR_BAD_DATA) == info.takes_labels);
    if (status == MFPAR_OK) mfpar_user_free(user);
    mfpar_model_free(model);
  }
}

BOOST_AUTO_TEST_SUITE_END()
