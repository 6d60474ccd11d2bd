// SPDX-License-Identifier: MIT
//
// What all programs have in common: -h, --help, --version, -q, and answers to what people type who
// know other programs.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "film_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_program_words)

namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

const std::vector<std::string> kPrograms{"mf-train",        "mf-eval",         "mf-recommend",
                                         "mf-fold-in",      "mf-data inspect", "mf-data split",
                                         "mf-data synth",   "mf-model info",   "mf-model export",
                                         "mf-model import", "mf-model verify", "mf-tune"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_program_says_how_it_is_used, TestFolder) {
  for (const std::string& program : kPrograms) {
    const Outcome usage = run(program + " -h"), help = run(program + " --help");
    const Outcome version = run(program + " --version");
    for (const Outcome& outcome : {usage, help, version}) {
      BOOST_TEST(outcome.code == 0, program + outcome.err);
      BOOST_TEST(outcome.err == "", program);
    }
    BOOST_TEST(usage.out.starts_with("usage: " + program + ' '), usage.out);
    const auto lines = std::ranges::count(usage.out, '\n');
    BOOST_TEST(lines >= 7, program);
    BOOST_TEST(lines <= 25, program);
    BOOST_TEST(lines < std::ranges::count(help.out, '\n') / 2, program);
    for (const std::string& line : Films::lines_of(usage.out)) {
      BOOST_TEST(line.size() <= 110u, line);  // an example may be longer
    }
    BOOST_TEST(has(usage.out, "-q, --quiet"), usage.out);
    BOOST_TEST(has(usage.out, program + " --help\n"), usage.out);
    BOOST_TEST(help.out.starts_with("NAME\n"), program);
    BOOST_TEST(version.out.starts_with(program + " (mfpar) "), version.out);
    // Misspelt everywhere alike.
    for (const auto& [written, meant] : {std::pair("--hlep", "--help"),
                                         {"--verison", "--version"},
                                         {"-version", "--version"},
                                         {"-help", "--help"},
                                         {"--silent", "--quiet"},
                                         {"--Quiet", "--quiet"}}) {
      const Outcome refused = run(program + ' ' + written);
      BOOST_TEST(refused.code == 2, program + ' ' + written);
      BOOST_TEST(has(refused.err,
                     std::string("unknown option ") + written + "; did you mean " + meant + '?'),
                 refused.err);
    }
  }
  for (const std::string program : {"mf-data", "mf-model"}) {
    BOOST_TEST(run(program + " -h").out.starts_with("usage: " + program + " COMMAND"));
    BOOST_TEST(run(program + " --version").out.starts_with(program + " (mfpar) "));
  }
}

BOOST_FIXTURE_TEST_CASE(examples_name_files_the_same_way, TestFolder) {
  // Whoever goes from one manual to the next finds the files again.
  const std::set<std::string> names{
      "films.model",        "next.model", "ratings.csv",     "ratings.csv.gz", "new-ratings.csv",
      "new-ratings.csv.gz", "movies.csv", "train.csv",       "test.csv",       "train-%.csv",
      "test-%.csv",         "lists.csv",  "predictions.csv", "rows.csv",       "toy.csv",
      "users.txt",          "items.txt",  "P.npy",           "Q.npy",          "films.libmf",
      "ratings.txt.model",  "given.csv",  "views.csv"};
  for (const std::string& program : kPrograms) {
    const std::string help = run(program + " --help").out;
    std::istringstream words(help.substr(help.find("EXAMPLES\n")));
    std::size_t examples = 0;
    for (std::string word; words >> word && word != "EXIT";) {
      const std::size_t dot = word.rfind('.');
      examples += word.starts_with("mf-");
      if (dot == word.npos || dot == 0 || dot + 1 == word.size() || word.find('=') != word.npos ||
          std::isdigit(static_cast<unsigned char>(word[dot - 1])) != 0 ||
          word.find('/') != word.npos) {
        continue;
      }
      const std::string extension = word.substr(dot + 1);
      if (extension != "model" && extension != "csv" && extension != "gz" && extension != "txt" &&
          extension != "npy" && extension != "mfpar" && extension != "libmf") {
        continue;
      }
      BOOST_TEST(names.contains(word), program + ": " + word);
    }
    BOOST_TEST(examples > 0u, program);
  }
}

BOOST_FIXTURE_TEST_CASE(quiet_programs_print_nothing_when_all_is_well, Films) {
  for (const std::string command :
       {"mf-train ratings.csv -t 2 -o q.model", "mf-eval a.model ratings.csv --predictions p.csv",
        "mf-data inspect ratings.csv",
        "mf-data split ratings.csv --train-out t.csv --valid-out v.csv",
        "mf-data synth --shape ml-100k -o s.csv", "mf-model info a.model",
        "mf-model verify a.model", "mf-model export a.model -o exported",
        "mf-model import exported -o imported.model", "mf-fold-in a.model ratings.csv -o f.model",
        "mf-recommend a.model --user 3 -o list", "mf-tune ratings.csv --trials 2 -t 2 -o c"}) {
    const Outcome outcome = run(command + " -q");
    BOOST_TEST(outcome.code == 0, command + outcome.err);
    BOOST_TEST(outcome.out == "", command);
    // What was trained on is warned of all the same.
    if (!command.starts_with("mf-eval")) BOOST_TEST(outcome.err == "", command);
  }
  for (const char* file :
       {"q.model", "p.csv", "t.csv", "v.csv", "s.csv", "imported.model", "f.model", "list", "c"}) {
    BOOST_TEST(!read(file).empty(), file);
  }
  BOOST_TEST(run("mf-data inspect nothere.csv -q").err == run("mf-data inspect nothere.csv").err);
}

BOOST_FIXTURE_TEST_CASE(habits_are_answered_with_the_right_words, Films) {
  const auto before = files();
  const struct {
    std::string command, words;
  } cases[] = {
      // LIBMF
      {"mf-train ratings.csv new.model",
       "a model to save is named by --output (-o): mf-train ratings.csv -o new.model"},
      {"mf-train -l2 0.1 ratings.csv", "unknown option -l2; did you mean --lambda-factors?"},
      {"mf-train -f 5 ratings.csv", "unknown option -f; did you mean --loss?"},
      {"mf-eval ratings.csv a.model", "the model comes first: mf-eval a.model ratings.csv"},
      {"mf-eval a.model ratings.csv out.txt",
       "predictions are written by --predictions: mf-eval a.model ratings.csv --predictions "
       "out.txt"},
      {"mf-fold-in ratings.csv a.model -o b",
       "the model comes first: mf-fold-in a.model ratings.csv"},
      // fastText
      {"mf-train -input ratings.csv -output m",
       "unknown option -input; did you mean RATINGS without an option's name?"},
      {"mf-train ratings.csv -output m", "unknown option -output; did you mean --output?"},
      {"mf-train ratings.csv -epoch 5", "unknown option -epoch; did you mean --epochs?"},
      {"mf-train ratings.csv -lr 0.1", "unknown option -lr; did you mean --learning-rate?"},
      {"mf-train ratings.csv -dim 10", "unknown option -dim; did you mean --rank?"},
      {"mf-train ratings.csv -thread 4", "unknown option -thread; did you mean --threads?"},
      // libFM
      {"mf-train -train ratings.csv", "did you mean RATINGS without an option's name?"},
      {"mf-train ratings.csv -test t.csv", "unknown option -test; did you mean --valid?"},
      {"mf-train ratings.csv -iter 5", "unknown option -iter; did you mean --epochs?"},
      {"mf-train ratings.csv -learn_rate 1", "did you mean --learning-rate?"},
      {"mf-train ratings.csv -init_stdev 1", "did you mean --init-scale?"},
      // Python
      {"mf-train ratings.csv --lr 0.1", "unknown option --lr; did you mean --learning-rate?"},
      {"mf-train ratings.csv --epoch 5", "did you mean --epochs?"},
      {"mf-train ratings.csv --factors 5", "did you mean --rank?"},
      {"mf-train ratings.csv --n_factors=5", "did you mean --rank?"},
      {"mf-train ratings.csv --learning_rate 5", "did you mean --learning-rate?"},
      {"mf-train ratings.csv --num-threads 5", "did you mean --threads?"},
      {"mf-train ratings.csv --l2 5", "did you mean --lambda-factors?"},
      {"mf-train ratings.csv --k 5", "did you mean --rank?"},
      {"mf-train ratings.csv --regularization 5", "did you mean --lambda-factors?"},
      {"mf-train ratings.csv --n_epochs 5", "did you mean --epochs?"},
      {"mf-train ratings.csv --random_state 5", "did you mean --seed?"},
      {"mf-train ratings.csv --test_size 0.2", "did you mean --valid-fraction?"},
      {"mf-train ratings.csv --cv 5", "did you mean --folds?"},
      {"mf-train ratings.csv --model m", "did you mean --output?"},
      {"mf-train ratings.csv --sep ;", "did you mean --delimiter?"},
      {"mf-eval --model a.model", "did you mean MODEL without an option's name?"},
      {"mf-eval a.model ratings.csv --output p.csv", "did you mean --predictions?"},
      {"mf-recommend a.model --user 3 --tilte films.csv", "did you mean --titles?"},
      {"mf-recommend a.model --user 3 -tilte films.csv", "did you mean --titles?"},
      {"mf-recommend a.model --user 3 -titles films.csv", "did you mean --titles?"},
      {"mf-recommend a.model --user 3 --k 5", "did you mean --top?"},
      {"mf-recommend a.model --user 3 --topk 5", "did you mean --top?"},
      {"mf-recommend a.model --user 3 --top_n 5", "did you mean --top?"},
      {"mf-recommend a.model --user_id 3", "did you mean --user?"},
      {"mf-recommend a.model --user 3 --include x", "did you mean --allow?"},
      {"mf-recommend a.model --user 3 --blacklist x", "did you mean --deny?"},
      {"mf-recommend a.model --user 3 --filter x", "did you mean --where?"},
      {"mf-fold-in a.model ratings.csv --out b", "did you mean --output?"},
      {"mf-fold-in a.model ratings.csv --valid-fraction 0.1", "did you mean --test-fraction?"},
      {"mf-recommend a.model 3", "a user the model was trained on, by --user 3"},
      {"mf-recommend a.model ratings.csv", "ratings in a file are given by --ratings ratings.csv"},
      {"mf-fold-in a.model --ratings ratings.csv -o b",
       "did you mean RATINGS without an option's name?"},
      {"mf-fold-in a.model --item", "did you mean --items?"},
      {"mf-data synth --factors 3 -o s.csv", "did you mean --rank?"},
      {"mf-data split ratings.csv --test-size 0.1", "did you mean --valid-fraction?"},
      {"mf-data split ratings.csv --split-by-user 0.2", "did you mean --by-user?"},
      {"mf-data split ratings.csv --split-last 1", "did you mean --last?"},
      {"mf-data split ratings.csv --split-time 5", "did you mean --at-time?"},
      {"mf-data split ratings.csv --leave-one-out", "did you mean --last?"},
      {"mf-data split ratings.csv --stratify", "did you mean --by-user?"},
      {"mf-train ratings.csv --by-user 0.2", "did you mean --split-by-user?"},
      {"mf-train ratings.csv --last 1", "did you mean --split-last?"},
      {"mf-train ratings.csv --at-time 5", "did you mean --split-time?"},
      {"mf-train ratings.csv --config-file x", "did you mean --config?"},
      {"mf-tune ratings.csv --timeout 60", "did you mean --budget?"},
      {"mf-tune ratings.csv --n_trials 60", "did you mean --trials?"},
      {"mf-tune ratings.csv --lr 0.1", "did you mean --learning-rate?"},
      {"mf-tune ratings.csv --time-limit 5", "did you mean --budget?"},
      {"mf-model export a.model --out x", "did you mean --output?"},
  };
  for (const auto& c : cases) {
    const Outcome outcome = run(c.command);
    BOOST_TEST(outcome.code == 2, c.command + ": " + outcome.err);
    BOOST_TEST(has(outcome.err, c.words), c.command + ": " + outcome.err);
  }
  BOOST_TEST((files() == before));
}

BOOST_AUTO_TEST_SUITE_END()
