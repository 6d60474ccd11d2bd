// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mfpar/factor_model.hpp"
#include "mfpar/rating_table.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// Users and items to predict for, of which not all have a rating.
struct Pairs {
  RatingTable table;           ///< in the order of the file; values of those without a rating mean
                               ///< nothing
  std::vector<bool> is_rated;  ///< by position in the table
  std::uint64_t rated = 0;     ///< how many are
};

/// Reads a file in which ratings are missing: of two columns, of more without a rating among them,
/// JSON lines without one, or with fields that are empty, "?", "NA", "NaN" or "null" where ratings
/// stand. Columns are found as read_ratings() finds them. Nothing where the file is none of that.
/// Throws as read_ratings() for other faults.
std::optional<Pairs> read_pairs(const std::string& path, const ReadOptions& options);

/// The index in the model of each id, or kNoIndex.
std::vector<std::uint32_t> found_in(const IdDictionary& model_ids, const IdDictionary& ids);

/// What `model` predicts for each, in the order of the table.
std::vector<RatingInterval> predictions_of(const FactorModel& model, const RatingTable& table,
                                           int threads);

/// The ratings among pairs.
RatingTable rated_of(const Pairs& pairs);

}  // namespace mfpar::apps
