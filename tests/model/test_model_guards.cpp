// SPDX-License-Identifier: MIT
//
// What may happen to a model file, and what must never become one.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "model_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_guards)

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_model_stays_as_it_was_loaded_when_its_file_is_written_over) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model = random_model(40, 30, 5);
  save_model(model, path);
  const std::string good = contents(path);
  for (const std::string& over : {std::string(), good.substr(0, 100), std::string(good.size(), 'x'),
                                  good.substr(good.size() / 2), good + good}) {
    for (const bool verify : {true, false}) {
      const FactorModel loaded = load_model(path, {.verify = verify});
      folder.write("model", over);  // in place, as cp does
      BOOST_TEST(same_predictor(model, loaded));
      folder.write("model", good);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
