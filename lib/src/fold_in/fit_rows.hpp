// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <stop_token>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "fold_in/row_fitter.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

/// Calls fit(fitter, i) for every i below `count`, in parallel; of what the calls throw, the error
/// of the first bad row is thrown with name(i) before it, whichever thread comes upon one first.
/// After a stop request no further rows are begun.
template <class Fit, class Name>
void fit_rows(const FactorModel& model, Entity joining, const FoldInOptions& options,
              std::size_t count, const Workers& workers, const std::stop_token& stop,
              const Fit& fit, const Name& name) {
  constexpr std::size_t kRowsPerPartition = 64;  // where there are enough for every thread
  const auto shares = static_cast<std::size_t>(workers.threads()) * 4;
  const std::size_t partitions = std::min(count, std::max(shares, count / kRowsPerPartition));

  // Partitions before the first bad one so far are still looked through.
  std::vector<std::exception_ptr> errors(partitions);
  std::atomic<std::size_t> first_bad = partitions;
  workers.for_each(partitions, [&](std::size_t partition) {
    if (partition > first_bad) return;
    RowFitter fitter(model, joining, options);
    const Range range = even_range(count, partitions, partition);
    for (std::size_t i = range.begin; i < range.end && !stop.stop_requested(); ++i) {
      try {
        fit(fitter, i);
      } catch (const Error& error) {
        errors[partition] =
            std::make_exception_ptr(Error(error.code(), name(i) + ": " + error.what()));
        for (std::size_t bad = first_bad; partition < bad;)
          first_bad.compare_exchange_weak(bad, partition);
        return;
      }
    }
  });
  if (first_bad < partitions) std::rethrow_exception(errors[first_bad]);
}

}  // namespace mfpar
