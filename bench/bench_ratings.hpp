// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <string>

#include "mfpar/rating_store.hpp"
#include "mfpar/synthetic.hpp"

namespace mfpar::bench {

/// The ratings all benchmarks of training walk: synthetic, of the shape that the environment
/// variable MFPAR_BENCH_SHAPE names (ml-1m when it is not set).
inline const RatingStore& bench_ratings() {
  static const RatingStore ratings = [] {
    const char* shape = std::getenv("MFPAR_BENCH_SHAPE");
    auto made = make_synthetic(synthetic_shape(shape != nullptr ? shape : "ml-1m"));
    return build_store(std::move(made.ratings));
  }();
  return ratings;
}

}  // namespace mfpar::bench
