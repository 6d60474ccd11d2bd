// SPDX-License-Identifier: MIT
#include "common/option_habits.hpp"

#include <algorithm>
#include <utility>

#include "common/text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

/// By name; what is meant, with blanks between.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"address", "host"},
    {"allowlist", "allow"},
    {"alpha", "learning-rate"},
    {"at-time", "split-time"},
    {"bias", "no-biases"},
    {"bind", "host"},
    {"blacklist", "deny"},
    {"blocklist", "deny"},
    {"by-item", "items"},
    {"by-user", "split-by-user"},
    {"col", "columns"},
    {"cols", "columns"},
    {"config-file", "config"},
    {"cores", "threads"},
    {"count", "top"},
    {"cpus", "threads"},
    {"cross-validation", "folds"},
    {"cv", "folds"},
    {"d", "rank delimiter"},
    {"data", "RATINGS"},
    {"delim", "delimiter"},
    {"denylist", "deny"},
    {"dev", "valid"},
    {"dim", "rank"},
    {"dimension", "rank"},
    {"dimensions", "rank"},
    {"dims", "rank"},
    {"e", "epochs"},
    {"early-stop", "patience"},
    {"early-stopping", "patience"},
    {"embedding-dim", "rank"},
    {"epoch", "epochs"},
    {"eta", "learning-rate"},
    {"eval", "valid"},
    {"explain-all", "explain"},
    {"f", "loss"},
    {"factors", "rank"},
    {"features", "rank"},
    {"field-separator", "delimiter"},
    {"fields", "columns"},
    {"file", "RATINGS"},
    {"filter", "where"},
    {"help-all", "help"},
    {"holdout", "valid-fraction test-fraction"},
    {"i", "RATINGS"},
    {"include", "allow"},
    {"init", "warm-start"},
    {"init-model", "warm-start"},
    {"init-std", "init-scale"},
    {"init-stdev", "init-scale"},
    {"input", "RATINGS"},
    {"item", "similar-to"},
    {"item-id", "similar-to"},
    {"iter", "epochs"},
    {"iterations", "epochs"},
    {"iters", "epochs"},
    {"j", "threads"},
    {"jobs", "threads"},
    {"k", "rank top"},
    {"keep-samples", "variance-rank"},
    {"kfold", "folds"},
    {"l2", "lambda-factors"},
    {"lambda", "lambda-factors"},
    {"lambda-bias", "lambda-biases"},
    {"lambda-p2", "lambda-factors"},
    {"lambda-q2", "lambda-factors"},
    {"last", "split-last"},
    {"latent", "rank"},
    {"latent-factors", "rank"},
    {"learn-rate", "learning-rate"},
    {"leave-last", "last split-last"},
    {"leave-one-out", "last split-last"},
    {"limit", "top"},
    {"listen", "host"},
    {"log", "log-json"},
    {"log-file", "log-json"},
    {"loss-function", "loss"},
    {"lr", "learning-rate"},
    {"lr-all", "learning-rate"},
    {"lr-schedule", "rate-schedule"},
    {"m", "MODEL output"},
    {"man", "help"},
    {"max-iter", "epochs"},
    {"max-time", "budget"},
    {"max-trials", "trials"},
    {"metadata", "titles"},
    {"method", "step-rule"},
    {"min-count", "least-ratings"},
    {"min-ratings", "least-ratings"},
    {"min-support", "least-ratings"},
    {"model", "MODEL output"},
    {"movies", "titles"},
    {"n", "top"},
    {"n-components", "rank"},
    {"n-epochs", "epochs"},
    {"n-factors", "rank"},
    {"n-folds", "folds"},
    {"n-iter", "epochs"},
    {"n-jobs", "threads"},
    {"n-threads", "threads"},
    {"n-trials", "trials"},
    {"na", "missing"},
    {"na-values", "missing"},
    {"names", "titles"},
    {"new-items", "items"},
    {"nfolds", "folds"},
    {"no-bias", "no-biases"},
    {"nobias", "no-biases"},
    {"nthreads", "threads"},
    {"null", "missing"},
    {"num-epochs", "epochs"},
    {"num-factors", "rank"},
    {"num-folds", "folds"},
    {"num-threads", "threads"},
    {"num-trials", "trials"},
    {"objective", "loss"},
    {"optimizer", "step-rule"},
    {"order", "rank-by"},
    {"order-by", "rank-by"},
    {"out", "output train-out predictions"},
    {"output", "predictions"},
    {"output-file", "output"},
    {"p", "port"},
    {"passes", "epochs"},
    {"predict", "predictions"},
    {"prediction", "predictions"},
    {"random-seed", "seed"},
    {"random-state", "seed"},
    {"rank", "rank-by top"},
    {"ratings", "RATINGS"},
    {"ratings-file", "RATINGS"},
    {"reg", "lambda-factors"},
    {"reg-all", "lambda-factors"},
    {"reg-bias", "lambda-biases"},
    {"regular", "lambda-factors"},
    {"regularisation", "lambda-factors"},
    {"regularization", "lambda-factors"},
    {"rng", "seed"},
    {"save", "output"},
    {"save-model", "output"},
    {"scheduler", "rate-schedule"},
    {"sep", "delimiter"},
    {"separator", "delimiter"},
    {"sigma", "init-scale"},
    {"silent", "quiet"},
    {"similar", "similar-to"},
    {"solver", "step-rule"},
    {"sort", "rank-by"},
    {"split-by-user", "by-user"},
    {"split-last", "last"},
    {"split-time", "at-time"},
    {"step-size", "learning-rate"},
    {"stratify", "by-user split-by-user"},
    {"test", "valid test"},
    {"test-file", "valid test"},
    {"test-fraction", "valid-fraction"},
    {"test-ratio", "valid-fraction test-fraction"},
    {"test-size", "valid-fraction test-fraction"},
    {"thread", "threads"},
    {"time-budget", "budget"},
    {"time-limit", "budget"},
    {"timeout", "budget"},
    {"top-k", "top"},
    {"top-n", "top"},
    {"topk", "top"},
    {"train", "RATINGS"},
    {"train-file", "RATINGS"},
    {"uid", "user"},
    {"unbiased", "no-biases"},
    {"usecols", "columns"},
    {"user-id", "user"},
    {"userid", "user"},
    {"v", "version"},
    {"val", "valid"},
    {"val-fraction", "valid-fraction"},
    {"valid-file", "valid"},
    {"valid-fraction", "test-fraction"},
    {"validation", "valid"},
    {"validation-split", "valid-fraction"},
    {"version-number", "version"},
    {"weight-decay", "lambda-factors"},
    {"whitelist", "allow"},
    {"workers", "threads"},
};

}  // namespace

FactorModel load_model_argument(const std::string& path, const std::string& other,
                                const std::string& program) {
  try {
    return load_model(path);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadFile || other.empty() || other == "-") throw;
    try {
      load_model(other, {.verify = false});
    } catch (const Error&) {
      throw error;
    }
    throw Error(ErrorCode::kBadOption,
                path + " is not an mfpar model; the model comes first: " + program + ' ' +
                    shell_word(other) + ' ' + shell_word(path));
  }
}

std::vector<std::string_view> names_for(std::string_view foreign) {
  std::vector<std::string_view> names;
  for (const auto& [name, meant] : kNames) {
    if (name != foreign) continue;
    for (std::size_t begin = 0; begin <= meant.size();) {
      const std::size_t end = std::min(meant.find(' ', begin), meant.size());
      names.push_back(meant.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

}  // namespace mfpar::apps
