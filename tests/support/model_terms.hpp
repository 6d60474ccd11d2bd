// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "compute/mean_of_models.hpp"

namespace mfpar::tests {

/// Points and directions of a side.
struct SideShape {
  std::uint32_t points, directions;
  std::uint32_t rows() const { return points + directions; }
};

struct TermsCase {
  SideShape users, items;
  std::uint32_t rank, terms;
};

/// Rows in the stride of a model, and a bias each.
struct MadeSide {
  MadeSide(const SideShape& shape, std::uint32_t with, Random& random)
      : rank(with), factors(shape.rows() * row_stride(with)), biases(shape.rows()) {
    for (std::uint32_t row = 0; row < shape.rows(); ++row) {
      biases[row] = static_cast<float>(random.normal());
      for (std::uint32_t f = 0; f < rank; ++f) {
        at(row, f) = static_cast<float>(0.3 + random.normal());
      }
    }
  }

  float& at(std::size_t row, std::size_t f) { return factors[row * row_stride(rank) + f]; }
  FactorRows rows() const {
    return {factors.data(), static_cast<std::uint32_t>(biases.size()), rank};
  }
  MeanOfModels::TermSide side() const { return {rows(), biases}; }

  std::uint32_t rank;
  AlignedBuffer<float> factors;
  std::vector<float> biases;
};

struct MadeTerm {
  MadeTerm(const TermsCase& of, Random& random)
      : mean(static_cast<float>(3.0 + random.normal())),
        users(of.users, of.rank, random),
        items(of.items, of.rank, random) {}

  MeanOfModels::Term term() const { return {mean, users.side(), items.side()}; }

  float mean;
  MadeSide users, items;
};

inline std::vector<MadeTerm> made_terms(const TermsCase& of, std::uint64_t seed) {
  Random random(seed);
  std::vector<MadeTerm> terms;
  for (std::uint32_t t = 0; t < of.terms; ++t) terms.emplace_back(of, random);
  return terms;
}

inline MadeTerm made_term(const TermsCase& of, std::uint64_t seed) {
  Random random(seed);
  return MadeTerm(of, random);
}

}  // namespace mfpar::tests
