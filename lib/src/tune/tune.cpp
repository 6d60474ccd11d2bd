// SPDX-License-Identifier: MIT
#include "mfpar/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <map>
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
constexpr int kSamplesAtOnce = 10;  // are to a chain what an epoch is to others

void check_input(const TuneRatings& ratings, const TuneOptions& options) {
  check_options(options.start);
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
  double began = 0.0;  // seconds of the search
  double thread_share = 1.0;
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
        plan_(ratings.training, options, threads_) {}

  TuneResult run();

 private:
  double seconds() const;
  double search_end() const;
  void run_trials(int at_once, int threads_each, std::size_t most);
  bool begin(std::size_t most, int threads, Running& running);
  void run_trial(Running& running, int threads);
  void work(std::size_t most, int threads);
  void judge(Running& running, const EpochReport& report);
  bool comes_to_nothing(const Running& running, const EpochReport& report) const;
  MedianRule& rule_for(Method method);
  void end(Running& running, TrialEnd why);
  void end_all(TrialEnd why);
  void end_late();
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
  std::map<Method, MedianRule> rules_;
  std::vector<Running*> running_;
  std::vector<TuneTrial> ended_;
  std::size_t reported_ = 0;  // of ended_
  std::size_t begun_ = 0;
  std::size_t epochs_ = 0;  // of all trials
  std::size_t workers_ = 0;
  FoundTrials found_;
  std::exception_ptr failure_;
};

double Search::seconds() const { return (hooks_.clock ? hooks_.clock() : clock()) - started_; }

/// When the time for learning once more begins.
double Search::search_end() const { return options_.seconds - refit_seconds(ratings_, found_); }

/// The next trial, unless there is to be none.
bool Search::begin(std::size_t most, int threads, Running& running) {
  const std::lock_guard lock(mutex_);
  if (failure_ || hooks_.stop.stop_requested() || begun_ >= most) return false;
  const double now = seconds(), end = search_end();
  running.thread_share = static_cast<double>(threads) / threads_;
  // It may turn out to be the best, and is to be learnt once more then.
  const double again = again_seconds(ratings_, 1.0, running.thread_share);
  const double most_seconds = std::min(end - now, (options_.seconds - now) / (1.0 + again));
  if (begun_ > 0 && most_seconds <= 0.0) return false;
  const double passed =
      std::max(now / std::max(end, 1e-9),
               static_cast<double>(begun_) / static_cast<double>(options_.trials));
  const auto options = plan_.next(begun_, passed, most_seconds);
  if (!options) return false;
  running.trial.number = begun_;
  running.trial.options = *options;
  running.began = now;
  ++begun_;
  running_.push_back(&running);
  return true;
}

MedianRule& Search::rule_for(Method method) {
  return rules_.try_emplace(method, options_.start.feedback).first->second;
}

/// Whether a chain of samples would hardly leave its burn-in before it had to end, while there is
/// another trial to fall back on.
bool Search::comes_to_nothing(const Running& running, const EpochReport& report) const {
  constexpr int kFewSweeps = 3;  // tell how long one takes
  const int sweeps = running.trial.options.gibbs.burn_in + kSamplesAtOnce;
  const double whole = (seconds() - running.began) / report.epoch * sweeps;
  return running.trial.number > 0 && report.epoch >= kFewSweeps &&
         running.began + whole + again_seconds(ratings_, whole, running.thread_share) >
             options_.seconds;
}

/// On the evaluator's thread of the trial.
void Search::judge(Running& running, const EpochReport& report) {
  const std::lock_guard lock(mutex_);
  // One more epoch may have been handed over, or not: the result is not to depend on that.
  if (running.asked_to_end == TrialEnd::kBehind) return;
  TuneTrial& trial = running.trial;
  const double figure = figure_of(report);
  trial.epochs = report.epoch;
  ++epochs_;
  const bool samples = trial.options.method == Method::kGibbs;
  if (samples && report.epoch <= trial.options.gibbs.burn_in) {  // one by one, which are no result
    if (comes_to_nothing(running, report)) end(running, TrialEnd::kTime);
    return;
  }
  if (samples || better(figure, trial.valid)) {  // of samples there is no best, but their mean
    trial.valid = figure;
    trial.best_epoch = report.epoch;
  }
  if (samples && (report.epoch - trial.options.gibbs.burn_in) % kSamplesAtOnce != 0) return;
  running.results.push_back(trial.valid);
  const bool is_first = trial.number < plan_.first_trials();
  if (!is_first && !rule_for(trial.options.method).goes_on(running.results)) {
    end(running, TrialEnd::kBehind);
  }
}

void Search::run_trial(Running& running, int threads) {
  TrainOptions options = running.trial.options;
  options.threads = threads;
  options.eval_every = 1;
  options.seeds = 1;  // an average of several is as good a choice as each of them
  if (options.method == Method::kSgd) {  // which nobody looks at
    options.train_error = TrainError::kRunning;
    options.sample = 1;
  }
  TrainHooks hooks = hooks_of_trainings(hooks_, running.source.get_token());
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
  trial.seconds = seconds() - running.began;
  trial.end = end == TrialEnd::kRequested && running.asked_to_end ? *running.asked_to_end : end;
  if (!result || trial.best_epoch == 0) trial.valid = EpochReport::kNotComputed;
  if (result && !running.asked_to_end) rule_for(options.method).add(trial.valid);
  if (result && better(result->error_by_features, trial.valid)) {
    trial.valid = result->error_by_features;
  }
  ended_.push_back(trial);
  plan_.add(trial);
  if (std::isnan(trial.valid)) return;
  if (trial.number == 0) found_.first = {trial, *result, running.thread_share};
  if (!found_.best || better(trial.valid, found_.best->trial.valid)) {
    found_.best = {trial, std::move(*result), running.thread_share};
  }
}

/// What each thread of the search does: one trial after the other.
void Search::work(std::size_t most, int threads) {
  try {
    for (Running running; begin(most, threads, running); running = Running()) {
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

void Search::end(Running& running, TrialEnd why) {
  if (running.asked_to_end) return;
  running.asked_to_end = why;
  running.source.request_stop();
}

void Search::end_all(TrialEnd why) {
  for (Running* const running : running_) end(*running, why);
}

/// Ends all trials when the time of the search is over, and before that those that could not be
/// learnt once more if they went on.
void Search::end_late() {
  const double now = seconds();
  if (now >= search_end()) return end_all(TrialEnd::kTime);
  for (Running* const running : running_) {
    if (now + again_seconds(ratings_, now - running->began, running->thread_share) >=
        options_.seconds) {
      end(*running, TrialEnd::kTime);
    }
  }
}

void Search::report_ended(std::unique_lock<std::mutex>& lock) {
  std::vector<TuneTrial> ended(ended_.begin() + static_cast<std::ptrdiff_t>(reported_),
                               ended_.end());
  reported_ = ended_.size();
  TuneProgress progress{seconds(), reported_, running_.size(), epochs_};
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
    end_late();
    report_ended(lock);
  }
  report_ended(lock);
  if (failure_) std::rethrow_exception(failure_);
}

void Search::run_trials(int at_once, int threads_each, std::size_t most) {
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

TuneResult Search::run() {
  run_trials(1, threads_, std::min(plan_.first_trials(), options_.trials));
  const double left = search_end() - seconds();
  const auto [at_once, threads_each] = plan_.shape(left);
  run_trials(at_once, threads_each, options_.trials);

  TuneResult result;
  std::ranges::sort(ended_, {}, &TuneTrial::number);
  result.trials = ended_;
  result.requested = hooks_.stop.stop_requested();
  if (found_.best) {
    constexpr double kLate = 0.15;  // stopping takes a while, and what is expected has a margin
    const bool has_time =
        seconds() + refit_seconds(ratings_, found_) <= options_.seconds * (1.0 + kLate);
    finish_search(ratings_, options_, hooks_, has_time, std::move(found_), result);
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
