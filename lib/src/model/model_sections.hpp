// SPDX-License-Identifier: MIT
//
// lib/FORMAT.md describes what is written here byte by byte; keep the two together.
#pragma once

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// What can be read of models.
inline constexpr SectionFileKind kModelKind{.name = "model", .version = 7, .oldest = 2};

/// As a model is written: with the lowest version that can say what is in it.
SectionFileKind model_kind(const FactorModel& model);

/// The model outlives the writing.
void add_model_sections(SectionWriter& file, const FactorModel& model);

/// Its counterpart; with `verify` every number is looked at too. Throws Error(kBadFile) for what
/// cannot be.
FactorModel read_model_sections(const SectionReader& file, bool verify);

}  // namespace mfpar
