// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "common/csv.hpp"
#include "common/option_habits.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-eval/eval_page.hpp"
#include "mf-eval/eval_report.hpp"
#include "mf-eval/pairs.hpp"
#include "mf-eval/ranking_command.hpp"
#include "mf-eval/ranking_job.hpp"
#include "mf-eval/spooled_input.hpp"
#include "mf-eval/value_columns.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/read_ratings.hpp"

namespace {

using namespace mfpar;
using namespace mfpar::apps;

struct EvalOptions {
  std::string model;
  std::string ratings;
  std::string third;  ///< the test ratings behind two models
  bool json = false;
  std::string predictions;
  std::string report;  ///< a page
  ReadOptions read;
};

std::vector<std::string> csv_ids(const IdDictionary& ids) {
  std::vector<std::string> fields(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) fields[i] = csv_field(ids.id(i));
  return fields;
}

/// `is_rated` says which of them have a rating; empty: all.
void write_predictions(const std::string& path, const FactorModel& model,
                       const RatingTable& ratings, const std::vector<bool>& is_rated, int threads) {
  const std::vector<RatingInterval> predictions = predictions_of(model, ratings, threads);
  const ValueColumns value_columns(model, ratings);
  const auto users = csv_ids(*ratings.users()), items = csv_ids(*ratings.items());
  const bool has_ratings = is_rated.empty() || std::ranges::find(is_rated, true) != is_rated.end();
  AtomicFile file(path);
  file.write(std::string(has_ratings ? "user,item,rating,prediction" : "user,item,prediction") +
             (model.has_variance() ? ",sd,p5,p95" : "") + value_columns.head() + '\n');
  std::size_t next = 0;
  for (const Rating& rating : ratings) {
    const std::size_t i = next++;
    std::string line = users[rating.user] + ',' + items[rating.item] + ',';
    if (is_rated.empty() || is_rated[i]) line += shortest_decimal(rating.value);
    if (has_ratings) line += ',';
    const RatingInterval& predicted = predictions[i];
    line += shortest_decimal(predicted.mean);
    if (model.has_variance()) {
      for (const float x : {predicted.sd, predicted.p5, predicted.p95}) {
        line += ',' + shortest_decimal(x);
      }
    }
    file.write(line + value_columns.of(rating) + '\n');
  }
  file.commit();
}

void warn(const std::string& message) { std::cerr << "mf-eval: warning: " << message << '\n'; }

void warn_of_scale(const FactorModel& model, const RatingTable& ratings) {
  OffScale off_scale;
  for (const Rating& rating : ratings) off_scale.add(rating.value, model.range());
  const std::string warning = scale_warning(off_scale, model.range());
  if (!warning.empty()) warn(warning);
}

void report(const EvalOptions& options, const FactorModel& model, const std::string& source,
            const RatingTable& ratings, const Evaluation& evaluation) {
  const std::string warning = evaluation_warning(evaluation);
  if (!warning.empty()) warn(warning);
  std::cout << (options.json ? evaluation_json(evaluation, model.loss())
                             : evaluation_table(evaluation, model.loss()))
            << std::flush;
  if (options.report.empty()) return;
  write_page(options.report, evaluation_page(options.model, model, source, ratings, evaluation));
}

/// Predicts for users and items of which not all have a rating.
int predict_pairs(const EvalOptions& options, const FactorModel& model, const Pairs& pairs) {
  if (!options.report.empty() && pairs.rated == 0) {
    throw Error(ErrorCode::kBadData, options.ratings +
                                         " has no ratings, whose errors --report shows; leave "
                                         "--report out");
  }
  write_predictions(options.predictions, model, pairs.table, pairs.is_rated, options.read.threads);
  if (pairs.rated > 0) {
    const RatingTable rated = rated_of(pairs);
    warn_of_scale(model, rated);
    report(options, model, options.ratings, rated, evaluate(model, rated, options.read.threads));
  }
  const std::uint64_t unrated = pairs.table.size() - pairs.rated;
  (pairs.rated > 0 ? std::cerr : std::cout)
      << (pairs.rated > 0 ? "mf-eval: " : "") << options.predictions << ": "
      << with_commas(pairs.table.size()) << " predictions, " << with_commas(unrated)
      << " of pairs without a rating\n";
  return kDone;
}

int evaluate_ratings(const EvalOptions& options, const FactorModel& model, const ReadResult& data) {
  if (data.report.bad_lines > 0) {
    warn(with_commas(data.report.bad_lines) + " bad lines were left out; " +
         data.report.first_bad.front().message);
  }
  for (const std::string& note : data.report.notes) warn(note);
  warn_of_scale(model, data.ratings);
  const Evaluation evaluation = evaluate(model, data.ratings, options.read.threads);
  if (!options.predictions.empty()) {
    write_predictions(options.predictions, model, data.ratings, {}, options.read.threads);
  }
  report(options, model, data.report.source, data.ratings, evaluation);
  return kDone;
}

/// Refuses a page that could not be written, or would replace something.
void check_report(const EvalOptions& options, const std::string& given = "") {
  if (options.report.empty()) return;
  check_output("--report", options.report, {options.model, options.ratings, options.third, given});
  std::vector<std::string> outputs{options.report};
  if (!options.predictions.empty()) outputs.push_back(options.predictions);
  check_distinct(outputs);
}

int run(EvalOptions options) {
  if (!options.predictions.empty()) {
    check_output("--predictions", options.predictions, {options.model, options.ratings});
  }
  check_report(options);
  const FactorModel model = load_model_argument(options.model, options.ratings, "mf-eval");
  if (model.feedback() == Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                options.model +
                    " learnt from one-class feedback alone and predicts no ratings; how good its "
                    "lists are, --ranking measures: mf-eval " +
                    shell_word(options.model) + ' ' + shell_word(options.ratings) + " --ranking");
  }
  // Whether ratings are missing shows when they are read: standard input must wait for that.
  const SpooledInput input(options.predictions.empty() ? "" : options.ratings);
  const std::string path = input.path().empty() ? options.ratings : input.path();
  std::optional<ReadResult> data;
  try {
    data = read_ratings(path, options.read);
  } catch (const Error& error) {
    std::optional<Pairs> pairs;
    if (path != "-" && error.code() != ErrorCode::kSystem) {
      try {
        pairs = read_pairs(path, options.read);
      } catch (const Error&) {
        // Of the two faults the first is told.
      }
    }
    if (pairs && !options.predictions.empty()) return predict_pairs(options, model, *pairs);
    throw Error(error.code(), input.named(error.what()) +
                                  (pairs ? "; --predictions FILE predicts for users and items "
                                           "without a rating"
                                         : ""));
  }
  return evaluate_ratings(options, model, *data);
}

/// Measures lists, of one model or two.
int run_lists(const EvalOptions& options, RankingCommand command) {
  command.models = {options.model};
  if (!options.third.empty()) command.models.push_back(options.ratings);
  command.test = options.third.empty() ? options.ratings : options.third;
  command.json = options.json;
  command.read = options.read;
  if (command.test == "-" && command.given == "-") {
    throw Error(ErrorCode::kBadOption, "two inputs are standard input; give one as a file");
  }
  check_report(options, command.given);
  command.report = options.report;
  return run_ranking(command);
}

/// What is said of a third argument without --ranking.
std::string explain_third(const EvalOptions& options, const std::string& value) {
  try {
    load_model(options.ratings, {.verify = false});
  } catch (const Error&) {
    // As LIBMF's mf-predict takes it.
    return "predictions are written by --predictions: mf-eval " + shell_word(options.model) + ' ' +
           shell_word(options.ratings) + " --predictions " + shell_word(value);
  }
  return "two models are compared by their lists: mf-eval " + shell_word(options.model) + ' ' +
         shell_word(options.ratings) + ' ' + shell_word(value) + " --ranking";
}

const ProgramInfo kInfo{
    .name = "mf-eval",
    .purpose = "measure how well a model predicts ratings, or how good its lists are",
    .synopsis = "MODEL [MODEL] RATINGS [OPTION]...",
    .description = R"(
Predicts every rating of a file with a model that mf-train made and prints the mean squared error
(MSE), its root (RMSE) and the mean absolute error (MAE), over all ratings and separately by whether
the model was trained on the user and the item. Users and items are matched by id; for a new one the
bias of the other side is used. Predictions are clipped to the range of the training ratings.

For a model of labels (mf-train --loss logistic) it prints the mean of -log(probability of the
label) (log loss), the share of labels with a probability of 1/2 or more (accuracy) and the area
under the ROC curve (AUC).

For a model by mf-train --likelihood ordinal it also prints the log loss of the values, the mean of
-log(probability of the rating's value).

With --predictions, users and items may come without a rating, in two columns or with a rating that
is empty or "?": they are predicted, and errors are those of the others.

Beside them stand the errors of two simpler predictors fitted to the same training ratings: mean and
biases without factors, and the mean alone. Each of duplicate ratings is evaluated. A warning says
when the model was trained on some of the ratings.

With --ranking, the ratings say what was relevant to each user, and what is measured is the lists
that users get: how much of it is among the first items, out of the whole catalogue, without the
items they were trained on. Beside the model stand two lists that need none: the most popular items,
and item-item cosine; with --ease a stronger one, too. Two models are compared on the same users.
EVAL.md has formulas and JSON.)",
    .examples = {{"mf-eval films.model new-ratings.csv", "A table of errors."},
                 {"mf-eval films.model new-ratings.csv --json | jq .rmse", "One number."},
                 {"mf-eval films.model new-ratings.csv --columns user=who,item=what,rating=stars "
                  "--predictions predictions.csv",
                  "Columns by name, and every single prediction."},
                 {"mf-eval films.model test.csv --report films.html",
                  "Pictures: where it errs, and whether its predictions can be trusted."},
                 {"mf-eval films.model test.csv --ranking --relevant 4 --top 10",
                  "Lists of ten: how many of the films that users came to like they name."},
                 {"mf-eval films.model next.model test.csv --ranking",
                  "Two models, and whether their difference is more than chance."}},
    .kernel = {}};

}  // namespace

int main(int argc, char** argv) {
  EvalOptions eval;
  Options options;
  options.positional("MODEL", eval.model, "A model file made by mf-train.");
  options.positional("RATINGS", eval.ratings,
                     "A text file of ratings, plain or compressed; - is standard input.");
  options.positional(
      "TEST", eval.third,
      "With --ranking and two models, the ratings; RATINGS is the second model then.",
      /*required=*/false);
  options.explain_extra([](const std::string&) {
    return std::string("no more than two models and the ratings of a test are expected");
  });
  options.group("Output");
  options.flag("json", eval.json, "Print one JSON object instead of the table.");
  options.text(
      "predictions", "FILE", eval.predictions,
      "Also write user, item, rating and prediction of every rating as CSV, in the order of "
      "the input; of a model trained with --method gibbs also the standard deviation of the "
      "rating around it, and the bounds below and above which one in twenty lies (sd, p5, p95), "
      "by --likelihood ordinal the probability of each value (p_1, p_2 and so on). Pairs of user "
      "and item may lack a rating.");
  options.text("report", "FILE", eval.report,
               "Also write a page of HTML with pictures, and their numbers, that a browser shows "
               "without any other file: error by how often user and item were rated, predicted "
               "against actual, residuals, how training went, and with --ranking how good lists "
               "are. REPORT.md tells how to read it.");
  RankingCommand ranking;
  add_ranking_options(options, ranking);
  add_reading_options(options, eval.read);
  return run_program(kInfo, options, argc, argv, [&] {
    check_ranking_options(options, ranking);
    if (ranking.is_asked) return run_lists(eval, ranking);
    if (!eval.third.empty()) {
      throw Error(ErrorCode::kBadOption,
                  "unexpected argument '" + eval.third + "': " + explain_third(eval, eval.third));
    }
    return run(eval);
  });
}
