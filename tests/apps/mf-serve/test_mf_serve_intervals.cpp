// SPDX-License-Identifier: MIT
//
// What the service says of how sure a prediction is, of a model that knows it.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "made_models.hpp"
#include "serving.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_intervals)

namespace {

/// A model of the values 1 to 5 that knows variances, and cutpoints alike for all.
FactorModel made_ordinal() {
  FactorModel::Parts parts = with_variance(made_parts({})).parts();
  std::vector<float> cutpoints;
  for (UserIndex user = 0; user <= parts.users.ids->size(); ++user) {
    cutpoints.insert(cutpoints.end(), {2.0f, 3.0f, 4.0f, 5.0f});
  }
  parts.link = {.values = FrozenArray<float>(std::vector<float>{1, 2, 3, 4, 5}),
                .cutpoints = FrozenArray<float>(std::move(cutpoints)),
                .deviation = 1.0f};
  return FactorModel(std::move(parts));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(predictions_and_lists_have_intervals, Serving) {
  const FactorModel model = with_variance(made_parts({}));
  save_model(model, path("a.model"));
  BOOST_REQUIRE(post("/reload").status == 200u);
  const std::string one = get("/predict?user=1003&item=1005").body;
  const RatingInterval expected = model.interval(3, 5);
  constexpr double kRounding = 1e-6;
  BOOST_TEST(json_number(one, "rating") == double{expected.mean},
             boost::test_tools::tolerance(kRounding));
  BOOST_TEST(json_number(one, "sd") == double{expected.sd},
             boost::test_tools::tolerance(kRounding));
  BOOST_TEST(json_number(one, "p5") == double{expected.p5},
             boost::test_tools::tolerance(kRounding));
  BOOST_TEST(json_number(one, "p95") == double{expected.p95},
             boost::test_tools::tolerance(kRounding));
  BOOST_TEST(one.find("probabilities") == std::string::npos);
  BOOST_TEST(json_number(get("/predict?user=nobody&item=1005").body, "sd") ==
                 double{model.sd(kNoIndex, 5)},
             boost::test_tools::tolerance(kRounding));

  for (const char* by : {"lower:1", "upper:0.5"}) {
    const HttpReply known = get(std::string("/recommend?user=1003&top=1&rank_by=") + by);
    BOOST_TEST(known.status == 200u);
    const double sign = by[0] == 'l' ? -1.0 : 0.5;
    const double score = json_number(known.body, "rating") + sign * json_number(known.body, "sd");
    BOOST_TEST(std::abs(json_number(known.body, "score") - score) < 0.6);  // the rating is clipped
    const HttpReply added =
        post("/recommend",
             std::string("{\"ratings\":{\"1001\":5},\"top\":1,\"rank_by\":\"") + by + "\"}");
    BOOST_TEST(added.status == 200u);
    BOOST_TEST(json_number(added.body, "sd") > 0.0);
  }
  BOOST_TEST(get("/recommend?user=1003&rank_by=lower").status == 400u);
}

BOOST_FIXTURE_TEST_CASE(values_have_probabilities, Serving) {
  const FactorModel model = made_ordinal();
  save_model(model, path("a.model"));
  BOOST_REQUIRE(post("/reload").status == 200u);
  const std::string one = get("/predict?user=1003&item=1005").body;
  const auto expected = model.probabilities(3, 5);
  for (std::size_t value = 1; value <= 5; ++value) {
    BOOST_TEST(json_number(one, std::to_string(value)) == double{expected[value - 1]},
               boost::test_tools::tolerance(1e-5));
  }
  BOOST_TEST(json_number(one, "rating") == double{model.predict(3, 5)},
             boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_SUITE_END()
