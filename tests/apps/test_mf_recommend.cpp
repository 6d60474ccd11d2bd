// SPDX-License-Identifier: MIT
//
// mf-recommend as its users see it: whom lists are for, what is in them, how they are printed.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "film_fixtures.hpp"
#include "mfpar/model_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_recommend)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// The items that `user` rated in the ratings the model was made of.
std::set<std::string> rated_by(const Films& films, const std::string& user) {
  std::set<std::string> items;
  for (const std::string& line : films.lines("ratings.csv")) {
    if (!line.starts_with(user + ',')) continue;
    const std::string rest = line.substr(user.size() + 1);
    items.insert(rest.substr(0, rest.find(',')));
  }
  return items;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_trained_user_gets_what_is_not_rated_yet, Films) {
  const auto list = ids("--user 7 --top 40");
  const auto rated = rated_by(*this, "7");
  // Validation ratings count as rated as well.
  BOOST_TEST(list.size() == 40 - rated.size());
  for (const std::string& id : list) BOOST_TEST(!rated.contains(id));
  BOOST_TEST(ids("--user 7 --top 40 --keep-rated").size() == 40);
  BOOST_TEST(ids("--user 7 --top 3") == std::vector(list.begin(), list.begin() + 3));

  const FactorModel model = load_model(path("a.model"));
  const auto scores = column(3, "--user 7 --top 40"), ratings = column(4, "--user 7 --top 40");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const UserIndex user = model.users().find("7");
    const ItemIndex item = model.items().find(list[i]);
    BOOST_TEST(std::abs(std::stof(scores[i]) - model.score(user, item)) < 1e-5f);
    BOOST_TEST(std::abs(std::stof(ratings[i]) - model.predict(user, item)) < 1e-5f);
    if (i > 0) BOOST_TEST(std::stof(scores[i - 1]) >= std::stof(scores[i]));
  }
}

BOOST_FIXTURE_TEST_CASE(lists_are_ordered_by_what_is_asked, Films) {
  const FactorModel model = load_model(path("a.model"));
  const UserIndex user = model.users().find("3");
  const auto score_of = [&](const std::string& id, float weight) {
    const ItemIndex item = model.items().find(id);
    const float all = model.score(user, item), interaction = model.interaction(user, item);
    return interaction + weight * (all - interaction);
  };
  for (const auto& [kind, weight] : {std::pair("rating", 1.0f), std::pair("interaction", 0.0f),
                                     std::pair("blend:0.5", 0.5f), std::pair("blend:1", 1.0f)}) {
    const std::string arguments = std::string("--user 3 --rank-by ") + kind;
    const auto list = ids(arguments), scores = column(3, arguments);
    BOOST_TEST_REQUIRE(!list.empty());
    for (std::size_t i = 0; i < list.size(); ++i) {
      BOOST_TEST(std::abs(std::stof(scores[i]) - score_of(list[i], weight)) < 1e-5f);
    }
    BOOST_TEST(std::ranges::is_sorted(scores, std::greater{},
                                      [](const std::string& text) { return std::stof(text); }));
  }
  BOOST_TEST(ids("--user 3 --rank-by blend:1") == ids("--user 3"));
  BOOST_TEST(ids("--user 3 --rank-by blend:0") == ids("--user 3 --rank-by interaction"));
  BOOST_TEST(ids("--user 3 --rank-by interaction") != ids("--user 3"));
}

BOOST_FIXTURE_TEST_CASE(several_users_have_their_lists_in_the_order_asked, Films) {
  const std::string each =
      recommend("--user 5 --format json") + recommend("--user 2 --format json");
  BOOST_TEST(recommend("--user 5 -u 2 --format json") == each);
  write("some", "5\n\n2\n");
  BOOST_TEST(recommend("--users some --format json") == each);
  BOOST_TEST(recommend("--users - --format json --threads 1", "5\r\n2") == each);
  const auto all = rows("--all-users --top 2 --format json --threads 3");
  BOOST_TEST(all.size() == 150);
  BOOST_TEST(std::ranges::count(all, rows("--user 5 --top 2 --format json").front()) == 1);
}

BOOST_FIXTURE_TEST_CASE(new_users_are_known_by_their_ratings_however_given, Films) {
  const auto list = ids("1=5 2=1.5 30=4");
  BOOST_TEST(list.size() == 20);
  for (const char* rated : {"1", "2", "30"}) BOOST_TEST(std::ranges::count(list, rated) == 0);
  BOOST_TEST(std::ranges::count(ids("1=5 2=1.5 30=4 --keep-rated --top 40"), "30") == 1);

  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"header", "item,rating\n1,5\n2,1.5\n30,4\n"},
           {"plain", "1,5\n2,1.5\n30,4\n"},
           {"quoted", "\xEF\xBB\xBF\"stars\";\"movieId\"\r\n5;1\r\n1.5;\"2\"\r\n4;30\r\n"},
           {"blanks", "1 5\n2 1.5\n30 4\n"},
           {"without user", "movieId,title,rating\n1,\"a, b\",5\n2,,1.5\n30,c,4\n"},
           {"named", "ann::1::5::7\nann::2::1.5::8\nann::30::4::9\n"}}) {
    write("new.csv", text);
    BOOST_TEST(ids("--ratings new.csv") == list, name);
    BOOST_TEST(ids("--ratings -", text) == list, name);
  }
  write("new.csv", "5,x,1\n1.5,y,2\n4,z,30\n");
  BOOST_TEST(ids("--ratings new.csv --columns rating=1,item=3") == list);
}

BOOST_FIXTURE_TEST_CASE(every_user_of_a_file_is_folded_in, Films) {
  write("new.csv", "user,item,rating\nann,1,5\nbob,2,4\nann,3,1\n7,1,2\n");
  const Outcome outcome = run("mf-recommend a.model --ratings new.csv --format csv --top 4");
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(has(outcome.err, "1 user of this file in the model"), outcome.err);
  const auto users = column(0, "--ratings new.csv --top 4");
  BOOST_TEST(users == (std::vector<std::string>{"ann", "ann", "ann", "ann", "bob", "bob", "bob",
                                                "bob", "7", "7", "7", "7"}));
  const auto list = ids("--ratings new.csv --top 4");
  BOOST_TEST(std::vector(list.begin(), list.begin() + 4) == ids("1=5 3=1 --top 4"));
}

BOOST_FIXTURE_TEST_CASE(odd_ratings_are_warned_of, Films) {
  const auto warnings = [&](const std::string& arguments) {
    const Outcome outcome = run("mf-recommend a.model " + arguments);
    BOOST_TEST(outcome.code == 0);
    return outcome.err;
  };
  BOOST_TEST(warnings("1=5") == "");
  BOOST_TEST(has(warnings("1=5 x=3 y=4"),
                 "2 of 3 ratings left out, as the model does not have the item (\"x\", ...)"));
  BOOST_TEST(has(warnings("1=5 1=4"), "1 rating left out, as a later one is for the same item"));
  BOOST_TEST(ids("1=5 1=4") == ids("1=4"));
  BOOST_TEST(
      has(warnings("1=50"), "1 rating (50) outside the range of those trained on, 0.5 to 5"));
  BOOST_TEST(has(warnings("x=5"), "no rating of an item that the model has"));
  BOOST_TEST(has(warnings("1=5 --top 100"), "only 39 items left to list"));
  write("new.csv", "1,5\n2,x\n3,4\n");
  BOOST_TEST(has(warnings("--ratings new.csv --on-bad-line skip --most-bad-share 0.5"),
                 "1 bad line left out; new.csv:2:3: rating \"x\" is not a number"));
  BOOST_TEST(ids("--ratings new.csv --on-bad-line skip --most-bad-share 0.5") == ids("1=5 3=4"));
}

BOOST_FIXTURE_TEST_CASE(the_penalty_shrinks_a_new_user, Films) {
  const auto spread = [&](const std::string& alpha) {
    const std::string arguments = "1=5 2=1 5=5 9=1 --rank-by interaction --alpha " + alpha;
    return std::abs(std::stod(column(3, arguments).front()));
  };
  BOOST_TEST(spread("0.1") > spread("10"));
  BOOST_TEST(spread("10") > spread("1000"));
  BOOST_TEST(ids("1=5 2=1 5=5 9=1 --alpha training") == ids("1=5 2=1 5=5 9=1"));
  BOOST_TEST(ids("1=5 2=1 5=5 9=1 --alpha loo").size() == 20);
  // A bias that is held at zero leaves more of the ratings to the factors.
  const std::string held = "1=5 2=5 5=5 --alpha 1 --explain --bias-alpha ";
  BOOST_TEST(std::stod(column(6, held + "1e9").front()) < 1e-6);
  BOOST_TEST(std::stod(column(6, held + "0.01").front()) > 0.1);
}

BOOST_FIXTURE_TEST_CASE(explanations_add_up, Films) {
  const std::string arguments = "1=5 2=1 5=5 9=1 --top 3 --explain";
  const auto scores = column(3, arguments);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    double sum = 0;
    for (std::size_t part = 5; part < 9; ++part) sum += std::stod(column(part, arguments)[i]);
    BOOST_TEST(std::abs(sum - std::stod(scores[i])) < 1e-4);
  }
  // The contributions of the ratings make up the interaction.
  const std::string json = recommend(arguments + " --format json");
  const std::size_t end = json.find("]}");
  double contributions = 0;
  for (std::size_t at = 0; (at = json.find("\"contribution\":", at)) < end; ++at) {
    contributions += std::stod(json.substr(at + 15));
  }
  BOOST_TEST(std::abs(contributions - json_number(json, "interaction")) < 1e-4);
  BOOST_TEST(has(recommend(arguments + " --titles films.csv"), "by 5.0 for Film, \"the\" "));
  // Of a trained user, the split alone, and a word about it.
  const Outcome trained = run("mf-recommend a.model --user 3 --explain --top 2");
  BOOST_TEST(has(trained.out, "interaction"));
  BOOST_TEST(has(trained.err, "the model does not keep how trained users rated"));
}

BOOST_FIXTURE_TEST_CASE(similar_items_are_nearest_by_cosine, Films) {
  const FactorModel model = load_model(path("a.model"));
  const auto cosine = [&](ItemIndex a, ItemIndex b) {
    double xy = 0, xx = 0, yy = 0;
    for (std::uint32_t k = 0; k < model.rank(); ++k) {
      const double x = model.item_row(a)[k], y = model.item_row(b)[k];
      xy += x * y, xx += x * x, yy += y * y;
    }
    return xy / std::sqrt(xx * yy);
  };
  const std::string kArguments = "--similar-to 11 --top 39 --similar-by factors";
  const auto list = ids(kArguments), scores = column(3, kArguments);
  BOOST_TEST(list.size() == 39);
  BOOST_TEST(std::ranges::count(list, "11") == 0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const double expected = cosine(model.items().find("11"), model.items().find(list[i]));
    BOOST_TEST(std::abs(std::stod(scores[i]) - expected) < 1e-5);
    if (i > 0) BOOST_TEST(std::stod(scores[i - 1]) >= std::stod(scores[i]));
  }
  BOOST_TEST(
      has(recommend("--similar-to 11 --titles films.csv"), "similar to 11 Film, \"the\" 11 ("));
}

BOOST_AUTO_TEST_SUITE_END()
