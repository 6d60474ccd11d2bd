// SPDX-License-Identifier: MIT
#include "model/model_check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace mfpar {

namespace {

using Fault = std::optional<ModelFault>;

Fault find_not_finite(const char* section, std::span<const float> values) {
  constexpr std::size_t kChunk = 4096;
  for (std::size_t begin = 0; begin < values.size(); begin += kChunk) {
    const auto chunk = values.subspan(begin, std::min(kChunk, values.size() - begin));
    // Without an early exit, so that the compiler can use vector registers.
    std::uint32_t not_finite = 0;
    for (const float x : chunk)
      not_finite |= (std::bit_cast<std::uint32_t>(x) & 0x7F800000u) == 0x7F800000u;
    if (not_finite == 0) continue;
    const auto first =
        std::find_if(chunk.begin(), chunk.end(), [](float x) { return !std::isfinite(x); });
    const auto position = begin + static_cast<std::size_t>(first - chunk.begin());
    return ModelFault{section, position * sizeof(float), "a number is not finite"};
  }
  return std::nullopt;
}

Fault find_negative(const char* section, std::span<const float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 0.0f && std::isfinite(values[i])) continue;
    return ModelFault{section, i * sizeof(float), "a variance is below 0 or not finite"};
  }
  return std::nullopt;
}

Fault find_padding(const char* section, std::span<const float> rows, std::size_t rank,
                   std::size_t stride) {
  if (rank == stride) return std::nullopt;
  for (std::size_t row = 0; row < rows.size(); row += stride) {
    for (std::size_t k = rank; k < stride; ++k) {
      if (rows[row + k] == 0.0f) continue;
      return ModelFault{section, (row + k) * sizeof(float), "the padding of a row is not zero"};
    }
  }
  return std::nullopt;
}

Fault find_descending(const OrdinalLink& link) {
  const std::size_t width = link.values.size() - 1;
  for (std::size_t at = 1; at < link.cutpoints.size(); ++at) {
    if (at % width == 0 || link.cutpoints[at - 1] <= link.cutpoints[at]) continue;
    return ModelFault{"ordinal.cutpoints", at * sizeof(float),
                      "a cutpoint is below the one before"};
  }
  return std::nullopt;
}

Fault find_misplaced(const char* section, const ItemLists& lists, ItemIndex items) {
  for (std::size_t user = 0; user + 1 < lists.offsets.size(); ++user) {
    const auto list = lists.of(static_cast<UserIndex>(user));
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i] < items && (i == 0 || list[i - 1] < list[i])) continue;
      return ModelFault{section, (lists.offsets[user] + i) * sizeof(ItemIndex),
                        "item " + std::to_string(list[i]) + " of user " + std::to_string(user) +
                            " is out of order or not below " + std::to_string(items)};
    }
  }
  return std::nullopt;
}

}  // namespace

ModelNumbers model_numbers(const FactorModel::Parts& parts) {
  const TrainingRecord& record = parts.record;
  return {.rank = parts.rank,
          .biases = parts.biases,
          .stride = parts.stride,
          .mean = parts.mean,
          .lowest = parts.range.lowest,
          .highest = parts.range.highest,
          .baseline_mean = parts.baseline.mean,
          .seed = record.seed,
          .ratings = record.ratings,
          .fingerprint = record.fingerprint,
          .best_epoch = record.best_epoch};
}

FoldInNumbers fold_in_numbers(const FactorModel::Parts& parts) {
  return {.factors = parts.fold_in.factors,
          .bias = parts.fold_in.bias,
          .exponent = parts.fold_in.exponent};
}

OneClassNumbers one_class_numbers(const FactorModel::Parts& parts) {
  const OneClassWeights& weights = parts.one_class_weights;
  return {.unobserved_weight = weights.unobserved_weight,
          .relevant = weights.relevant.value_or(std::numeric_limits<float>::quiet_NaN())};
}

ConstraintNumbers constraint_numbers(const FactorModel::Parts& parts) {
  const RowConstraints& constraints = parts.constraints;
  return {.nonnegative = constraints.nonnegative,
          .l1_user_factors = constraints.l1_users.factors,
          .l1_user_biases = constraints.l1_users.biases,
          .l1_item_factors = constraints.l1_items.factors,
          .l1_item_biases = constraints.l1_items.biases};
}

Fault find_fault(const ConstraintNumbers& numbers) {
  if (numbers.nonnegative > 1) {
    return ModelFault{"constraints", 0, "the flag of non-negative factors is neither 0 nor 1"};
  }
  for (const float x : {numbers.l1_user_factors, numbers.l1_user_biases, numbers.l1_item_factors,
                        numbers.l1_item_biases}) {
    if (std::isfinite(x) && x >= 0.0f) continue;
    return ModelFault{"constraints", offsetof(ConstraintNumbers, l1_user_factors),
                      "a penalty is not a finite number from 0"};
  }
  return std::nullopt;
}

Fault find_fault(const ModelNumbers& numbers) {
  if (numbers.biases > 1) {
    return ModelFault{"model", offsetof(ModelNumbers, biases),
                      "the flag of biases is neither 0 nor 1"};
  }
  for (const float x : {numbers.mean, numbers.lowest, numbers.highest, numbers.baseline_mean}) {
    if (std::isfinite(x)) continue;
    return ModelFault{"model", offsetof(ModelNumbers, mean), "the mean or range is not finite"};
  }
  if (numbers.lowest > numbers.highest) {
    return ModelFault{"model", offsetof(ModelNumbers, lowest),
                      "the range of ratings ends before it begins"};
  }
  return std::nullopt;
}

Fault find_fault(const FoldInNumbers& numbers) {
  const auto penalty = [](float x) { return std::isfinite(x) && x >= 0.0f; };
  if (penalty(numbers.factors) && penalty(numbers.bias) && penalty(numbers.exponent) &&
      numbers.exponent <= 1.0f) {
    return std::nullopt;
  }
  return ModelFault{"fold_in", 0,
                    "a penalty is not finite or below 0, or the exponent not from 0 to 1"};
}

Fault find_fault(const OneClassNumbers& numbers) {
  if (std::isfinite(numbers.unobserved_weight) && numbers.unobserved_weight >= 0.0f &&
      !std::isinf(numbers.relevant)) {
    return std::nullopt;
  }
  return ModelFault{"one_class", 0, "a weight is not finite or below 0"};
}

Fault find_array_fault(const FactorModel::Parts& parts) {
  const auto items = static_cast<ItemIndex>(parts.items.biases.size());
  const auto user_rows = parts.users.factors.span(), item_rows = parts.items.factors.span();
  Fault fault;
  const auto found = [&](Fault candidate) {
    fault = std::move(candidate);
    return fault.has_value();
  };
  if (found(find_not_finite("user_factors", user_rows)) ||
      found(find_not_finite("item_factors", item_rows)) ||
      found(find_padding("user_factors", user_rows, parts.rank, parts.stride)) ||
      found(find_padding("item_factors", item_rows, parts.rank, parts.stride)) ||
      found(find_not_finite("user_biases", parts.users.biases.span())) ||
      found(find_not_finite("item_biases", parts.items.biases.span())) ||
      found(find_not_finite("baseline.user_biases", parts.baseline.user_biases.span())) ||
      found(find_not_finite("baseline.item_biases", parts.baseline.item_biases.span())) ||
      found(find_not_finite("variance.users", parts.variance.users.span())) ||
      found(find_not_finite("variance.items", parts.variance.items.span())) ||
      found(find_negative("variance.noise", parts.variance.noise.span())) ||
      found(find_not_finite("variance.user_fold_in", parts.variance.user_fold_in.span())) ||
      found(find_not_finite("variance.item_fold_in", parts.variance.item_fold_in.span())) ||
      found(find_not_finite("ordinal.values", parts.link.values.span())) ||
      found(find_not_finite("ordinal.cutpoints", parts.link.cutpoints.span())) ||
      found(find_descending(parts.link)) ||
      (parts.constraints.nonnegative && (found(find_negative("user_factors", user_rows)) ||
                                         found(find_negative("item_factors", item_rows)))) ||
      found(find_misplaced("trained.items", parts.trained, items)) ||
      found(find_misplaced("held_out.items", parts.held_out, items)) ||
      found(find_misplaced("chosen.items", parts.chosen, items))) {
    return fault;
  }
  if (!parts.one_class) return std::nullopt;
  fault = find_array_fault(parts.one_class->parts());
  if (fault && !fault->section.starts_with("chosen")) {
    fault->section.insert(0, kOneClassPrefix);
  }
  return fault;
}

Fault find_fault(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  if (parts.one_class) {
    if (Fault fault = find_fault(*parts.one_class)) return fault;
  }
  if (Fault fault = find_fault(one_class_numbers(parts))) return fault;
  if (Fault fault = find_fault(model_numbers(parts))) return fault;
  if (Fault fault = find_fault(fold_in_numbers(parts))) return fault;
  if (Fault fault = find_fault(constraint_numbers(parts))) return fault;
  if (parts.record.best_epoch < 0) {
    return ModelFault{"model", offsetof(ModelNumbers, best_epoch), "the best epoch is below 0"};
  }
  for (const EpochReport& report : parts.record.history) {
    if (report.epoch < 0) return ModelFault{"history", 0, "an epoch is below 0"};
  }
  return find_array_fault(parts);
}

}  // namespace mfpar
