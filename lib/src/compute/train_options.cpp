// SPDX-License-Identifier: MIT
#include "mfpar/train_options.hpp"

#include <algorithm>
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

void require_above(const std::string& name, double value, double lowest) {
  if (!(value > lowest) || std::isinf(value)) {
    refuse(name, value, "a finite number above " + shortest_decimal(lowest));
  }
}

void check_one_class(const TrainOptions& options) {
  const OneClassOptions& one_class = options.one_class;
  if (options.loss != Loss::kSquared) {
    throw Error(ErrorCode::kBadOption, "one-class feedback is learnt by squares, not by the loss " +
                                           std::string(describe_loss(options.loss).name));
  }
  if (options.train_error != TrainError::kExact) {
    throw Error(ErrorCode::kBadOption,
                "train-mse is of ratings; of one-class feedback the objective is reported");
  }
  if (one_class.relevant && !std::isfinite(*one_class.relevant)) {
    refuse("relevant", double{*one_class.relevant}, "a finite number");
  }
  // Beyond these nothing is learnt, and numbers leave single precision.
  constexpr double kLeast = 1e-12, kMost = 1e12;
  if (one_class.unobserved_weight) {
    require_between("unobserved-weight", *one_class.unobserved_weight, kLeast, kMost);
  }
  require_between("lambda-one-class", one_class.lambda, 0.0, kMost);
  require_between("penalty-exponent", one_class.exponent, 0.0, 1.0);
  require_between("valid-top", one_class.valid_top, 1, 1'000'000);
}

bool has_l1(const TrainOptions& options) {
  return options.l1_factors != TrainOptions::L1Penalty{} ||
         options.l1_biases != TrainOptions::L1Penalty{};
}

/// What only SGD can hold rows to.
void check_unconstrained(const TrainOptions& options) {
  if (!options.nonnegative && !has_l1(options)) return;
  throw Error(ErrorCode::kBadOption, std::string(options.nonnegative ? "nonnegative" : "l1") +
                                         " is of method sgd; method " +
                                         name_of(kMethodNames, options.method) +
                                         " has rows of any sign, held by squares");
}

void check_constraints(const TrainOptions& options) {
  require_from("l1-factors of users", options.l1_factors.users, 0.0);
  require_from("l1-factors of items", options.l1_factors.items, 0.0);
  require_from("l1-biases of users", options.l1_biases.users, 0.0);
  require_from("l1-biases of items", options.l1_biases.items, 0.0);
  const LossInfo& loss = describe_loss(options.loss);
  if (loss.needs_nonnegative && (!options.nonnegative || options.biases)) {
    throw Error(ErrorCode::kBadOption,
                "the loss " + std::string(loss.name) +
                    " is of scores that cannot be negative: it takes nonnegative factors and no "
                    "biases, as default_options(Loss) has them");
  }
  const bool side_by_side = options.nonnegative || options.l1_factors != TrainOptions::L1Penalty{};
  const std::int64_t factors = std::int64_t{options.seeds} * options.rank;
  if (side_by_side && options.seeds > 1 && factors > kMaxRank) {
    throw Error(ErrorCode::kBadOption,
                "seeds is " + std::to_string(options.seeds) + " and rank " +
                    std::to_string(options.rank) +
                    "; an average of models that are nonnegative or held by l1 has the factors of "
                    "all, at most " +
                    std::to_string(kMaxRank) + "; lower one of the two");
  }
}

constexpr int kMostGibbsRank = 256;

void check_gibbs(const TrainOptions& options) {
  if (options.loss != Loss::kSquared) {
    throw Error(ErrorCode::kBadOption, "method gibbs takes noise as normal, which is the loss " +
                                           std::string(describe_loss(Loss::kSquared).name) +
                                           ", not " +
                                           std::string(describe_loss(options.loss).name));
  }
  if (!options.biases) {
    throw Error(ErrorCode::kBadOption,
                "method gibbs learns biases, which are one more factor to it; leave no-biases out");
  }
  if (options.train_error != TrainError::kExact) {
    throw Error(ErrorCode::kBadOption,
                "train-mse is of sgd; method gibbs reports the exact error of each sample");
  }
  require_between("rank of method gibbs", options.rank, 1, kMostGibbsRank);
  require_between("samples", options.gibbs.samples, 1, 1'000'000);
  require_between("burn-in", options.gibbs.burn_in, 0, 1'000'000);
  require_between("monte-carlo-error", options.gibbs.monte_carlo_error, 0.0, 1.0);
  require_between("posterior-rank", options.gibbs.posterior_rank, 1, kMaxRank);
  require_between("variance-rank", options.gibbs.variance_rank, 0, 16);
}

using DescribedOptions = std::vector<std::pair<std::string, std::string>>;

DescribedOptions describe_one_class(const TrainOptions& options) {
  const OneClassOptions& one_class = options.one_class;
  DescribedOptions described{
      {"feedback", name_of(kFeedbackNames, options.feedback)},
      {"method", name_of(kMethodNames, options.method)},
      {"rank", std::to_string(options.rank)},
      {"epochs", std::to_string(options.epochs)},
      {"unobserved-weight",
       one_class.unobserved_weight ? shortest_decimal(*one_class.unobserved_weight) : "auto"},
      {"lambda-one-class", shortest_decimal(one_class.lambda)},
      {"penalty-exponent", shortest_decimal(one_class.exponent)},
      {"confidence", name_of(kConfidenceNames, one_class.confidence)},
      {"init-scale", shortest_decimal(options.init_scale)},
      {"seed", std::to_string(options.seed)},
      {"eval-every", std::to_string(options.eval_every)},
      {"valid-top", std::to_string(one_class.valid_top)},
      {"patience", std::to_string(options.patience)},
      {"kernel", options.kernel}};
  if (one_class.relevant) described.emplace_back("relevant", shortest_decimal(*one_class.relevant));
  return described;
}

DescribedOptions describe_gibbs(const TrainOptions& options) {
  return {{"method", name_of(kMethodNames, options.method)},
          {"rank", std::to_string(options.rank)},
          {"samples", std::to_string(options.gibbs.samples)},
          {"burn-in", std::to_string(options.gibbs.burn_in)},
          {"monte-carlo-error", shortest_decimal(options.gibbs.monte_carlo_error)},
          {"links", options.gibbs.links ? "true" : "false"},
          {"likelihood", name_of(kLikelihoodNames, options.gibbs.likelihood)},
          {"posterior-rank", std::to_string(options.gibbs.posterior_rank)},
          {"variance-rank", std::to_string(options.gibbs.variance_rank)},
          {"seed", std::to_string(options.seed)},
          {"eval-every", std::to_string(options.eval_every)},
          {"kernel", options.kernel}};
}

}  // namespace

double usual_unobserved_weight(std::uint64_t ratings, std::uint64_t users,
                               std::uint64_t items) noexcept {
  constexpr double kMost = 0.35, kFactor = 3.3;
  const double pairs = static_cast<double>(users) * static_cast<double>(items);
  if (ratings == 0 || pairs == 0.0) return kMost;
  return std::min(kMost, kFactor * std::sqrt(static_cast<double>(ratings) / pairs));
}

TrainOptions default_options(Feedback feedback) {
  TrainOptions options;
  options.feedback = feedback;
  if (feedback == Feedback::kOneClass) {
    options.method = Method::kAls;
    options.rank = 256;
    options.epochs = 16;
  }
  return options;
}

TrainOptions default_options(Method method) {
  TrainOptions options =
      default_options(method == Method::kAls ? Feedback::kOneClass : Feedback::kRatings);
  options.method = method;
  if (method == Method::kGibbs) {
    options.rank = 15;
    options.eval_every = 10;
  }
  return options;
}

TrainOptions default_options(Loss loss) {
  TrainOptions options;
  options.loss = loss;
  if (describe_loss(loss).needs_nonnegative) {
    options.nonnegative = true;
    options.biases = false;
  }
  return options;
}

void check_options(const TrainOptions& options) {
  const bool is_one_class = options.feedback == Feedback::kOneClass;
  if (is_one_class != (options.method == Method::kAls)) {
    throw Error(ErrorCode::kBadOption,
                "feedback " + name_of(kFeedbackNames, options.feedback) +
                    " is not learnt by method " + name_of(kMethodNames, options.method) +
                    ": ratings are by sgd or gibbs, one-class feedback is by als");
  }
  if (options.method != Method::kSgd) check_unconstrained(options);
  if (is_one_class) check_one_class(options);
  if (options.method == Method::kGibbs) check_gibbs(options);
  require_between("rank", options.rank, 1, kMaxRank);
  require_between("epochs", options.epochs, 1, 1'000'000);
  require_between("seeds", options.seeds, 1, 1000);
  if (options.seeds > 1 && options.method != Method::kSgd) {
    throw Error(ErrorCode::kBadOption, "seeds is " + std::to_string(options.seeds) +
                                           ", and averages trainings by method sgd; method " +
                                           name_of(kMethodNames, options.method) + " takes 1");
  }
  require_above("learning-rate", options.learning_rate, 0.0);
  if (!(options.decay > 0.0 && options.decay <= 1.0)) {
    refuse("decay", options.decay, "above 0 and at most 1");
  }
  require_from("lambda-factors", options.lambda_factors, 0.0);
  require_from("lambda-biases", options.lambda_biases, 0.0);
  require_from("init-scale", options.init_scale, 0.0);
  check_constraints(options);
  require_above("delta of the loss huber", static_cast<double>(options.loss_choice().delta), 0.0);
  require_between("eval-every", options.eval_every, 0, 1'000'000);
  require_between("patience", options.patience, 0, 1'000'000);
  if (options.train_error == TrainError::kSample && options.sample == 0) {
    refuse("train-mse sample", 0, "at least 1 rating");
  }
  resolve_threads(options.threads);
  find_kernels(options.kernel);
}

std::vector<std::pair<std::string, std::string>> describe_options(const TrainOptions& options) {
  if (options.feedback == Feedback::kOneClass) return describe_one_class(options);
  if (options.method == Method::kGibbs) return describe_gibbs(options);
  DescribedOptions described{{"rank", std::to_string(options.rank)},
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
    described.emplace(described.begin(), "loss", name_of_loss(options.loss_choice()));
  }
  if (options.nonnegative) described.emplace_back("nonnegative", "true");
  const auto add_l1 = [&](const char* name, const TrainOptions::L1Penalty& l1) {
    if (l1 == TrainOptions::L1Penalty{}) return;
    described.emplace_back(name,
                           shortest_decimal(l1.users) +
                               (l1.items != l1.users ? ',' + shortest_decimal(l1.items) : ""));
  };
  add_l1("l1-factors", options.l1_factors);
  add_l1("l1-biases", options.l1_biases);
  if (options.seeds > 1) described.emplace_back("seeds", std::to_string(options.seeds));
  return described;
}

std::string kernel_name() { return find_kernels("auto").name; }

}  // namespace mfpar
