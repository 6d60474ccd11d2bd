// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::tests {

/// What one side of a literal model is made of.
struct LiteralSide {
  std::vector<std::string> ids;
  std::vector<std::vector<float>> rows;
  std::vector<float> biases;
};

inline FrozenArray<float> padded(const std::vector<std::vector<float>>& rows, std::size_t stride) {
  AlignedBuffer<float> buffer(rows.size() * stride);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < rows[i].size(); ++k) buffer[i * stride + k] = rows[i][k];
  }
  return FrozenArray<float>(std::move(buffer));
}

/// A model without anything but what predicts. Without biases those of the sides must be 0.
inline FactorModel literal_model(const LiteralSide& users, const LiteralSide& items, float mean,
                                 RatingRange range, bool biases = true) {
  FactorModel::Parts parts;
  parts.rank = static_cast<std::uint32_t>(users.rows.at(0).size());
  parts.stride = (parts.rank + 15) / 16 * 16;
  parts.biases = biases;
  parts.mean = mean;
  parts.range = range;
  parts.users.factors = padded(users.rows, parts.stride);
  parts.items.factors = padded(items.rows, parts.stride);
  parts.users.biases = FrozenArray<float>(std::vector<float>(users.biases));
  parts.items.biases = FrozenArray<float>(std::vector<float>(items.biases));
  parts.users.ids = std::make_shared<const IdDictionary>(users.ids);
  parts.items.ids = std::make_shared<const IdDictionary>(items.ids);
  return FactorModel(std::move(parts));
}

/// `count` rows of normal numbers; ids are the numbers from 10 on.
inline LiteralSide random_side(std::uint32_t count, std::uint32_t rank, std::uint64_t seed) {
  Random random(seed);
  LiteralSide side;
  for (std::uint32_t i = 0; i < count; ++i) {
    side.ids.push_back(std::to_string(i + 10));
    std::vector<float> row;
    for (std::uint32_t k = 0; k < rank; ++k) row.push_back(static_cast<float>(random.normal()));
    side.rows.push_back(row);
    side.biases.push_back(static_cast<float>(random.normal()));
  }
  return side;
}

inline FactorModel random_model(std::uint32_t users, std::uint32_t items, std::uint32_t rank) {
  return literal_model(random_side(users, rank, 1), random_side(items, rank, 2), 3.25f,
                       {0.5f, 5.0f});
}

/// Whether two models predict the same, bit by bit, under the same ids in the same order.
inline bool same_predictor(const FactorModel& a, const FactorModel& b) {
  const auto same = [](std::span<const float> x, std::span<const float> y) {
    return x.size() == y.size() &&
           (x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0);
  };
  const auto same_ids = [](const IdDictionary& x, const IdDictionary& y) {
    bool all = x.size() == y.size() && x.is_integer() == y.is_integer();
    for (std::uint32_t i = 0; all && i < x.size(); ++i) all = x.id(i) == y.id(i);
    return all;
  };
  const FactorModel::Parts &p = a.parts(), &q = b.parts();
  return a.rank() == b.rank() && a.stride() == b.stride() && a.has_biases() == b.has_biases() &&
         a.mean() == b.mean() && a.range().lowest == b.range().lowest &&
         a.range().highest == b.range().highest &&
         same(p.users.factors.span(), q.users.factors.span()) &&
         same(p.items.factors.span(), q.items.factors.span()) &&
         same(p.users.biases.span(), q.users.biases.span()) &&
         same(p.items.biases.span(), q.items.biases.span()) && same_ids(a.users(), b.users()) &&
         same_ids(a.items(), b.items());
}

}  // namespace mfpar::tests
