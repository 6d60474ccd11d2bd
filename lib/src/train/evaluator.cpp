// SPDX-License-Identifier: MIT
#include "train/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "base/stopwatch.hpp"
#include "loss/losses.hpp"

namespace mfpar {

Evaluator::Evaluator(const Setup& setup, TrainingProgress progress)
    : setup_(setup), workers_(setup.options.threads), progress_(std::move(progress)) {
  check_patience();
  thread_ = std::jthread([this] { serve(); });
}

Evaluator::~Evaluator() { handoff_.close(); }

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
  } else if (message.snapshot && setup_.validation.size() > 0) {
    const PassSums sums =
        model_errors(*message.snapshot, setup_.validation, setup_.kernels, workers_);
    message.report.valid_error = sums.clipped_error / static_cast<double>(setup_.validation.size());
  }
  message.report.evaluation_seconds = evaluating.seconds();
  progress_.history.push_back(message.report);
  judge(message);
  if (setup_.hooks.on_epoch) setup_.hooks.on_epoch(message.report);
  if (message.state) {
    setup_.checkpoints->submit(std::move(*message.state), message.report.epoch, progress_);
  }
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
    sums = sample != nullptr ? model_errors(*message.snapshot, *sample, setup_.kernels, workers_)
                             : setup_.solver.training_errors(*message.snapshot, workers_);
    scored = sample != nullptr ? static_cast<double>(sample->size()) : ratings;
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
