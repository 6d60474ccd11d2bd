// SPDX-License-Identifier: MIT
#include "mfpar/extend_model.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "base/aligned_buffer.hpp"
#include "base/id_builder.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// What a model holds of one side.
struct Side {
  const char* name;        // "user" or "item"
  const char* other_name;  // of what it rated, or was rated by
  const std::shared_ptr<const IdDictionary>& ids;
  const FrozenArray<float>& factors;
  const FrozenArray<float>& biases;
  const FrozenArray<float>& baseline;  // may be empty
  std::uint32_t other_count;
};

void check(const FactorModel& model, const Side& side, std::span<const NewRow> rows) {
  std::set<std::string_view> ids;
  for (const NewRow& row : rows) {
    const auto fail = [&](const std::string& what) {
      throw Error(ErrorCode::kBadData,
                  std::string("new ") + side.name + " \"" + row.id + "\": " + what);
    };
    if (row.id.empty()) fail("the id is empty; every row needs one");
    if (!ids.insert(row.id).second) fail("the id is there twice; give the last one only");
    if (row.row.factors.size() != model.rank()) {
      fail("it has " + std::to_string(row.row.factors.size()) + " factors, the model " +
           std::to_string(model.rank()) + "; fold it in with this model");
    }
    if (!std::isfinite(row.row.bias) ||
        !std::ranges::all_of(row.row.factors, [](float x) { return std::isfinite(x); })) {
      fail("its factors or bias are not finite");
    }
    for (const std::uint32_t index : row.rated) {
      if (index < side.other_count) continue;
      fail(std::string("it has a rating for ") + side.other_name + " " + std::to_string(index) +
           " of " + std::to_string(side.other_count) + "; leave out what the model does not have");
    }
  }
}

/// One side with the new rows, and where they went.
struct ExtendedSide {
  std::shared_ptr<const IdDictionary> ids;
  FrozenArray<float> factors;
  FrozenArray<float> biases;
  FrozenArray<float> baseline;
  std::vector<std::uint32_t> indices;  // of the new rows
};

FrozenArray<float> extended(const FrozenArray<float>& old, std::size_t size,
                            std::span<const NewRow> rows, std::span<const std::uint32_t> indices) {
  std::vector<float> values(old.begin(), old.end());
  values.resize(size);
  for (std::size_t i = 0; i < rows.size(); ++i) values[indices[i]] = rows[i].row.bias;
  return FrozenArray<float>(std::move(values));
}

ExtendedSide extend(const FactorModel& model, const Side& side, std::span<const NewRow> rows) {
  check(model, side, rows);
  ExtendedSide result;
  IdBuilder ids(*side.ids);
  for (const NewRow& row : rows) result.indices.push_back(ids.add(row.id));
  const std::size_t count = ids.size(), stride = model.stride();
  result.ids = std::make_shared<const IdDictionary>(std::move(ids).build());

  AlignedBuffer<float> factors(count * stride);
  std::ranges::copy(side.factors, factors.begin());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i].row.factors, factors.begin() + result.indices[i] * stride);
  }
  result.factors = FrozenArray<float>(std::move(factors));
  result.biases = extended(side.biases, count, rows, result.indices);
  // The bias beside factors stands in for the one that would have been fitted without: both say by
  // how much the ratings lie above what is expected of their other side.
  if (!side.baseline.empty()) {
    result.baseline = extended(side.baseline, count, rows, result.indices);
  }
  return result;
}

/// Lists of `users` users, the list of each as `list_of(user)` gives it.
template <class ListOf>
ItemLists lists_of(std::size_t users, const ListOf& list_of) {
  std::vector<std::uint64_t> offsets{0};
  std::vector<ItemIndex> items;
  offsets.reserve(users + 1);
  for (std::size_t user = 0; user < users; ++user) {
    const auto& list = list_of(static_cast<UserIndex>(user));
    items.insert(items.end(), list.begin(), list.end());
    offsets.push_back(items.size());
  }
  return {FrozenArray<std::uint64_t>(std::move(offsets)), FrozenArray<ItemIndex>(std::move(items))};
}

std::vector<ItemIndex> sorted(std::vector<ItemIndex> list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace

FactorModel with_users(const FactorModel& model, std::span<const NewRow> users) {
  FactorModel::Parts parts = model.parts();
  const Side side{.name = "user",
                  .other_name = "item",
                  .ids = model.parts().users,
                  .factors = model.parts().user_factors,
                  .biases = model.parts().user_biases,
                  .baseline = model.parts().baseline.user_biases,
                  .other_count = model.item_count()};
  ExtendedSide extension = extend(model, side, users);
  const std::size_t count = extension.ids->size();

  std::vector<const NewRow*> row_at(count, nullptr);
  for (std::size_t i = 0; i < users.size(); ++i) row_at[extension.indices[i]] = &users[i];
  parts.trained = lists_of(count, [&](UserIndex user) {
    if (row_at[user] != nullptr) return sorted(row_at[user]->rated);
    const auto old = model.parts().trained.of(user);
    return std::vector<ItemIndex>(old.begin(), old.end());
  });
  parts.held_out = lists_of(count, [&](UserIndex user) {
    return row_at[user] != nullptr ? std::span<const ItemIndex>() : model.parts().held_out.of(user);
  });
  parts.users = std::move(extension.ids);
  parts.user_factors = std::move(extension.factors);
  parts.user_biases = std::move(extension.biases);
  parts.baseline.user_biases = std::move(extension.baseline);
  return FactorModel(std::move(parts));
}

FactorModel with_items(const FactorModel& model, std::span<const NewRow> items) {
  FactorModel::Parts parts = model.parts();
  const Side side{.name = "item",
                  .other_name = "user",
                  .ids = model.parts().items,
                  .factors = model.parts().item_factors,
                  .biases = model.parts().item_biases,
                  .baseline = model.parts().baseline.item_biases,
                  .other_count = model.user_count()};
  ExtendedSide extension = extend(model, side, items);

  std::vector<bool> is_new(extension.ids->size(), false);
  std::vector<std::vector<ItemIndex>> rated(model.user_count());
  for (std::size_t i = 0; i < items.size(); ++i) {
    is_new[extension.indices[i]] = true;
    for (const UserIndex user : items[i].rated) rated[user].push_back(extension.indices[i]);
  }
  const auto kept = [&](std::span<const ItemIndex> old) {
    std::vector<ItemIndex> list;
    std::ranges::copy_if(old, std::back_inserter(list), [&](ItemIndex i) { return !is_new[i]; });
    return list;
  };
  parts.trained = lists_of(model.user_count(), [&](UserIndex user) {
    std::vector<ItemIndex> list = kept(model.parts().trained.of(user));
    list.insert(list.end(), rated[user].begin(), rated[user].end());
    return sorted(std::move(list));
  });
  parts.held_out = lists_of(model.user_count(),
                            [&](UserIndex user) { return kept(model.parts().held_out.of(user)); });
  parts.items = std::move(extension.ids);
  parts.item_factors = std::move(extension.factors);
  parts.item_biases = std::move(extension.biases);
  parts.baseline.item_biases = std::move(extension.baseline);
  return FactorModel(std::move(parts));
}

}  // namespace mfpar
