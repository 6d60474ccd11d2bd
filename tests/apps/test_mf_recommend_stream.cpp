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

BOOST_FIXTURE_TEST_CASE(words_have_the_same_forms_everywhere, Films) {
  // What the command line, JSON lines and the service say, each in the forms of the others.
  const std::string ratings = "\"ratings\":{\"1\":5,\"2\":1.5}";
  const auto by = [&](const std::string& key, const std::string& options) {
    const auto asked = rows("--top 5", "{" + ratings + "," + key + "}\n").front();
    BOOST_TEST(
        items_in(asked) == items_in(rows("1=5 2=1.5 --top 5 --format json " + options).front()),
        key);
  };
  const std::pair<std::string, std::string> forms[] = {
      {"\"rank_by\":\"rating\"", ""},
      {"\"rank_by\":\"interaction\"", "--rank-by interaction"},
      {"\"rank_by\":0", "--rank-by interaction"},
      {"\"rank_by\":\"blend:0.5\"", "--rank-by blend:0.5"},
      {"\"rank_by\":0.5", "--rank-by 0.5"},
      {"\"rank_by\":\"0.5\"", "--rank-by blend:0.5"},
      {"\"rank_by\":1", "--rank-by blend:1"},
      {"\"rank_by\":0,\"least_ratings\":80", "--rank-by interaction --least-ratings 80"},
      {"\"least_ratings\":80", "--least-ratings 80"},
      {"\"least_ratings\":0", ""},
      {"\"user\":\"ann\"", ""},
      {"\"user\":7", ""},
      {"\"id\":7", ""},
      {"\"explain\":true", "--explain"},
      {"\"keep_rated\":true", "--keep-rated"}};
  for (const auto& [key, options] : forms) by(key, options);
  BOOST_TEST(items_in(rows("--top 5", "{" + ratings + ",\"least_ratings\":80}\n").front()) !=
             items_in(rows("1=5 2=1.5 --top 5 --format json").front()));
  // Items have their id as the service spells it too, and what speaks for them.
  const std::string answer = rows("--top 1", "{" + ratings + ",\"explain\":true}\n").front();
  const std::string id = ids("1=5 2=1.5 --top 1").front();
  BOOST_TEST(has(answer, "\"id\":\"" + id + "\",\"item\":\"" + id + "\""), answer);
  BOOST_TEST(has(answer, "\"because\":[{\"item\":\""), answer);
  BOOST_TEST(rows("--top 5", "{\"user\":3}\n") == rows("--top 5", "{\"id\":\"3\"}\n"));
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
      {"{\"ratings\":{},\"least_ratings\":-1}", "\\\"least_ratings\\\" must be a whole number"},
      {"{\"ratings\":{},\"rank_by\":\"blend:x\"}", "\\\"rank_by\\\" must be rating"},
      {"{\"ratings\":{},\"rank_by\":true}", "\\\"rank_by\\\" must be rating"},
      {"{\"ratings\":{},\"rank_by\":1e99}", "\\\"rank_by\\\" must be rating"},
      {"{\"id\":1,\"user\":2}", "the id is given twice"},
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
