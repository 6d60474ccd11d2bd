// SPDX-License-Identifier: MIT
#include "mf-eval/value_columns.hpp"

#include "mf-eval/pairs.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

ValueColumns::ValueColumns(const FactorModel& model, const RatingTable& table) : model_(model) {
  if (!model.has_link()) return;
  users_ = found_in(model.users(), *table.users());
  items_ = found_in(model.items(), *table.items());
}

std::string ValueColumns::head() const {
  std::string text;
  for (const float value : model_.parts().link.values) text += ",p_" + shortest_decimal(value);
  return text;
}

std::string ValueColumns::of(const Rating& pair) const {
  if (!model_.has_link()) return "";
  std::string text;
  for (const float p : model_.probabilities(users_[pair.user], items_[pair.item])) {
    text += ',' + shortest_decimal(p);
  }
  return text;
}

}  // namespace mfpar::apps
