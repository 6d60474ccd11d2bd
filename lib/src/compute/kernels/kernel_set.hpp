// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compute/kernels/gram_pass.hpp"
#include "compute/kernels/one_class_pass.hpp"
#include "compute/kernels/row_sum_pass.hpp"
#include "compute/kernels/score_pass.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// The largest rank a kernel takes.
inline constexpr int kMaxRank = 1024;

/// The kernels compiled for one instruction set. Those of ranks up to 256 know their width at
/// compile time; rows are padded with zeros, which stay zero, to the next width.
struct KernelSet {
  const char* name;  ///< "avx512", "avx2", "neon" or "baseline"

  // REQUIRES: 1 <= rank <= kMaxRank; the pass a kernel is called with has this rank, and this
  // form of entries where `compact` tells it.
  SgdKernel (*sgd)(Loss loss, std::uint32_t rank, bool adagrad);
  ErrorKernel (*error)(Loss loss, std::uint32_t rank, bool compact);

  // Of any rank or size.
  ScoreChosen score_chosen;
  ScoreTile score_tile;
  FindReaching find_reaching;
  AddDeviations add_deviations;
  GramKernel gram;
  ProductKernel product;
  CholeskyKernel cholesky;
  OneClassKernel one_class;
  PositiveErrorKernel positive_error;
  RowSumKernel row_sum;
};

/// The sets this processor can run, fastest first; at least the baseline.
std::vector<const KernelSet*> available_kernels();

/// The set called `name`, or the fastest for "auto". Throws Error(kBadOption) naming those there
/// are.
const KernelSet& find_kernels(const std::string& name);

}  // namespace mfpar
