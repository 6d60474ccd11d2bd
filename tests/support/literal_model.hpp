// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::tests {

inline FrozenArray<float> literal_rows(
    std::initializer_list<std::initializer_list<float>> rows_of_two) {
  constexpr std::size_t kStride = 16;
  AlignedBuffer<float> buffer(rows_of_two.size() * kStride);
  std::size_t row = 0;
  for (const auto& numbers : rows_of_two) {
    std::size_t k = 0;
    for (const float number : numbers) buffer[row * kStride + k++] = number;
    ++row;
  }
  return FrozenArray<float>(std::move(buffer));
}

/// Two users and four items in two dimensions, with numbers that add up without rounding:
///
///   scores at mean 3    10     20     30     40
///   ann                 4.00   4.25   2.50   3.75
///   bob                 2.75   3.00   3.25   3.25
///
/// Ann rated 10 (trained on) and 30 (held out), bob 40.
inline FactorModel literal_model(float mean) {
  FactorModel::Parts parts;
  parts.rank = 2;
  parts.stride = 16;
  parts.mean = mean;
  parts.range = {1.0f, 5.0f};
  parts.users.factors = literal_rows({{1, 0}, {0, 1}});
  parts.items.factors = literal_rows({{0.5f, 0}, {1, 0.5f}, {-0.5f, 1}, {0, 0.25f}});
  parts.users.biases = FrozenArray<float>(std::vector<float>{0.25f, -0.5f});
  parts.items.biases = FrozenArray<float>(std::vector<float>{0.25f, 0, -0.25f, 0.5f});
  parts.users.ids = std::make_shared<const IdDictionary>(std::vector<std::string>{"ann", "bob"});
  parts.items.ids = std::make_shared<const IdDictionary>(std::vector<std::int64_t>{10, 20, 30, 40});
  parts.trained = {.offsets = FrozenArray<std::uint64_t>(std::vector<std::uint64_t>{0, 1, 2}),
                   .items = FrozenArray<ItemIndex>(std::vector<ItemIndex>{0, 3})};
  parts.held_out = {.offsets = FrozenArray<std::uint64_t>(std::vector<std::uint64_t>{0, 1, 1}),
                    .items = FrozenArray<ItemIndex>(std::vector<ItemIndex>{2})};
  return FactorModel(std::move(parts));
}

}  // namespace mfpar::tests
