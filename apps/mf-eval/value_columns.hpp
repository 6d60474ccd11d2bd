// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mfpar/factor_model.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::apps {

/// The columns behind a prediction of a model that knows the probability of each value; none for
/// others.
class ValueColumns {
 public:
  /// The model, and the table whose pairs are asked for, outlive this.
  ValueColumns(const FactorModel& model, const RatingTable& table);

  /// ",p_0.5,p_1" for the values 0.5 and 1.
  std::string head() const;

  /// ",0.125,0.875"
  std::string of(const Rating& pair) const;

 private:
  const FactorModel& model_;
  std::vector<std::uint32_t> users_, items_;  ///< of the model, by index of the table
};

}  // namespace mfpar::apps
