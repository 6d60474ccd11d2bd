// SPDX-License-Identifier: MIT
#include "mf-train/train_command.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "common/item_titles.hpp"
#include "common/loss_option.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-train/checkpoint_options.hpp"
#include "mf-train/constraint_options.hpp"
#include "mf-train/gibbs_options.hpp"
#include "mf-train/one_class_options.hpp"
#include "mf-train/prepare_features.hpp"
#include "mf-train/stream_options.hpp"
#include "mf-train/validation_options.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"
#include "mfpar/packed_store.hpp"

namespace mfpar::apps {

namespace {

TrainOptions one_class_defaults() { return default_options(Feedback::kOneClass); }

void add_model_options(Options& options, TrainCommand& command) {
  TrainOptions& train = command.train;
  options.group("Model");
  std::vector<std::pair<std::string, LearntFrom>> choices{{"both", LearntFrom::kBoth}};
  for (const auto& [name, feedback] : kFeedbackNames) {
    choices.emplace_back(
        name, feedback == Feedback::kRatings ? LearntFrom::kRatings : LearntFrom::kOneClass);
  }
  options.choice(
      "feedback", command.learnt_from, choices,
      "What is learnt from: ratings, to predict others; one-class feedback, who chose "
      "what, however they liked it, to list what they will choose next; or both, for lists by "
      "choice that show predicted ratings.");
  options.choice(
      "method", train.method, kMethodNames,
      "How: stochastic gradient descent, for ratings; Gibbs sampling, for ratings, slower "
      "and more accurate; or alternating least squares, for one-class feedback. Either "
      "of --feedback and --method is enough; of --feedback both it is that for ratings.");
  options.add("loss", loss_words(),
              "What is minimised: squared or absolute errors of ratings, or Huber's, which are "
              "squares up to delta (1, in the units of ratings, unless given: huber:0.5); the "
              "divergence of counts from Poisson's distribution, by factors that are not negative "
              "and no biases; or, of labels, 0 and 1 or -1 and 1, the log loss, for which "
              "predictions are probabilities, or what margins lack of 1, or its square.",
              name_of_loss(train.loss_choice()), [&](const std::string& value) {
                const LossChoice choice = parse_loss(value);
                train.loss = choice.loss;
                train.huber_delta = double{choice.delta};
              });
  options.integer("rank,k", "K", train.rank, 1, 1024,
                  "Factors a user and an item; of one-class feedback " +
                      std::to_string(one_class_defaults().rank) + ", of Gibbs sampling " +
                      std::to_string(default_options(Method::kGibbs).rank) + " unless given.");
  options.add("no-biases", "", "The plain p.q model, without mean, user and item biases.", "",
              [&](const std::string&) { train.biases = false; });
  options.choice(
      "penalty", train.penalty, kPenaltyNames,
      "What L2 costs a row with n ratings at each of its updates: lambda, lambda / sqrt(n), or "
      "lambda / n (the textbook's lambda |row|^2 once an epoch).");
  options.number("lambda-factors", "X", train.lambda_factors, Interval::at_least(0),
                 "Lambda of the factors, for ratings scaled to standard deviation 1.");
  options.number("lambda-biases", "X", train.lambda_biases, Interval::at_least(0),
                 "Lambda of the biases.");
  add_constraint_options(options, train);
}

/// Options that only one-class feedback has, and those that only ratings have.
constexpr const char* kOneClassOptions[] = {"relevant",         "unobserved-weight",
                                            "lambda-one-class", "penalty-exponent",
                                            "confidence",       "valid-top"};
constexpr const char* kRatingOptions[] = {
    "loss",          "no-biases",     "penalty", "lambda-factors", "lambda-biases", "learning-rate",
    "step-rule",     "rate-schedule", "decay",   "schedule",       "train-mse",     "folds",
    "item-features", "user-features", "seeds",   "nonnegative",    "l1-factors",    "l1-biases"};

/// Completes feedback by method, or the other way round, sets the defaults that go with it, and
/// refuses options of the other one.
void choose_feedback(const Options& options, TrainCommand& command) {
  TrainOptions& train = command.train;
  if (!options.given("feedback") && train.method == Method::kAls) {
    command.learnt_from = LearntFrom::kOneClass;
  }
  if (command.learnt_from == LearntFrom::kOneClass) train.feedback = Feedback::kOneClass;
  if (!options.given("method") && train.feedback == Feedback::kOneClass) {
    train.method = Method::kAls;
  }
  if (command.relevant) train.one_class.relevant = static_cast<float>(*command.relevant);
  const auto refuse = [&](auto& names, const std::string& use, const std::string& remedy) {
    for (const char* name : names) {
      if (!options.has(name) || !options.given(name)) continue;
      throw Error(ErrorCode::kBadOption,
                  "--" + std::string(name) + " is for " + use + "; " + remedy);
    }
  };
  if (command.learnt_from == LearntFrom::kBoth) {
    if (train.method == Method::kAls) {
      throw Error(ErrorCode::kBadOption,
                  "--feedback both learns ratings by sgd or gibbs, and one-class feedback by als; "
                  "give the one for ratings as --method, or leave it out");
    }
    return choose_rating_method(options, train, /*one_class_too=*/true);
  }
  command.any_method =
      command.any_method && !options.given("method") && train.feedback == Feedback::kRatings;
  if (!command.any_method) choose_rating_method(options, train, /*one_class_too=*/false);
  if (train.feedback == Feedback::kRatings) {
    return refuse(kOneClassOptions, "one-class feedback", "add --feedback one-class");
  }
  command.read.may_lack_ratings = true;
  refuse(kRatingOptions, "ratings", "leave it out, or --feedback one-class");
  if (!options.given("rank")) train.rank = one_class_defaults().rank;
  if (!options.given("epochs")) train.epochs = one_class_defaults().epochs;
}

void add_learning_options(Options& options, TrainCommand& command) {
  TrainOptions& train = command.train;
  options.group("Learning");
  options.integer("epochs,t", "N", train.epochs, 1, 1'000'000,
                  "Passes over the ratings, at most. With biases, and nothing held out or "
                  "evaluated to tell when to stop, " +
                      std::to_string(kEpochsUnvalidated) + " unless given; of one-class feedback " +
                      std::to_string(one_class_defaults().epochs) + ".");
  options.number("learning-rate,r", "X", train.learning_rate, Interval::above(0),
                 "Step size, for ratings scaled to standard deviation 1.");
  options.choice("step-rule", train.step_rule, kStepRuleNames,
                 "A step that shrinks row by row as gradients add up, or the learning "
                 "rate alone.");
  options.choice("rate-schedule", train.rate_schedule, kRateScheduleNames,
                 "How the learning rate falls over the epochs.");
  options.number("decay", "X", train.decay, {.lowest = 0, .highest = 1, .open_lowest = true},
                 "What an exponential schedule multiplies the rate with after each epoch.");
  options.number("init-scale", "X", train.init_scale, Interval::at_least(0),
                 "Standard deviation of the first, random factors.");
  options.choice("schedule", train.schedule, kScheduleNames,
                 "How threads share the work: lock-free, or in blocks that give the same "
                 "model for any number of threads.");
  options.add("deterministic", "", "The same as --schedule blocks.", "",
              [](const std::string&) {});  // finish_train_command() sees to it
  options.integer<std::uint64_t>("seed", "N", train.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Of everything that is random.");
  options.integer("seeds", "N", train.seeds, 1, 1000,
                  "Average the scores of N trainings, from --seed and the N - 1 seeds after it, in "
                  "one model of at most twice the rank: more accurate, in N times the time.");
  options.text("kernel", "NAME", train.kernel,
               "Instruction set: auto, avx512, avx2, neon or baseline.");
}

}  // namespace

bool refits(const TrainCommand& command) {
  return !command.no_refit && command.valid_fraction > 0.0 && command.valid_path.empty() &&
         !command.split_by_user && !command.split_last && !command.split_time;
}

void add_learning_words(Options& options, TrainCommand& command) {
  add_model_options(options, command);
  add_one_class_options(options, command);
  add_learning_options(options, command);
}

void finish_learning_words(const Options& options, TrainCommand& command) {
  choose_feedback(options, command);
  finish_constraint_options(command.train);
  if (options.given("deterministic")) {
    if (options.given("schedule") && command.train.schedule != Schedule::kBlocks) {
      throw Error(ErrorCode::kBadOption, "--deterministic contradicts --schedule hogwild");
    }
    command.train.schedule = Schedule::kBlocks;
  }
}

void add_train_options(Options& options, TrainCommand& command) {
  options.rest("RATINGS", command.ratings_paths,
               "Files of ratings, plain, gzip or zstd, or folders of them, read as one; - for "
               "standard input.",
               /*required=*/true);
  options.group("Output");
  options.text("output,o", "MODEL", command.model_path,
               "Where to save the model; RATINGS.model in the current folder unless given.");
  options.text("log-json", "FILE", command.log_path,
               "Write one JSON object a line, as it happens; LOG.md describes them.");
  options.text(
      "report", "FILE", command.report_path,
      "Write a page of HTML with pictures, and their numbers, that a browser shows without "
      "any other file: how training went, errors on what was held out, the data and the "
      "options; with --folds, the folds. REPORT.md tells how to read it.");
  options.text(
      "titles", "FILE", command.titles_path,
      "Keep in the model what the items are called: a text file of id, title and any further "
      "columns, which mf-recommend and mf-serve then show, and choose items by.");
  add_titles_columns_option(options, command.titles_columns);
  options.flag("no-rated-lists", command.no_rated_lists,
               "Leave out of the model who rated what, at 4 bytes a rating in its file and in "
               "memory. Lists then do not leave out what a user has rated. Not with --feedback.");
  options.flag("quiet,q", command.quiet, "Print errors and warnings only.");
  add_checkpoint_options(options, command.checkpoints);
  add_learning_words(options, command);
  options.text("warm-start", "MODEL", command.warm_start_path,
               "Start from this model: its users and items keep their factors and biases, and new "
               "ones are folded in first.");
  add_gibbs_options(options, command.train);
  add_feature_options(options, command.item_features_path, command.user_features_path);
  add_validation_options(options, command);
  add_reading_options(options, command.read);
  add_duplicates_option(options, command.duplicates);
  add_stream_options(options, command);
}

namespace {

/// Of a packed store that says what is held out, validates on that.
void take_held_out(TrainCommand& command) {
  const std::string& path = command.ratings_paths[0];
  if (command.ratings_paths.size() > 1 || command.read.part != PackedPart::kAll) return;
  if (!is_packed_store(path) || PackedStore(path).held_out() == 0) return;
  command.read.part = PackedPart::kTraining;
  command.valid_path = path;
  command.valid_part = PackedPart::kHeldOut;
}

}  // namespace

void finish_train_command(const Options& options, TrainCommand& command) {
  finish_learning_words(options, command);
  finish_checkpoint_options(options, command.checkpoints);
  std::string chosen;
  for (const char* way : {"valid", "split-by-user", "split-last", "split-time", "folds"}) {
    if (!options.given(way)) continue;
    if (!chosen.empty()) {
      throw Error(ErrorCode::kBadOption, "--" + chosen + " and --" + way +
                                             " both say what to validate on; give one of them");
    }
    chosen = way;
  }
  if (options.given("valid-fraction") && !chosen.empty() && chosen != "folds") {
    throw Error(ErrorCode::kBadOption, "--valid-fraction and --" + chosen +
                                           " both say what to validate on; give one of them");
  }
  if (command.folds && options.given("output")) {
    throw Error(ErrorCode::kBadOption,
                "--folds trains a model for each fold and saves none; leave --output out");
  }
  const std::vector<std::string>& paths = command.ratings_paths;
  for (std::size_t i = 1; i < paths.size(); ++i) {
    // As LIBMF's mf-train takes the model.
    if (paths[i] != "-" && !std::filesystem::exists(paths[i])) {
      throw Error(ErrorCode::kBadOption,
                  "unexpected argument '" + paths[i] +
                      "': there is no such file of ratings, and a model to save is named by "
                      "--output (-o): mf-train " +
                      shell_word(paths[0]) + " -o " + shell_word(paths[i]));
    }
  }
  const auto standard_inputs = std::count(paths.begin(), paths.end(), "-");
  if (standard_inputs > 1) {
    throw Error(ErrorCode::kBadOption, "standard input is given twice");
  }
  if (standard_inputs > 0 && command.valid_path == "-") {
    throw Error(ErrorCode::kBadOption, "ratings and validation ratings are both standard input");
  }
  const bool other_input = standard_inputs > 0 || command.valid_path == "-";
  const std::string* const tables[] = {&command.item_features_path, &command.user_features_path,
                                       &command.titles_path};
  const auto from_standard_input =
      std::ranges::count_if(tables, [](const std::string* path) { return *path == "-"; });
  if (from_standard_input + other_input > 1 && from_standard_input > 0) {
    throw Error(ErrorCode::kBadOption,
                "features or titles and something else are both standard input; write one of them "
                "to a file");
  }
  if (command.folds && options.given("titles")) {
    throw Error(ErrorCode::kBadOption,
                "--folds trains a model for each fold and saves none; leave --titles out");
  }
  if (options.given("titles-columns") && command.titles_path.empty()) {
    throw Error(ErrorCode::kBadOption, "--titles-columns is for a --titles FILE; give it too");
  }
  if (command.no_rated_lists && command.learnt_from != LearntFrom::kRatings) {
    throw Error(ErrorCode::kBadOption,
                "--no-rated-lists is for ratings: one-class feedback lists by who rated what; "
                "leave it out, or --feedback");
  }
  command.train.threads = command.read.threads;
  if (command.split_last || command.split_time) {
    command.read.timestamps = ReadOptions::Timestamps::kRequired;
  }
  if (!command.folds && command.model_path.empty()) {
    // A folder's path may end in a slash.
    const auto path = std::filesystem::path(paths[0] + "/").parent_path();
    command.model_path = (paths[0] == "-" ? "ratings" : path.filename().string()) + ".model";
  }
  finish_stream_options(options, command);
  if (chosen.empty() && !options.given("valid-fraction")) take_held_out(command);
  const bool validated = command.valid_fraction > 0.0 || (!chosen.empty() && chosen != "folds");
  if (command.train.feedback == Feedback::kRatings && command.train.biases &&
      command.train.method == Method::kSgd && (!validated || command.train.eval_every == 0) &&
      !options.given("epochs")) {
    command.train.epochs = kEpochsUnvalidated;
    command.fixed_epochs = true;
  }
  check_options(command.train);
  if (command.learnt_from != LearntFrom::kBoth) return;
  TrainOptions& one_class = command.one_class.emplace(default_options(Feedback::kOneClass));
  const TrainOptions& train = command.train;
  one_class.one_class = train.one_class;
  if (options.given("rank")) one_class.rank = train.rank;
  if (options.given("epochs")) one_class.epochs = train.epochs;
  if (options.given("init-scale")) one_class.init_scale = train.init_scale;
  one_class.threads = train.threads;
  one_class.kernel = train.kernel;
  one_class.seed = train.seed;
  if (options.given("eval-every")) one_class.eval_every = train.eval_every;
  one_class.patience = train.patience;
  check_options(one_class);
}

}  // namespace mfpar::apps
