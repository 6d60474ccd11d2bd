// SPDX-License-Identifier: MIT
//
// What mf-serve makes of requests that it cannot answer: the status of the kind of trouble, one
// message that names it, and good answers afterwards.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <sstream>
#include <string>

#include "bad_inputs.hpp"
#include "common/json.hpp"
#include "forged_models.hpp"
#include "serving.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_bad_requests)

BOOST_FIXTURE_TEST_CASE(trouble_is_named_and_nothing_is_touched, Serving) {
  const std::string model = bytes_of(path("a.model"));
  const std::string good = get("/recommend?user=ann").body;
  const BadInputs table = bad_inputs(MFPAR_BAD_INPUTS, "requests.txt");
  for (const BadInput& row : table.rows) {
    std::istringstream words(row.command);
    std::string method, target, body;
    words >> method >> target >> std::ws;
    std::getline(words, body);
    const HttpReply reply = client->ask(method, target, line_of_file(body + "\\"));
    const apps::Json answer = apps::parse_json(reply.body);
    const std::string error = answer.contains("error") ? answer.at("error").get<std::string>()
                                                       : "no error: " + reply.body;
    const std::string place =
        row.place + ": " + row.command + "\n" + std::to_string(reply.status) + ' ' + error;
    BOOST_TEST(reply.status == static_cast<unsigned>(row.code), place);
    BOOST_TEST(error == row.message, place);
  }
  BOOST_TEST_MESSAGE(table.rows.size() << " bad requests");
  BOOST_TEST(table.rows.size() >= 40u);
  BOOST_TEST(get("/recommend?user=ann").body == good);
  BOOST_TEST((bytes_of(path("a.model")) == model));
  for (const auto& entry : std::filesystem::directory_iterator(path("."))) {
    BOOST_TEST(entry.path().filename() == "a.model");
  }
}

BOOST_AUTO_TEST_SUITE_END()
