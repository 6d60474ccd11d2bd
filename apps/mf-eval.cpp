// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "common/csv.hpp"
#include "common/option_habits.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-eval/eval_report.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/read_ratings.hpp"

namespace {

using namespace mfpar;
using namespace mfpar::apps;

struct EvalOptions {
  std::string model;
  std::string ratings;
  bool json = false;
  std::string predictions;
  ReadOptions read;
};

std::vector<std::string> csv_ids(const IdDictionary& ids) {
  std::vector<std::string> fields(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) fields[i] = csv_field(ids.id(i));
  return fields;
}

void write_predictions(const std::string& path, const RatingTable& ratings,
                       const std::vector<float>& predictions) {
  const auto users = csv_ids(*ratings.users()), items = csv_ids(*ratings.items());
  AtomicFile file(path);
  file.write("user,item,rating,prediction\n");
  for (std::uint64_t i = 0; i < ratings.size(); ++i) {
    const Rating rating = ratings.at(i);
    file.write(users[rating.user] + ',' + items[rating.item] + ',' +
               shortest_decimal(rating.value) + ',' + shortest_decimal(predictions[i]) + '\n');
  }
  file.commit();
}

int run(const EvalOptions& options) {
  if (!options.predictions.empty()) {
    check_output("--predictions", options.predictions, {options.model, options.ratings});
  }
  const FactorModel model = load_model_argument(options.model, options.ratings, "mf-eval");
  const ReadResult data = read_ratings(options.ratings, options.read);
  if (data.report.bad_lines > 0) {
    std::cerr << "mf-eval: warning: " << data.report.bad_lines << " bad lines were left out; "
              << data.report.first_bad.front().message << '\n';
  }
  std::vector<float> predictions;
  const Evaluation evaluation = evaluate(model, data.ratings, options.read.threads,
                                         options.predictions.empty() ? nullptr : &predictions);
  const std::string warning = evaluation_warning(evaluation);
  if (!warning.empty()) std::cerr << "mf-eval: warning: " << warning << '\n';
  if (!options.predictions.empty()) {
    write_predictions(options.predictions, data.ratings, predictions);
  }
  std::cout << (options.json ? evaluation_json(evaluation, model.loss())
                             : evaluation_table(evaluation, model.loss()));
  return kDone;
}

const ProgramInfo kInfo{
    .name = "mf-eval",
    .purpose = "measure how well a model predicts ratings",
    .synopsis = "MODEL RATINGS [OPTION]...",
    .description = R"(
Predicts every rating of a file with a model that mf-train made and prints the mean squared error
(MSE), its root (RMSE) and the mean absolute error (MAE), over all ratings and separately by whether
the model was trained on the user and the item. Users and items are matched by id; for a new one the
bias of the other side is used. Predictions are clipped to the range of the training ratings.

For a model of labels (mf-train --loss logistic) it prints the mean of -log(probability of the
label) (log loss), the share of labels with a probability of 1/2 or more (accuracy) and the area
under the ROC curve (AUC).

Beside them stand the errors of two simpler predictors fitted to the same training ratings: mean and
biases without factors, and the mean alone. Each of duplicate ratings is evaluated. A warning says
when the model was trained on some of the ratings.)",
    .examples = {{"mf-eval movies.mfpar new-ratings.csv", "A table of errors."},
                 {"mf-eval movies.mfpar new-ratings.csv --json | jq .rmse", "One number."},
                 {"mf-eval movies.mfpar log.csv --columns user=who,item=what,rating=stars "
                  "--predictions out.csv",
                  "Columns by name, and every single prediction."}},
    .kernel = {}};

}  // namespace

int main(int argc, char** argv) {
  EvalOptions eval;
  Options options;
  options.positional("MODEL", eval.model, "A model file made by mf-train.");
  options.positional("RATINGS", eval.ratings,
                     "A text file of ratings, plain or compressed; - is standard input.");
  // As LIBMF's mf-predict takes it.
  options.explain_extra([&eval](const std::string& value) {
    return "predictions are written by --predictions: mf-eval " + shell_word(eval.model) + ' ' +
           shell_word(eval.ratings) + " --predictions " + shell_word(value);
  });
  options.group("Output");
  options.flag("json", eval.json, "Print one JSON object instead of the table.");
  options.text(
      "predictions", "FILE", eval.predictions,
      "Also write user, item, rating and prediction of every rating as CSV, in the order of "
      "the input.");
  add_reading_options(options, eval.read);
  return run_program(kInfo, options, argc, argv, [&] { return run(eval); });
}
