// SPDX-License-Identifier: MIT
#include "mfpar/fold_in.hpp"

#include <string>

#include "fold_in/fit_rows.hpp"

namespace mfpar {

namespace {

FoldedIn fold_in_one(const FactorModel& model, Entity joining,
                     std::span<const FoldInRating> ratings, const FoldInOptions& options) {
  check_options(options, model);
  FoldedIn row;
  RowFitter(model, joining, options).fit(ratings, row);
  return row;
}

std::vector<FoldedIn> fold_in_many(const FactorModel& model, Entity joining,
                                   std::span<const std::span<const FoldInRating>> ratings,
                                   const FoldInOptions& options, int threads,
                                   const std::stop_token& stop) {
  check_options(options, model);
  std::vector<FoldedIn> rows(ratings.size());
  fit_rows(
      model, joining, options, rows.size(), Workers(threads), stop,
      [&](RowFitter& fitter, std::size_t i) { fitter.fit(ratings[i], rows[i]); },
      [](std::size_t i) { return "row " + std::to_string(i); });
  return rows;
}

}  // namespace

FoldedIn fold_in_user(const FactorModel& model, std::span<const FoldInRating> ratings,
                      const FoldInOptions& options) {
  return fold_in_one(model, Entity::kUser, ratings, options);
}

FoldedIn fold_in_item(const FactorModel& model, std::span<const FoldInRating> ratings,
                      const FoldInOptions& options) {
  return fold_in_one(model, Entity::kItem, ratings, options);
}

FoldedIn update_user(const FactorModel& model, UserIndex user,
                     std::span<const FoldInRating> ratings, const FoldInOptions& options) {
  check_options(options, model);
  FoldedIn row;
  RowFitter(model, Entity::kUser, options)
      .update(user, model.parts().trained.of(user), ratings, row);
  return row;
}

FoldedIn update_item(const FactorModel& model, ItemIndex item, std::span<const UserIndex> raters,
                     std::span<const FoldInRating> ratings, const FoldInOptions& options) {
  check_options(options, model);
  FoldedIn row;
  RowFitter(model, Entity::kItem, options).update(item, raters, ratings, row);
  return row;
}

std::vector<FoldedIn> fold_in_users(const FactorModel& model,
                                    std::span<const std::span<const FoldInRating>> ratings,
                                    const FoldInOptions& options, int threads,
                                    std::stop_token stop) {
  return fold_in_many(model, Entity::kUser, ratings, options, threads, stop);
}

std::vector<FoldedIn> fold_in_items(const FactorModel& model,
                                    std::span<const std::span<const FoldInRating>> ratings,
                                    const FoldInOptions& options, int threads,
                                    std::stop_token stop) {
  return fold_in_many(model, Entity::kItem, ratings, options, threads, stop);
}

}  // namespace mfpar
