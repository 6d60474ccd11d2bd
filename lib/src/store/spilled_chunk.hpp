// SPDX-License-Identifier: MIT
#pragma once

#include "io/spill_file.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

/// Puts a chunk of a table into a file, and takes it back.
Spilled spill(const RatingChunk& chunk, SpillFile& file);
RatingChunk read_chunk(const SpillFile& file, const Spilled& place);

}  // namespace mfpar
