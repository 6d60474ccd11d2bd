// SPDX-License-Identifier: MIT
//
// The pages of mf-train --report and mf-eval --report: well-formed, whole, and of the same numbers
// as what is printed.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "attacked.hpp"
#include "common/text.hpp"
#include "ordinal_fixtures.hpp"
#include "xml.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using mfpar::apps::fixed;

BOOST_AUTO_TEST_SUITE(test_reports)

namespace {

using Names = std::set<std::string>;
using Cells = std::vector<std::vector<std::string>>;

/// Ratings of several kinds, each in a part to learn from and one to be predicted.
struct Reports : Attacked {
  Reports() {
    const std::pair<const char*, RatingStore> kinds[] = {
        {"stars", random_store({.users = 150, .items = 40, .density = 0.5})},
        {"labels", random_store({.users = 150, .items = 40, .density = 0.5, .labels = true})},
        {"numbers", random_store({.users = 150, .items = 40, .density = 0.5, .half_stars = false})},
        {"values", ordinal_store()}};
    for (const auto& [name, ratings] : kinds) {
      const std::string file = name;
      write(file + ".csv", text_of(ratings));
      must("mf-data split " + file + ".csv --by-user 0.2 --train-out " + file + "-train.csv " +
           "--valid-out " + file + "-test.csv");
    }
  }

  Outcome must(const std::string& command) const {
    Outcome outcome = run(command);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, command << ": " << outcome.err);
    return outcome;
  }

  /// What every page promises.
  Xml page(const std::string& name) const {
    const std::string html = read(name);
    for (const char* never :
         {"<script", "src=", "href=", "@import", "url(", ">nan", ">inf", "-nan", "nan,", " nan"}) {
      BOOST_TEST(!has(html, never), name << ": " << never);
    }
    for (std::size_t at = html.find("http:"); at != html.npos; at = html.find("http:", at + 1)) {
      BOOST_TEST(html.substr(at - 7, 7) == "xmlns=\"", name);
    }
    Xml root = XmlReader(html).read();
    BOOST_TEST(root.name == "html");
    for (const Xml* figure : root.all("figure")) {
      const std::string id = name + ' ' + figure->attributes.at("id");
      const auto captions = figure->all("figcaption"), pictures = figure->all("svg");
      BOOST_REQUIRE_MESSAGE(captions.size() == 1 && pictures.size() == 1, id);
      BOOST_TEST(captions[0]->text.ends_with("."), id << ": " << captions[0]->text);
      BOOST_TEST(captions[0]->text.find(". ") == std::string::npos, captions[0]->text);
      BOOST_TEST(pictures[0]->children.size() > 2u, id);
      BOOST_TEST(figure->all("details").size() == 1u, id);
    }
    for (const Xml* table : root.all("table")) {
      const std::size_t columns = table->all("thead")[0]->all("th").size();
      const auto rows = table->all("tbody")[0]->all("tr");
      BOOST_TEST(rows.size() > 0u, name);
      for (const Xml* row : rows) BOOST_TEST(row->children.size() == columns, name);
    }
    return root;
  }

  static Names figures_of(const Xml& root) {
    Names names;
    for (const Xml* figure : root.all("figure")) names.insert(figure->attributes.at("id"));
    return names;
  }

  /// The rows of the table of an element.
  static Cells cells(const Xml& root, const std::string& id) {
    const Xml* const element = root.find(id);
    BOOST_REQUIRE_MESSAGE(element != nullptr, "no " << id);
    Cells rows;
    for (const Xml* row : element->all("tbody")[0]->all("tr")) {
      rows.emplace_back();
      for (const Xml& cell : row->children) rows.back().push_back(cell.whole_text());
    }
    return rows;
  }
};

Names both(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

const Names kPredictions{"baselines", "error-by-count", "calibration", "residuals"};
const Names kModel{"learning", "norms"};
const Names kOneClass{"learning-one-class", "norms-one-class"};

/// A number of a table as a number of JSON would be shown there.
std::string shown(const std::string& json, const std::string& key, int decimals) {
  return fixed(json_number(json, key), decimals);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(pages_of_all_kinds_are_whole_and_agree_with_what_is_printed, Reports) {
  const Names all = both(both(kPredictions, kModel), {"values"});
  const std::string gibbs = " --method gibbs -k 3 --samples 20 --burn-in 10 --eval-every 5";
  const struct {
    std::string data, options, metric;
    Names trained;    ///< figures of mf-train's page
    Names evaluated;  ///< of mf-eval's; none: such a model predicts no ratings
  } rows[] = {
      {"stars", "-k 4 -t 6", "mse", all, all},
      {"stars", "-k 4 -t 6 --no-refit --split-by-user 0.1", "mse", all, all},
      {"stars", "-k 4 -t 6 -p stars-test.csv", "mse", all, all},
      {"stars", "-k 4 -t 6 --seeds 2", "mse", all, all},
      {"stars", "-k 4 -t 6 --valid-fraction 0", "mse", both(kModel, {"values"}), all},
      {"stars", "-k 4 -t 6 --eval-every 0", "mse", all, all},
      {"stars", "-k 4 -t 6 --loss absolute", "mae", all, all},
      {"stars", "-k 4 -t 6 --no-biases", "mse", all, all},
      {"numbers", "-k 4 -t 6", "mse", all, all},
      {"labels", "-k 4 -t 6 --loss logistic", "log_loss", all, all},
      {"stars", gibbs, "mse", both(all, {"coverage"}), both(all, {"coverage"})},
      {"stars", gibbs + " --valid-fraction 0", "mse", both(kModel, {"values"}),
       both(all, {"coverage"})},
      {"stars", gibbs + " --variance-rank 0", "mse", all, all},
      {"values", gibbs + " --likelihood ordinal", "mse", both(all, {"coverage"}),
       both(all, {"coverage"})},
      {"stars", "-k 4 -t 6 --feedback both", "mse", both(all, kOneClass), both(all, kOneClass)},
      {"stars", "-k 8 -t 3 --feedback one-class", "ndcg", both(kOneClass, {"values"}), {}},
      {"stars",
       "-k 8 -t 3 --feedback one-class --valid-fraction 0",
       "ndcg",
       both(kOneClass, {"values"}),
       {}},
  };
  for (const auto& row : rows) {
    const std::string name = row.data + ' ' + row.options;
    BOOST_TEST_CONTEXT(name) {
      const std::string test = row.data + "-test.csv";
      must("mf-train " + row.data + "-train.csv " + row.options +
           " -o m.model --report train.html --log-json log");
      const Xml trained = page("train.html");
      BOOST_TEST((figures_of(trained) == row.trained));
      BOOST_TEST((trained.find("data") != nullptr && trained.find("options") != nullptr) !=
                 (row.metric == "ndcg"));

      // Errors by epoch, as they were logged.
      const auto log = lines("log");
      const bool is_one_class = row.metric == "ndcg";
      if (row.trained.contains("learning") || is_one_class) {
        const Cells epochs = cells(trained, is_one_class ? "learning-one-class" : "learning");
        std::vector<std::string> logged;
        for (const std::string& line : log) {
          if (line.starts_with("{\"event\":\"part\"")) break;
          if (line.starts_with("{\"event\":\"epoch\"") ||
              line.starts_with("{\"event\":\"average\"")) {
            logged.push_back(line);
          }
        }
        BOOST_REQUIRE(epochs.size() == logged.size());
        const std::size_t column = is_one_class ? 1 : has(row.options, "--seeds") ? 3 : 2;
        for (std::size_t i = 0; i < epochs.size(); ++i) {
          BOOST_TEST(epochs[i][0] == shown(logged[i], "epoch", 0));
          BOOST_TEST(epochs[i][column] == shown(logged[i], "valid_" + row.metric, 5));
        }
      }
      if (row.evaluated.empty()) continue;

      const std::string json = must("mf-eval m.model " + test + " --json --report eval.html").out;
      const Xml evaluated = page("eval.html");
      BOOST_TEST((figures_of(evaluated) == row.evaluated));
      const auto errors = cells(evaluated, "errors");
      const bool labels = row.metric == "log_loss";
      for (std::size_t column = 0; column < 3; ++column) {
        const char* const keys[2][3] = {{"mse", "rmse", "mae"}, {"log_loss", "accuracy", "auc"}};
        BOOST_TEST(errors[0][column + 2] == shown(json, keys[labels][column], 4));
      }
      const auto baselines = cells(evaluated, "baselines");
      BOOST_TEST(baselines[0][2] == shown(json, row.metric, 4));
      BOOST_TEST(baselines[1][2] == shown(json, "baseline_bias_" + row.metric, 4));
      BOOST_TEST(baselines[2][2] == shown(json, "baseline_mean_" + row.metric, 4));
      if (row.evaluated.contains("coverage")) {
        const auto coverage = cells(evaluated, "coverage");
        BOOST_TEST(coverage[4][0] == "90\u00a0%");
        BOOST_TEST(coverage[4][1] ==
                   fixed(100 * json_number(json, "interval_coverage"), 2) + "\u00a0%");
      }
      // Everybody is in a group, once.
      for (const auto& [id, column] :
           {std::pair("error-by-count", 1), {"calibration", 1}, {"residuals", 1}, {"values", 1}}) {
        double sum = 0;
        for (auto& cell : cells(evaluated, id)) {
          std::string digits = cell[static_cast<std::size_t>(column)];
          std::erase(digits, ',');
          sum += std::stod(digits);
        }
        BOOST_TEST(sum == json_number(json, "count"), id);
      }
    }
  }
}

// What training judges itself by is what an evaluation of its model says.
BOOST_FIXTURE_TEST_CASE(both_programs_see_the_same_of_the_same_ratings, Reports) {
  for (const std::string options : {"-k 4 -t 5 --deterministic", "--loss absolute -t 5 -k 4",
                                    "--method gibbs -k 3 --samples 20 --burn-in 5"}) {
    must("mf-train stars-train.csv " + options + " -p stars-test.csv -o m.model --report t.html");
    must("mf-eval m.model stars-test.csv --report e.html");
    const Xml trained = page("t.html"), evaluated = page("e.html");
    for (const std::string& id : kPredictions) {
      BOOST_TEST((cells(trained, id) == cells(evaluated, id)), options << ": " << id);
    }
    BOOST_TEST((cells(trained, "learning") == cells(evaluated, "learning")), options);
  }
  const std::string again =
      "mf-train stars-train.csv -k 4 -t 5 --deterministic -o m.model --report ";
  must(again + "one.html -s 1");
  must(again + "two.html -s 2");
  BOOST_TEST((read("one.html") == read("two.html")));
}

BOOST_FIXTURE_TEST_CASE(pages_of_folds_and_of_lists_have_what_is_reported, Reports) {
  must("mf-train stars-train.csv --folds 3 -k 4 -t 4 --report folds.html --log-json log");
  const Xml folds = page("folds.html");
  BOOST_TEST((figures_of(folds) == Names{"folds", "values"}));
  const auto table = cells(folds, "folds");
  const auto log = events(lines("log"), "fold");
  BOOST_REQUIRE(table.size() == 4u);
  for (std::size_t i = 0; i < log.size(); ++i) {
    BOOST_TEST(table[i][2] == shown(log[i], "valid_mse", 5));
    BOOST_TEST(table[i][4] == shown(log[i], "baseline_bias_mse", 5));
  }
  BOOST_TEST(table[3][2] == shown(events(lines("log"), "folds")[0], "mean_mse", 5));

  must("mf-train stars-train.csv -k 4 -t 4 -o a.model");
  must("mf-train stars-train.csv -k 8 -t 3 --feedback one-class -o b.model");
  const Names lists{"ndcg", "hit_rate", "catalogue"};
  const Names by_n{"ndcg-by-n", "recall-by-n"};
  const struct {
    std::string arguments;
    Names figures;
  } rows[] = {{"a.model stars-test.csv", both(lists, by_n)},
              {"a.model stars-test.csv --top 5", both(lists, {"recall"})},
              {"b.model stars-test.csv --no-baselines --bootstrap 0", both(lists, by_n)},
              {"b.model stars-test.csv --ease 20 --relevant 3", both(lists, by_n)},
              {"a.model b.model stars-test.csv", both(both(lists, by_n), {"difference"})}};
  for (const auto& row : rows) {
    const std::string json =
        must("mf-eval " + row.arguments + " --ranking --json --report l.html").out;
    const Xml root = page("l.html");
    BOOST_TEST((figures_of(root) == row.figures), row.arguments);
    const std::string ndcg = json.substr(json.find("\"ndcg\":"));
    const std::string first = has(row.arguments, "--top 5") ? "5" : "10";
    BOOST_TEST(cells(root, "ndcg")[0][1] == shown(ndcg, first, 4), row.arguments);
    const std::string coverage = json.substr(json.find("\"coverage\":"));
    BOOST_TEST(cells(root, "catalogue")[0][1] == shown(coverage, first, 4), row.arguments);
  }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_reported_is_said_and_costs_nothing_else, Reports) {
  std::filesystem::create_directory(path("folder"));
  write("pairs.csv", "user,item\n1,2\n3,4\n");
  const struct {
    std::string command, words;
    int code;
  } rows[] = {
      {"mf-train r.csv -k 4 -t 2 -o new.model --report nowhere/a.html", "nowhere", 4},
      {"mf-train r.csv -k 4 -t 2 -o new.model --report folder", "folder", 4},
      {"mf-train r.csv -k 4 -t 2 -o new.model --report new.model", "two outputs", 2},
      {"mf-train r.csv -k 4 -t 2 -o new.model --log-json l --report l", "two outputs", 2},
      {"mf-train r.csv -k 4 -t 2 -o new.model --report r.csv", "--report r.csv would replace", 2},
      {"mf-train r.csv --warm-start old.model -k 4 -t 2 -o new.model --report old.model",
       "--report old.model would replace", 2},
      {"mf-train r.csv --folds 2 --report r.csv", "--report r.csv would replace", 2},
      {"mf-eval old.model r.csv --report nowhere/a.html", "nowhere", 4},
      {"mf-eval old.model r.csv --report old.model", "--report old.model would replace", 2},
      {"mf-eval old.model r.csv --report r.csv", "--report r.csv would replace", 2},
      {"mf-eval old.model r.csv --predictions p --report p", "two outputs", 2},
      {"mf-eval old.model r.csv --ranking --report r.csv", "--report r.csv would replace", 2},
      {"mf-eval old.model old.model r.csv --ranking --report r.csv", "would replace", 2},
      {"mf-eval old.model pairs.csv --predictions p --report a.html", "leave --report out", 3},
  };
  const auto before = files();
  for (const auto& row : rows) {
    const Outcome outcome = run(row.command);
    BOOST_TEST(outcome.code == row.code, row.command << ": " << outcome.code << outcome.err);
    BOOST_TEST(has(outcome.err, row.words), row.command << ": " << outcome.err);
    BOOST_TEST((files() == before), row.command);
  }
  // A disk that is full when all else is done.
  const Outcome trained = run("mf-train r.csv -k 4 -t 2 -o new.model --report /dev/full");
  BOOST_TEST(trained.code == 4, trained.err);
  BOOST_TEST(has(trained.err, "no report was written"), trained.err);
  BOOST_TEST(verifies("new.model"));
  const Outcome evaluated = run("mf-eval old.model r.csv --report /dev/full --json");
  BOOST_TEST(evaluated.code == 4, evaluated.err);
  BOOST_TEST(json_number(evaluated.out, "mse") > 0.0);
}

// Neither what it was trained on, nor baselines, nor how training went; and tests of one rating.
BOOST_FIXTURE_TEST_CASE(what_a_model_does_not_say_is_left_out, Reports) {
  must("mf-model export old.model -o exported");
  must("mf-model import exported -o imported.model");
  const std::string json = must("mf-eval imported.model r.csv --json --report i.html").out;
  const Xml imported = page("i.html");
  BOOST_TEST(
      (figures_of(imported) == Names{"baselines", "calibration", "residuals", "norms", "values"}));
  BOOST_TEST(cells(imported, "baselines").size() == 1u);
  BOOST_TEST(cells(imported, "baselines")[0][2] == shown(json, "mse", 4));

  write("one.csv", "1,1,4\n");
  for (const char* model : {"old.model", "imported.model"}) {
    must(std::string("mf-eval ") + model + " one.csv --report one.html");
    BOOST_TEST(cells(page("one.html"), "errors")[0][1] == "1");
  }
}

BOOST_FIXTURE_TEST_CASE(names_are_text_whatever_is_in_them, Reports) {
  for (const std::string name : {"a&b", "<b>", "\"q\"", "]]>", "\xC3\xA4", "\xFF\xFE", "\x01"}) {
    write(name + ".csv", read("stars-test.csv"));
    must("mf-eval old.model " + name + ".csv --report page.html");
    const std::string title = page("page.html").all("p")[0]->text;
    const bool is_text = static_cast<unsigned char>(name[0]) != 0xFF && name[0] != '\x01';
    BOOST_TEST(has(title, is_text ? name + ".csv" : std::string("\uFFFD")), title);
  }
}

BOOST_AUTO_TEST_SUITE_END()
