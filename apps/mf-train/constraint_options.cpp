// SPDX-License-Identifier: MIT
#include "mf-train/constraint_options.hpp"

#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "mfpar/loss.hpp"

namespace mfpar::apps {

namespace {

double parse_part(const std::string& value) {
  double number = 0.0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || !(number >= 0.0) || std::isinf(number)) {
    Options::reject("a number of at least 0, or two with a comma between, of users and of items");
  }
  return number;
}

/// "0.1" of both sides, "0.1,0.2" of users and of items.
TrainOptions::L1Penalty parse_l1(const std::string& value) {
  const std::size_t comma = value.find(',');
  const double users = parse_part(value.substr(0, comma));
  return {users, comma == std::string::npos ? users : parse_part(value.substr(comma + 1))};
}

}  // namespace

void add_constraint_options(Options& options, TrainOptions& train) {
  options.flag("nonnegative", train.nonnegative,
               "No factor is below 0: with squared errors this is non-negative matrix "
               "factorisation. The loss poisson implies it, and --no-biases.");
  options.add("l1-factors", "X[,Y]",
              "A penalty on magnitudes beside lambda's on squares, which makes factors zero: of "
              "users X and of items Y, or X of both; weighted by ratings as --penalty says.",
              "0", [&](const std::string& value) { train.l1_factors = parse_l1(value); });
  options.add("l1-biases", "X[,Y]", "The same of the biases.", "0",
              [&](const std::string& value) { train.l1_biases = parse_l1(value); });
}

void finish_constraint_options(TrainOptions& train) {
  if (!describe_loss(train.loss).needs_nonnegative) return;
  train.nonnegative = true;
  train.biases = false;
}

}  // namespace mfpar::apps
