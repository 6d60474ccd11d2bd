// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>

#include "common/json.hpp"
#include "common/json_reader.hpp"
#include "mfpar/error.hpp"

using namespace mfpar;
using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_json_reader)

namespace {

std::string refusal(const std::string& text) {
  try {
    parse_json(text);
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kBadData));
    return e.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_keep_their_kind) {
  const JsonValue json = parse_json(
      R"( {"a": [1, -2, 2.5, 18446744073709551615], "b": {"x": null, "x": true}, "\u00e9": "\"" } )");
  const auto& members = *json.members();
  BOOST_TEST_REQUIRE(members.size() == 3);
  BOOST_TEST(members[0].first == "a");
  const auto& numbers = *members[0].second.array();
  BOOST_TEST(*numbers[0].whole_number() == 1);
  BOOST_TEST(*numbers[1].number() == -2.0);
  BOOST_TEST(!numbers[1].whole_number());
  BOOST_TEST(*numbers[2].number() == 2.5);
  BOOST_TEST(!numbers[2].whole_number());
  BOOST_TEST(*numbers[3].whole_number() == UINT64_MAX);
  // Keys may recur; both are there, in order.
  const auto& twice = *members[1].second.members();
  BOOST_TEST(twice[0].second.is_null());
  BOOST_TEST(*twice[1].second.boolean());
  BOOST_TEST(members[2].first == "\xC3\xA9");
  BOOST_TEST(*members[2].second.string() == "\"");
  BOOST_TEST(members[2].second.array() == nullptr);
  BOOST_TEST(std::string(members[2].second.kind()) == "a string");
  BOOST_TEST(parse_json("[]").array()->empty());
  BOOST_TEST(parse_json("{}").members()->empty());
}

BOOST_AUTO_TEST_CASE(ids_are_strings_or_whole_numbers) {
  BOOST_TEST(*parse_json("\"007\"").id() == "007");
  BOOST_TEST(*parse_json("7").id() == "7");
  BOOST_TEST(*parse_json("-7").id() == "-7");
  BOOST_TEST(*parse_json("9007199254740993").id() == "9007199254740993");
  BOOST_TEST(!parse_json("7.0").id());
  BOOST_TEST(!parse_json("true").id());
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused_with_its_place) {
  BOOST_TEST(refusal("{\"a\":1,}").find("no JSON: column 8") == 0);
  for (const char* text : {"", " ", "{", "[1", "nul", "1 2", "{'a':1}", "NaN", "01", "\"\n\"",
                           "\"\xFF\"", "1e999", "[1]]"}) {
    BOOST_TEST(refusal(text).find("no JSON: column ") == 0, text);
  }
  BOOST_TEST(refusal(std::string(32, '[') + std::string(32, ']')) == "accepted");
  BOOST_TEST(refusal(std::string(100'000, '[')) == "it is nested more than 32 deep");
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back) {
  const std::string text =
      JsonObject()
          .add("none", std::vector<std::string>{})
          .add("words", std::vector<std::string>{"a", "\"\n\x01"})
          .add("objects", std::vector<JsonObject>{JsonObject().add("x", 1), {}})
          .text();
  BOOST_TEST(text ==
             "{\"none\":[],\"words\":[\"a\",\"\\\"\\n\\u0001\"],\"objects\":[{\"x\":1},{}]}");
  const JsonValue json = parse_json(text);
  BOOST_TEST(*(*(*json.members())[1].second.array())[1].string() == "\"\n\x01");
}

BOOST_AUTO_TEST_SUITE_END()
