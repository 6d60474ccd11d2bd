// SPDX-License-Identifier: MIT
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/interrupt.hpp"
#include "common/program.hpp"
#include "common/progress_line.hpp"
#include "common/text.hpp"
#include "mf-train/epoch_table.hpp"
#include "mf-train/json_log.hpp"
#include "mf-train/outcome.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mf-train/sampling_text.hpp"
#include "mf-train/train_command.hpp"
#include "mf-train/train_outputs.hpp"
#include "mf-train/train_page.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/train.hpp"

namespace mfpar::apps {

namespace {

ProgramInfo program_info() {
  return {
      .name = "mf-train",
      .purpose = "learn user and item factors from ratings, or from who chose what",
      .synopsis = "RATINGS... [OPTION]...",
      .description =
          "Reads ratings (user, item, rating), one a line, learns a matrix factorisation with many "
          "threads, and saves it as a model that mf-eval and services read. After every epoch a "
          "row "
          "shows the mean error (squared, unless --loss says otherwise) on the training ratings "
          "and on the ratings held out for "
          "validation; training stops when the validation error no longer falls. Then the model is "
          "learnt once more from all ratings, those held out too, for as many epochs as were best, "
          "and saved.\n\n"
          "With --method gibbs it draws many models that the ratings make likely and saves the "
          "mean of what they predict: the lowest error, in some seconds more.\n\n"
          "With --feedback one-class it learns from who chose what (watched, bought, rated), from "
          "ratings too or from files of users and items alone; lists of such a model are better, "
          "and it predicts no ratings. Its row shows NDCG of lists in place of errors.\n\n"
          "The file's format is detected: comma, tab, ::, ;, | or blanks between fields, with or "
          "without a header, plain or compressed; or a sparse matrix (.mtx, .npz).",
      .examples = {{"mf-train ratings.csv -o films.model", "train on nine tenths, validate on one"},
                   {"mf-train train.csv -p test.csv -k 32 -s 8",
                    "a given validation file, rank 32, "
                    "8 threads"},
                   {"mf-train ratings.csv --folds 5", "cross-validate"},
                   {"mf-train ratings.csv --method gibbs", "the lowest error"},
                   {"mf-train ratings.csv --report films.html", "pictures of how it went"},
                   {"mf-train ratings.csv --feedback one-class --split-by-user 0.2",
                    "who chose what, for lists"},
                   {"mf-train ratings.csv --item-features movies.csv",
                    "films that nobody rated, by genre and year"},
                   {"mf-train new-ratings.csv --init films.model -o next.model",
                    "go on from an earlier model"},
                   {"zcat ratings.csv.gz | mf-train - --deterministic",
                    "from standard input, the same model "
                    "for any number of threads"}},
      .kernel = [] { return kernel_name(); }};
}

/// "MSE 0.71234, RMSE 0.84400"
std::string describe_error(Loss loss, double error) {
  const LossInfo& info = describe_loss(loss);
  const std::string metric(info.metric_title);
  return metric + ' ' + fixed(error, 5) +
         (info.has_root ? ", R" + metric + ' ' + fixed(std::sqrt(error), 5) : "");
}

void warn(const std::string& what) {
  std::fprintf(stderr, "mf-train: warning: %s\n", what.c_str());
}

class Training {
 public:
  explicit Training(const TrainCommand& command)
      : command_(command), ratings_(prepare_ratings(command)), log_(command.log_path) {
    if (!command_.quiet) std::fputs(describe(ratings_).c_str(), stderr);
    if (!command_.quiet && command_.fixed_epochs) {
      std::fprintf(stderr,
                   "nothing is evaluated that would tell when to stop: %d epochs, which suit the "
                   "default options (--epochs for others)\n",
                   command_.train.epochs);
    }
    for (const std::string& warning : ratings_.warnings) warn(warning);
    if (!command_.titles_path.empty()) {
      ReadTitles read = read_item_titles(command_.titles_path, command_.titles_columns,
                                         *ratings_.training.parts().items);
      std::ranges::for_each(read.notes, warn);
      titles_ = std::move(read.titles);
    }
    if (!command_.init_path.empty()) init_ = load_model(command_.init_path);
    const std::uint64_t known = init_ ? count_trained_on(*init_, ratings_.validation) : 0;
    if (known > 0) {
      warn(with_commas(known) + " of the " + with_commas(ratings_.validation.size()) +
           " validation ratings were trained on by " + command_.init_path +
           ": the validation error will be too low; validate on later ratings (--valid, "
           "--split-time), or save the earlier model with --no-refit");
    }
    log_.start(command_, ratings_);
    if (!command_.report_path.empty()) page_.emplace(command_, ratings_);
  }

  int train_model();
  int cross_validate_folds();

 private:
  TrainHooks hooks(Feedback feedback, std::stop_token stop);
  TrainResult train_part(const TrainOptions& options, RatingStore ratings,
                         const std::stop_token& stop);
  void add_one_class(TrainResult& result, RatingStore ratings, const std::stop_token& stop);
  bool log_failed() const;
  template <class Shown>
  bool report_failed(const Shown& what) const;
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  const TrainCommand& command_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  PreparedRatings ratings_;
  JsonLog log_;
  std::optional<FactorModel> init_;
  ItemTitles titles_;
  std::optional<EpochTable> table_;
  std::optional<TrainPage> page_;
};

TrainHooks Training::hooks(Feedback feedback, std::stop_token stop) {
  TrainHooks hooks;
  hooks.stop = std::move(stop);
  hooks.init = init_ ? &*init_ : nullptr;
  hooks.on_epoch = [this](const EpochReport& report) {
    log_.epoch(report, seconds());
    if (table_) table_->show(report);
  };
  if (feedback == Feedback::kOneClass) return hooks;  // which is learnt without features
  if (ratings_.user_features) hooks.user_features = &ratings_.user_features->rows;
  if (ratings_.item_features) hooks.item_features = &ratings_.item_features->rows;
  return hooks;
}

/// Whether the log is not whole; says so then.
bool Training::log_failed() const {
  if (log_.failure().empty()) return false;
  std::fprintf(stderr, "mf-train: error: %s\n", log_.failure().c_str());
  return true;
}

/// Writes the page of a model or of folds, if there is to be one. Whether it could not be written;
/// says so then.
template <class Shown>
bool Training::report_failed(const Shown& what) const {
  if (!page_) return false;
  try {
    page_->write(what);
    return false;
  } catch (const Error& error) {
    std::fprintf(stderr, "mf-train: error: %s; no report was written\n", error.what());
    return true;
  }
}

/// Learns one part of the model; shows and logs its epochs.
TrainResult Training::train_part(const TrainOptions& options, RatingStore ratings,
                                 const std::stop_token& stop) {
  if (!command_.quiet) table_.emplace(options, ratings.size());
  TrainResult result =
      train(std::move(ratings), ratings_.validation, options, hooks(options.feedback, stop));
  table_.reset();
  if (result.sampling && result.sampling->samples > 0) {
    log_.sampling(*result.sampling);
    if (!command_.quiet) std::fputs(describe(*result.sampling).c_str(), stdout);
    if (result.stop_reason != StopReason::kRequested && is_too_short(*result.sampling)) {
      warn(
          "the halves of the chain of samples differ; more --burn-in or --samples will lower the "
          "error");
    }
  }
  if (!std::isnan(result.error_by_features)) {
    log_.features(result.error_by_features);
    if (!command_.quiet) {
      std::printf("fitted to features, by which it is saved: valid %s\n",
                  describe_error(options.loss, result.error_by_features).c_str());
    }
  }
  if (page_ && options.feedback == Feedback::kRatings) page_->judge(result, ratings_.validation);
  if (!refits(command_)) return result;
  ProgressLine line(!command_.quiet);
  line.show(refit_progress_text(result, ratings_.all.size()));
  const bool is_last = options.feedback == Feedback::kOneClass || !command_.one_class;
  result = refit(is_last ? std::move(ratings_.all) : ratings_.all, std::move(result), options,
                 hooks(options.feedback, stop));
  line.clear();
  const TrainingRecord& record = result.model.parts().record;
  if (!command_.quiet && record.judged_ratings > 0) {
    std::printf("learnt once more from all ratings, those held out too, in %s%s\n",
                counted(static_cast<std::uint64_t>(record.best_epoch), "epoch").c_str(),
                options.seeds > 1 ? " of each seed" : "");
  }
  return result;
}

/// Of --feedback both: what the model of ratings carries. Nothing where that was interrupted.
void Training::add_one_class(TrainResult& result, RatingStore ratings,
                             const std::stop_token& stop) {
  if (result.stop_reason == StopReason::kRequested) return;
  if (!command_.quiet) std::puts("\none-class feedback, for lists:");
  log_.start_part(*command_.one_class);
  TrainResult one_class = train_part(*command_.one_class, std::move(ratings), stop);
  if (one_class.stop_reason == StopReason::kRequested) result.stop_reason = one_class.stop_reason;
  result.model = with_one_class(result.model, std::move(one_class.model));
}

int Training::train_model() {
  const Interrupt interrupt;
  RatingStore again;
  if (command_.one_class) again = ratings_.training;
  TrainResult result = train_part(command_.train, std::move(ratings_.training), interrupt.token());
  if (command_.one_class) add_one_class(result, std::move(again), interrupt.token());
  const bool interrupted = result.stop_reason == StopReason::kRequested;
  const int best_epoch = result.model.parts().record.best_epoch;
  const bool untrained = best_epoch == 0 && !init_;
  const bool saved = !untrained || !std::filesystem::is_regular_file(command_.model_path);
  if (!titles_.empty()) result.model = with_titles(result.model, titles_);
  // First of all: whatever cannot be said or logged, the work is done.
  if (saved) save_model(result.model, command_.model_path);
  log_.end(outcome_of(result.stop_reason), result.model, saved, seconds());

  if (!command_.quiet && saved) {
    const std::string which =
        command_.train.seeds > 1
            ? "the mean of seeds, of rank " + std::to_string(result.model.rank())
            : "the model of epoch " + std::to_string(best_epoch);
    std::printf("%s%s: %s, saved after %s s\n", interrupted ? "interrupted; " : "",
                command_.model_path.c_str(), which.c_str(), fixed(seconds(), 2).c_str());
  }
  int code = interrupted ? kInterrupted : kDone;
  if (untrained && interrupted) {
    warn("interrupted before the first epoch was done; " +
         (saved ? "the model has learnt nothing" : command_.model_path + " stays as it was"));
  } else if (best_epoch == 0 && !interrupted) {
    const std::string what =
        command_.train.feedback == Feedback::kOneClass
            ? "no epoch was better than the start; try another --unobserved-weight or "
              "--lambda-one-class"
            : "no epoch was better than the start; try another --learning-rate, or larger "
              "penalties";
    if (!saved) {
      log_failed();
      throw Error(ErrorCode::kDiverged, what + "; " + command_.model_path + " stays as it was");
    }
    warn(what);
  }
  if (report_failed(result.model)) code = kSystemFailure;
  if (log_failed()) code = kSystemFailure;
  if (result.stop_reason == StopReason::kDiverged) {
    throw Error(ErrorCode::kDiverged, result.divergence + "; the model of epoch " +
                                          std::to_string(best_epoch) + " is saved");
  }
  return code;
}

int Training::cross_validate_folds() {
  const Interrupt interrupt;
  CrossValidationOptions options;
  options.folds = *command_.folds;
  options.valid_fraction = command_.valid_fraction;
  options.refit = refits(command_);
  ProgressLine line(!command_.quiet);
  std::uint32_t done = 0;
  options.on_fold = [&](const FoldReport& fold) {
    done = fold.fold;
    line.clear();
    log_.fold(fold);
    std::printf("fold %u: %s on %s ratings; biases alone %s; best epoch %d\n", fold.fold,
                describe_error(command_.train.loss, fold.valid_error).c_str(),
                with_commas(fold.ratings).c_str(), fixed(fold.baseline_error, 5).c_str(),
                fold.best_epoch);
    std::fflush(stdout);
  };
  TrainHooks each = hooks(command_.train.feedback, interrupt.token());
  each.on_epoch = [&, log = std::move(each.on_epoch)](const EpochReport& report) {
    log(report);
    line.show(fold_progress_text(done, options.folds, report, line.seconds()));
  };
  const CrossValidation result = cross_validate(ratings_.training, command_.train, options, each);
  line.clear();
  if (result.stop_reason == StopReason::kRequested) {
    log_.end("interrupted", seconds());
    std::fputs("mf-train: interrupted; not every fold was measured\n", stderr);
    return log_failed() ? kSystemFailure : kInterrupted;
  }
  log_.folds(result);
  log_.end("folds", seconds());
  std::printf("mean %s %s, standard deviation %s over %u folds\n",
              std::string(describe_loss(command_.train.loss).metric_title).c_str(),
              fixed(result.mean_error, 5).c_str(), fixed(result.sd_error, 5).c_str(),
              options.folds);
  const bool failed = report_failed(result);
  return log_failed() || failed ? kSystemFailure : kDone;
}

}  // namespace

}  // namespace mfpar::apps

int main(int argc, char** argv) {
  using namespace mfpar::apps;
  TrainCommand command;
  Options options;
  add_train_options(options, command);
  return run_program(program_info(), options, argc, argv, [&] {
    finish_train_command(options, command);
    check_train_outputs(command, options.given("output"));
    Training training(command);
    return command.folds ? training.cross_validate_folds() : training.train_model();
  });
}
