// SPDX-License-Identifier: MIT
#include "mfpar/fold_in.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <string>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "fold_in/row_fitter.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// Rows that share a workspace, where there are enough for every thread.
constexpr std::size_t kRowsPerPartition = 64;

FoldedIn fold_in_one(const FactorModel& model, Entity joining,
                     std::span<const FoldInRating> ratings, const FoldInOptions& options) {
  check_options(options, model.loss());
  FoldedIn row;
  RowFitter(model, joining, options).fit(ratings, row);
  return row;
}

std::vector<FoldedIn> fold_in_many(const FactorModel& model, Entity joining,
                                   std::span<const std::span<const FoldInRating>> ratings,
                                   const FoldInOptions& options, int threads,
                                   const std::stop_token& stop) {
  check_options(options, model.loss());
  const Workers workers(threads);
  const std::size_t count = ratings.size();
  const auto shares = static_cast<std::size_t>(workers.threads()) * 4;
  const std::size_t partitions = std::min(count, std::max(shares, count / kRowsPerPartition));

  // The error of the first bad row is thrown, whichever thread comes upon one first: partitions
  // before the first bad one so far are still looked through.
  std::vector<FoldedIn> rows(count);
  std::vector<std::exception_ptr> errors(partitions);
  std::atomic<std::size_t> first_bad = partitions;
  workers.for_each(partitions, [&](std::size_t partition) {
    if (partition > first_bad) return;
    RowFitter fitter(model, joining, options);
    const Range range = even_range(count, partitions, partition);
    for (std::size_t i = range.begin; i < range.end && !stop.stop_requested(); ++i) {
      try {
        fitter.fit(ratings[i], rows[i]);
      } catch (const Error& error) {
        errors[partition] = std::make_exception_ptr(
            Error(error.code(), "row " + std::to_string(i) + ": " + error.what()));
        for (std::size_t bad = first_bad; partition < bad;)
          first_bad.compare_exchange_weak(bad, partition);
        return;
      }
    }
  });
  if (first_bad < partitions) std::rethrow_exception(errors[first_bad]);
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
