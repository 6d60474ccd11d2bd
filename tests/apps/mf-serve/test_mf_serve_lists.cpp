// SPDX-License-Identifier: MIT
//
// What lists of mf-serve are asked for: titles, fields, where, only, exclude, offset; and many in
// one request.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "film_fixtures.hpp"
#include "http_client.hpp"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "served.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;

BOOST_AUTO_TEST_SUITE(test_mf_serve_lists)

namespace {

/// A model of 40 items and their titles: item i of the year 1980 + i, for children where 4 divides
/// it.
struct ServedFilms : TestFolder {
  explicit ServedFilms(std::vector<std::string> arguments = {"--titles", "films.csv"}) {
    save_model(
        train(random_store({.users = 60, .items = 40, .density = 0.3}), {}, quick_options()).model,
        path("a.model"));
    std::string titles = "movieId,title,genres,year\n";
    for (int i = 0; i < 40; ++i) {
      titles += std::to_string(i) + ",Film " + std::to_string(i) + ',' +
                (i % 4 == 0 ? "Children|Comedy" : "Drama") + ',' + std::to_string(1980 + i) + '\n';
    }
    write("films.csv", titles);
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."), arguments);
    client = std::make_unique<HttpClient>(service->port());
  }

  HttpReply get(const std::string& target) const { return client->ask("GET", target); }
  HttpReply post(const std::string& target, const std::string& body) const {
    return client->ask("POST", target, body);
  }
  Json list(const std::string& query) const {
    const HttpReply reply = get("/recommend?user=7&keep_rated&" + query);
    BOOST_TEST_REQUIRE(reply.status == 200u, query + ": " + reply.body);
    return apps::parse_json(reply.body);
  }
  std::vector<int> items(const std::string& query) const {
    std::vector<int> ids;
    const Json answer = list(query);
    for (const Json& item : answer.at("items")) {
      ids.push_back(std::stoi(item.at("item").get<std::string>()));
    }
    return ids;
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
};

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(choices_hold_what_they_say_in_the_order_of_all, ServedFilms) {
  const std::vector<int> all = items("top=40");
  BOOST_REQUIRE(all.size() == 40u);
  const struct {
    const char* query;
    bool (*holds)(int item);
  } rows[] = {
      {"where=genres~children", [](int i) { return i % 4 == 0; }},
      {"where=genres!~children", [](int i) { return i % 4 != 0; }},
      {"where=genres=Drama&where=year>=2000", [](int i) { return i % 4 != 0 && i >= 20; }},
      {"where=year%3C=1985", [](int i) { return i <= 5; }},
      {"where=title=film+7", [](int i) { return i == 7; }},
      {"where=year>=2020", [](int) { return false; }},
      {"only=1,2,3", [](int i) { return i >= 1 && i <= 3; }},
      {"only=1&only=2,3", [](int i) { return i >= 1 && i <= 3; }},
      {"only=none", [](int) { return false; }},
      {"only=", [](int) { return false; }},
      {"exclude=0,1&exclude=2", [](int i) { return i > 2; }},
      {"exclude=", [](int) { return true; }},
      {"exclude=stranger", [](int) { return true; }},
      {"only=1,4,8&exclude=4&where=year>=1982", [](int i) { return i == 8; }},
  };
  for (const auto& row : rows) {
    std::vector<int> expected;
    for (const int item : all) {
      if (row.holds(item)) expected.push_back(item);
    }
    for (int again = 0; again < 2; ++again) {  // the second time from what was kept
      BOOST_TEST(items(std::string("top=40&") + row.query) == expected, row.query);
    }
  }
  BOOST_TEST(list("top=1&only=1,x,y").at("warnings").at(0) ==
             "only: the model does not have 2 of the items (\"x\", ...)");
}

BOOST_FIXTURE_TEST_CASE(pages_are_parts_of_one_list, ServedFilms) {
  const std::vector<int> all = items("top=40");
  for (const std::size_t offset : {0u, 1u, 20u, 39u, 40u, 41u}) {
    for (const std::size_t top : {1u, 7u, 40u}) {
      const std::size_t begin = std::min<std::size_t>(offset, all.size());
      const std::size_t end = std::min<std::size_t>(begin + top, all.size());
      const std::vector<int> expected(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                      all.begin() + static_cast<std::ptrdiff_t>(end));
      BOOST_TEST(items("top=" + std::to_string(top) + "&offset=" + std::to_string(offset)) ==
                 expected);
    }
  }
  const std::string similar = get("/similar?item=3&top=1&offset=2&least_ratings=0").body;
  const Json three = apps::parse_json(get("/similar?item=3&top=3&least_ratings=0").body);
  BOOST_TEST(apps::parse_json(similar).at("items").at(0).at("item") ==
             three.at("items").at(2).at("item"));
}

BOOST_FIXTURE_TEST_CASE(items_have_the_fields_that_are_asked_for, ServedFilms) {
  using Keys = std::vector<std::string>;
  const struct {
    const char* query;
    Keys keys;
  } rows[] = {
      {"top=1", {"item", "id", "title", "score", "rating", "columns"}},
      {"top=1&titles=true", {"item", "id", "title", "score", "rating", "columns"}},
      {"top=1&titles=false", {"item", "id", "score", "rating"}},
      {"top=1&titles=0&fields=title,score", {"score"}},
      {"top=1&fields=id", {"id"}},
      {"top=1&fields=score,title&fields=id", {"id", "title", "score"}},
      {"top=1&fields=columns", {"columns"}},
      {"top=1&fields=sd,p5", {}},
      {"top=1&fields=because,item&explain", {"item", "because"}},
      {"top=1&fields=because,item", {"item"}},
  };
  for (const auto& row : rows) {
    BOOST_TEST(keys_of(list(row.query).at("items").at(0)) == row.keys, row.query);
  }
  const Json item = list("top=1&only=8").at("items").at(0);
  BOOST_TEST(item.at("title") == "Film 8");
  BOOST_TEST(apps::text_of(item.at("columns")) ==
             "{\"genres\":\"Children|Comedy\",\"year\":\"1988\"}");
  const Json similar = apps::parse_json(
      post("/similar", "{\"item\":8,\"top\":1,\"fields\":[\"similarity\",\"cosine\",\"title\"]}")
          .body);
  BOOST_TEST(keys_of(similar.at("items").at(0)) == (Keys{"title", "similarity", "cosine"}));
}

BOOST_FIXTURE_TEST_CASE(similar_items_are_the_same_by_query_and_body, ServedFilms) {
  for (const auto& [query, body] :
       {std::pair("item=3&top=4", "{\"item\":\"3\",\"top\":4}"),
        {"similar_to=3&similar_by=factors", "{\"similar_to\":3,\"similar_by\":\"factors\"}"},
        {"item=3&where=genres~drama&only=1,2,5&exclude=2&least-ratings=1",
         "{\"item\":3,\"where\":\"genres~drama\",\"only\":[1,2,5],\"exclude\":2,"
         "\"least-ratings\":1}"},
        {"item=3&titles=false&fields=id&offset=1",
         "{\"item\":3,\"titles\":false,\"fields\":\"id\",\"offset\":1}"}}) {
    const HttpReply got = get(std::string("/similar?") + query), posted = post("/similar", body);
    BOOST_TEST(got.status == 200u, got.body);
    BOOST_TEST(got.body == posted.body);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_of_a_list_is_said) {
  const ServedFilms films({"--titles", "films.csv", "--most-top", "50"}),
      untitled(std::vector<std::string>{});
  std::string twenty = "{\"id\":7,\"where\":[\"year>=1\"";
  for (int i = 1; i < 20; ++i) twenty += ",\"year>=1\"";
  const struct {
    const ServedFilms* films;
    std::string target, body;  ///< GET where there is none
    unsigned status;
    const char* says;
  } rows[] = {
      {&films, "/recommend?user=7&offset=x", "", 400, "offset must be a whole number from 0 to 50"},
      {&films, "/recommend?user=7&offset=51", "", 400, "offset must be a whole number"},
      {&films, "/recommend?user=7&offset=-1", "", 400, "offset must be a whole number"},
      {&films, "/recommend?user=7&offset=49&top=1", "", 200, ""},
      {&films, "/recommend?user=7&offset=50&top=1", "", 400, "offset and top are 51 together"},
      {&films, "/recommend?user=7&fields=", "", 400, "fields is empty"},
      {&films, "/recommend?user=7&fields=items", "", 400, "did you mean item?"},
      {&films, "/recommend?user=7&titles=yes", "", 400, "titles must be true or false"},
      {&films, "/recommend?user=7&where=genres", "", 422, "it must be COLUMN~TEXT"},
      {&films, "/recommend?user=7&where=", "", 422, "it must be COLUMN~TEXT"},
      {&films, "/recommend?user=7&where=genre~x", "", 422, "did you mean genres?"},
      {&films, "/recommend?user=7&where=year>=x", "", 422, "a number is expected"},
      {&films, "/similar?item=3&where=x", "", 422, "it must be COLUMN~TEXT"},
      {&films, "/similar?item=3&rank_by=rating", "", 400, "no parameter 'rank_by'"},
      {&films, "/recommend", "{\"id\":7,\"where\":5}", 422, "has a number; expected a string"},
      {&films, "/recommend", "{\"id\":7,\"where\":[[]]}", 422, "has a list; expected a string"},
      {&films, "/recommend", twenty + "]}", 200, ""},
      {&films, "/recommend", twenty + ",\"year>=1\"]}", 422, "21 conditions; give at most 20"},
      {&films, "/recommend", "{\"id\":7,\"only\":{}}", 422, "only\\\" has an object"},
      {&films, "/recommend", "{\"id\":7,\"exclude\":[1.5]}", 422, "exclude\\\" has a number"},
      {&films, "/recommend", "{\"id\":7,\"exclude\":[]}", 200, ""},
      {&films, "/recommend", "{\"id\":7,\"offset\":\"1\"}", 422, "offset must be"},
      {&films, "/recommend", "{\"id\":7,\"titles\":1}", 422, "titles must be"},
      {&films, "/recommend", "{\"id\":7,\"fields\":7}", 422, "fields\\\" has a number"},
      {&films, "/recommend", "{\"id\":7,\"fields\":[]}", 422, "fields is empty"},
      {&films, "/similar", "{\"top\":3}", 422, "the body has no item"},
      {&films, "/similar", "{\"item\":3,\"similar_to\":3}", 422, "mean the same"},
      {&films, "/similar", "{\"item\":3,\"similar_by\":3}", 422, "similar_by must be"},
      {&films, "/similar", "{\"item\":3,\"diversity\":1}", 422, "a key 'diversity'"},
      {&films, "/similar", "{\"item\":\"x\"}", 404, "no item 'x'"},
      {&untitled, "/recommend?user=7&where=genres~x", "", 422, "start the service with --titles"},
      {&untitled, "/recommend?user=7&only=3&exclude=4&fields=item&keep_rated", "", 200,
       "[{\"item\":\"3\"}]"},
  };
  for (const auto& row : rows) {
    const HttpReply reply =
        row.films->client->ask(row.body.empty() ? "GET" : "POST", row.target, row.body);
    const std::string what = row.target + ' ' + row.body + ": " + reply.body;
    BOOST_TEST(reply.status == row.status, what);
    BOOST_TEST(reply.body.find(row.says) != std::string::npos, what);
  }
}

BOOST_FIXTURE_TEST_CASE(a_batch_answers_each_as_it_would_be_alone, ServedFilms) {
  const std::vector<std::string> requests{
      "{\"id\":7}",
      "{\"id\":8,\"top\":3}",
      "{\"ratings\":{\"3\":5,\"x\":1},\"top\":3}",
      "{\"id\":\"nobody\"}",
      "{\"id\":9,\"top\":3}",
      "{\"id\":9,\"top\":3,\"where\":\"genres~Drama\",\"fields\":\"id\"}",
      "{\"id\":10,\"top\":3,\"where\":\"genres~Drama\",\"fields\":\"id\"}",
      "{\"id\":11,\"where\":\"genre~Drama\"}",
      "{\"id\":11,\"topp\":1}",
      "{\"ratings\":[[3,5],[4,1]],\"explain\":true,\"rank_by\":\"blend:0.5\"}",
      "{\"ratings\":{\"3\":\"5\"}}",
      "{\"id\":12,\"at_most\":\"1:genres\",\"diversity\":0.5}",
      "5"};
  std::string list, lines;
  for (const std::string& request : requests) {
    list += (list.empty() ? "" : ",") + request;
    lines += request + (lines.empty() ? "\n \r\n" : "\n");
  }
  const HttpReply whole = post("/recommend/batch", "{\"users\":[" + list + "]}");
  const HttpReply by_line = post("/recommend/batch", lines);
  BOOST_TEST_REQUIRE(whole.status == 200u, whole.body);
  BOOST_TEST_REQUIRE(by_line.status == 200u, by_line.body);
  BOOST_TEST(whole.field("Content-Type") == "application/json");
  BOOST_TEST(by_line.field("Content-Type") == "application/x-ndjson");
  const Json answers = apps::parse_json(whole.body).at("answers");
  const auto answer_lines = Films::lines_of(by_line.body);
  BOOST_REQUIRE(answers.size() == requests.size());
  BOOST_REQUIRE(answer_lines.size() == requests.size());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const HttpReply alone = post("/recommend", requests[i]);
    Json expected = apps::parse_json(alone.body);
    if (alone.status != 200) {
      BOOST_TEST(answers[i].at("status") == alone.status, requests[i]);
      ++refused;
    } else {
      expected.erase("model_version");
      BOOST_TEST(apps::text_of(answers[i]) == apps::text_of(expected), requests[i]);
    }
    BOOST_TEST(answer_lines[i] == "{\"model_version\":1," + apps::text_of(answers[i]).substr(1));
  }
  BOOST_TEST(refused == 5u);
}

BOOST_AUTO_TEST_CASE(batches_have_bounds) {
  const ServedFilms films({"--most-users", "3", "--most-top", "5"}), wide({"--most-top", "1"});
  const std::string one = "{\"id\":7}";
  std::string hundred = one;
  for (int i = 1; i < 100; ++i) hundred += '\n' + one;
  const struct {
    const ServedFilms* films;
    std::string body;
    unsigned status;
    const char* says;
  } rows[] = {
      {&films, "{\"users\":[" + one + ',' + one + ',' + one + "]}", 200, "\"answers\":["},
      {&films, "{\"users\":[" + one + ',' + one + ',' + one + ",5]}", 413, "more than 3 users"},
      {&films, one + '\n' + one + '\n' + one, 200, "\"user\":\"7\""},
      {&films, one + '\n' + one + '\n' + one + "\n\n{", 413, "more than 3 users"},
      {&wide, hundred, 200, "\"user\":\"7\""},
      {&wide, hundred + '\n' + one, 413, "the lists have 101 items together; ask for at most 100"},
      {&films, "{\"users\":[]}", 200, "{\"model_version\":1,\"answers\":[]}"},
      {&films, one, 200, "{\"model_version\":1,\"user\":\"7\""},
      {&films, "", 400, "the body is not JSON"},
      {&films, "{\"users\":[", 400, "the body is not JSON"},
      {&films, "[]", 422, "the body is a list; it must be an object"},
      {&films, "{\"users\":{}}", 422, "users is an object; it must be a list of requests"},
      {&films, "{\"users\":[],\"top\":1}", 422, "the body has a key 'top'"},
      {&films, "{\n\"id\":7}", 422, "the body has a key 'id'; it may have: users"},
      {&films, "{\n}", 422, "the body has no users"},
      {&films, "{\n\"id\":7\n", 200, "the request is not JSON"},
  };
  for (const auto& row : rows) {
    const HttpReply reply = row.films->post("/recommend/batch", row.body);
    BOOST_TEST(reply.status == row.status, row.body + ": " + reply.body);
    BOOST_TEST(reply.body.find(row.says) != std::string::npos, row.body + ": " + reply.body);
  }
}

BOOST_AUTO_TEST_SUITE_END()
