// SPDX-License-Identifier: MIT
#include "train/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "base/stopwatch.hpp"
#include "compute/objective.hpp"

namespace mfpar {

namespace {

/// n^(1-e) of each row.
std::vector<float> penalty_weights(std::span<const std::uint32_t> counts, Penalty penalty) {
  std::vector<float> weights;
  for (const std::uint32_t count : counts) {
    weights.push_back(static_cast<float>(count) * penalty_shrink(count, penalty));
  }
  return weights;
}

}  // namespace

Evaluator::Evaluator(const Setup& setup)
    : setup_(setup),
      user_weights_(penalty_weights(setup.user_counts, setup.options.penalty)),
      item_weights_(penalty_weights(setup.item_counts, setup.options.penalty)),
      workers_(setup.options.threads) {
  thread_ = std::jthread([this] { serve(); });
}

Evaluator::~Evaluator() { mailbox_.close(); }

double Evaluator::wait() {
  const Stopwatch waiting;
  mailbox_.wait_until_done();
  return waiting.seconds();
}

void Evaluator::submit(const EpochReport& report, const PassSums& running,
                       std::optional<FactorModel> snapshot) {
  mailbox_.put({report, running, std::move(snapshot)});
}

EvaluatorOutcome Evaluator::finish() {
  mailbox_.wait_until_done();
  mailbox_.close();
  thread_.join();
  return std::move(outcome_);
}

void Evaluator::serve() {
  while (auto message = mailbox_.take()) {
    try {
      if (!out_of_patience()) evaluate(*message);
      message.reset();  // a snapshot that is not kept frees its memory before the next is taken
      mailbox_.done();
    } catch (...) {
      mailbox_.done(std::current_exception());
      return;
    }
  }
}

void Evaluator::evaluate(Message& message) {
  const Stopwatch evaluating;
  fill_training_error(message);
  if (message.snapshot && setup_.validation.size() > 0) {
    const PassSums sums =
        model_errors(*message.snapshot, setup_.validation, {0, setup_.validation.user_count()},
                     setup_.kernels, workers_);
    message.report.valid_mse = sums.clipped_error / static_cast<double>(setup_.validation.size());
  }
  message.report.evaluation_seconds = evaluating.seconds();
  outcome_.history.push_back(message.report);
  judge(message);
  if (setup_.hooks.on_epoch) setup_.hooks.on_epoch(message.report);
}

void Evaluator::fill_training_error(Message& message) const {
  const auto ratings = static_cast<double>(setup_.training.size());
  PassSums sums;
  double scored = 0.0;
  // Before the first epoch no worker has seen anything: there it is the sample's.
  const bool running = setup_.options.train_mse == TrainMse::kRunning && message.report.epoch > 0;
  if (running) {
    // The workers' errors are standardised.
    const double square = double{setup_.scale.deviation} * setup_.scale.deviation;
    sums = {message.running.error * square, message.running.clipped_error * square};
    scored = ratings;
  } else if (message.snapshot) {
    const RatingStore* const sample = setup_.sample ? &*setup_.sample : nullptr;
    sums = sample != nullptr
               ? model_errors(*message.snapshot, *sample, {0, sample->user_count()}, setup_.kernels,
                              workers_)
               : model_errors(*message.snapshot, setup_.training, setup_.kernels, workers_);
    scored = sample != nullptr ? static_cast<double>(sample->size()) : ratings;
  }
  if (scored == 0.0) return;
  message.report.train_mse = sums.clipped_error / scored;
  if (message.snapshot) {
    message.report.objective = sums.error / scored * ratings +
                               model_penalty(*message.snapshot, user_weights_, item_weights_,
                                             setup_.options, setup_.scale.deviation, workers_);
  }
}

void Evaluator::judge(const Message& message) {
  if (!message.snapshot || std::isnan(message.report.valid_mse)) return;
  if (!outcome_.best || message.report.valid_mse < best_mse_) {
    best_mse_ = message.report.valid_mse;
    outcome_.best = message.snapshot;
    outcome_.best_epoch = message.report.epoch;
    evaluations_since_best_ = 0;
    return;
  }
  ++evaluations_since_best_;
  const int patience = setup_.options.patience;
  if (patience > 0 && evaluations_since_best_ >= patience) {
    outcome_.out_of_patience = true;
    out_of_patience_.store(true, std::memory_order_release);
  }
}

}  // namespace mfpar
