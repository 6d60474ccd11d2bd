// SPDX-License-Identifier: MIT
//
// What a model file says of the loss, and the lowest version that can say it.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_loss)

namespace {

constexpr std::size_t kVersionAt = 24;  // see lib/FORMAT.md

FactorModel model_of(const LossInfo& info) {
  auto options = quick_options();
  options = with_loss_of(options, info.loss);
  return train(random_store({.labels = info.takes_labels}), {}, options).model;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_loss_comes_back_and_squares_keep_the_version_they_had) {
  const TemporaryFolder folder;
  for (const LossInfo& info : losses()) {
    const FactorModel model = model_of(info);
    const std::string path = folder.path(std::string(info.name));
    save_model(model, path);
    const FactorModel loaded = load_model(path);
    BOOST_TEST((loaded.loss() == info.loss), info.name);
    BOOST_TEST(loaded.predict(1, 2) == model.predict(1, 2));
    const std::string bytes = bytes_of(path);
    BOOST_TEST(int{bytes.at(kVersionAt)} == (info.loss == Loss::kSquared    ? 2
                                             : info.loss <= Loss::kLogistic ? 3
                                                                            : 7));
    const bool has_section = bytes.find("loss") != std::string::npos;
    BOOST_TEST(has_section == (info.loss != Loss::kSquared));
  }
}

BOOST_AUTO_TEST_CASE(a_loss_that_there_is_not_is_refused_by_name) {
  const TemporaryFolder folder;
  save_model(model_of(describe_loss(Loss::kLogistic)), folder.path("model"));
  std::string bytes = bytes_of(folder.path("model"));
  const std::size_t at = bytes.find("logistic", 64);  // the section, or the options behind it
  BOOST_REQUIRE(at != std::string::npos);
  bytes.replace(at, 8, "logistik");
  const std::string path = folder.write("other", bytes);
  BOOST_CHECK_EXCEPTION(load_model(path, {.verify = false}), Error, [&](const Error& e) {
    const std::string what = e.what();
    return e.code() == ErrorCode::kBadFile && what.find("'logistik'") != std::string::npos &&
           what.find(path) != std::string::npos;
  });
  BOOST_CHECK_THROW(load_model(path), Error);  // the checksum
}

BOOST_AUTO_TEST_CASE(a_model_of_labels_has_the_range_of_labels) {
  FactorModel::Parts parts = model_of(describe_loss(Loss::kLogistic)).parts();
  parts.range = {1.0f, 5.0f};
  BOOST_CHECK_EXCEPTION(FactorModel(std::move(parts)), Error, [](const Error& e) {
    return std::string(e.what()).find("0 to 1 or -1 to 1 was expected") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
