// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "fold_in/fit_rows.hpp"
#include "mfpar/extend_model.hpp"

namespace mfpar {

namespace {

/// Rows between two reports of progress.
constexpr std::size_t kRowsPerReport = 4096;

using Lists = std::vector<std::vector<std::uint32_t>>;

/// Who rated each item for which `wanted` holds.
Lists raters_in(const ItemLists& lists, UserIndex users, const std::vector<bool>& wanted) {
  Lists raters(wanted.size());
  for (UserIndex user = 0; user < users; ++user) {
    for (const ItemIndex item : lists.of(user)) {
      if (wanted[item]) raters[item].push_back(user);
    }
  }
  return raters;
}

/// The ratings of each row of a table, in its order.
struct RowRatings {
  std::shared_ptr<const IdDictionary> ids;
  std::vector<std::size_t> offsets;
  std::vector<FoldInRating> ratings;

  std::span<const FoldInRating> of(std::size_t row) const {
    return std::span(ratings).subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
};

RowRatings sort_by_row(const FactorModel& model, const RatingTable& table, Entity joining,
                       FoldedInTable& result) {
  const bool by_user = joining == Entity::kUser;
  RowRatings rows{.ids = by_user ? table.users() : table.items(), .offsets = {}, .ratings = {}};
  const auto other_ids = by_user ? table.items() : table.users();
  std::vector<std::uint32_t> index_of(other_ids->size());
  for (std::uint32_t i = 0; i < index_of.size(); ++i) {
    index_of[i] = model.side(other(joining)).ids->find(other_ids->id(i));
    if (index_of[i] == kNoIndex && result.first_unknown.empty()) {
      result.first_unknown = other_ids->id(i);
    }
  }
  rows.offsets.assign(rows.ids->size() + 1, 0);
  for (const Rating& rating : table) {
    ++rows.offsets[(by_user ? rating.user : rating.item) + 1];
  }
  for (std::size_t row = 1; row < rows.offsets.size(); ++row) {
    rows.offsets[row] += rows.offsets[row - 1];
  }
  rows.ratings.resize(table.size());
  std::vector<std::size_t> next = rows.offsets;
  for (const Rating& rating : table) {
    const auto [row, index] =
        by_user ? std::pair(rating.user, rating.item) : std::pair(rating.item, rating.user);
    rows.ratings[next[row]++] = {index_of[index], rating.value};
    if (model.feedback() == Feedback::kRatings) {
      result.off_scale.add(rating.value, model.range());
    }
  }
  return rows;
}

}  // namespace

FoldedInTable fold_in_table(const FactorModel& model, const RatingTable& ratings, Entity joining,
                            const FoldInOptions& options, int threads, std::stop_token stop,
                            const FoldInProgress& on_progress) {
  check_options(options, model);
  FoldedInTable result;
  const RowRatings rows = sort_by_row(model, ratings, joining, result);
  const std::size_t count = rows.ids->size();
  std::vector<std::uint32_t> known(count);
  std::vector<bool> is_known(model.item_count(), false);
  for (std::uint32_t row = 0; row < count; ++row) {
    known[row] = model.side(joining).ids->find(rows.ids->id(row));
    if (known[row] == kNoIndex) continue;
    if (joining == Entity::kItem) is_known[known[row]] = true;
  }
  const FactorModel::Parts& parts = model.parts();
  const bool by_user = joining == Entity::kUser;
  const Lists raters = by_user ? Lists() : raters_in(parts.trained, model.user_count(), is_known);
  const Lists held_out =
      by_user ? Lists() : raters_in(parts.held_out, model.user_count(), is_known);
  const auto trained_of = [&](std::uint32_t index) {
    return by_user ? parts.trained.of(index) : std::span<const std::uint32_t>(raters[index]);
  };
  const auto held_out_of = [&](std::uint32_t index) {
    return by_user ? parts.held_out.of(index) : std::span<const std::uint32_t>(held_out[index]);
  };

  // Where the model lists positives apart, those of the new rows are, too.
  const FactorModel* const one_class = model.one_class();
  const bool has_chosen = one_class != nullptr && !one_class->parts().chosen.offsets.empty();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float relevant =
      has_chosen ? one_class->parts().one_class_weights.relevant.value_or(-kInfinity) : kInfinity;

  result.rows.resize(count);
  const Workers workers(threads);
  const auto fit = [&](RowFitter& fitter, std::size_t i) {
    NewRow& row = result.rows[i];
    row.id = rows.ids->id(static_cast<std::uint32_t>(i));
    // Of an index the last rating counts.
    std::vector<FoldInRating> given(rows.of(i).begin(), rows.of(i).end());
    std::ranges::stable_sort(given, {}, &FoldInRating::index);
    for (std::size_t n = 0; n < given.size(); ++n) {
      const std::uint32_t index = given[n].index;
      if (index == kNoIndex || (n + 1 < given.size() && given[n + 1].index == index)) continue;
      row.rated.push_back(index);
      if (given[n].value >= relevant) row.chosen.push_back(index);
    }
    if (known[i] == kNoIndex) {
      fitter.fit(rows.of(i), row.row);
      return;
    }
    const auto earlier = trained_of(known[i]);
    for (const std::uint32_t index : earlier) {
      const bool chose = has_chosen && (by_user ? one_class->has_chosen(known[i], index)
                                                : one_class->has_chosen(index, known[i]));
      if (chose && !std::ranges::binary_search(row.rated, index)) row.chosen.push_back(index);
    }
    std::ranges::sort(row.chosen);
    fitter.update(known[i], earlier, rows.of(i), row.row);
    std::ranges::set_difference(held_out_of(known[i]), row.rated, std::back_inserter(row.held_out));
    std::vector<std::uint32_t> all;
    std::ranges::set_union(earlier, row.rated, std::back_inserter(all));
    row.rated = std::move(all);
  };
  const auto name = [&](std::size_t i) {
    return std::string(by_user ? "user " : "item ") +
           quoted(rows.ids->id(static_cast<std::uint32_t>(i)));
  };
  for (std::size_t begin = 0; begin < count && !stop.stop_requested(); begin += kRowsPerReport) {
    const std::size_t size = std::min(kRowsPerReport, count - begin);
    fit_rows(
        model, joining, options, size, workers, stop,
        [&](RowFitter& fitter, std::size_t i) { fit(fitter, begin + i); },
        [&](std::size_t i) { return name(begin + i); });
    if (on_progress) on_progress(begin + size);
  }
  std::erase_if(result.rows, [](const NewRow& row) { return row.id.empty(); });
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const FoldedIn& row = result.rows[i].row;
    result.used += row.used;
    result.unknown += row.unknown;
    result.duplicates += row.duplicates;
    result.updated += model.side(joining).ids->find(result.rows[i].id) != kNoIndex;
  }
  return result;
}

}  // namespace mfpar
