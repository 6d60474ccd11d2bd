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

/// Who rated what in a model, and what a new row has of it.
struct RatedLists {
  ItemLists FactorModel::Parts::*lists;
  std::vector<std::uint32_t> NewRow::*of_row;
};
constexpr RatedLists kLists[] = {{&FactorModel::Parts::trained, &NewRow::rated},
                                 {&FactorModel::Parts::held_out, &NewRow::held_out},
                                 {&FactorModel::Parts::chosen, &NewRow::chosen}};

const char* name_of(Entity entity) { return entity == Entity::kUser ? "user" : "item"; }

void check(const FactorModel& model, Entity entity, std::span<const NewRow> rows) {
  const std::uint32_t other_count = model.side(other(entity)).ids->size();
  std::set<std::string_view> ids;
  for (const NewRow& row : rows) {
    const auto fail = [&](const std::string& what) {
      throw Error(ErrorCode::kBadData,
                  std::string("new ") + name_of(entity) + " \"" + row.id + "\": " + what);
    };
    if (row.id.empty()) fail("the id is empty; every row needs one");
    if (!ids.insert(row.id).second) fail("the id is there twice; give the last one only");
    if (row.row.factors.size() != model.rank()) {
      fail("it has " + std::to_string(row.row.factors.size()) + " factors, the model " +
           std::to_string(model.rank()) + "; fold it in with this model");
    }
    const std::size_t carried = model.parts().one_class ? model.parts().one_class->rank() : 0;
    if (row.row.one_class.size() != carried) {
      fail("it has " + std::to_string(row.row.one_class.size()) +
           " factors of one-class feedback, the model " + std::to_string(carried) +
           "; fold it in with this model");
    }
    if (row.row.variance.size() != model.parts().variance.rank) {
      fail("it has " + std::to_string(row.row.variance.size()) +
           " numbers of variance, the model " + std::to_string(model.parts().variance.rank) +
           "; fold it in with this model");
    }
    const std::size_t cutpoints = entity == Entity::kUser ? model.cutpoints(kNoIndex).size() : 0;
    if (row.row.cutpoints.size() != cutpoints || !std::ranges::is_sorted(row.row.cutpoints)) {
      fail("it has " + std::to_string(row.row.cutpoints.size()) + " cutpoints, the model " +
           std::to_string(cutpoints) + " ascending ones; fold it in with this model");
    }
    if (!std::isfinite(row.row.bias) ||
        !std::ranges::all_of(row.row.variance, [](float x) { return std::isfinite(x); }) ||
        !std::ranges::all_of(row.row.one_class, [](float x) { return std::isfinite(x); }) ||
        !std::ranges::all_of(row.row.factors, [](float x) { return std::isfinite(x); })) {
      fail("its factors, bias or variance are not finite");
    }
    for (const auto* list : {&row.rated, &row.held_out, &row.chosen}) {
      for (const std::uint32_t index : *list) {
        if (index < other_count) continue;
        fail(std::string("it has a rating for ") + name_of(other(entity)) + " " +
             std::to_string(index) + " of " + std::to_string(other_count) +
             "; leave out what the model does not have");
      }
    }
  }
}

FrozenArray<float> extended(const FrozenArray<float>& old, std::size_t size,
                            std::span<const NewRow> rows, std::span<const std::uint32_t> indices) {
  std::vector<float> values(old.begin(), old.end());
  values.resize(size);
  for (std::size_t i = 0; i < rows.size(); ++i) values[indices[i]] = rows[i].row.bias;
  return FrozenArray<float>(std::move(values));
}

/// Rows of `width` with new ones among them, the last staying the last.
FrozenArray<float> extended_variance(const FrozenArray<float>& old, std::size_t count,
                                     std::size_t width, std::span<const NewRow> rows,
                                     std::span<const std::uint32_t> indices,
                                     std::span<const float> (*of_row)(const FoldedIn&)) {
  std::vector<float> values(old.begin(), old.end() - static_cast<std::ptrdiff_t>(width));
  values.resize(count * width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(of_row(rows[i].row),
                      values.begin() + static_cast<std::ptrdiff_t>(indices[i] * width));
  }
  values.insert(values.end(), old.end() - static_cast<std::ptrdiff_t>(width), old.end());
  return FrozenArray<float>(std::move(values));
}

void put_variances(ScoreVariance& variance, Entity entity, std::size_t count,
                   std::span<const NewRow> rows, std::span<const std::uint32_t> indices) {
  if (variance.rank == 0) return;
  FrozenArray<float>& side = entity == Entity::kUser ? variance.users : variance.items;
  side = extended_variance(side, count, variance.rank, rows, indices, [](const FoldedIn& row) {
    return std::span<const float>(row.variance);
  });
  if (entity != Entity::kUser) return;
  variance.noise = extended_variance(
      variance.noise, count, 1, rows, indices,
      [](const FoldedIn& row) { return std::span<const float>(&row.noise_variance, 1); });
}

/// Puts `rows` into one side of `parts`, but not the lists of who rated what; returns the indices.
std::vector<std::uint32_t> put_rows(FactorModel::Parts& parts, Entity entity,
                                    std::span<const NewRow> rows) {
  FactorModel::Side& side = parts.side(entity);
  IdBuilder ids(*side.ids);
  std::vector<std::uint32_t> indices;
  for (const NewRow& row : rows) indices.push_back(ids.add(row.id));
  const std::size_t count = ids.size();
  side.ids = std::make_shared<const IdDictionary>(std::move(ids).build());

  AlignedBuffer<float> factors(count * parts.stride);
  std::ranges::copy(side.factors, factors.begin());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i].row.factors, factors.begin() + indices[i] * parts.stride);
  }
  side.factors = FrozenArray<float>(std::move(factors));
  side.biases = extended(side.biases, count, rows, indices);
  put_variances(parts.variance, entity, count, rows, indices);
  // The bias beside factors stands in for the one that would have been fitted without: both say by
  // how much the ratings lie above what is expected of their other side.
  BiasBaseline& baseline = parts.baseline;
  FrozenArray<float>& biases =
      entity == Entity::kUser ? baseline.user_biases : baseline.item_biases;
  if (!biases.empty()) biases = extended(biases, count, rows, indices);
  return indices;
}

/// The cutpoints of a link with those of `users` in the places `indices`, of so many in all.
FrozenArray<float> with_cutpoints(const OrdinalLink& link, std::size_t count,
                                  std::span<const NewRow> users,
                                  std::span<const std::uint32_t> indices) {
  const std::size_t size = link.values.size() - 1;
  const auto old = link.cutpoints.span();
  std::vector<float> cutpoints(old.begin(), old.end() - static_cast<std::ptrdiff_t>(size));
  cutpoints.resize(count * size);
  for (std::size_t i = 0; i < users.size(); ++i) {
    std::ranges::copy(users[i].row.cutpoints, cutpoints.begin() + indices[i] * size);
  }
  cutpoints.insert(cutpoints.end(), old.end() - static_cast<std::ptrdiff_t>(size), old.end());
  return FrozenArray<float>(std::move(cutpoints));
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

/// The model of `parts`, what they carry extended by the same rows.
FactorModel with_carried(FactorModel::Parts parts, std::span<const NewRow> rows,
                         FactorModel (*extend)(const FactorModel&, std::span<const NewRow>)) {
  if (parts.one_class) {
    std::vector<NewRow> carried(rows.begin(), rows.end());
    for (NewRow& row : carried) {
      row.row.factors = std::move(row.row.one_class);
      row.row.one_class.clear();
      row.row.variance.clear();
      row.row.bias = 0.0f;
    }
    FactorModel::Parts extended = extend(*parts.one_class, carried).parts();
    extended.users.ids = parts.users.ids;
    extended.items.ids = parts.items.ids;
    extended.trained = parts.trained;
    extended.held_out = parts.held_out;
    parts.one_class = std::make_shared<const FactorModel>(std::move(extended));
  }
  return FactorModel(std::move(parts));
}

std::vector<ItemIndex> sorted(std::vector<ItemIndex> list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace

FactorModel with_users(const FactorModel& model, std::span<const NewRow> users) {
  check(model, Entity::kUser, users);
  FactorModel::Parts parts = model.parts();
  const std::vector<std::uint32_t> indices = put_rows(parts, Entity::kUser, users);
  const std::size_t count = parts.users.ids->size();
  if (model.has_link()) {
    parts.link.cutpoints = with_cutpoints(model.parts().link, count, users, indices);
  }
  std::vector<const NewRow*> row_at(count, nullptr);
  for (std::size_t i = 0; i < users.size(); ++i) row_at[indices[i]] = &users[i];
  for (const auto& [lists, of_row] : kLists) {
    if (lists == &FactorModel::Parts::chosen && (parts.*lists).offsets.empty()) continue;
    const ItemLists old = parts.*lists;
    parts.*lists = lists_of(count, [&, of_row = of_row](UserIndex user) {
      if (row_at[user] != nullptr) return sorted(row_at[user]->*of_row);
      const auto list = old.of(user);
      return std::vector<ItemIndex>(list.begin(), list.end());
    });
  }
  return with_carried(std::move(parts), users, with_users);
}

FactorModel with_items(const FactorModel& model, std::span<const NewRow> items) {
  check(model, Entity::kItem, items);
  FactorModel::Parts parts = model.parts();
  const std::vector<std::uint32_t> indices = put_rows(parts, Entity::kItem, items);
  std::vector<bool> is_new(parts.items.ids->size(), false);
  for (const std::uint32_t index : indices) is_new[index] = true;
  for (const auto& [lists, of_row] : kLists) {
    if (lists == &FactorModel::Parts::chosen && (parts.*lists).offsets.empty()) continue;
    std::vector<std::vector<ItemIndex>> more(model.user_count());
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (const UserIndex user : items[i].*of_row) more[user].push_back(indices[i]);
    }
    const ItemLists old = parts.*lists;
    parts.*lists = lists_of(model.user_count(), [&](UserIndex user) {
      std::vector<ItemIndex> list = std::move(more[user]);
      std::ranges::copy_if(old.of(user), std::back_inserter(list),
                           [&](ItemIndex i) { return !is_new[i]; });
      return sorted(std::move(list));
    });
  }
  return with_carried(std::move(parts), items, with_items);
}

FactorModel with_one_class(const FactorModel& ratings, FactorModel one_class) {
  if (ratings.feedback() != Feedback::kRatings || one_class.feedback() != Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                "a model of ratings carries one of one-class feedback; these are not, in this "
                "order");
  }
  FactorModel::Parts parts = ratings.parts(), carried = one_class.parts();
  for (const Entity entity : {Entity::kUser, Entity::kItem}) {
    const auto &own = parts.side(entity).ids, &other = carried.side(entity).ids;
    bool same = own == other || own->size() == other->size();
    for (std::uint32_t i = 0; same && own != other && i < own->size(); ++i) {
      same = own->id(i) == other->id(i);
    }
    if (!same) {
      throw Error(ErrorCode::kBadOption,
                  std::string("the ") + name_of(entity) +
                      "s of the two models are not the same, in the same order; train both on the "
                      "same store");
    }
    carried.side(entity).ids = own;
  }
  const bool same_lists = std::ranges::equal(carried.trained.items, parts.trained.items) &&
                          std::ranges::equal(carried.trained.offsets, parts.trained.offsets);
  if (carried.chosen.offsets.empty() && !same_lists) carried.chosen = carried.trained;
  carried.trained = parts.trained;
  carried.held_out = parts.held_out;
  parts.one_class = std::make_shared<const FactorModel>(std::move(carried));
  return FactorModel(std::move(parts));
}

}  // namespace mfpar
