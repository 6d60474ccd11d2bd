// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mfpar/atomic_file.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// What model.json says of the files beside it: all that is one number.
struct ModelCard {
  LossChoice loss = {};
  std::uint32_t rank = 0;
  std::uint32_t users = 0;
  std::uint32_t items = 0;
  bool biases = false;
  float mean = 0.0f;
  RatingRange range;

  /// Of a model of one-class feedback, what fold-in needs besides.
  struct OneClass {
    OneClassWeights weights;
    FoldInPenalty penalty;
  };
  std::optional<OneClass> one_class;
};

/// Throws Error(kBadOption) for a model with an OrdinalLink, which `format` cannot hold.
void require_no_link(const FactorModel& model, const std::string& format);

ModelCard card_of(const FactorModel& model);

/// Writes an object of texts, numbers and flags as JSON, a member a line. Throws Error(kSystem).
void write_card(AtomicFile& file, const nlohmann::ordered_json& card);

/// Writes it as JSON. Throws Error(kSystem).
void write_model_card(AtomicFile& file, const ModelCard& card);

/// Reads model.json in `folder`. Throws Error(kBadFile) when it is not there or a number in it is
/// missing or makes no sense, Error(kSystem).
ModelCard read_model_card(const std::string& folder);

}  // namespace mfpar
