// SPDX-License-Identifier: MIT
//
// What the opaque pointers of mfpar.h point to.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "capi/status.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/model_handle.hpp"
#include "mfpar/rated_items.hpp"

/// A version of a model, kept alive by those who hold it. Immutable; safe from any number of
/// threads.
struct mfpar_model {
  std::shared_ptr<const mfpar::ServedModel> served;

  const mfpar::FactorModel& factors() const noexcept { return *served->model; }
};

/// Safe from any number of threads.
struct mfpar_handle {
  explicit mfpar_handle(std::string path) : handle(std::move(path)) {}

  mfpar::ModelHandle handle;
};

/// Immutable; safe from any number of threads.
struct mfpar_user {
  std::shared_ptr<const mfpar::ServedModel> served;
  mfpar::RatedItems rated;
  mfpar::FoldedIn row;
};

namespace mfpar::capi {

/// Throws Refusal unless `index` is below `count`.
void require_index(std::uint32_t index, std::uint32_t count, const char* what);

/// The same, but kNoIndex is fine too.
void require_index_or_none(std::uint32_t index, std::uint32_t count, const char* what);

inline mfpar_interval interval_of(const RatingInterval& interval) {
  return {interval.mean, interval.sd, interval.p5, interval.p95};
}

}  // namespace mfpar::capi
