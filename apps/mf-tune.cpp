// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "common/interrupt.hpp"
#include "common/line_log.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/progress_line.hpp"
#include "common/text.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mf-tune/option_file.hpp"
#include "mf-tune/tune_command.hpp"
#include "mf-tune/tune_progress.hpp"
#include "mf-tune/tune_report.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/option_names.hpp"
#include "mfpar/split.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

ProgramInfo program_info() {
  return {
      .name = "mf-tune",
      .purpose = "find the options of mf-train that do best, within a budget of time",
      .synopsis = "RATINGS... [OPTION]...",
      .description =
          "Trains with one set of options after the other, several at once, on ratings that are "
          "read once, and writes the options that did best on held-out ratings into a file for "
          "mf-train --config. Searched are the method; of sgd the rank, the learning rate, the "
          "penalty and its lambdas and the scale of the first factors; of gibbs the rank and "
          "whether there are links; of one-class feedback the rank, the weight "
          "of the unobserved, lambda and the penalty's exponent. An option that is given is not "
          "searched, but stays as it is.\n\n"
          "The first trial has the options as they are given, so that nothing worse is found, the "
          "second one the defaults of Gibbs sampling. "
          "Others are drawn at random first, then near the best; early stopping finds the "
          "epochs, and a trial that falls behind ends early. In the end the best options, and "
          "those of the first trial, learn once more from all but the test ratings, which no "
          "trial has seen, and are measured on these. TUNE.md tells more.\n\n"
          "An interrupt ends the search; the best so far is written.",
      .examples = {{"mf-tune ratings.csv",
                    "a minute; then mf-train ratings.csv --config "
                    "ratings.csv.conf"},
                   {"mf-tune ratings.csv --budget 10m --rank 32 --model films.model",
                    "ten minutes, of rank 32 only, and the best model"},
                   {"mf-tune ratings.csv --method sgd",
                    "options of the method that learns in seconds"},
                   {"mf-tune views.csv --feedback one-class --split-by-user 0.2 --budget 5m",
                    "lists, by the NDCG of a fifth of each user's items"}},
      .kernel = [] { return kernel_name(); }};
}

void check_outputs(const TuneCommand& command, bool options_path_given) {
  std::vector<std::string> outputs;
  const auto check = [&](const std::string& option, const std::string& path) {
    if (path.empty()) return;
    std::vector<std::string> inputs = command.train.ratings_paths;
    inputs.insert(inputs.end(),
                  {command.train.item_features_path, command.train.user_features_path});
    check_output(option, path, inputs);
    outputs.push_back(path);
  };
  check("--output", command.options_path);
  check("--model", command.train.model_path);
  check("--log-json", command.train.log_path);
  check_distinct(outputs);
  if (!options_path_given && !is_ours_or_new(command.options_path)) {
    throw Error(ErrorCode::kBadOption,
                command.options_path +
                    " exists and was not written by mf-tune; choose another file with --output");
  }
}

/// Holds out the test and then what trials are judged by; says how.
TuneRatings hold_out(const TuneCommand& command, RatingStore all, std::string& how) {
  const TrainCommand& train = command.train;
  const std::uint64_t seed = train.train.seed;
  const int threads = train.train.threads;
  if (!train.split_by_user && !train.split_last) {
    const std::string share = "a random " + shortest_decimal(train.valid_fraction);
    how = command.test_fraction > 0.0
              ? share + " of what a random " + shortest_decimal(command.test_fraction) +
                    " for the test leaves"
              : share + " of all";
    return split_for_tuning(std::move(all), command.test_fraction, train.valid_fraction, seed,
                            threads);
  }
  how = train.split_by_user
            ? "a random " + shortest_decimal(*train.split_by_user) + " of every user's ratings"
            : "the last " + with_commas(*train.split_last) + " of every user";
  const auto split = [&](RatingStore ratings) {
    return train.split_by_user
               ? split_by_user(std::move(ratings), *train.split_by_user, seed, threads)
               : split_last(std::move(ratings), *train.split_last, threads);
  };
  TuneRatings parts;
  if (command.test_fraction > 0.0) {
    how += ", of those that a test held out the same way leaves";
    SplitResult test = split(std::move(all));
    parts.test = std::move(test.validation);
    all = std::move(test.training);
  }
  parts.refit = all;
  SplitResult rest = split(std::move(all));
  parts.training = std::move(rest.training);
  parts.validation = std::move(rest.validation);
  return parts;
}

class Tuning {
 public:
  explicit Tuning(const TuneCommand& command)
      : command_(command), ratings_(prepared(command)), log_(command.train.log_path) {
    std::string how;
    const RatingStore all = std::move(ratings_.training);
    parts_ = hold_out(command, all, how);
    if (command.train.no_refit) parts_.refit = {};
    ratings_.training = all;
    ratings_.held_out = how;
    if (!command.train.quiet) std::fputs(describe(ratings_).c_str(), stderr);
    ratings_.training = {};
    for (const std::string& warning : ratings_.warnings) {
      std::fprintf(stderr, "mf-tune: warning: %s\n", warning.c_str());
    }
  }

  int run();

 private:
  static PreparedRatings prepared(const TuneCommand& command) {
    TrainCommand all = command.train;  // nothing held out
    all.valid_fraction = 0.0;
    all.split_by_user.reset();
    all.split_last.reset();
    return prepare_ratings(all);
  }
  void log_start();
  void log_end(const TuneResult& result);
  int write(const TuneResult& result);
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  const TuneCommand& command_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  PreparedRatings ratings_;
  LineLog log_;
  TuneRatings parts_;
};

void Tuning::log_start() {
  const TrainOptions& start = command_.train.train;
  Json options = Json::object();
  for (const auto& [name, value] : describe_options(start)) options[name] = value;
  log_.write(text_of(Json{{"event", "start"},
                          {"version", MFPAR_VERSION},
                          {"seed", start.seed},
                          {"threads", resolve_threads(start.threads)},
                          {"feedback", name_of(kFeedbackNames, start.feedback)},
                          {"metric", metric_of(start)},
                          {"budget", command_.budget},
                          {"options", options},
                          {"data",
                           {{"source", ratings_.report.source},
                            {"users", parts_.training.user_count()},
                            {"items", parts_.training.item_count()},
                            {"training_ratings", parts_.training.size()},
                            {"validation_ratings", parts_.validation.size()},
                            {"test_ratings", parts_.test.size()},
                            {"held_out", ratings_.held_out},
                            {"duplicates", ratings_.duplicates},
                            {"bad_lines", ratings_.report.bad_lines},
                            {"seconds", ratings_.seconds}}}}));
}

void Tuning::log_end(const TuneResult& result) {
  const std::string metric = metric_of(command_.train.train);
  Json line{
      {"event", "end"}, {"outcome", result.requested ? "interrupted" : "done"}, {"best", nullptr}};
  if (result.best) line["best"] = *result.best;
  line["refitted"] = result.refitted;
  line["test_" + metric] = result.test;
  line["start_test_" + metric] = result.start_test;
  line["seconds"] = seconds();
  log_.write(text_of(line));
}

/// The files, then what is said of them.
int Tuning::write(const TuneResult& result) {
  const TrainOptions& start = command_.train.train;
  if (result.best) {
    const TuneTrial& best = result.trials[*result.best];
    write_options(command_, best, figure_text(start, best.valid));
    if (!command_.train.model_path.empty()) save_model(result.model, command_.train.model_path);
  }
  log_end(result);
  if (command_.json) {
    std::puts(text_of(tune_json(command_, result)).c_str());
  } else if (!command_.train.quiet && result.best) {
    std::fputs(tune_table(command_, result).c_str(), stdout);
    std::printf("%s%s: the options of trial %zu, found in %s s\n",
                result.requested ? "interrupted; " : "", command_.options_path.c_str(),
                *result.best, fixed(seconds(), 1).c_str());
  }
  if (!result.best) {
    std::fprintf(stderr, "mf-tune: warning: interrupted before anything was learnt; %s\n",
                 "nothing is written");
  }
  if (!log_.failure().empty()) {
    std::fprintf(stderr, "mf-tune: error: %s\n", log_.failure().c_str());
    return kSystemFailure;
  }
  return result.requested ? kInterrupted : kDone;
}

int Tuning::run() {
  log_start();
  TuneOptions options;
  options.start = command_.train.train;
  options.fixed = command_.fixed;
  options.seconds = command_.budget;
  if (command_.trials) options.trials = *command_.trials;
  const Interrupt interrupt;
  std::optional<ProgressLine> line(std::in_place, !command_.train.quiet);
  TuneHooks hooks;
  hooks.stop = interrupt.token();
  hooks.on_trial = [&](const TuneTrial& trial) {
    Json json{{"event", "trial"}};
    const Json fields = trial_json(trial);
    for (const auto& [key, value] : fields.items()) json[key] = value;
    json["elapsed"] = seconds();
    log_.write(text_of(json));
  };
  if (ratings_.user_features) hooks.user_features = &ratings_.user_features->rows;
  if (ratings_.item_features) hooks.item_features = &ratings_.item_features->rows;
  hooks.on_progress = [&](const TuneProgress& progress) {
    line->show(progress_text(command_, progress));
  };
  const TuneResult result = tune(parts_, options, hooks);
  line.reset();
  return write(result);
}

}  // namespace

}  // namespace mfpar::apps

int main(int argc, char** argv) {
  using namespace mfpar::apps;
  TuneCommand command;
  Options options;
  add_tune_options(options, command);
  return run_program(program_info(), options, argc, argv, [&] {
    finish_tune_command(options, command);
    check_outputs(command, options.given("output"));
    return Tuning(command).run();
  });
}
