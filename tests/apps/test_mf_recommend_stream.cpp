// SPDX-License-Identifier: MIT
//
// mf-recommend --requests: JSON lines in, JSON lines out.
#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "film_fixtures.hpp"
#include "mfpar/model_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_recommend_stream)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// From "items" on: what lists have in common for all users.
std::string items_in(const std::string& answer) { return answer.substr(answer.find("\"items\"")); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(each_line_has_its_answer, Films) {
  const auto answers =
      rows("--top 3",
           "{\"id\":\"ann\",\"ratings\":{\"1\":5,\"2\":1.5},\"top\":4}\n"
           "{\"id\":17,\"ratings\":[[\"1\",5],[2,1.5]]}\r\n"
           "\n"
           "{\"ratings\":[{\"item\":1,\"rating\":5},{\"rating\":1.5,\"item\":\"2\"}]}\n"
           "  {\"id\": \"3\"}");
  BOOST_TEST_REQUIRE(answers.size() == 4);
  BOOST_TEST(items_in(answers[0]) == items_in(rows("1=5 2=1.5 --top 4 --format json").front()));
  BOOST_TEST(answers[0].starts_with("{\"user\":\"ann\",\"ratings\":2,"));
  BOOST_TEST(items_in(answers[1]) == items_in(rows("1=5 2=1.5 --top 3 --format json").front()));
  BOOST_TEST(answers[1].starts_with("{\"user\":\"17\","));
  BOOST_TEST(items_in(answers[2]) == items_in(answers[1]));
  BOOST_TEST(answers[2].starts_with("{\"ratings\":2,"));
  // Without ratings: the trained user.
  BOOST_TEST(answers[3] == rows("--user 3 --top 3 --format json").front());
}

BOOST_FIXTURE_TEST_CASE(a_request_says_how_its_list_is_made, Films) {
  const auto answers = rows("--top 3 --titles films.csv",
                            "{\"ratings\":{\"1\":5},\"rank_by\":\"interaction\"}\n"
                            "{\"ratings\":{\"1\":5},\"keep_rated\":true,\"top\":40}\n"
                            "{\"ratings\":{\"1\":5},\"explain\":true}\n"
                            "{\"ratings\":{\"1\":5},\"top\":0}\n");
  const std::string options = "1=5 --titles films.csv --format json ";
  BOOST_TEST(items_in(answers[0]) ==
             items_in(rows(options + "--top 3 --rank-by interaction").front()));
  BOOST_TEST(items_in(answers[1]) == items_in(rows(options + "--top 40 --keep-rated").front()));
  BOOST_TEST(items_in(answers[2]) == items_in(rows(options + "--top 3 --explain").front()));
  BOOST_TEST(answers[3] == "{\"ratings\":1,\"items\":[],\"warnings\":[]}");
}

BOOST_FIXTURE_TEST_CASE(a_bad_line_has_an_error_in_its_place, Films) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"{\"id\":", "not JSON: column "},
      {"{\"id\":\"x\",\"ratings\":{\"1\":5}} trailing", "not JSON: column "},
      {"[1]", "the request is a list; expected an object"},
      {"{}", "neither \\\"id\\\" nor \\\"ratings\\\" is given"},
      {"{\"id\":\"x\"}", "the model was not trained on a user \\\"x\\\""},
      {"{\"id\":1.5,\"ratings\":{}}", "\\\"id\\\" is a number; expected an id"},
      {"{\"id\":\"\",\"ratings\":{}}", "\\\"id\\\" is empty"},
      {"{\"ratings\":5}", "\\\"ratings\\\" is a number; expected {ITEM: RATING"},
      {"{\"ratings\":{\"1\":\"five\"}}", "the rating of item \\\"1\\\" is a string"},
      {"{\"ratings\":{\"1\":null}}", "the rating of item \\\"1\\\" is null"},
      {"{\"ratings\":{\"1\":1e39}}", "out of the range of single precision"},
      {"{\"ratings\":{\"1\":1e999}}", "not JSON: number overflow parsing '1e999'"},
      {"{\"ratings\":{\"1\":NaN}}", "not JSON: column "},
      {"{\"ratings\":[[1]]}", "a list of 1 is in \\\"ratings\\\""},
      {"{\"ratings\":[{\"item\":1}]}", "a rating lacks \\\"rating\\\""},
      {"{\"ratings\":[7]}", "a number is in \\\"ratings\\\""},
      {"{\"ratings\":{},\"top\":-1}", "\\\"top\\\" must be a whole number"},
      {"{\"ratings\":{},\"rank_by\":\"best\"}", "\\\"rank_by\\\" must be rating, interaction"},
      {"{\"ratings\":{},\"explain\":1}", "\\\"explain\\\" is a number; expected true or false"},
      {"{\"ratings\":{},\"tpo\":1}", "unknown key \\\"tpo\\\""},
      {"{\"id\":\"\xFF\",\"ratings\":{}}", "not JSON: column "},
      {std::string(100, '[') + std::string(100, ']'), "nested more than 32 levels deep"}};
  std::string input;
  for (const auto& [line, words] : bad) input += line + "\n{\"ratings\":{\"1\":5}}\n";
  const Outcome outcome = run("mf-recommend a.model --top 3", input);
  BOOST_TEST(outcome.code == 3);
  BOOST_TEST(has(outcome.err, std::to_string(bad.size()) + " of " + std::to_string(2 * bad.size()) +
                                  " requests could not be answered"),
             outcome.err);
  const auto answers = lines_of(outcome.out);
  BOOST_TEST_REQUIRE(answers.size() == 2 * bad.size());
  const std::string good = rows("--top 3", "{\"ratings\":{\"1\":5}}").front();
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const std::string start = "{\"line\":" + std::to_string(2 * i + 1) + ",\"error\":\"";
    BOOST_TEST(answers[2 * i].starts_with(start), answers[2 * i]);
    BOOST_TEST(has(answers[2 * i], bad[i].second), bad[i].first + " gave " + answers[2 * i]);
    BOOST_TEST(answers[2 * i + 1] == good);
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_odd_stands_in_the_answer, Films) {
  const auto answers = rows("--top 3", "{\"ratings\":{\"1\":5,\"x\":3}}\n{\"ratings\":{}}\n");
  BOOST_TEST(has(answers[0],
                 "\"warnings\":[\"1 of 2 ratings left out, as the model does not have the "
                 "item (\\\"x\\\")\"]"));
  BOOST_TEST(has(answers[1], "no rating of an item that the model has"));
}

BOOST_FIXTURE_TEST_CASE(answers_do_not_depend_on_threads_or_pieces, Films) {
  std::string input;
  for (int i = 0; i < 3000; ++i) {
    input += "{\"id\":\"u" + std::to_string(i) + "\",\"ratings\":{\"" + std::to_string(i % 40) +
             "\":" + std::to_string(i % 5 + 1) + ",\"7\":2}}\n";
  }
  write("requests", input);
  const std::string one = recommend("--requests requests --threads 1");
  BOOST_TEST(std::ranges::count(one, '\n') == 3000);
  BOOST_TEST((recommend("--requests - --threads 4", input) == one));
  BOOST_TEST(recommend("--requests requests -o out") == "");
  BOOST_TEST((read("out") == one));
}

BOOST_FIXTURE_TEST_CASE(a_stream_of_new_users_is_appended, Films) {
  const std::string input =
      "{\"id\":\"ann\",\"ratings\":{\"1\":1}}\n{\"ratings\":{\"1\":1}}\n{\"id\":\"3\"}\n"
      "{\"id\":\"ann\",\"ratings\":{\"1\":5,\"4\":2}}\n";
  const Outcome outcome = run("mf-recommend a.model --append b.model", input);
  BOOST_TEST(outcome.code == 3);
  BOOST_TEST(
      has(outcome.out, "{\"line\":2,\"error\":\"\\\"id\\\" is missing; --append needs it\"}"));
  // The last of ann's requests counts; user 3 was trained and stays.
  BOOST_TEST(load_model(path("b.model")).user_count() == 151);
  BOOST_TEST(run("mf-recommend b.model --user ann --format csv").out ==
             run("mf-recommend a.model 1=5 4=2 --as ann --format csv").out);
}

BOOST_FIXTURE_TEST_CASE(an_answer_comes_before_the_next_request, Films) {
  // A pipe that stays open: what was asked is answered all the same.
  BOOST_TEST_REQUIRE(::mkfifo(path("pipe").c_str(), 0600) == 0);
  const auto program = start("mf-recommend a.model --top 1 --requests pipe");
  std::ofstream pipe(path("pipe"));
  for (int asked = 1; asked <= 2; ++asked) {
    pipe << "{\"ratings\":{\"1\":5}}\n" << std::flush;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::ranges::count(program->out_so_far(), '\n') < asked &&
           std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    BOOST_TEST(std::ranges::count(program->out_so_far(), '\n') == asked);
  }
  program->signal(SIGINT);
  const Outcome outcome = program->wait();
  BOOST_TEST(outcome.code == 130);
  BOOST_TEST(has(outcome.err, "interrupted"));
}

BOOST_AUTO_TEST_SUITE_END()
