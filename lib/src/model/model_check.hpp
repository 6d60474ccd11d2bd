// SPDX-License-Identifier: MIT
//
// What makes a model one that can be used: held against files that are loaded, and against models
// before they are saved, so that none is written that nothing could load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mfpar/factor_model.hpp"

namespace mfpar {

/// What stands before the names of sections of a model that another carries.
inline constexpr const char* kOneClassPrefix = "one_class.";

/// Section "model" of a file: what is one number each.
struct ModelNumbers {
  std::uint32_t rank;
  std::uint32_t biases;
  std::uint64_t stride;
  float mean;
  float lowest;
  float highest;
  float baseline_mean;
  std::uint64_t seed;
  std::uint64_t ratings;
  std::uint64_t fingerprint;
  std::int64_t best_epoch;
};
static_assert(sizeof(ModelNumbers) == 64);

/// Section "fold_in": penalties in rating units.
struct FoldInNumbers {
  float factors;
  float bias;
  float exponent;
};
static_assert(sizeof(FoldInNumbers) == 12);

/// Section "one_class": of a model of one-class feedback, or of the one that a model carries.
struct OneClassNumbers {
  float unobserved_weight;
  float relevant;  ///< NaN: all ratings
};
static_assert(sizeof(OneClassNumbers) == 8);

/// Section "constraints": see RowConstraints.
struct ConstraintNumbers {
  std::uint32_t nonnegative;
  float l1_user_factors;
  float l1_user_biases;
  float l1_item_factors;
  float l1_item_biases;
};
static_assert(sizeof(ConstraintNumbers) == 20);

ModelNumbers model_numbers(const FactorModel::Parts& parts);
FoldInNumbers fold_in_numbers(const FactorModel::Parts& parts);
OneClassNumbers one_class_numbers(const FactorModel::Parts& parts);
ConstraintNumbers constraint_numbers(const FactorModel::Parts& parts);

/// Something in a model that cannot be.
struct ModelFault {
  std::string section;
  std::uint64_t position = 0;  ///< the byte in it
  std::string what;
};

std::optional<ModelFault> find_fault(const ModelNumbers& numbers);
std::optional<ModelFault> find_fault(const FoldInNumbers& numbers);
std::optional<ModelFault> find_fault(const OneClassNumbers& numbers);
std::optional<ModelFault> find_fault(const ConstraintNumbers& numbers);

/// In arrays, which takes a pass over them: numbers that are not finite, rows that are not padded
/// with zeros, lists that do not ascend within range.
std::optional<ModelFault> find_array_fault(const FactorModel::Parts& parts);

/// In all of a model.
std::optional<ModelFault> find_fault(const FactorModel& model);

}  // namespace mfpar
