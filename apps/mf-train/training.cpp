// SPDX-License-Identifier: MIT
#include "mf-train/training.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "common/interrupt.hpp"
#include "common/memory_size.hpp"
#include "common/program.hpp"
#include "common/progress_line.hpp"
#include "common/report/markup.hpp"
#include "common/text.hpp"
#include "mf-train/outcome.hpp"
#include "mf-train/prepare_stream.hpp"
#include "mf-train/sampling_text.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

/// "MSE 0.71234, RMSE 0.84400"
std::string describe_error(Loss loss, double error) {
  const LossInfo& info = describe_loss(loss);
  const std::string metric(info.metric_title);
  return metric + ' ' + fixed(error, 5) +
         (info.has_root ? ", R" + metric + ' ' + fixed(std::sqrt(error), 5) : "");
}

/// What --stream takes, in a line.
std::string describe_streaming(const TrainingPlan& plan) {
  return "streamed: about " + memory_text(plan.streamed.memory) + " of memory, " +
         memory_text(plan.streamed.temporary) + " of temporary file, " +
         memory_text(plan.streamed.reads) + " read an epoch\n";
}

void warn(const std::string& what) {
  std::fprintf(stderr, "mf-train: warning: %s\n", what.c_str());
}

}  // namespace

Training::Training(const TrainCommand& command, Ranks* ranks)
    : command_(command),
      ranks_(ranks),
      progress_(command.checkpoints),
      ratings_(prepare_ratings(command)),
      log_(command.log_path, !progress_.resumed().empty()) {
  if (!command_.quiet) progress_.tell_beginning();
  if (!command_.quiet) std::fputs(describe(ratings_).c_str(), stderr);
  if (!command_.quiet && command_.fixed_epochs) {
    std::fprintf(stderr,
                 "nothing is evaluated that would tell when to stop: %d epochs, which suit the "
                 "default options (--epochs for others)\n",
                 command_.train.epochs);
  }
  if (!command_.quiet && ranks_ != nullptr) {
    std::fprintf(stderr, "%d ranks train together\n", ranks_->count());
  }
  for (const std::string& warning : ratings_.warnings) warn(warning);
  if (!command_.titles_path.empty()) {
    ReadTitles read =
        read_item_titles(command_.titles_path, command_.titles_columns, *ratings_.items());
    std::ranges::for_each(read.notes, warn);
    titles_ = std::move(read.titles);
  }
  if (!command_.warm_start_path.empty()) {
    warm_start_ = load_model(command_.warm_start_path);
  }
  const std::uint64_t known = warm_start_ ? count_trained_on(*warm_start_, ratings_.validation) : 0;
  if (known > 0) {
    warn(with_commas(known) + " of the " + with_commas(ratings_.validation.size()) +
         " validation ratings were trained on by " + command_.warm_start_path +
         ": the validation error will be too low; validate on later ratings (--valid, "
         "--split-time), or save the earlier model with --no-refit");
  }
  if (warm_start_) {
    warm_start_ = with_folded_in(*warm_start_, ratings_.training, command_.train.threads);
  }
  if (ratings_.streamed) {
    plan_ = plan_of(command_, ratings_, /*measures=*/false);
    check_memory(command_, *plan_);
    if (!command_.quiet) std::fputs(describe_streaming(*plan_).c_str(), stderr);
  }
  log_.start(command_, ratings_, progress_.resumed(), plan_ ? &*plan_ : nullptr,
             ranks_ != nullptr ? ranks_->count() : 1);
  if (!command_.report_path.empty()) page_.emplace(command_, ratings_);
}

TrainHooks Training::hooks(Feedback feedback, std::stop_token stop) {
  TrainHooks hooks;
  hooks.stop = std::move(stop);
  hooks.ranks = ranks_;
  hooks.checkpoints = progress_.checkpoints();
  hooks.rated_lists = !command_.no_rated_lists;
  hooks.warm_start = warm_start_ ? &*warm_start_ : nullptr;
  hooks.on_epoch = [this](const EpochReport& report) {
    log_.epoch(report, seconds());
    if (table_) table_->show(report);
    progress_.warn_of_new();
  };
  hooks.on_divergence = [this](const DivergenceReport& report) {
    log_.divergence(report);
    if (table_) table_->show(report);
  };
  if (feedback == Feedback::kOneClass) return hooks;  // which is learnt without features
  if (ratings_.user_features) hooks.user_features = &ratings_.user_features->rows;
  if (ratings_.item_features) hooks.item_features = &ratings_.item_features->rows;
  return hooks;
}

/// Of several ranks, that a signal has come: mpirun sends one when a rank is lost, and ends the
/// others soon after.
void Training::tell_of_end() const {
  if (ranks_ == nullptr) return;
  const std::string saved = progress_.has_checkpoints()
                                ? "go on with --resume, on any number of ranks, from what " +
                                      command_.checkpoints.folder + " holds"
                                : "with --checkpoint FOLDER it could be gone on with";
  std::fprintf(
      stderr,
      "mf-train: a rank was lost, or you ask to end: training ends after this epoch, or at "
      "once; %s\n",
      saved.c_str());
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

/// Learns from what is trained on, in memory or not.
TrainResult Training::learn(const TrainOptions& options, RatingStore ratings,
                            const std::stop_token& stop) {
  const TrainHooks given = hooks(options.feedback, stop);
  if (!ratings_.streamed) return train(std::move(ratings), ratings_.validation, options, given);
  return train(std::exchange(ratings_.streamed->training, nullptr), ratings_.validation, options,
               given, {command_.temporary});
}

/// Learns once more from all ratings.
TrainResult Training::learn_again(const TrainOptions& options, TrainResult validated,
                                  const std::stop_token& stop) {
  const TrainHooks given = hooks(options.feedback, stop);
  if (ratings_.streamed) {
    return refit(ratings_.streamed->all, std::move(validated), options, given,
                 {command_.temporary});
  }
  const bool is_last = options.feedback == Feedback::kOneClass || !command_.one_class;
  return refit(is_last ? std::move(ratings_.all) : ratings_.all, std::move(validated), options,
               given);
}

/// Learns one part of the model; shows and logs its epochs.
TrainResult Training::train_part(const TrainOptions& options, RatingStore ratings,
                                 const std::stop_token& stop) {
  if (!command_.quiet)
    table_.emplace(options, ratings_.streamed ? ratings_.training_size() : ratings.size());
  TrainResult result = learn(options, std::move(ratings), stop);
  table_.reset();
  progress_.warn_of_new();
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
  line.show(refit_progress_text(
      result, ratings_.streamed ? ratings_.streamed->all->size() : ratings_.all.size()));
  result = learn_again(options, std::move(result), stop);
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
  const std::stop_callback told(interrupt.token(), [this] { tell_of_end(); });
  RatingStore again;
  if (command_.one_class) again = ratings_.training;
  TrainResult result = train_part(command_.train, std::move(ratings_.training), interrupt.token());
  if (command_.one_class) add_one_class(result, std::move(again), interrupt.token());
  const bool interrupted = result.stop_reason == StopReason::kRequested;
  const int best_epoch = result.model.parts().record.best_epoch;
  const bool untrained = best_epoch == 0 && !warm_start_;
  const bool saved = !untrained || !std::filesystem::is_regular_file(command_.model_path);
  if (!titles_.empty()) result.model = with_titles(result.model, titles_);
  // First of all: whatever cannot be said or logged, the work is done.
  if (saved) save_model(result.model, command_.model_path);
  if (saved && !interrupted) progress_.finish();
  log_.end(outcome_of(result.stop_reason), result.model, saved, seconds());

  if (!command_.quiet && saved) {
    const std::string which =
        command_.train.seeds > 1
            ? "the mean of seeds, of rank " + std::to_string(result.model.rank())
            : "the model of epoch " + std::to_string(best_epoch);
    std::printf("%s%s: %s, saved after %s s\n", interrupted ? "interrupted; " : "",
                command_.model_path.c_str(), which.c_str(), fixed(seconds(), 2).c_str());
  }
  if (!command_.quiet && saved && result.model.parts().constraints.any()) {
    const ZeroShares zeros = zero_shares(result.model);
    std::printf("zeros among the factors: %s of users', %s of items'\n",
                percent(zeros.users).c_str(), percent(zeros.items).c_str());
  }
  int code = interrupted ? kInterrupted : kDone;
  if (interrupted && progress_.checkpoints() != nullptr && !command_.quiet) {
    std::printf("to go on, add --resume\n");
  }
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
  if (progress_.failed()) code = kSystemFailure;
  if (result.stop_reason == StopReason::kDiverged) {
    throw Error(ErrorCode::kDiverged, result.divergence + "; the model of epoch " +
                                          std::to_string(best_epoch) + " is saved");
  }
  return code;
}

int Training::cross_validate_folds() {
  const Interrupt interrupt;
  const std::stop_callback told(interrupt.token(), [this] { tell_of_end(); });
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
  progress_.finish();
  log_.folds(result);
  log_.end("folds", seconds());
  std::printf("mean %s %s, standard deviation %s over %u folds\n",
              std::string(describe_loss(command_.train.loss).metric_title).c_str(),
              fixed(result.mean_error, 5).c_str(), fixed(result.sd_error, 5).c_str(),
              options.folds);
  const bool failed = report_failed(result);
  return progress_.failed() || log_failed() || failed ? kSystemFailure : kDone;
}

}  // namespace mfpar::apps
