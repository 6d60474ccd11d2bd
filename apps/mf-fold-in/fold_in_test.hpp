// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mfpar/evaluate.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::apps {

/// A table in two: what rows are folded in from, and what they are tested on.
struct TestSplit {
  RatingTable known;
  RatingTable tested;
};

/// Leaves a share of each row's ratings to the test, but never all of a row's. Rows of few ratings
/// have one left out as often as the share says. The same for the same seed.
TestSplit split_each_row(const RatingTable& ratings, Entity joining, double fraction,
                         std::uint64_t seed);

/// How well ratings of a test are predicted.
struct FoldInTest {
  ErrorSummary folded_in;        ///< of rows that were folded in
  ErrorSummary before;           ///< the same ratings by the model as it was
  ErrorSummary trained;          ///< of rows that the model has and that were not folded in
  std::uint64_t trained_on = 0;  ///< how many of the ratings the model was trained on
};

FoldInTest test_rows(const FactorModel& model, const std::vector<NewRow>& rows, Entity joining,
                     const RatingTable& tested, int threads);

/// The report as a table to read, and as one JSON object on a line; beside the test stands the
/// error of the training's own validation, where the model has one.
std::string test_table(const FoldInTest& test, const FactorModel& model, Entity joining);
std::string test_json(const FoldInTest& test, const FactorModel& model);

}  // namespace mfpar::apps
