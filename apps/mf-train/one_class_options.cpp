// SPDX-License-Identifier: MIT
#include "mf-train/one_class_options.hpp"

#include "mfpar/option_names.hpp"

namespace mfpar::apps {

void add_one_class_options(Options& options, TrainCommand& command) {
  OneClassOptions& one_class = command.train.one_class;
  options.group("One-class feedback");
  options.number("relevant", "X", command.relevant, Interval(),
                 "Only ratings from X on are positives; the others count as known, and are not "
                 "listed. All are positives unless given.");
  options.number(
      "unobserved-weight", "X", one_class.unobserved_weight, Interval::above(0),
      "Weight of each pair of user and item as a score of 0, beside 1 of a positive as a "
      "score of 1. The fewer pairs are positive, the less is best: 3.3 times the root of their "
      "share, at most 0.35, unless given.");
  options.number("lambda-one-class", "X", one_class.lambda, Interval::at_least(0),
                 "Lambda of the factors.");
  options.number("penalty-exponent", "X", one_class.exponent, Interval::between(0, 1),
                 "A row of n positives pays lambda (n + unobserved weight x rows of the other "
                 "side)^X.");
  options.choice("confidence", one_class.confidence, kConfidenceNames,
                 "What a positive weighs: 1, its value, as of counts, or 1 + log(value).");
  options.integer<std::uint32_t>("valid-top", "N", one_class.valid_top, 1, 1'000'000,
                                 "Validate by NDCG@N, of lists over all items that a user does not "
                                 "have among the training ratings.");
}

}  // namespace mfpar::apps
