// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "mfpar/interchange.hpp"
#include "model/model_card.hpp"

namespace mfpar {

/// Rows of factors, and what goes with them: the users or the items of a model that is being put
/// together.
struct ImportedRows {
  std::string source;  ///< the file of the factors, for messages
  std::uint64_t count = 0;
  std::uint64_t rank = 0;
  AlignedBuffer<float> factors;             ///< at least count rows, row_stride(rank) apart
  std::vector<float> biases;                ///< one each, or empty for none
  std::shared_ptr<const IdDictionary> ids;  ///< null: the numbers of the rows
  std::string ids_source;
};

/// What comes with the two sides.
struct ImportedNumbers {
  bool biases = false;
  float mean = 0.0f;
  RatingRange range = kUnclipped;
  LossChoice loss = {};
  std::optional<ModelCard::OneClass> one_class = {};  ///< of a model of one-class feedback
};

/// Refuses, with kBadOption, what `options` gives beyond `mean`, `ids` and `biases`, as far as the
/// format has a use for each.
void check_import_options(const ImportOptions& options, const std::string& format, bool mean,
                          bool ids, bool biases);

/// Throws Error(kBadFile) when the rank is 0 or more than training takes; to be called before
/// memory is asked for.
void check_rank(const ImportedRows& rows);

/// The model; `options` go before `numbers`. Throws Error(kBadFile) where sizes contradict each
/// other. REQUIRES: check_rank() of both.
FactorModel assemble_model(ImportedRows users, ImportedRows items, ImportedNumbers numbers,
                           const ImportOptions& options);

/// Throws Error(kBadFile), naming both, when a folder does not hold what its card says.
void check_card(const std::string& folder, const ModelCard& card, const ImportedRows& users,
                const ImportedRows& items);

}  // namespace mfpar
