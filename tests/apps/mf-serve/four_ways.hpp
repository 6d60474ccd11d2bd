// SPDX-License-Identifier: MIT
//
// One question in four languages: the command line of mf-recommend, its JSON lines, HTTP and C.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <sstream>
#include <string>
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

namespace mfpar::tests {

using apps::Json;

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
  std::string least_rating{}, diversity{}, at_most{}, similar_by{};
  std::vector<std::string> where{}, only{}, exclude{};
  int offset = 0;

  /// What C asks for by other means: by filters and longer lists.
  bool is_chosen() const {
    return !where.empty() || !only.empty() || !exclude.empty() || offset > 0;
  }
};

inline const std::string kTop = "12";

/// What an answer says: items, scores, ratings, reasons, warnings.
inline std::string gist_of(const Json& answer) {
  std::string gist;
  const bool is_similar = answer.contains("similar_to");
  for (const Json& item : answer.at("items")) {
    BOOST_TEST(item.at("id") == item.at("item"));
    BOOST_TEST(item.at("title") == "Title");
    gist += item.at("id").get<std::string>() + ' ' +
            shortest_decimal(item.at(is_similar ? "similarity" : "score").get<float>()) + ' ' +
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
    for (const char* name : {"least-ratings", "least-rating", "at-most"}) {
      const std::size_t option = text.find("(--" + std::string(name) + ')');
      if (option == text.npos) continue;
      text.erase(option + 1, 2);
      std::replace(text.begin() + static_cast<std::ptrdiff_t>(option),
                   text.begin() + static_cast<std::ptrdiff_t>(option + 1 + std::strlen(name)), '-',
                   '_');
    }
    gist += "warning: " + text + '\n';
  }
  return gist;
}

inline std::string gist_of(const std::string& text) {
  const Json answer = apps::parse_json(text);
  if (answer.contains("error")) return text;
  return gist_of(answer);
}

struct FourWays : TestFolder {
  explicit FourWays(const TrainOptions& options = quick_options(), bool labels = false) {
    // Of the 80 items about half have ten ratings.
    const RandomRatings shape{.users = 60, .items = 80, .density = 0.16, .labels = labels};
    save_model(train(random_store(shape), {}, options).model, path("a.model"));
    std::string titles = "id,title,kinds\n";
    for (int item = 0; item < 80; ++item) {
      titles += std::to_string(item) + ",Title," + kind_of(item) + '\n';
    }
    write("titles.csv", titles);
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."),
                                       std::vector<std::string>{"--titles", "titles.csv"});
    client = std::make_unique<HttpClient>(service->port());
    BOOST_REQUIRE(mfpar_model_load(path("a.model").c_str(), &model) == MFPAR_OK);
  }
  ~FourWays() { mfpar_model_free(model); }

  /// What the file says of an item.
  static std::string kind_of(int item) {
    return item % 9 == 0 ? "" : item % 5 == 0 ? "a|b" : item % 2 == 0 ? "a" : "c";
  }

  std::string by_command(const Question& question) const {
    std::string words = "mf-recommend a.model --titles titles.csv --format json --top " + kTop;
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
    if (!question.least_rating.empty()) words += " --least-rating " + question.least_rating;
    if (!question.diversity.empty()) words += " --diversity " + question.diversity;
    if (!question.at_most.empty()) words += " --at-most " + question.at_most;
    if (!question.similar_by.empty()) words += " --similar-by " + question.similar_by;
    for (const std::string& condition : question.where) words += " --where " + condition;
    if (!question.only.empty()) words += " --only " + joined(question.only);
    if (!question.exclude.empty()) words += " --exclude " + joined(question.exclude);
    if (question.offset > 0) words += " --offset " + std::to_string(question.offset);
    const Outcome outcome = run(words);
    BOOST_TEST_REQUIRE(outcome.code == 0, words + ": " + outcome.err);
    return gist_of(outcome.out);
  }

  static std::string joined(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ",") + text;
    return list;
  }

  /// Every way to write it as a JSON object, for JSON lines and for POST /recommend.
  static std::vector<Json> objects_of(const Question& question) {
    Json common{{"top", std::stoi(kTop)}};
    if (question.least_ratings >= 0) common["least_ratings"] = question.least_ratings;
    if (question.keep_rated) common["keep_rated"] = true;
    if (question.explain) common["explain"] = true;
    if (!question.least_rating.empty()) common["least_rating"] = std::stod(question.least_rating);
    if (!question.diversity.empty()) common["diversity"] = std::stod(question.diversity);
    if (!question.at_most.empty()) common["at_most"] = question.at_most;
    if (question.where.size() == 1) common["where"] = question.where.front();
    if (question.where.size() > 1) common["where"] = question.where;
    if (!question.only.empty()) common["only"] = question.only;
    if (!question.exclude.empty()) common["exclude"] = question.exclude;
    if (question.offset > 0) common["offset"] = question.offset;
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
    const Outcome outcome = run("mf-recommend a.model --titles titles.csv", lines);
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
        if (!question.least_rating.empty()) {
          target += "&least" + (dash + ("rating=" + question.least_rating));
        }
        if (!question.diversity.empty()) target += "&diversity=" + question.diversity;
        if (!question.at_most.empty()) target += "&at" + (dash + ("most=" + question.at_most));
        if (!question.similar_by.empty()) {
          target += "&similar" + (dash + ("by=" + question.similar_by));
        }
        for (const std::string& condition : question.where) target += "&where=" + condition;
        if (!question.only.empty()) target += "&only=" + joined(question.only);
        for (const std::string& id : question.exclude) target += "&exclude=" + id;
        if (question.offset > 0) target += "&offset=" + std::to_string(question.offset);
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
    if (!question.least_rating.empty()) options.least_rating = std::stof(question.least_rating);
    if (!question.diversity.empty()) options.diversity = std::stof(question.diversity);
    std::vector<mfpar_item_group> groups;
    if (!question.at_most.empty()) {
      std::uint32_t items = 0;
      BOOST_TEST(mfpar_model_item_count(model, &items) == MFPAR_OK);
      for (std::uint32_t i = 0; i < items; ++i) {
        for (const char kind : kind_of(std::stoi(id_of(i)))) {
          if (kind != '|') groups.push_back({i, static_cast<std::uint32_t>(kind)});
        }
      }
      options.groups = groups.data();
      options.group_count = groups.size();
      options.at_most = static_cast<std::uint32_t>(std::stoi(question.at_most));
    }
    if (!question.similar_by.empty()) options.similar_by = question.similar_by.c_str();
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

}  // namespace mfpar::tests
