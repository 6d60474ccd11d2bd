// SPDX-License-Identifier: MIT
#include "mfpar/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>

#include "mfpar/error.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/train.hpp"
#include "tune/found_trials.hpp"
#include "tune/median_rule.hpp"
#include "tune/trial_plan.hpp"

namespace mfpar {

namespace {

constexpr std::chrono::milliseconds kPoll{20};

void check_input(const TuneRatings& ratings, const TuneOptions& options) {
  check_options(options.start);
  if (options.start.method == Method::kGibbs) {
    throw Error(ErrorCode::kBadOption,
                "method gibbs draws what others must be told, so that nothing is left to search; "
                "train by it, and search for method sgd");
  }
  if (!(options.seconds > 0.0)) {
    throw Error(ErrorCode::kBadOption, "the budget is to be more than 0 seconds");
  }
  if (options.trials == 0) {
    throw Error(ErrorCode::kBadOption, "the number of trials is 0; it must be at least 1");
  }
  if (ratings.validation.size() == 0) {
    throw Error(ErrorCode::kBadOption,
                "nothing is held out to validate on, which is what decides; hold out a share of "
                "the ratings");
  }
}

/// A trial as it runs.
struct Running {
  TuneTrial trial;
  std::stop_source source;
  std::vector<double> results;           // the best up to each epoch, from 0 on
  std::optional<TrialEnd> asked_to_end;  // why
};

class Search {
 public:
  Search(const TuneRatings& ratings, const TuneOptions& options, const TuneHooks& hooks)
      : ratings_(ratings),
        options_(options),
        hooks_(hooks),
        threads_(resolve_threads(options.start.threads)),
        plan_(ratings.training, options, threads_),
        rule_(options.start.feedback) {}

  TuneResult run();

 private:
  double seconds() const;
  double search_end() const;
  void run_trials(int at_once, int threads_each, std::size_t most);
  bool begin(std::size_t most, Running& running);
  void run_trial(Running& running, int threads);
  void work(std::size_t most, int threads);
  void judge(Running& running, const EpochReport& report);
  void end_all(TrialEnd why);
  void watch();
  void report_ended(std::unique_lock<std::mutex>& lock);
  double figure_of(const EpochReport& report) const {
    return options_.start.feedback == Feedback::kOneClass ? report.valid_ndcg : report.valid_error;
  }
  bool better(double a, double b) const { return is_better(options_.start.feedback, a, b); }

  // Constant after construction.
  const TuneRatings& ratings_;
  const TuneOptions& options_;
  const TuneHooks& hooks_;
  const int threads_;
  const double started_ = hooks_.clock ? hooks_.clock() : clock();

  static double clock() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TrialPlan plan_;
  MedianRule rule_;
  std::vector<Running*> running_;
  std::vector<TuneTrial> ended_;
  std::size_t reported_ = 0;  // of ended_
  std::size_t begun_ = 0;
  std::size_t workers_ = 0;
  FoundTrials found_;
  std::exception_ptr failure_;
};

double Search::seconds() const { return (hooks_.clock ? hooks_.clock() : clock()) - started_; }

/// When the time for learning once more begins.
double Search::search_end() const { return options_.seconds - refit_seconds(ratings_, found_); }

/// The next trial, unless there is to be none.
bool Search::begin(std::size_t most, Running& running) {
  const std::lock_guard lock(mutex_);
  if (failure_ || hooks_.stop.stop_requested() || begun_ >= most) return false;
  const double now = seconds(), end = search_end();
  if (begun_ > 0 && now + plan_.expected_seconds() > end) return false;
  const double passed =
      std::max(now / std::max(end, 1e-9),
               static_cast<double>(begun_) / static_cast<double>(options_.trials));
  running.trial.number = begun_;
  running.trial.options = plan_.options_of(begun_, passed);
  ++begun_;
  running_.push_back(&running);
  return true;
}

/// On the evaluator's thread of the trial.
void Search::judge(Running& running, const EpochReport& report) {
  const std::lock_guard lock(mutex_);
  // One more epoch may have been handed over, or not: the result is not to depend on that.
  if (running.asked_to_end == TrialEnd::kBehind) return;
  TuneTrial& trial = running.trial;
  const double figure = figure_of(report);
  trial.epochs = report.epoch;
  if (better(figure, trial.valid)) {
    trial.valid = figure;
    trial.best_epoch = report.epoch;
  }
  running.results.push_back(trial.valid);
  if (!rule_.goes_on(running.results) && trial.number > 0 && !running.asked_to_end) {
    running.asked_to_end = TrialEnd::kBehind;
    running.source.request_stop();
  }
}

void Search::run_trial(Running& running, int threads) {
  const double began = seconds();
  TrainOptions options = running.trial.options;
  options.threads = threads;
  options.eval_every = 1;
  options.seeds = 1;  // an average of several is as good a choice as each of them
  if (options.feedback == Feedback::kRatings) {  // which nobody looks at
    options.train_error = TrainError::kRunning;
    options.sample = 1;
  }
  TrainHooks hooks;
  hooks.stop = running.source.get_token();
  hooks.on_epoch = [&](const EpochReport& report) { judge(running, report); };
  std::optional<TrainResult> result;
  TrialEnd end = TrialEnd::kEpochs;
  try {
    result = train(ratings_.training, ratings_.validation, options, hooks);
    constexpr std::pair<StopReason, TrialEnd> kEnds[] = {
        {StopReason::kPatience, TrialEnd::kPatience},
        {StopReason::kRequested, TrialEnd::kRequested},
        {StopReason::kDiverged, TrialEnd::kDiverged}};
    for (const auto& [reason, of_trial] : kEnds) {
      if (result->stop_reason == reason) end = of_trial;
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kDiverged) throw;
    end = TrialEnd::kDiverged;
  } catch (const std::bad_alloc&) {
    if (running.trial.number == 0) throw;  // nothing smaller was asked for
    end = TrialEnd::kMemory;
  }
  const std::lock_guard lock(mutex_);
  TuneTrial& trial = running.trial;
  trial.seconds = seconds() - began;
  trial.end = end == TrialEnd::kRequested && running.asked_to_end ? *running.asked_to_end : end;
  if (!result || trial.best_epoch == 0) trial.valid = EpochReport::kNotComputed;
  ended_.push_back(trial);
  plan_.add(trial);
  if (result && !running.asked_to_end) rule_.add(trial.valid);
  if (std::isnan(trial.valid)) return;
  if (trial.number == 0) found_.first = {trial, *result};
  if (!found_.best || better(trial.valid, found_.best->trial.valid)) {
    found_.best = {trial, std::move(*result)};
  }
}

/// What each thread of the search does: one trial after the other.
void Search::work(std::size_t most, int threads) {
  try {
    for (Running running; begin(most, running); running = Running()) {
      const auto leave = [&] {
        const std::lock_guard lock(mutex_);
        std::erase(running_, &running);
      };
      try {
        run_trial(running, threads);
      } catch (...) {
        leave();
        throw;
      }
      leave();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  --workers_;
  changed_.notify_all();
}

void Search::end_all(TrialEnd why) {
  for (Running* const running : running_) {
    if (running->asked_to_end) continue;
    running->asked_to_end = why;
    running->source.request_stop();
  }
}

void Search::report_ended(std::unique_lock<std::mutex>& lock) {
  std::vector<TuneTrial> ended(ended_.begin() + static_cast<std::ptrdiff_t>(reported_),
                               ended_.end());
  reported_ = ended_.size();
  TuneProgress progress{.seconds = seconds(), .ended = reported_, .running = running_.size()};
  if (found_.best) progress.best = found_.best->trial;
  lock.unlock();
  if (hooks_.on_trial) std::ranges::for_each(ended, hooks_.on_trial);
  if (hooks_.on_progress) hooks_.on_progress(progress);
  lock.lock();
}

/// Until all workers are done: tells the caller how things go, and ends trials when it is time.
void Search::watch() {
  std::unique_lock lock(mutex_);
  while (workers_ > 0) {
    changed_.wait_for(lock, kPoll);
    if (failure_ || hooks_.stop.stop_requested()) end_all(TrialEnd::kRequested);
    if (seconds() >= search_end()) end_all(TrialEnd::kTime);
    report_ended(lock);
  }
  report_ended(lock);
  if (failure_) std::rethrow_exception(failure_);
}

void Search::run_trials(int at_once, int threads_each, std::size_t most) {
  {
    std::vector<std::jthread> threads;
    workers_ = static_cast<std::size_t>(at_once);
    try {
      for (int i = 0; i < at_once; ++i) {
        threads.emplace_back([this, most, threads_each] { work(most, threads_each); });
      }
      watch();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      end_all(TrialEnd::kRequested);
      throw;
    }
  }
}

TuneResult Search::run() {
  run_trials(1, threads_, 1);
  const double left = search_end() - seconds();
  const auto [at_once, threads_each] = plan_.shape(left);
  run_trials(at_once, threads_each, options_.trials);

  TuneResult result;
  std::ranges::sort(ended_, {}, &TuneTrial::number);
  result.trials = ended_;
  result.requested = hooks_.stop.stop_requested();
  if (found_.best) {
    constexpr double kLate = 0.05;  // of the budget: stopping takes a while
    const bool has_time =
        seconds() + refit_seconds(ratings_, found_) <= options_.seconds * (1.0 + kLate);
    finish_search(ratings_, options_, hooks_.stop, has_time, std::move(found_), result);
  } else if (!result.requested && ended_.front().end == TrialEnd::kTime) {
    throw Error(ErrorCode::kBadOption,
                "the budget was over before the first trial had learnt anything; give more time");
  } else if (!result.requested) {
    throw Error(ErrorCode::kDiverged,
                "no trial learnt anything, the first one's options included; lower the learning "
                "rate, or raise the penalties");
  }
  return result;
}

}  // namespace

TuneResult tune(const TuneRatings& ratings, const TuneOptions& options, const TuneHooks& hooks) {
  check_input(ratings, options);
  return Search(ratings, options, hooks).run();
}

}  // namespace mfpar
