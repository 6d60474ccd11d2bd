// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// What makes a training the one that it is: names and values of its options, and of the data that
/// it learns from, fingerprints.
using TrainingIdentity = std::vector<std::pair<std::string, std::string>>;

/// What stands before the names of the sections that a result has beside those of its model.
inline constexpr const char* kResultPrefix = "result.";

/// Adds what a training gave to a file of its model: as a model, with sections besides. The result
/// outlives the writing.
void add_result(SectionWriter& file, const TrainResult& result, const TrainingIdentity& identity);

/// Its counterpart. Throws Error(kBadFile) for what cannot be.
TrainResult read_result(const SectionReader& file);

}  // namespace mfpar
