// SPDX-License-Identifier: MIT
//
// mf-train --item-features and --user-features.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_features)

namespace {

/// Ratings of 60 users and 40 items, and files of what is known of them.
struct Featured : TestFolder {
  Featured() {
    write("ratings.csv", text_of(random_store()));
    std::string items = "movieId,title,genres,url\n";
    for (int i = 0; i < 45; ++i) {
      const std::string id = std::to_string(i);
      items += id + ",\"Film " + id + ", The (" + std::to_string(1990 + i % 10) + ")\"," +
               (i % 4 == 0 ? "Children|Comedy" : "Drama") + ",http://a/" + id + '\n';
    }
    write("items.csv", items);
    std::string users = "userId|age|gender|occupation\n";
    for (int u = 0; u < 60; ++u) {
      users += std::to_string(u) + '|' + std::to_string(20 + u * 7 % 50) + '|' +
               (u % 3 == 0 ? "M" : "F") + '|' + (u % 5 == 0 ? "writer" : "other") + '\n';
    }
    write("users.csv", users);
    write("few.csv", "id,genre\n1,x\n2,x\n3,x\n4,y\n5,y\n6,y\n");
    write("others.csv", "id,genre\ntt1,x\ntt2,x\ntt3,x\ntt4,y\n");
    write("empty.csv", "");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_features_were_read_is_said, Featured) {
  const struct {
    std::string arguments, said;
  } rows[] = {
      {"--item-features items.csv", "ratings.csv: 954 ratings of 60 users and 40 items, read in"},
      {"--item-features items.csv",
       "item features: items.csv, for 40 of 40 items and 5 without ratings: 2 of title (years in "
       "titles), 3 of genres (lists joined by |); left out: url (nearly every row has another "
       "value)\n"},
      {"--user-features users.csv",
       "user features: users.csv, for 60 of 60 users: 1 of age (numbers), 2 of gender "
       "(categories), 2 of occupation (categories)\n"},
      {"--item-features few.csv",
       "few.csv has features of 6 of the 40 items that have ratings: of the others nothing is "
       "known but their ratings (are the ids of both files the same?)\n"},
      {"-p ratings.csv --item-features items.csv", "40 of 40 items and 5 without ratings"},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run("mf-train ratings.csv -k 4 -t 2 -o a.model " + row.arguments);
    BOOST_TEST(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.err.find(row.said) != std::string::npos, outcome.err);
  }
}

BOOST_FIXTURE_TEST_CASE(features_that_cannot_be_used_are_refused, Featured) {
  const struct {
    std::string arguments;
    int code;
    std::string said;
  } rows[] = {
      {"--item-features nowhere.csv", 4, "nowhere.csv"},
      {"--item-features empty.csv", 3,
       "empty.csv: is empty; expected a line for each of the items"},
      {"--item-features others.csv", 3,
       "others.csv: none of the items that have ratings is there: ids in its column \"id\" are "
       "such as \"tt1\", those of the ratings such as \""},
      {"--item-features items.csv --feedback one-class", 2, "--item-features is for ratings"},
      {"--user-features users.csv --method als", 2, "--user-features is for ratings"},
      {"--item-features items.csv -o items.csv", 2, "items.csv"},
      {"--user-features users.csv --log-json users.csv", 2, "users.csv"},
      {"--item-features - --user-features -", 2, "are both standard input"},
      {"-p - --user-features -", 2, "are both standard input"},
  };
  const auto before = files();
  for (const auto& row : rows) {
    const bool saves = row.arguments.find("-o ") != std::string::npos;
    const Outcome outcome =
        run("mf-train ratings.csv -k 4 -t 2 " + row.arguments + (saves ? "" : " -o a.model"));
    BOOST_TEST(outcome.code == row.code, row.arguments);
    BOOST_TEST(outcome.err.find(row.said) != std::string::npos, outcome.err);
  }
  BOOST_TEST((files() == before));
}

BOOST_FIXTURE_TEST_CASE(what_nobody_rated_is_in_the_model_by_its_features, Featured) {
  const std::string how = "mf-train ratings.csv -k 4 -t 6 --deterministic -o ";
  BOOST_TEST_REQUIRE(run(how + "plain.model").code == 0);
  const auto file = [&](const std::string& name) { return load_model(path_of(name)); };
  const FactorModel plain = file("plain.model");
  BOOST_TEST(plain.item_count() == 40u);
  for (const std::string way :
       {"", "--feedback both ", "-p ratings.csv ", "--split-by-user 0.2 "}) {
    const Outcome outcome = run(how + "a.model " + way + "--item-features items.csv");
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const FactorModel model = file("a.model");
    BOOST_TEST(model.item_count() == 45u);
    std::set<float> predicted;
    for (const char* id : {"40", "41", "42", "43", "44"}) {
      const ItemIndex item = model.items().find(id);
      BOOST_TEST_REQUIRE(item != kNoIndex);
      BOOST_TEST(!std::ranges::all_of(model.item_row(item), [](float x) { return x == 0.0f; }));
      predicted.insert(model.predict(0, item));
    }
    // 40 and 44 are comedies of the same years, the others dramas.
    BOOST_TEST(predicted.size() == 2u);
    BOOST_TEST((model.one_class() != nullptr) == (way == "--feedback both "));
    BOOST_TEST(run("mf-recommend a.model --user 3 --top 45").code == 0);
  }
  const Outcome folds = run("mf-train ratings.csv -k 4 -t 4 --folds 3 --item-features items.csv");
  BOOST_TEST(folds.code == 0, folds.err);
  BOOST_TEST(folds.out.find("over 3 folds") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_log_has_what_was_read, Featured) {
  run("mf-train ratings.csv -k 4 -t 2 -o a.model --log-json log --item-features items.csv "
      "--user-features users.csv");
  const std::string start = lines("log").at(0);
  const std::string items = start.substr(start.find("\"item_features\":"));
  BOOST_TEST(
      items.starts_with("\"item_features\":{\"source\":\"items.csv\",\"features\":5,"
                        "\"known\":40,\"unknown\":0,\"unrated\":5,\"columns\":["
                        "{\"name\":\"title\",\"features\":2,\"reading\":\"years in titles\"},"),
      items);
  const std::string users = start.substr(start.find("\"user_features\":"));
  BOOST_TEST(users.starts_with("\"user_features\":{\"source\":\"users.csv\",\"features\":5,"),
             users);
  BOOST_TEST(json_number(start, "items") == 45.0);
}

BOOST_AUTO_TEST_SUITE_END()
