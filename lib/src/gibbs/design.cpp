// SPDX-License-Identifier: MIT
#include "gibbs/design.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kDesignPartitions = 256;

/// Calls body(row) for every row, ranges of rows with about as many entries each side by side.
template <class Body>
void for_each_row(std::span<const std::uint64_t> offsets, const Workers& workers,
                  const Body& body) {
  const std::vector<std::uint32_t> cuts = balanced_boundaries(offsets, kDesignPartitions);
  workers.for_each(cuts.size() - 1, [&](std::size_t part) {
    for (std::uint32_t row = cuts[part]; row < cuts[part + 1]; ++row) body(row);
  });
}

RowSumPass sum_of(const Positives& entries, std::uint32_t row, bool weighted) {
  const std::uint64_t begin = entries.offsets[row];
  RowSumPass pass;
  pass.indices = entries.indices.data() + begin;
  pass.count = entries.count(row);
  if (weighted && !entries.confidences.empty()) pass.weights = entries.confidences.data() + begin;
  return pass;
}

}  // namespace

DesignBlock links_block(const Positives& by_row, const Positives& by_other, std::uint64_t fewest,
                        double strength) {
  DesignBlock block{.by_row = {}, .by_column = {}, .strength = strength};
  std::vector<std::uint32_t> columns(by_other.rows(), kNoIndex);
  std::uint32_t count = 0;
  for (std::uint32_t other = 0; other < by_other.rows(); ++other) {
    if (by_other.count(other) < fewest) continue;
    columns[other] = count++;
  }
  block.by_row.offsets.push_back(0);
  for (std::uint32_t row = 0; row < by_row.rows(); ++row) {
    for (const std::uint32_t other : by_row.of(row)) {
      if (columns[other] != kNoIndex) block.by_row.indices.push_back(columns[other]);
    }
    const std::uint64_t linked = block.by_row.indices.size() - block.by_row.offsets.back();
    block.by_row.offsets.push_back(block.by_row.indices.size());
    block.row_scales.push_back(linked > 0 ? 1.0f / std::sqrt(static_cast<float>(linked)) : 0.0f);
  }
  block.by_column = transposed(block.by_row, count);
  return block;
}

DesignBlock features_block(const Features& features, double strength) {
  DesignBlock block{.by_row = {.offsets = {features.offsets.begin(), features.offsets.end()},
                               .indices = {features.indices.begin(), features.indices.end()},
                               .confidences = {features.values.begin(), features.values.end()}},
                    .by_column = {},
                    .strength = strength};
  block.by_column = transposed(block.by_row, static_cast<std::uint32_t>(features.names.size()));
  return block;
}

Design::Design(std::vector<DesignBlock> blocks, std::uint32_t rows, std::uint32_t size)
    : blocks_(std::move(blocks)), rows_(rows), size_(size), first_columns_{0} {
  for (const DesignBlock& block : blocks_) {
    first_columns_.push_back(first_columns_.back() + block.columns());
  }
}

void Design::multiply(const float* of_columns, float* out, const KernelSet& kernels,
                      const Workers& workers) const {
  const std::size_t stride = row_stride(size_);
  std::fill_n(out, rows_ * stride, 0.0f);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const DesignBlock& block = blocks_[b];
    for_each_row(block.by_row.offsets, workers, [&](std::uint32_t row) {
      alignas(kRowAlignment) float sum[row_stride(kMaxRank + 1)];
      RowSumPass pass = sum_of(block.by_row, row, block.row_scales.empty());
      pass.rows = of_columns + first_columns_[b] * stride;
      pass.stride = pass.floats = stride;
      pass.out = sum;
      kernels.row_sum(pass);
      const float scale = block.row_scales.empty() ? 1.0f : block.row_scales[row];
      float* const to = out + row * stride;
      for (std::size_t f = 0; f < stride; ++f) to[f] += scale * sum[f];
    });
  }
}

void Design::multiply_transposed(const float* of_rows, float* out, const KernelSet& kernels,
                                 const Workers& workers) const {
  const std::size_t stride = row_stride(size_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const DesignBlock& block = blocks_[b];
    for_each_row(block.by_column.offsets, workers, [&](std::uint32_t column) {
      RowSumPass pass = sum_of(block.by_column, column, block.row_scales.empty());
      pass.rows = of_rows;
      pass.stride = pass.floats = stride;
      if (!block.row_scales.empty()) pass.row_weights = block.row_scales.data();
      pass.out = out + (std::size_t{first_columns_[b]} + column) * stride;
      kernels.row_sum(pass);
    });
  }
}

std::vector<float> Design::column_squares() const {
  std::vector<float> squares(columns());
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const DesignBlock& block = blocks_[b];
    for (std::uint32_t column = 0; column < block.columns(); ++column) {
      const Positives& entries = block.by_column;
      for (std::uint64_t at = entries.offsets[column]; at < entries.offsets[column + 1]; ++at) {
        const float value = block.row_scales.empty() ? entries.confidence(at)
                                                     : block.row_scales[entries.indices[at]];
        squares[first_columns_[b] + column] += value * value;
      }
    }
  }
  return squares;
}

}  // namespace mfpar
