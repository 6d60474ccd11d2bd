// SPDX-License-Identifier: MIT
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

using namespace mfpar;
using namespace mfpar::apps;

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

BOOST_AUTO_TEST_SUITE(test_json)

BOOST_AUTO_TEST_CASE(values_keep_their_kind) {
  const Json json = parse_json(R"( {"a": [1, -2, 2.5, 18446744073709551615],)"
                               R"( "b": {"x": null, "x": true}, "\u00e9": "\"" } )");
  BOOST_TEST_REQUIRE(json.size() == 3);
  BOOST_TEST(json.begin().key() == "a");
  const Json& numbers = json["a"];
  BOOST_TEST(numbers[0].get<std::uint64_t>() == 1);
  BOOST_TEST(numbers[1].get<double>() == -2.0);
  BOOST_TEST(!numbers[1].is_number_unsigned());
  BOOST_TEST(numbers[2].get<double>() == 2.5);
  BOOST_TEST(!numbers[2].is_number_unsigned());
  BOOST_TEST(numbers[3].get<std::uint64_t>() == UINT64_MAX);
  // Keys may recur; both are there, in order.
  BOOST_TEST_REQUIRE(json["b"].size() == 2);
  BOOST_TEST(json["b"].begin()->is_null());
  BOOST_TEST(std::next(json["b"].begin())->get<bool>());
  BOOST_TEST(text_of(json["b"]) == R"({"x":null,"x":true})");
  BOOST_TEST(json["\xC3\xA9"].get<std::string>() == "\"");
  const std::string kinds[] = {"a list", "an object", "a string"};
  auto kind = std::begin(kinds);
  for (const Json& value : json) BOOST_TEST(kind_of(value) == *kind++);
  BOOST_TEST(std::string(kind_of(Json())) == "null");
  BOOST_TEST(std::string(kind_of(Json(true))) == "true or false");
  BOOST_TEST(std::string(kind_of(numbers[2])) == "a number");
  BOOST_TEST((parse_json("[]") == Json::array()));
  BOOST_TEST((parse_json("{}") == Json::object()));
}

BOOST_AUTO_TEST_CASE(ids_are_strings_or_whole_numbers) {
  BOOST_TEST(*id_of(parse_json("\"007\"")) == "007");
  BOOST_TEST(*id_of(parse_json("7")) == "7");
  BOOST_TEST(*id_of(parse_json("-7")) == "-7");
  BOOST_TEST(*id_of(parse_json("9007199254740993")) == "9007199254740993");
  BOOST_TEST(!id_of(parse_json("7.0")));
  BOOST_TEST(!id_of(parse_json("true")));
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused_with_its_place) {
  BOOST_TEST(refusal("{\"a\":1,}").find("not JSON: column 8: ") == 0);
  for (const char* text :
       {"", " ", "{", "[1", "nul", "1 2", "{'a':1}", "NaN", "01", "\"\n\"", "\"\xFF\"", "[1]]"}) {
    BOOST_TEST(refusal(text).find("not JSON: column ") == 0, text);
  }
  BOOST_TEST(refusal("[1e999]") == "not JSON: number overflow parsing '1e999'");
  BOOST_TEST(refusal(std::string(32, '[') + std::string(32, ']')) == "accepted");
  BOOST_TEST(refusal(std::string(100'000, '[')) == "nested more than 32 levels deep");
  std::string objects;
  for (int i = 0; i < 33; ++i) objects += "{\"a\":";
  BOOST_TEST(refusal(objects) == "nested more than 32 levels deep");
}

BOOST_AUTO_TEST_CASE(text_is_on_one_line_and_reads_back) {
  const Json json{{"text", "a \"b\"\\\n\t\x01 \xc3\xa9"},
                  {"yes", true},
                  {"count", std::uint64_t{18446744073709551615u}},
                  {"none", std::vector<std::string>{}},
                  {"words", std::vector<std::string>{"a", "\"\n\x01"}},
                  {"nothing", Json::object()},
                  {"objects", std::vector<Json>{{{"x", -1}}, Json::object()}},
                  {"inside", {{"k", -1}}}};
  const std::string text = text_of(json);
  BOOST_TEST(text ==
             "{\"text\":\"a \\\"b\\\"\\\\\\n\\t\\u0001 \xc3\xa9\",\"yes\":true,"
             "\"count\":18446744073709551615,\"none\":[],\"words\":[\"a\",\"\\\"\\n\\u0001\"],"
             "\"nothing\":{},\"objects\":[{\"x\":-1},{}],\"inside\":{\"k\":-1}}");
  BOOST_TEST((parse_json(text) == json));
}

BOOST_AUTO_TEST_CASE(what_is_no_utf_8_is_replaced) {
  const std::string mark = "\xef\xbf\xbd";
  BOOST_TEST(text_of("\xff|\xc0\xaf|\xe2\x82|\xe2\x82\xac") ==
             "\"" + mark + "|" + mark + mark + "|" + mark + "|\xe2\x82\xac\"");
  // A surrogate.
  BOOST_TEST(text_of("\xed\xa0\x80").find_first_not_of(mark + "\"") == std::string::npos);
  BOOST_TEST(text_of(Json{{"\xff", 1}}) == "{\"" + mark + "\":1}");
}

BOOST_AUTO_TEST_CASE(numbers_are_the_shortest_that_read_back) {
  const float floats[] = {0.1f, 3.0f, -0.25f, 4.6644177f, 1e-30f, 3.4028235e38f, -0.0f};
  BOOST_TEST(text_of(floats) == "[0.1,3,-0.25,4.6644177,1e-30,3.4028235e+38,0]");
  BOOST_TEST(text_of({0.1, 5.0, 0.30000000000000004, 1e300}) ==
             "[0.1,5,0.30000000000000004,1e+300]");
  BOOST_TEST(text_of({std::nan(""), HUGE_VAL, std::nanf(""), -HUGE_VALF}) ==
             "[null,null,null,null]");
  // dump() of nlohmann::json prints some of these longer.
  std::uint32_t bits = 1;
  for (int i = 0; i < 10'000; ++i) {
    bits = bits * 1664525u + 1013904223u;
    const auto number = std::bit_cast<float>(bits);
    if (!std::isfinite(number)) continue;
    const std::string text = text_of(number);
    BOOST_TEST(text == shortest_decimal(number));
    BOOST_TEST(parse_json(text).get<float>() == number);
  }
}

BOOST_AUTO_TEST_SUITE_END()
