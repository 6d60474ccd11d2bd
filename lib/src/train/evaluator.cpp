// SPDX-License-Identifier: MIT
#include "train/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "base/stopwatch.hpp"
#include "loss/losses.hpp"

namespace mfpar {

Evaluator::Evaluator(const Setup& setup, TrainingProgress progress)
    : setup_(setup),
      validated_(on_all_ranks(setup.validation.size())),
      sampled_(on_all_ranks(setup.sample ? setup.sample->size() : 0)),
      workers_(setup.options.threads),
      progress_(std::move(progress)) {
  check_patience();
  thread_ = std::jthread([this] { serve(); });
}

Evaluator::~Evaluator() { handoff_.close(); }

double Evaluator::on_all_ranks(std::uint64_t count) const {
  auto sum = static_cast<double>(count);
  if (setup_.share != nullptr) setup_.share->channel(kTrainerTag).add_up({&sum, 1});
  return sum;
}

double Evaluator::wait() {
  const Stopwatch waiting;
  handoff_.wait_until_done();
  return waiting.seconds();
}

void Evaluator::submit(const EpochReport& report, const PassSums& running,
                       std::optional<FactorModel> snapshot, std::optional<SectionWriter> state) {
  handoff_.put({report, running, std::move(snapshot), std::move(state)});
}

void Evaluator::go_back(int epoch) {
  std::erase_if(progress_.history, [&](const EpochReport& report) { return report.epoch > epoch; });
  progress_.evaluations_since_best = 0;
  ++progress_.divergences;
  out_of_patience_.store(false, std::memory_order_release);
}

bool Evaluator::finish() {
  handoff_.wait_until_done();
  handoff_.close();
  thread_.join();
  return out_of_patience();
}

void Evaluator::serve() {
  while (auto message = handoff_.take()) {
    try {
      if (!out_of_patience()) evaluate(*message);
      message.reset();  // a snapshot that is not kept frees its memory before the next is taken
      handoff_.done();
    } catch (...) {
      handoff_.done(std::current_exception());
      return;
    }
  }
}

void Evaluator::evaluate(Message& message) {
  const Stopwatch evaluating;
  fill_training_error(message);
  if (message.snapshot && setup_.lists) {
    message.report.valid_ndcg = setup_.lists->ndcg(*message.snapshot, setup_.kernels, workers_);
  } else if (message.snapshot && validated_ > 0.0) {
    const PassSums sums = setup_.solver.errors_on(setup_.validation, *message.snapshot, workers_);
    message.report.valid_error = sums.clipped_error / validated_;
  }
  message.report.evaluation_seconds = evaluating.seconds();
  progress_.history.push_back(message.report);
  judge(message);
  if (setup_.hooks.on_epoch) setup_.hooks.on_epoch(message.report);
  if (message.state) save(message);
}

void Evaluator::save(Message& message) {
  TrainingProgress progress = progress_;
  if (progress.best) progress.best = setup_.solver.whole(*progress.best, kEvaluatorTag);
  if (setup_.checkpoints == nullptr) return;  // a rank that has no folder
  setup_.checkpoints->submit(std::move(*message.state), message.report.epoch, progress);
}

void Evaluator::fill_training_error(Message& message) const {
  const auto ratings = static_cast<double>(setup_.statistics.count);
  PassSums sums;
  double scored = 0.0;
  // Before the first epoch no worker has seen anything: there it is the sample's.
  const bool running =
      setup_.options.train_error == TrainError::kRunning && message.report.epoch > 0;
  if (running) {
    // The workers' errors are in the units of training.
    const double unit = with_loss(setup_.options.loss, [&]<class LossPolicy>() {
      return std::pow(double{setup_.statistics.scale.deviation}, LossPolicy::kDegree);
    });
    sums = {message.running.error * unit, message.running.clipped_error * unit};
    scored = ratings;
  } else if (message.snapshot) {
    const RatingStore* const sample = setup_.sample ? &*setup_.sample : nullptr;
    sums = sample != nullptr ? setup_.solver.errors_on(*sample, *message.snapshot, workers_)
                             : setup_.solver.training_errors(*message.snapshot, workers_);
    scored = sample != nullptr ? sampled_ : ratings;
  }
  if (scored == 0.0) return;
  message.report.train_error = sums.clipped_error / scored;
  if (message.snapshot) {
    message.report.objective =
        sums.error / scored * ratings + setup_.solver.penalty(*message.snapshot, workers_);
  }
}

void Evaluator::judge(const Message& message) {
  const double error = setup_.lists ? -message.report.valid_ndcg : message.report.valid_error;
  if (!message.snapshot || std::isnan(error)) return;
  if (!progress_.best || error < progress_.best_error) {
    progress_.best_error = error;
    progress_.best = message.snapshot;
    progress_.best_epoch = message.report.epoch;
    progress_.evaluations_since_best = 0;
    return;
  }
  ++progress_.evaluations_since_best;
  check_patience();
}

void Evaluator::check_patience() {
  const int patience = setup_.options.patience;
  if (patience > 0 && progress_.evaluations_since_best >= patience) {
    out_of_patience_.store(true, std::memory_order_release);
  }
}

}  // namespace mfpar
