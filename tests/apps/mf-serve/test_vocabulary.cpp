// SPDX-License-Identifier: MIT
//
// One question in four languages: the command line of mf-recommend, its JSON lines, HTTP and C.
// They are spelt alike, and answered alike to the last bit, warnings included.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/json.hpp"
#include "http_client.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/mfpar.h"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "served.hpp"
#include "test_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;

BOOST_AUTO_TEST_SUITE(test_vocabulary)

namespace {

using Rated = std::vector<std::pair<std::string, float>>;

/// A question, in no language yet.
struct Question {
  std::string user{};     ///< a trained one, or
  std::string similar{};  ///< an item that others are similar to, or else
  Rated ratings{};        ///< of a new user
  std::string rank_by{};
  int least_ratings = -1;  ///< as usual
  bool keep_rated = false;
  bool explain = false;
};

const std::string kTop = "12";

/// What an answer says: items, scores, ratings, reasons, warnings.
std::string gist_of(const Json& answer) {
  std::string gist;
  const bool is_similar = answer.contains("similar_to");
  for (const Json& item : answer.at("items")) {
    BOOST_TEST(item.at("id") == item.at("item"));
    gist += item.at("id").get<std::string>() + ' ' +
            shortest_decimal(item.at(is_similar ? "cosine" : "score").get<float>()) + ' ' +
            shortest_decimal(item.at("rating").get<float>());
    if (item.contains("because")) {
      for (const Json& reason : item.at("because")) {
        gist += " because " + reason.at("item").get<std::string>() + ' ' +
                shortest_decimal(reason.at("rating").get<float>()) + ' ' +
                shortest_decimal(reason.at("weight").get<float>()) + ' ' +
                shortest_decimal(reason.at("contribution").get<float>());
        BOOST_TEST(reason.at("id") == reason.at("item"));
      }
    }
    gist += '\n';
  }
  for (const Json& warning : answer.at("warnings")) {
    std::string text = warning.get<std::string>();
    const std::size_t option = text.find("--least-ratings");
    if (option != text.npos) text.replace(option, 15, "least_ratings");
    gist += "warning: " + text + '\n';
  }
  return gist;
}

std::string gist_of(const std::string& text) {
  const Json answer = apps::parse_json(text);
  if (answer.contains("error")) return text;
  return gist_of(answer);
}

struct FourWays : TestFolder {
  FourWays() {
    // Of the 80 items about half have ten ratings.
    save_model(
        train(random_store({.users = 60, .items = 80, .density = 0.16}), {}, quick_options()).model,
        path("a.model"));
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."));
    client = std::make_unique<HttpClient>(service->port());
    BOOST_REQUIRE(mfpar_model_load(path("a.model").c_str(), &model) == MFPAR_OK);
  }
  ~FourWays() { mfpar_model_free(model); }

  std::string by_command(const Question& question) const {
    std::string words = "mf-recommend a.model --format json --top " + kTop;
    if (!question.user.empty()) words += " --user " + question.user;
    if (!question.similar.empty()) words += " --similar-to " + question.similar;
    for (const auto& [item, value] : question.ratings) {
      words += ' ' + item + '=' + shortest_decimal(value);
    }
    if (!question.rank_by.empty()) words += " --rank-by " + question.rank_by;
    if (question.least_ratings >= 0) {
      words += " --least-ratings " + std::to_string(question.least_ratings);
    }
    if (question.keep_rated) words += " --keep-rated";
    if (question.explain) words += " --explain";
    const Outcome outcome = run(words);
    BOOST_TEST_REQUIRE(outcome.code == 0, words + ": " + outcome.err);
    return gist_of(outcome.out);
  }

  /// Every way to write it as a JSON object, for JSON lines and for POST /recommend.
  static std::vector<Json> objects_of(const Question& question) {
    Json common{{"top", std::stoi(kTop)}};
    if (question.least_ratings >= 0) common["least_ratings"] = question.least_ratings;
    if (question.keep_rated) common["keep_rated"] = true;
    if (question.explain) common["explain"] = true;
    std::vector<Json> orders;
    if (question.rank_by.empty()) {
      orders.push_back(common);
    } else {
      for (const Json& form : forms_of(question.rank_by)) {
        orders.push_back(common);
        orders.back()["rank_by"] = form;
      }
    }
    std::vector<Json> objects;
    for (const Json& order : orders) {
      const auto add = [&](const char* key, Json value) {
        objects.push_back(order);
        objects.back()[key] = std::move(value);
      };
      if (!question.user.empty()) {
        add("id", question.user);
        add("user", question.user);
        add("id", std::stoi(question.user));
        continue;
      }
      Json object = Json::object(), pairs = Json::array(), numbers = pairs, items = pairs,
           ids = pairs;
      for (const auto& [item, value] : question.ratings) {
        object.get_ref<Json::object_t&>().emplace_back(item, Json(value));
        pairs.push_back(Json::array({item, value}));
        const bool is_number = item.find_first_not_of("0123456789") == item.npos;
        numbers.push_back(Json::array({is_number ? Json(std::stoi(item)) : Json(item), value}));
        items.push_back({{"item", item}, {"rating", value}});
        ids.push_back({{"id", item}, {"rating", value}});
      }
      for (const Json& ratings : {object, pairs, numbers, items, ids}) add("ratings", ratings);
    }
    objects.push_back(with_dashes(objects.back()));
    return objects;
  }

  /// With keys as they are spelt on a command line.
  static Json with_dashes(const Json& object) {
    Json result = Json::object();
    for (const auto& [key, value] : object.items()) {
      std::string name = key;
      std::ranges::replace(name, '_', '-');
      result[name] = value;
    }
    return result;
  }

  static std::vector<Json> forms_of(const std::string& rank_by) {
    std::vector<Json> forms{rank_by};
    const std::map<std::string, std::string> weights{{"rating", "1"}, {"interaction", "0"}};
    const auto named = weights.find(rank_by);
    const std::string weight =
        named != weights.end() ? named->second : rank_by.substr(rank_by.find(':') + 1);
    forms.emplace_back("blend:" + weight);
    forms.emplace_back(weight);
    forms.emplace_back(std::stod(weight));
    return forms;
  }

  std::vector<std::string> by_json_lines(const std::vector<Json>& objects) const {
    std::string lines;
    for (const Json& object : objects) lines += apps::text_of(object) + '\n';
    const Outcome outcome = run("mf-recommend a.model", lines);
    BOOST_TEST(outcome.code == 0, outcome.out);
    std::vector<std::string> answers;
    std::istringstream text(outcome.out);
    for (std::string line; std::getline(text, line);) answers.push_back(gist_of(line));
    return answers;
  }

  std::string by_post(const Json& object) const {
    return gist_of(client->ask("POST", "/recommend", apps::text_of(object)).body);
  }

  std::vector<std::string> by_get(const Question& question) const {
    std::vector<std::string> answers;
    for (const char* name : {"user", "id", "item", "similar_to"}) {
      const bool is_item = name[0] == 'i' ? name[1] == 't' : name[0] == 's';
      if ((is_item ? question.similar : question.user).empty()) continue;
      for (const char* dash : {"_", "-"}) {
        std::string target = is_item ? "/similar?" : "/recommend?";
        target +=
            std::string(name) + '=' + (is_item ? question.similar : question.user) + "&top=" + kTop;
        if (!question.rank_by.empty()) target += "&rank" + (dash + ("by=" + question.rank_by));
        if (question.least_ratings >= 0) {
          target += "&least" + (dash + ("ratings=" + std::to_string(question.least_ratings)));
        }
        if (question.keep_rated) target += "&keep" + (dash + std::string("rated=true"));
        if (question.explain) target += "&explain";
        answers.push_back(gist_of(client->ask("GET", target).body));
      }
    }
    return answers;
  }

  std::string by_c(const Question& question) const {
    mfpar_recommend_options options;
    mfpar_recommend_options_init(&options, sizeof options);
    options.top = static_cast<std::uint32_t>(std::stoi(kTop));
    options.leave_out_rated = !question.keep_rated;
    if (!question.rank_by.empty()) options.rank_by = question.rank_by.c_str();
    if (question.least_ratings >= 0) {
      options.least_ratings = static_cast<std::uint32_t>(question.least_ratings);
    }
    std::vector<const char*> ids;
    std::vector<float> values;
    for (const auto& [item, value] : question.ratings) {
      ids.push_back(item.c_str());
      values.push_back(value);
    }
    const bool is_new = question.user.empty() && question.similar.empty();
    mfpar_user* user = nullptr;
    if (is_new) {
      BOOST_REQUIRE(mfpar_fold_in_ids(model, ids.data(), values.data(), ids.size(), nullptr,
                                      &user) == MFPAR_OK);
    }
    mfpar_recommendation list[100];
    std::size_t count = 0;
    std::uint32_t index = 0;
    if (is_new) {
      BOOST_TEST(mfpar_recommend_user(user, &options, list, 100, &count) == MFPAR_OK);
    } else if (!question.user.empty()) {
      BOOST_TEST(mfpar_model_find_user(model, question.user.c_str(), &index) == MFPAR_OK);
      BOOST_TEST(mfpar_recommend(model, index, &options, list, 100, &count) == MFPAR_OK);
    } else {
      BOOST_TEST(mfpar_model_find_item(model, question.similar.c_str(), &index) == MFPAR_OK);
      BOOST_TEST(mfpar_similar_items(model, index, &options, list, 100, &count) == MFPAR_OK);
    }
    std::string gist;
    for (std::size_t i = 0; i < count; ++i) {
      gist += id_of(list[i].item) + ' ' + shortest_decimal(list[i].score) + ' ' +
              shortest_decimal(list[i].rating);
      if (question.explain && is_new) gist += because(user, list[i].item);
      gist += '\n';
    }
    mfpar_user_free(user);
    return gist;
  }

  std::string id_of(std::uint32_t item) const {
    char id[20];
    std::size_t needed = 0;
    BOOST_REQUIRE(mfpar_model_item_id(model, item, id, sizeof id, &needed) == MFPAR_OK);
    return id;
  }

  /// The three that speak for it most, as the others give them.
  std::string because(const mfpar_user* user, std::uint32_t item) const {
    mfpar_reason reasons[100];
    std::size_t count = 0;
    BOOST_REQUIRE(mfpar_user_because(user, item, reasons, 100, &count) == MFPAR_OK);
    std::string text;
    for (std::size_t i = 0; i < count && i < 3 && reasons[i].contribution > 0; ++i) {
      text += " because " + id_of(reasons[i].item) + ' ' + shortest_decimal(reasons[i].rating) +
              ' ' + shortest_decimal(reasons[i].weight) + ' ' +
              shortest_decimal(reasons[i].contribution);
    }
    return text;
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
  mfpar_model* model = nullptr;
};

/// Without the warnings, of which those of lists are the programs' only.
std::string list_of(const std::string& gist) { return gist.substr(0, gist.find("warning: ")); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_question_has_one_answer_in_four_languages, FourWays) {
  const Rated few{{"3", 5}, {"17", 1.5f}, {"40", 4}}, some{{"1", 5}, {"2", 4.5f}, {"5", 1}};
  const Rated strange{{"3", 80}, {"17", 95}, {"nowhere", 4}, {"3", 90}};
  std::vector<Question> questions;
  for (const char* rank_by : {"", "rating", "interaction", "blend:0", "blend:0.5", "blend:1",
                              "blend:0.99", "blend:2", "blend:-0.5"}) {
    for (const int least : {-1, 0, 1, 10, 15}) {
      questions.push_back({.user = "7", .rank_by = rank_by, .least_ratings = least});
      questions.push_back({.ratings = few, .rank_by = rank_by, .least_ratings = least});
    }
    questions.push_back({.user = "11", .rank_by = rank_by, .keep_rated = true});
    questions.push_back({.ratings = some, .rank_by = rank_by, .keep_rated = true});
    questions.push_back({.ratings = some, .rank_by = rank_by, .explain = true});
    questions.push_back({.ratings = strange, .rank_by = rank_by});
  }
  questions.push_back({.user = "7", .explain = true});
  questions.push_back({.ratings = {{"nowhere", 3}}});
  for (const char* item : {"0", "3", "40", "79"}) {
    for (const int least : {-1, 0, 1, 10, 15}) {
      questions.push_back({.similar = item, .least_ratings = least});
    }
  }

  std::vector<Json> objects;
  std::vector<std::pair<std::size_t, std::string>> expected;  // for each: its question and answer
  std::size_t forms = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    const std::string what =
        std::to_string(i) + ": " + question.rank_by + ' ' + std::to_string(question.least_ratings);
    const std::string gist = by_command(question);
    BOOST_TEST(by_c(question) == list_of(gist), what);
    for (const std::string& answer : by_get(question)) BOOST_TEST(answer == gist, what);
    if (!question.similar.empty()) continue;
    for (const Json& object : objects_of(question)) {
      BOOST_TEST(by_post(object) == gist, what + ' ' + apps::text_of(object));
      objects.push_back(object);
      expected.emplace_back(i, gist);
      ++forms;
    }
  }
  const auto answers = by_json_lines(objects);
  BOOST_REQUIRE(answers.size() == expected.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    BOOST_TEST(answers[i] == expected[i].second, apps::text_of(objects[i]));
  }
  BOOST_TEST(questions.size() > 140u);
  BOOST_TEST(forms > 1500u);
}

// Where that is not said, lists by interaction and of similar items leave out the rarely rated.
BOOST_FIXTURE_TEST_CASE(ten_ratings_are_asked_for_in_all_four, FourWays) {
  for (const char* rank_by : {"interaction", "blend:0.5", "blend:0.99"}) {
    const Question usual{.user = "7", .rank_by = rank_by};
    const Question ten{.user = "7", .rank_by = rank_by, .least_ratings = 10};
    const Question all{.user = "7", .rank_by = rank_by, .least_ratings = 0};
    for (const auto& [a, b, c] : {std::tuple(by_command(usual), by_command(ten), by_command(all)),
                                  std::tuple(by_get(usual)[0], by_get(ten)[0], by_get(all)[0]),
                                  std::tuple(by_c(usual), by_c(ten), by_c(all))}) {
      BOOST_TEST(a == b);
      BOOST_TEST(a != c);
    }
  }
  const Question similar{.similar = "3"}, ten{.similar = "3", .least_ratings = 10},
      all{.similar = "3", .least_ratings = 0};
  BOOST_TEST(by_get(similar)[0] == by_get(ten)[0]);
  BOOST_TEST(by_get(similar)[0] != by_get(all)[0]);
  BOOST_TEST(by_c(similar) == by_c(ten));
}

BOOST_FIXTURE_TEST_CASE(ratings_off_the_scale_are_warned_of_in_the_same_words, FourWays) {
  const struct {
    Rated ratings;
    const char* says;
  } rows[] = {
      {{{"1", 80}, {"2", 90}}, "2 ratings (80, ...) outside the range of those trained on"},
      {{{"1", 80}, {"2", 4}}, "1 rating (80) outside the range of those trained on"},
      {{{"1", -3}}, "1 rating (-3) outside the range of those trained on"},
      {{{"x", 4}, {"1", 4}}, "1 of 2 ratings left out, as the model does not have the item"},
      {{{"1", 4}, {"1", 3}}, "1 rating left out, as a later one is for the same item"},
      {{{"x", 4}}, "no rating of an item that the model has"},
  };
  for (const auto& row : rows) {
    const Question question{.ratings = row.ratings};
    const std::string gist = by_command(question);
    BOOST_TEST(gist.find(row.says) != gist.npos, gist);
    const Json object = objects_of(question).back();
    BOOST_TEST(by_post(object) == gist);
    const std::string body = apps::text_of(Json{{"ratings", object.at("ratings")}});
    const std::string folded = client->ask("POST", "/fold-in", body).body;
    BOOST_TEST(folded.find(row.says) != folded.npos, folded);
  }
}

BOOST_AUTO_TEST_SUITE_END()
