// SPDX-License-Identifier: MIT
//
// Model files carry fingerprints: the formula may never change.
#pragma once

#include <cstdint>

#include "base/parallel.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// As rating_fingerprint() of a store, for ratings wherever they lie.
std::uint64_t rating_fingerprint(const RatingSource& ratings, const Workers& workers);

/// As rating_fingerprint() of a store (mfpar/evaluate.hpp), for a table: the same number for the
/// same ratings, whatever their order. Each of a table's duplicates counts.
std::uint64_t rating_fingerprint(const RatingTable& ratings, const Workers& workers);

}  // namespace mfpar
