// SPDX-License-Identifier: MIT
#include "mf-train/gibbs_options.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar::apps {

namespace {

constexpr const char* kGibbsOptions[] = {"samples",      "burn-in",    "monte-carlo-error",
                                         "no-links",     "likelihood", "posterior-rank",
                                         "variance-rank"};
constexpr const char* kSgdOptions[] = {
    "loss",      "no-biases",      "nonnegative",   "l1-factors",    "l1-biases",
    "penalty",   "lambda-factors", "lambda-biases", "learning-rate", "step-rule",
    "decay",     "rate-schedule",  "init-scale",    "warm-start",    "schedule",
    "train-mse", "epochs",         "patience",      "seeds"};

/// Those that one-class feedback has, too.
constexpr const char* kSgdAndAlsOptions[] = {"epochs", "patience", "init-scale"};

bool is_in(std::span<const char* const> names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void add_gibbs_options(Options& options, TrainOptions& train) {
  GibbsOptions& gibbs = train.gibbs;
  options.group("Gibbs sampling");
  options.integer("samples", "N", gibbs.samples, 1, 1'000'000,
                  "Samples to average, at most, one a sweep.");
  options.integer("burn-in", "N", gibbs.burn_in, 0, 1'000'000, "Sweeps before the first sample.");
  options.number("monte-carlo-error", "X", gibbs.monte_carlo_error, Interval::between(0, 1),
                 "Enough samples are averaged when what more would still take from the squared "
                 "error of predictions is at most this share of it; 0 averages all.");
  options.add("no-links", "",
              "Expect nothing of a user from which items they rated, nor of an item from which "
              "users.",
              "", [&](const std::string&) { gibbs.links = false; });
  options.choice("likelihood", gibbs.likelihood, kLikelihoodNames,
                 "What ratings are: numbers around a score, or values in an order (stars), at most "
                 "64 of them, which users use each in a way of their own; then the model knows the "
                 "probability of each value, which mf-eval --predictions writes.");
  options.integer("posterior-rank", "K", gibbs.posterior_rank, 1, 1024,
                  "Most factors of the model that is saved, which has the mean of the samples.");
  options.integer("variance-rank", "K", gibbs.variance_rank, 0, 16,
                  "Numbers a user and an item by which the model knows how uncertain its "
                  "predictions are; 0: it does not.");
}

void choose_rating_method(const Options& options, TrainOptions& train, bool one_class_too) {
  const bool is_gibbs = train.method == Method::kGibbs;
  // mf-tune has some of them only.
  const auto is_given = [&](const std::string& name) {
    return options.has(name) && options.given(name);
  };
  const auto refuse = [&](std::span<const char* const> names, const std::string& remedy) {
    for (const std::string name : names) {
      const bool is_of_one_class = one_class_too && is_in(kSgdAndAlsOptions, name);
      if (is_given(name) && !is_of_one_class)
        throw Error(ErrorCode::kBadOption, "--" + name + remedy);
    }
  };
  if (!is_gibbs) return refuse(kGibbsOptions, " is for Gibbs sampling; add --method gibbs");
  refuse(kSgdOptions,
         " is for sgd; leave it out, or --method gibbs (which has --samples and --burn-in in place "
         "of epochs)");
  const TrainOptions defaults = default_options(Method::kGibbs);
  if (!is_given("rank")) train.rank = defaults.rank;
  if (!is_given("eval-every")) train.eval_every = defaults.eval_every;
}

bool is_for(const std::string& option, Method method) {
  return !is_in(method == Method::kGibbs ? std::span<const char* const>(kSgdOptions)
                                         : std::span<const char* const>(kGibbsOptions),
                option);
}

}  // namespace mfpar::apps
