// SPDX-License-Identifier: MIT
//
// mf-fold-in as its users see it: new and known rows, what is written of them, and their test.
#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "film_fixtures.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_fold_in)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

struct FoldIn : Films {
  Outcome fold_in(const std::string& arguments, const std::string& input = "") const {
    return run("mf-fold-in a.model " + arguments, input);
  }

  /// Runs "mf-fold-in a.model ARGUMENTS", which must succeed.
  Outcome done(const std::string& arguments, const std::string& input = "") const {
    Outcome outcome = fold_in(arguments, input);
    BOOST_TEST_REQUIRE(outcome.code == 0, arguments + ": " + outcome.err);
    return outcome;
  }

  void check_refused(int code, const std::string& arguments, const std::string& words,
                     const std::string& input = "") const {
    const auto before = files();
    const Outcome outcome = fold_in(arguments, input);
    BOOST_TEST(outcome.code == code, arguments + ": " + outcome.err);
    BOOST_TEST(has(outcome.err, words), arguments + ": " + outcome.err);
    BOOST_TEST((files() == before), arguments);
  }

  FactorModel model(const std::string& name) const { return load_model(path(name)); }
};

std::vector<float> row_of(const FactorModel& model, const std::string& user) {
  const UserIndex index = model.users().find(user);
  BOOST_TEST_REQUIRE(index != kNoIndex, user);
  const auto row = model.user_row(index);
  std::vector<float> values(row.begin(), row.end());
  values.push_back(model.parts().users.biases[index]);
  return values;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(new_users_are_users_of_the_new_model, FoldIn) {
  write("new.csv", "user,item,rating\nann,1,5\nbob,2,4\nann,3,1\n");
  const Outcome outcome = done("new.csv -o b.model");
  BOOST_TEST(outcome.out == "");
  BOOST_TEST(outcome.err ==
             "mf-fold-in: b.model: the model with 2 users added and 0 updated, by 3 ratings\n");
  const std::string folded = recommend("--ratings new.csv --format csv");
  BOOST_TEST(run("mf-recommend b.model --user ann --user bob --format csv").out == folded);
  // The others have the lists they had.
  BOOST_TEST(run("mf-recommend b.model --user 8").out == recommend("--user 8"));
  // A night's work may replace the model that it began with, and says nothing when asked to.
  const Outcome night = run("mf-fold-in b.model - -o b.model -q", "cid,5,5\ncid,6,4\n");
  BOOST_TEST(night.code == 0, night.err);
  BOOST_TEST(night.out + night.err == "");
  BOOST_TEST(run("mf-recommend b.model --user ann --user bob --format csv").out == folded);
  BOOST_TEST(run("mf-recommend b.model 5=5 6=4 --as cid --format csv").out ==
             run("mf-recommend b.model --user cid --format csv").out);
}

BOOST_FIXTURE_TEST_CASE(ratings_come_in_every_form, FoldIn) {
  const std::string requests = "{\"user\":\"ann\",\"ratings\":{\"1\":5,\"2\":1.5}}\n";
  write("new.csv", "ann,1,5\nann,2,1.5\n");
  write("one.csv", "item,rating\n1,5\n2,1.5\n");
  write("requests", requests);
  write("part-1", "ann,1,5\n");
  write("part-2", "ann,2,1.5\n");
  std::filesystem::create_directory(path("parts"));
  write("parts/1.csv", "ann,1,5\n");
  write("parts/2.csv", "ann,2,1.5\n");
  done("new.csv -o expected.model");
  const auto expected = row_of(model("expected.model"), "ann");
  const struct {
    std::string arguments, input;
  } forms[] = {
      {"- -o b.model", "ann::1::5::7\nann::2::1.5::8\n"},
      {"-o b.model", "ann\t1\t5\nann\t2\t1.5\n"},
      {"one.csv --as ann -o b.model", ""},
      {"1=5 2=1.5 --as ann -o b.model", ""},
      {"part-1 part-2 -o b.model", ""},
      {"part-1 - -o b.model", "ann,2,1.5\n"},
      {"parts -o b.model", ""},
      {"--requests requests -o b.model", ""},
      {"--requests - -o b.model", requests},
      {"--requests - -o b.model", "{\"id\":\"ann\",\"ratings\":[[1,5],[\"2\",1.5]]}"},
      {"--requests - -o b.model",
       "{\"ratings\":[{\"item\":1,\"rating\":5},{\"rating\":1.5,\"item\":\"2\"}],"
       "\"user\":\"ann\"}"},
      {"--requests - -o b.model", "{\"user\":\"ann\",\"ratings\":{\"7\":5}}\n" + requests}};
  for (const auto& form : forms) {
    done(form.arguments, form.input);
    BOOST_TEST((row_of(model("b.model"), "ann") == expected), form.arguments + form.input);
  }
}

BOOST_FIXTURE_TEST_CASE(known_users_are_updated, FoldIn) {
  const FactorModel before = model("a.model");
  const UserIndex user = before.users().find("7");
  ItemIndex item = 0;
  while (before.parts().trained.contains(user, item)) ++item;
  const std::string id = before.items().id(item);
  const Outcome outcome = done("- -o b.model", "7," + id + ",5\nann,1,5\n");
  BOOST_TEST(has(outcome.err, "1 user added and 1 updated"), outcome.err);
  const FactorModel after = model("b.model");
  BOOST_TEST(after.score(user, item) > before.score(user, item));
  BOOST_TEST(after.parts().trained.of(user).size() == before.parts().trained.of(user).size() + 1);
  // By little: many ratings made the row.
  float most = 0.0f;
  for (const ItemIndex old : before.parts().trained.of(user)) {
    most = std::max(most, std::abs(after.score(user, old) - before.score(user, old)));
  }
  BOOST_TEST(most < 0.5f);
  BOOST_TEST(most > 0.0f);
}

BOOST_FIXTURE_TEST_CASE(new_items_are_folded_in_by_users, FoldIn) {
  const Outcome outcome =
      done("- --items -o b.model", "1,new film,5\n2,new film,1\nstranger,new film,3\n3,4,2\n");
  BOOST_TEST(has(outcome.err,
                 "1 of 4 ratings left out, as the model does not have the user "
                 "(\"stranger\")"),
             outcome.err);
  BOOST_TEST(has(outcome.err, "1 item added and 1 updated, by 3 ratings"), outcome.err);
  const FactorModel after = model("b.model");
  const ItemIndex film = after.items().find("new film");
  BOOST_TEST(film == 40u);
  BOOST_TEST(after.parts().trained.contains(after.users().find("1"), film));
  BOOST_TEST(after.score(after.users().find("1"), film) >
             after.score(after.users().find("2"), film));
  done("5=1 6=4 --items --as late -o c.model");
  BOOST_TEST(model("c.model").items().find("late") == 40u);
  const Outcome request =
      done("--items --requests - --format json", "{\"item\":\"x\",\"ratings\":{\"5\":1}}\n");
  BOOST_TEST(request.out.starts_with("{\"item\":\"x\",\"updated\":false,\"ratings\":1,"),
             request.out);
}

BOOST_FIXTURE_TEST_CASE(rows_are_written_in_every_format, FoldIn) {
  const std::string input = "ann,1,5\n\"b,c\",2,4\nann,3,1\n7,1,2\n";
  done("- -o b.model", input);
  const FactorModel expected = model("b.model");
  const auto csv = lines_of(done("- --format csv", input).out);
  BOOST_TEST_REQUIRE(csv.size() == 4u);
  BOOST_TEST(csv[0] == "id,bias,f1,f2,f3,f4");
  BOOST_TEST(csv[1].starts_with("ann,"));
  BOOST_TEST(csv[2].starts_with("\"b,c\","));
  std::istringstream fields(csv[1]);
  std::vector<float> numbers;
  std::string field;
  std::getline(fields, field, ',');
  while (std::getline(fields, field, ',')) numbers.push_back(std::stof(field));
  std::rotate(numbers.begin(), numbers.begin() + 1, numbers.end());
  BOOST_TEST((numbers == row_of(expected, "ann")));
  done("- --format csv -o rows.csv", input);
  BOOST_TEST(lines("rows.csv") == csv, boost::test_tools::per_element());

  const auto json = lines_of(done("- --format json", input).out);
  BOOST_TEST_REQUIRE(json.size() == 3u);
  BOOST_TEST(
      json[0].starts_with("{\"user\":\"ann\",\"updated\":false,\"ratings\":2,\"unknown\":0,"
                          "\"bias\":"));
  BOOST_TEST(json[2].starts_with("{\"user\":\"7\",\"updated\":true,\"ratings\":1,"));
  BOOST_TEST(json_number(json[0], "bias") == double{row_of(expected, "ann").back()},
             boost::test_tools::tolerance(1e-6));

  // Folders hold the new rows only, and the other side to multiply them with.
  done("- --format npy -o npy", input);
  done("- --format text -o text", input);
  for (const FactorModel& rows : {import_npy(path("npy")), import_text(path("text"))}) {
    BOOST_TEST(rows.user_count() == 3u);
    BOOST_TEST(rows.item_count() == 40u);
    for (const char* user : {"ann", "b,c", "7"}) {
      BOOST_TEST((row_of(rows, user) == row_of(expected, user)), user);
    }
    const ItemIndex item = rows.items().find("9");
    BOOST_TEST(rows.score(rows.users().find("ann"), item) ==
               expected.score(expected.users().find("ann"), item));
  }
}

BOOST_FIXTURE_TEST_CASE(a_test_stands_beside_the_trained_rows, FoldIn) {
  // Half of the users are trained on; the others come later.
  std::string old, later, of_old;
  int n = 0;
  for (const std::string& line : lines("ratings.csv")) {
    const bool is_old = std::stoi(line) < 75;
    (is_old ? (++n % 5 == 0 ? of_old : old) : later) += line + '\n';
  }
  write("old.csv", old);
  write("later.csv", later);
  BOOST_TEST(run("mf-train old.csv -k 4 --deterministic -o a.model").code == 0);
  const Outcome table = done("later.csv --test-fraction 0.25");
  const auto rows = lines_of(table.out);
  BOOST_TEST_REQUIRE(rows.size() == 4u);
  BOOST_TEST(has(rows[0], "ratings       MSE      RMSE       MAE"));
  BOOST_TEST(rows[1].starts_with("users folded in"));
  BOOST_TEST(rows[2].starts_with("  by the model before"));
  BOOST_TEST(rows[3].starts_with("training's validation"));

  const std::string json = done("later.csv --test-fraction 0.25 --json").out;
  const auto in = [&](const std::string& text, const std::string& group, const char* key) {
    return json_number(text.substr(text.find('"' + group + "\":{")), key);
  };
  const auto total = static_cast<double>(std::ranges::count(later, '\n'));
  BOOST_TEST(std::abs(in(json, "folded_in", "count") - total / 4) < total / 50);
  BOOST_TEST(in(json, "folded_in", "count") == in(json, "before", "count"));
  // Folding in brings what the planted structure is worth.
  BOOST_TEST(in(json, "folded_in", "mse") < 0.7 * in(json, "before", "mse"));
  BOOST_TEST(json_number(json, "training_valid_mse") > 0);
  BOOST_TEST(done("later.csv --test-fraction 0.25 --json").out == json);
  BOOST_TEST(done("later.csv --test-fraction 0.25 --json --seed 2").out != json);

  // A file of later ratings, of users folded in and of trained ones.
  std::string known, tested;
  n = 0;
  for (const std::string& line : lines_of(later)) (++n % 4 == 0 ? tested : known) += line + '\n';
  write("known.csv", known);
  write("test.csv", tested + of_old);
  const Outcome both = done("known.csv --test test.csv --json -o b.model");
  BOOST_TEST(in(both.out, "folded_in", "count") == double(std::ranges::count(tested, '\n')));
  BOOST_TEST(in(both.out, "trained", "count") == double(std::ranges::count(of_old, '\n')));
  BOOST_TEST(in(both.out, "folded_in", "mse") < 0.7 * in(both.out, "before", "mse"));
  // The errors are those of the model that was written.
  write("tested.csv", tested);
  BOOST_TEST(json_number(run("mf-eval b.model tested.csv --json").out, "mse") ==
                 in(both.out, "folded_in", "mse"),
             boost::test_tools::tolerance(1e-9));
  // One that holds what was trained on is told.
  const Outcome warned = done("known.csv --test old.csv");
  BOOST_TEST(has(warned.err, "the model was trained on"), warned.err);
}

BOOST_FIXTURE_TEST_CASE(labels_are_tested_by_their_loss, FoldIn) {
  std::string labels;
  for (const std::string& line : lines("ratings.csv")) {
    std::string rest = line.substr(0, line.rfind(','));
    const std::size_t comma = rest.rfind(',');
    labels += rest.substr(0, comma + 1) + (std::stod(rest.substr(comma + 1)) > 3 ? "1\n" : "0\n");
  }
  write("labels.csv", labels);
  BOOST_TEST(run("mf-train labels.csv --loss logistic -k 4 -t 8 -o a.model").code == 0);
  const Outcome outcome = done("- --test-fraction 0.5", "ann,1,1\nann,2,0\nann,3,1\nann,4,0\n");
  BOOST_TEST(has(outcome.out, "log loss  accuracy       AUC"), outcome.out);
  check_refused(3, "- -o b.model", "user \"ann\": rating 0 is 5; the model was trained on labels",
                "ann,1,5\n");
}

BOOST_FIXTURE_TEST_CASE(odd_ratings_are_warned_of, FoldIn) {
  const auto warnings = [&](const std::string& input) { return done("- -o b.model", input).err; };
  BOOST_TEST(has(warnings("ann,1,80\nann,2,90\n"),
                 "2 ratings (80, ...) outside the range of those trained on, 0.5 to 5; is it the "
                 "same scale?"));
  BOOST_TEST(has(warnings("ann,1,5\nann,x,3\nann,y,4\n"),
                 "2 of 3 ratings left out, as the model does not have the item (\"x\", ...)"));
  BOOST_TEST(has(warnings("ann,1,5\nann,1,4\n"), "1 rating left out, as a later one is of the "));
}

BOOST_FIXTURE_TEST_CASE(a_bad_request_does_not_cost_the_others, FoldIn) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"x", "not JSON"},
      {"[1]", "the request is a list; expected {\\\"user\\\": ID"},
      {"{\"ratings\":{\"1\":5}}", "\\\"user\\\" is missing"},
      {"{\"user\":\"ann\"}", "there are no \\\"ratings\\\""},
      {"{\"user\":\"ann\",\"ratings\":{}}", "there are no \\\"ratings\\\""},
      {"{\"user\":\"\",\"ratings\":{\"1\":5}}", "\\\"user\\\" is empty"},
      {"{\"user\":\"ann\",\"ratings\":{\"1\":5},\"top\":3}", "unknown key \\\"top\\\""},
      {"{\"user\":\"ann\",\"ratings\":{\"1\":1e39}}", "single precision"},
      {"{\"user\":\"ann\",\"ratings\":[{\"item\":1}]}", "a rating lacks \\\"rating\\\""}};
  std::string input;
  for (const auto& [line, words] : bad) {
    input += line + "\n{\"user\":\"ann\",\"ratings\":{\"1\":5}}\n";
  }
  const Outcome outcome = fold_in("--requests - --format json", input);
  BOOST_TEST(outcome.code == 3);
  const auto answers = lines_of(outcome.out);
  BOOST_TEST_REQUIRE(answers.size() == 2 * bad.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    BOOST_TEST(
        answers[2 * i].starts_with("{\"line\":" + std::to_string(2 * i + 1) + ",\"error\":"));
    BOOST_TEST(has(answers[2 * i], bad[i].second), answers[2 * i]);
    BOOST_TEST(answers[2 * i + 1].starts_with("{\"user\":\"ann\""));
  }
  const Outcome model_of = fold_in("--requests - -o b.model", input);
  BOOST_TEST(model_of.code == 3);
  BOOST_TEST(has(model_of.err, "line 1: not JSON"), model_of.err);
  BOOST_TEST(has(model_of.err, "9 of 18 requests could not be folded in"), model_of.err);
  BOOST_TEST(model("b.model").users().find("ann") == 150u);
}

BOOST_FIXTURE_TEST_CASE(a_row_comes_before_the_next_request, FoldIn) {
  // A pipe that stays open: what was asked is answered all the same, until a signal ends it.
  BOOST_TEST_REQUIRE(::mkfifo(path("pipe").c_str(), 0600) == 0);
  for (const char* format : {"json", "csv"}) {
    const auto program =
        start(std::string("mf-fold-in a.model --requests pipe --format ") + format);
    std::ofstream pipe(path("pipe"));
    const std::ptrdiff_t head = std::string(format) == "csv" ? 1 : 0;
    for (std::ptrdiff_t asked = 1; asked <= 2; ++asked) {
      pipe << "{\"user\":\"ann\",\"ratings\":{\"1\":5}}\n" << std::flush;
      const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (std::ranges::count(program->out_so_far(), '\n') < asked + head &&
             std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      BOOST_TEST(std::ranges::count(program->out_so_far(), '\n') == asked + head);
    }
    program->signal(SIGINT);
    const Outcome outcome = program->wait();
    BOOST_TEST(outcome.code == 130);
    BOOST_TEST(has(outcome.err, "mf-fold-in: interrupted"));
  }
}

BOOST_FIXTURE_TEST_CASE(misuse_is_refused_with_a_remedy, FoldIn) {
  write("new.csv", "ann,1,5\n");
  write("one.csv", "item,rating\n1,5\n");
  std::filesystem::create_directory(path("full"));
  write("full/x", "");
  const struct {
    int code;
    std::string arguments, words;
  } cases[] = {
      {2, "new.csv", "nothing is asked for: give --output FILE"},
      {2, "new.csv b.model",
       "there is no file b.model; a model to write is named by --output (-o)"},
      {2, "new.csv 1=5 -o b.model", "RATINGS and ID=RATING cannot be combined"},
      {2, "new.csv --requests x -o b", "RATINGS and --requests cannot be combined"},
      {2, "1=5 -o b.model", "give --as ID"},
      {2, "one.csv -o b.model", "one.csv names no user, and a model needs an id for the new row"},
      {2, "1=five --as ann -o b.model", "'1=five' is not a rating"},
      {2, "new.csv -o new.csv", "would replace a file that is to be read"},
      {2, "new.csv --format csv -o a.model", "would replace a file that is to be read"},
      {2, "new.csv --format npy", "--output (-o) is missing"},
      {2, "new.csv --format csv --test new.csv", "would both go to standard output"},
      {2, "new.csv --test new.csv --test-fraction 0.1", "--test-fraction is for tests without"},
      {2, "new.csv -o b.model --json", "--json is for the report of --test"},
      {2, "new.csv -o b.model --seed 2", "--seed is for --test-fraction"},
      {2, "new.csv --test-fraction 1", "and below 1"},
      {2, "new.csv -o b.model --bias-alpha 2", "--bias-alpha is for a number as --alpha"},
      {2, "- --test -", "two inputs are standard input"},
      {2, "1=5 --as ann --columns user=1 -o b", "--columns is for reading ratings from text"},
      {2, "new.csv -o b.model --tset x", "did you mean --test?"},
      {3, "new.csv --test-fraction 0.5", "no rating is left for the test"},
      {3, "new.csv --items -o b.model", "none of the ratings is of a user that the model has"},
      {4, "new.csv --format text -o full", "full"},
      {4, "nothere.csv -o b.model", "nothere.csv"},
      {4, "new.csv -o nowhere/b.model", "nowhere/b.model"},
  };
  for (const auto& c : cases) check_refused(c.code, c.arguments, c.words);
}

BOOST_FIXTURE_TEST_CASE(append_of_mf_recommend_is_answered_with_the_command, FoldIn) {
  write("new.csv", "item;rating;user\n1;5;ann\n");
  write("requests", "{\"user\":\"bob\",\"ratings\":{\"1\":5}}\n");
  const std::pair<const char*, const char*> cases[] = {
      {"--ratings new.csv --columns user=3,item=1,rating=2 --append b.model", "ann"},
      {"--ratings new.csv --delimiter ; --append b.model --alpha 2", "ann"},
      {"--requests requests --append b.model", "bob"},
      {"1=5 2=3 --as cid --append b.model", "cid"}};
  for (const auto& [arguments, user] : cases) {
    const Outcome outcome = run(std::string("mf-recommend a.model ") + arguments);
    BOOST_TEST(outcome.code == 2, arguments);
    const std::string begin = "--append has a program of its own: ";
    const std::size_t at = outcome.err.find(begin), end = outcome.err.find("; lists come");
    BOOST_TEST_REQUIRE(at != std::string::npos, outcome.err);
    std::string command = outcome.err.substr(at + begin.size(), end - at - begin.size());
    std::erase(command, '\'');  // commands of a test are words
    const Outcome followed = run(command);
    BOOST_TEST(followed.code == 0, command + ": " + followed.err);
    BOOST_TEST(model("b.model").users().find(user) != kNoIndex, command);
  }
}

BOOST_AUTO_TEST_SUITE_END()
