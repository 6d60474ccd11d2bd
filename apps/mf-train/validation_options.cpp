// SPDX-License-Identifier: MIT
#include "mf-train/validation_options.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/reading_options.hpp"

namespace mfpar::apps {

namespace {

bool parse_whole(std::string_view text, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

void take_train_error(const std::string& value, TrainOptions& options) {
  constexpr std::string_view kSample = "sample:";
  if (value == "exact") {
    options.train_error = TrainError::kExact;
  } else if (value == "running") {
    options.train_error = TrainError::kRunning;
  } else if (value.starts_with(kSample) &&
             parse_whole(std::string_view(value).substr(kSample.size()), options.sample) &&
             options.sample > 0) {
    options.train_error = TrainError::kSample;
  } else {
    Options::reject("exact, running or sample:N with N ratings, such as sample:100000");
  }
}

}  // namespace

void add_validation_options(Options& options, TrainCommand& command) {
  TrainOptions& train = command.train;
  options.group("Validation");
  options.number("valid-fraction", "X", command.valid_fraction,
                 {.lowest = 0, .highest = 1, .open_highest = true},
                 "Hold out this share of the ratings at random; 0 trains on all, for a fixed "
                 "number of epochs.");
  options.text("valid,p", "FILE", command.valid_path, "Validate on the ratings in FILE.");
  options.number("split-by-user", "X", command.split_by_user,
                 {.lowest = 0, .highest = 1, .open_lowest = true, .open_highest = true},
                 "Hold out this share of each user's ratings at random: at least one, and never "
                 "all.");
  options.integer<std::uint32_t>("split-last", "N", command.split_last, 1, 1'000'000,
                                 "Hold out the last N ratings of every user, by timestamp.");
  add_time_option(options, "split-time", command.split_time,
                  "Hold out all ratings from this time on.");
  options.integer<std::uint32_t>("folds,v", "K", command.folds, 2, 1'000'000,
                                 "Cross-validate in K folds instead of saving a model; "
                                 "--valid-fraction of the ratings outside a fold decides when to "
                                 "stop.");
  options.integer("patience", "N", train.patience, 0, 1'000'000,
                  "Stop after N evaluations without a lower validation error (or a higher NDCG); 0 "
                  "never.");
  options.integer("eval-every", "N", train.eval_every, 0, 1'000'000,
                  "Evaluate after every N-th epoch; 0 never. Of Gibbs sampling " +
                      std::to_string(default_options(Method::kGibbs).eval_every) +
                      " unless given.");
  options.flag(
      "no-refit", command.no_refit,
      "Keep the model that was validated. Otherwise, where --valid-fraction of the ratings "
      "were held out, what is saved (of --folds: measured) is learnt once more from all of "
      "them, by as many epochs as were best.");
  options.add(
      "train-mse", "exact|running|sample:N",
      "Training error: exact, by a pass over all ratings; running, from the errors during the "
      "epoch; or on a fixed sample of N ratings.",
      "exact", [&](const std::string& value) { take_train_error(value, train); });
}

}  // namespace mfpar::apps
