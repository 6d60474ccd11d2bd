// SPDX-License-Identifier: MIT
//
// mf-eval --ranking as its users see it. What it measures is computed here once more from the lists
// that mf-recommend prints.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ranking_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_eval_ranking)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

constexpr const char* kMetrics[] = {"ndcg", "recall", "precision", "map", "mrr", "hit_rate"};
constexpr const char* kFigures[] = {"coverage", "gini", "popularity_rank", "novelty"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_lists_are_those_that_users_get, RankingFiles) {
  for (const std::string order :
       {"", " --rank-by interaction", " --rank-by 0.3 --least-ratings 55"}) {
    std::map<std::string, std::vector<std::string>> lists;
    const Outcome listed = run("mf-recommend a.model --all-users --top 10 --format csv" + order);
    BOOST_TEST_REQUIRE((listed.code == 0));
    std::istringstream rows(listed.out);
    std::string row;
    std::getline(rows, row);
    while (std::getline(rows, row)) lists[fields_of(row)[0]].push_back(fields_of(row)[2]);

    std::map<std::string, std::set<std::string>> relevant;
    std::istringstream ratings(test);
    while (std::getline(ratings, row)) {
      const auto fields = fields_of(row);
      if (std::stod(fields[2]) >= 3.5) relevant[fields[0]].insert(fields[1]);
    }
    double ndcg = 0, recall = 0;
    std::set<std::string> covered;
    for (const auto& [user, items] : relevant) {
      double gain = 0, most = 0, hits = 0;
      const auto& list = lists[user];
      for (std::size_t r = 0; r < 10; ++r) {
        if (r < items.size()) most += 1 / std::log2(static_cast<double>(r) + 2);
        if (r >= list.size()) continue;
        covered.insert(list[r]);
        if (!items.contains(list[r])) continue;
        gain += 1 / std::log2(static_cast<double>(r) + 2);
        ++hits;
      }
      ndcg += gain / most;
      recall += hits / static_cast<double>(std::min<std::size_t>(10, items.size()));
    }
    const auto users = static_cast<double>(relevant.size());
    const std::string found =
        json("a.model test.csv --relevant 3.5 --top 10,20 --bootstrap 50" + order);
    BOOST_TEST(number_at(found, {"ranking", "users"}) == users);
    BOOST_TEST(std::abs(number_at(found, {"ranking", "ndcg", "10"}) - ndcg / users) < 1e-12);
    BOOST_TEST(std::abs(number_at(found, {"ranking", "recall", "10"}) - recall / users) < 1e-12);
    BOOST_TEST(number_at(found, {"ranking", "items"}) == 40);
    BOOST_TEST(number_at(found, {"ranking", "coverage", "10"}) ==
               static_cast<double>(covered.size()) / 40);
    BOOST_TEST(number_at(found, {"ranking", "ndcg", "10"}) > 0.1);
  }
}

BOOST_FIXTURE_TEST_CASE(one_object_holds_everything, RankingFiles) {
  const std::string all = json("a.model test.csv --top 20,5 --bootstrap 50");
  BOOST_TEST(all.starts_with("{\"ranking\":{\"model\":\"a.model\",\"rank_by\":\"rating\","
                             "\"least_ratings\":0,\"items\":40,"),
             all);
  for (const auto& way :
       {std::vector<std::string>{"ranking"}, {"baselines", "popular"}, {"baselines", "cosine"}}) {
    auto keys = way;
    keys.insert(keys.end(), {"", ""});
    for (const std::string cut : {"5", "20"}) {
      keys.back() = cut;
      for (const char* metric : kMetrics) {
        keys[way.size()] = metric;
        const double mean = number_at(all, keys);
        BOOST_TEST(mean > 0, metric);
        BOOST_TEST(mean <= 1, metric);
        std::string rest = all.substr(all.find('"' + way.back() + "\":{"));
        rest = rest.substr(rest.find("\"intervals\":{"));
        rest = rest.substr(rest.find('"' + std::string(metric) + "\":{"));
        rest = rest.substr(rest.find('"' + cut + "\":[") + cut.size() + 4);
        BOOST_TEST(std::stod(rest) <= mean, rest);
        BOOST_TEST(std::stod(rest.substr(rest.find(',') + 1)) >= mean, rest);
      }
      for (const char* figure : kFigures) {
        keys[way.size()] = figure;
        BOOST_TEST(std::isfinite(number_at(all, keys)), figure);
      }
    }
  }
  BOOST_TEST(number_at(all, {"baselines", "popular", "popularity_rank", "5"}) <
             number_at(all, {"ranking", "popularity_rank", "5"}));

  const std::string bare = json("a.model test.csv --bootstrap 0 --no-baselines");
  for (const char* key : {"intervals", "baselines", "popular", "cosine", "difference", "second"}) {
    BOOST_TEST(!has(bare, '"' + std::string(key) + '"'), bare);
  }
  for (const char* cut : {"10", "20", "100"}) number_at(bare, {"ranking", "ndcg", cut});

  // For people, the same figures.
  const Outcome table = run("mf-eval a.model test.csv --ranking --top 20,5 --bootstrap 50");
  BOOST_TEST(table.code == 0);
  char ndcg[32];
  std::snprintf(ndcg, sizeof ndcg, "%.4f (", number_at(all, {"ranking", "ndcg", "5"}));
  BOOST_TEST(has(table.out, "NDCG                @5"), table.out);
  BOOST_TEST(has(table.out, std::string("a.model             ") + ndcg), table.out);
  BOOST_TEST(has(table.out, "\nmost popular        0."), table.out);
  BOOST_TEST(has(table.out, "\nitem-item cosine    0."), table.out);
}

BOOST_FIXTURE_TEST_CASE(threads_change_nothing_and_the_seed_only_intervals, RankingFiles) {
  const std::string one = json("a.model b.model test.csv --given new-users.csv --threads 1");
  for (const char* threads : {"2", "5"}) {
    BOOST_TEST(json(std::string("a.model b.model test.csv --given new-users.csv --threads ") +
                    threads) == one);
  }
  const std::string seed = json("a.model test.csv --seed 9"), usual = json("a.model test.csv");
  const auto before_intervals = [](const std::string& text) {
    return text.substr(0, text.find("\"intervals\""));
  };
  BOOST_TEST(seed != usual);
  BOOST_TEST(before_intervals(seed) == before_intervals(usual));
}

BOOST_FIXTURE_TEST_CASE(two_models_are_compared_on_the_same_users, RankingFiles) {
  const std::string itself = json("a.model a.model test.csv --bootstrap 200");
  const std::string alone = json("a.model test.csv --bootstrap 200");
  for (const char* metric : kMetrics) {
    BOOST_TEST(number_at(itself, {"second", metric, "10"}) ==
               number_at(alone, {"ranking", metric, "10"}));
    BOOST_TEST(number_at(itself, {"difference", metric, "10", "difference"}) == 0);
    BOOST_TEST(number_at(itself, {"difference", metric, "10", "above_zero"}) == 0);
    BOOST_TEST(number_at(itself, {"difference", metric, "10", "p"}) == 1);
  }
  // Of another that does not have all users.
  const std::string two = json("a.model b.model test.csv --bootstrap 200 --top 5");
  BOOST_TEST(number_at(two, {"ranking", "users"}) == number_at(two, {"second", "users"}));
  BOOST_TEST(number_at(two, {"ranking", "users"}) + 30 == number_at(alone, {"ranking", "users"}));
  BOOST_TEST(number_at(two, {"ranking", "users_unknown"}) == 30);
  const double difference = number_at(two, {"difference", "ndcg", "5", "difference"});
  BOOST_TEST(std::abs(difference - (number_at(two, {"second", "ndcg", "5"}) -
                                    number_at(two, {"ranking", "ndcg", "5"}))) < 1e-12);
  const std::string turned = json("b.model a.model test.csv --bootstrap 200 --top 5");
  BOOST_TEST(std::abs(number_at(turned, {"difference", "ndcg", "5", "difference"}) + difference) <
             1e-12);
  const Outcome table = run("mf-eval a.model b.model test.csv --ranking");
  BOOST_TEST(table.code == 0);
  BOOST_TEST(has(table.out, "\n  less the first "), table.out);
  BOOST_TEST(has(table.out, "\n  p "), table.out);
}

BOOST_FIXTURE_TEST_CASE(ease_and_its_mixture_stand_beside_the_model, RankingFiles) {
  const std::string usual = json("a.model test.csv --bootstrap 0");
  BOOST_TEST(!has(usual, "ease"), usual);
  const std::string with = json("a.model test.csv --bootstrap 20 --ease 50");
  BOOST_TEST(number_at(with, {"baselines", "ease", "penalty"}) == 50);
  BOOST_TEST(number_at(with, {"baselines", "ease_mixture", "penalty"}) == 50);
  BOOST_TEST(number_at(with, {"baselines", "ease_mixture", "weight"}) == 0.5);
  for (const char* way : {"ease", "ease_mixture"}) {
    for (const char* metric : kMetrics) {
      BOOST_TEST(number_at(with, {"baselines", way, metric, "20"}) > 0, metric);
      BOOST_TEST(number_at(with, {"baselines", way, metric, "20"}) <= 1, metric);
    }
    for (const char* figure : kFigures) {
      BOOST_TEST(std::isfinite(number_at(with, {"baselines", way, figure, "20"})), figure);
    }
    BOOST_TEST(has(with.substr(with.find('"' + std::string(way) + '"')), "\"intervals\""));
  }
  BOOST_TEST(number_at(with, {"ranking", "ndcg", "10"}) ==
             number_at(usual, {"ranking", "ndcg", "10"}));
  BOOST_TEST(number_at(with, {"baselines", "cosine", "ndcg", "10"}) ==
             number_at(usual, {"baselines", "cosine", "ndcg", "10"}));

  // At either end the mixture is the one or the other; between them, neither.
  const auto mixture = [&](const std::string& weight) {
    return json("a.model test.csv --bootstrap 0 --no-baselines --ease 50 --ease-weight " + weight);
  };
  const std::string model = mixture("0"), ease = mixture("1"), most_ease = mixture("0.9");
  BOOST_TEST(!has(model, "\"popular\""), model);
  for (const char* metric : kMetrics) {
    BOOST_TEST(number_at(model, {"ease_mixture", metric, "10"}) ==
               number_at(usual, {"ranking", metric, "10"}));
    BOOST_TEST(number_at(ease, {"ease_mixture", metric, "10"}) ==
               number_at(with, {"baselines", "ease", metric, "10"}));
  }
  BOOST_TEST(number_at(most_ease, {"ease_mixture", "ndcg", "10"}) !=
             number_at(with, {"baselines", "ease", "ndcg", "10"}));
  BOOST_TEST(number_at(most_ease, {"ease_mixture", "ndcg", "10"}) !=
             number_at(usual, {"ranking", "ndcg", "10"}));
  for (const char* threads : {"1", "2", "5"}) {
    BOOST_TEST(json(std::string("a.model test.csv --bootstrap 20 --ease 50 --threads ") +
                    threads) == with);
  }
  // New users have what is given; of two models the first's training makes it.
  const std::string given = json("b.model a.model test.csv --given new-users.csv --ease 50");
  BOOST_TEST(number_at(given, {"baselines", "ease", "ndcg", "10"}) > 0);
  BOOST_TEST(number_at(given, {"ranking", "users_unknown"}) == 0);

  const Outcome table = run("mf-eval a.model test.csv --ranking --bootstrap 0 --ease 50");
  BOOST_TEST(table.code == 0);
  BOOST_TEST(has(table.out, "\nEASE                0."), table.out);
  BOOST_TEST(has(table.out, "\na.model + EASE      0."), table.out);
}

BOOST_FIXTURE_TEST_CASE(catalogues_are_matched_by_id, RankingFiles) {
  // c.model does not have items 0 to 9, nor are their indices those of a.model.
  std::string some;
  for (const std::string& line : lines("training.csv")) {
    if (std::stoi(fields_of(line)[1]) >= 10) some = line + '\n' + some;
  }
  write("some.csv", some);
  BOOST_TEST_REQUIRE((run("mf-train some.csv -k 4 -t 8 --deterministic -o c.model").code == 0));
  const std::string c = json("c.model test.csv --bootstrap 9"), a = json("a.model test.csv");
  const double unknown = number_at(c, {"ranking", "relevant_unknown"});
  BOOST_TEST(unknown > 0);
  BOOST_TEST(number_at(c, {"ranking", "relevant"}) + unknown ==
             number_at(a, {"ranking", "relevant"}));
  // Beside a model that has them they are relevant, and missed.
  const std::string both = json("c.model a.model test.csv --bootstrap 9");
  BOOST_TEST(number_at(both, {"ranking", "relevant_unknown"}) == 0);
  BOOST_TEST(number_at(both, {"ranking", "items"}) == 30);
  BOOST_TEST(number_at(both, {"second", "items"}) == 40);
  BOOST_TEST(number_at(both, {"second", "map", "20"}) == number_at(a, {"ranking", "map", "20"}));
  BOOST_TEST(number_at(both, {"ranking", "recall", "20"}) <
             number_at(c, {"ranking", "recall", "20"}));
}

BOOST_FIXTURE_TEST_CASE(new_users_are_folded_in_from_what_is_given, RankingFiles) {
  const std::string without = json("b.model test.csv --top 5 --bootstrap 0");
  BOOST_TEST(number_at(without, {"ranking", "users_unknown"}) == 30);
  const std::string with = json("b.model test.csv --top 5 --bootstrap 0 --given new-users.csv");
  BOOST_TEST(number_at(with, {"ranking", "users_unknown"}) == 0);
  BOOST_TEST(number_at(with, {"ranking", "users"}) ==
             number_at(without, {"ranking", "users"}) + 30);
  // Its lists are those of mf-recommend, here of the new users alone.
  std::string test_of_new;
  for (const std::string& line : lines("test.csv")) {
    if (std::stoi(line) >= 120) test_of_new += line + '\n';
  }
  write("test-of-new.csv", test_of_new);
  const Outcome listed = run("mf-recommend b.model --ratings new-users.csv --top 5 --format csv");
  BOOST_TEST_REQUIRE((listed.code == 0));
  std::set<std::pair<std::string, std::string>> relevant;
  for (const std::string& line : lines("test-of-new.csv")) {
    relevant.emplace(fields_of(line)[0], fields_of(line)[1]);
  }
  double hits = 0;
  std::istringstream rows(listed.out);
  for (std::string row; std::getline(rows, row);) {
    hits += relevant.contains({fields_of(row)[0], fields_of(row)[2]});
  }
  const std::string found =
      json("b.model test-of-new.csv --top 5 --bootstrap 0 --given new-users.csv");
  BOOST_TEST(std::abs(number_at(found, {"ranking", "precision", "5"}) * 5 * 30 - hits) < 1e-9);
  BOOST_TEST(hits > 0);
  // And cosine knows what is given, too.
  BOOST_TEST(number_at(found, {"baselines", "cosine", "precision", "5"}) > 0);

  // What is given is no test; whom the model has keeps the lists of the training.
  const Outcome again = run("mf-eval b.model new-users.csv --ranking --given new-users.csv");
  BOOST_TEST(again.code == 3);
  BOOST_TEST(has(again.err, "do not count as relevant, being trained on or given"), again.err);
  const Outcome known = run("mf-eval a.model test.csv --ranking --json --given new-users.csv");
  BOOST_TEST(known.code == 0);
  BOOST_TEST(has(known.err, "a.model has 30 users of new-users.csv"), known.err);
  BOOST_TEST(known.out == json("a.model test.csv"));
}

BOOST_FIXTURE_TEST_CASE(what_was_trained_on_is_not_relevant, RankingFiles) {
  const auto training = lines("training.csv");
  write("mixed.csv", test + training[0] + '\n' + training[7] + '\n');
  const Outcome outcome = run("mf-eval a.model mixed.csv --ranking --json");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(has(outcome.err, "2 of "), outcome.err);
  BOOST_TEST(has(outcome.err, "of mixed.csv do not count as relevant, being trained on: lists "),
             outcome.err);
  BOOST_TEST(number_at(outcome.out, {"ranking", "trained_on"}) == 2);
  const std::string clean = json("a.model test.csv");
  BOOST_TEST(number_at(outcome.out, {"ranking", "ndcg", "20"}) ==
             number_at(clean, {"ranking", "ndcg", "20"}));
  const Outcome all = run("mf-eval a.model training.csv --ranking");
  BOOST_TEST(all.code == 3);
  BOOST_TEST(has(all.err, "no user has relevant items that the model has and was not trained on"),
             all.err);
}

BOOST_FIXTURE_TEST_CASE(pairs_need_no_rating, RankingFiles) {
  std::string pairs, liked, liked_pairs;
  for (const std::string& line : lines("test.csv")) {
    const auto fields = fields_of(line);
    const std::string pair = fields[0] + ',' + fields[1];
    pairs += pair + '\n';
    if (std::stod(fields[2]) < 3.5) continue;
    liked += line + '\n';
    liked_pairs += pair + '\n';
  }
  write("pairs.csv", pairs);
  write("liked-pairs.csv", liked_pairs);
  write("twice.csv", test + test);
  const std::string every = json("a.model test.csv");
  BOOST_TEST(json("a.model pairs.csv") == every);
  BOOST_TEST(json("a.model -", pairs) == every);
  BOOST_TEST(json("a.model -", test) == every);
  BOOST_TEST(json("a.model twice.csv") == every);  // a pair counts once
  const std::string relevant = json("a.model liked-pairs.csv");
  BOOST_TEST(relevant != every);
  // But for users who like nothing, of whom the pairs do not tell.
  const std::string by_rating = json("a.model test.csv --relevant 3.5");
  for (const char* metric : kMetrics) {
    BOOST_TEST(number_at(by_rating, {"ranking", metric, "10"}) ==
               number_at(relevant, {"ranking", metric, "10"}));
  }
  BOOST_TEST(number_at(by_rating, {"ranking", "users_without_relevant"}) +
                 number_at(relevant, {"ranking", "users"}) ==
             number_at(every, {"ranking", "users"}));
}

BOOST_AUTO_TEST_SUITE_END()
