// SPDX-License-Identifier: MIT
//
// What the prior mean of a row depends on beside the mean of its side:
//
//   m_r = mu + sum_c X(r, c) b_c,
//
// X being a sparse Design and b_c the effect of its column c, a row of its own with
//
//   b_c ~ N(0, (strength Lambda)^-1),
//
// where Lambda is the precision of the rows about their means, and the strength of each block of
// the design is drawn too, from a gamma distribution next to flat (Simm, Arany, Moreau et al.,
// "Macau: scalable Bayesian multi-relational factorization with side information using MCMC",
// 2015). That it helps to know which items a user rated, and which users an item: SVD++ (Koren
// 2008) and its mirror (Rendle, Zhang, Koren, "On the difficulty of evaluating baselines", 2019).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/one_class.hpp"
#include "gibbs/design.hpp"
#include "gibbs/row_prior.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"

namespace mfpar {

/// The effects of one side in a Gibbs sampler. One thread calls; loops inside use all workers, and
/// give the same bytes for any number of them.
class Effects {
 public:
  /// Of rows of `size` floats. All effects are 0 at first.
  Effects(Design design, std::uint32_t size);

  /// X B, what the effects add to the mean of each row.
  FactorRows row_means() const noexcept { return {means_.data(), design_.rows(), size_}; }

  FactorRows values() const noexcept { return {values_.data(), design_.columns(), size_}; }

  /// One for each block of the design.
  const std::vector<double>& strengths() const noexcept { return strengths_; }

  /// The outer products of the effects, each block's times its strength, added up.
  Eigen::MatrixXd weighted_products(const KernelSet& kernels, const Workers& workers) const;

  /// Draws all effects at once, given the rows and their prior, by solving
  ///
  ///   (X'X + S) B = X'(rows - mu + E1) + S^1/2 E2,  E1, E2 ~ N(0, Lambda^-1) in each row,
  ///
  /// S being the strengths, with conjugate gradients that the diagonal preconditions, from the
  /// effects there are on; then draws the strengths. Rows that are not `rated` count as what they
  /// are expected to be. Returns the iterations.
  int draw(const FactorRows& rows, const Positives& rated, const RowPrior& prior,
           std::uint64_t seed, const KernelSet& kernels, const Workers& workers);

  /// Adds effects and strengths to a file as sections whose names begin with `prefix`, in copies,
  /// and takes them from one. Throws Error(kBadFile) for those of another design.
  void save(SectionWriter& file, const std::string& prefix) const;
  void restore(const SectionReader& file, const std::string& prefix);

 private:
  /// A sum over some columns for each factor.
  using Sums = std::vector<double>;

  void set_right_side(const FactorRows& rows, const Positives& rated, const RowPrior& prior,
                      std::uint64_t seed, const KernelSet& kernels, const Workers& workers);
  void apply(const float* effects, float* out, const KernelSet& kernels, const Workers& workers);
  int solve(const KernelSet& kernels, const Workers& workers);
  void draw_strengths(const RowPrior& prior, std::uint64_t seed, const KernelSet& kernels,
                      const Workers& workers);
  FactorRows block_values(std::size_t block) const noexcept;

  Design design_;
  std::uint32_t size_;
  std::vector<float> column_squares_;
  std::vector<double> strengths_;
  AlignedBuffer<float> values_;  ///< B: columns x stride
  AlignedBuffer<float> means_;   ///< rows x stride

  // What a draw works in: rows x stride, and columns x stride each.
  AlignedBuffer<float> of_rows_;
  AlignedBuffer<float> right_side_;  ///< then the residual
  AlignedBuffer<float> direction_;
  AlignedBuffer<float> image_;
  std::vector<float> diagonal_;  ///< of X'X + S
  std::vector<float> shift_;     ///< S
};

}  // namespace mfpar
