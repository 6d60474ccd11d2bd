// SPDX-License-Identifier: MIT
#include "mfpar/train_options.hpp"

#include <cmath>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar {

namespace {

[[noreturn]] void refuse(const std::string& name, double value, const std::string& range) {
  throw Error(ErrorCode::kBadOption,
              name + " is " + shortest_decimal(value) + "; it must be " + range);
}

void require_between(const std::string& name, double value, double lowest, double highest) {
  if (!(value >= lowest && value <= highest)) {
    refuse(name, value, shortest_decimal(lowest) + " to " + shortest_decimal(highest));
  }
}

void require_from(const std::string& name, double value, double lowest) {
  if (!(value >= lowest) || std::isinf(value)) {
    refuse(name, value, "a finite number of at least " + shortest_decimal(lowest));
  }
}

std::string name_of_train_error(const TrainOptions& options) {
  switch (options.train_error) {
    case TrainError::kExact:
      return "exact";
    case TrainError::kRunning:
      return "running";
    case TrainError::kSample:
      return "sample:" + std::to_string(options.sample);
  }
  return "exact";
}

}  // namespace

void check_options(const TrainOptions& options) {
  require_between("rank", options.rank, 1, kMaxRank);
  require_between("epochs", options.epochs, 1, 1'000'000);
  if (!(options.learning_rate > 0.0) || std::isinf(options.learning_rate)) {
    refuse("learning-rate", options.learning_rate, "a finite number above 0");
  }
  if (!(options.decay > 0.0 && options.decay <= 1.0)) {
    refuse("decay", options.decay, "above 0 and at most 1");
  }
  require_from("lambda-factors", options.lambda_factors, 0.0);
  require_from("lambda-biases", options.lambda_biases, 0.0);
  require_from("init-scale", options.init_scale, 0.0);
  require_between("eval-every", options.eval_every, 0, 1'000'000);
  require_between("patience", options.patience, 0, 1'000'000);
  if (options.train_error == TrainError::kSample && options.sample == 0) {
    refuse("train-mse sample", 0, "at least 1 rating");
  }
  resolve_threads(options.threads);
  find_kernels(options.kernel);
}

std::vector<std::pair<std::string, std::string>> describe_options(const TrainOptions& options) {
  std::vector<std::pair<std::string, std::string>> described{
      {"rank", std::to_string(options.rank)},
      {"epochs", std::to_string(options.epochs)},
      {"step-rule", name_of(kStepRuleNames, options.step_rule)},
      {"learning-rate", shortest_decimal(options.learning_rate)},
      {"rate-schedule", name_of(kRateScheduleNames, options.rate_schedule)},
      {"decay", shortest_decimal(options.decay)},
      {"penalty", name_of(kPenaltyNames, options.penalty)},
      {"lambda-factors", shortest_decimal(options.lambda_factors)},
      {"lambda-biases", shortest_decimal(options.lambda_biases)},
      {"biases", options.biases ? "true" : "false"},
      {"init-scale", shortest_decimal(options.init_scale)},
      {"schedule", name_of(kScheduleNames, options.schedule)},
      {"seed", std::to_string(options.seed)},
      {"eval-every", std::to_string(options.eval_every)},
      {"train-mse", name_of_train_error(options)},
      {"patience", std::to_string(options.patience)},
      {"kernel", options.kernel}};
  // What there was before there were losses to choose from is described as it was.
  if (options.loss != Loss::kSquared) {
    described.emplace(described.begin(), "loss", describe_loss(options.loss).name);
  }
  return described;
}

std::string kernel_name() { return find_kernels("auto").name; }

}  // namespace mfpar
