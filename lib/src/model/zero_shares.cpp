// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "mfpar/factor_model.hpp"

namespace mfpar {

namespace {

/// By whether each row counts.
double share_of_zeros(const FactorModel& model, Entity entity, const std::vector<char>& counts) {
  std::uint64_t zeros = 0, all = 0;
  for (std::uint32_t row = 0; row < counts.size(); ++row) {
    if (!counts[row]) continue;
    const auto factors = entity == Entity::kUser ? model.user_row(row) : model.item_row(row);
    zeros += static_cast<std::uint64_t>(std::ranges::count(factors, 0.0f));
    all += factors.size();
  }
  return all > 0 ? static_cast<double>(zeros) / static_cast<double>(all)
                 : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ZeroShares zero_shares(const FactorModel& model) {
  const ItemLists& trained = model.parts().trained;
  const bool tells = !trained.offsets.empty();
  std::vector<char> users(model.user_count(), !tells), items(model.item_count(), !tells);
  for (UserIndex user = 0; tells && user < users.size(); ++user) {
    users[user] = !trained.of(user).empty();
  }
  for (const ItemIndex item : trained.items) items[item] = 1;
  return {.users = share_of_zeros(model, Entity::kUser, users),
          .items = share_of_zeros(model, Entity::kItem, items)};
}

}  // namespace mfpar
