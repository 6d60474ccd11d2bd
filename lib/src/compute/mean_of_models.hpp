// SPDX-License-Identifier: MIT
//
// The mean of many models of the same users and items (samples of a posterior, trainings from
// several seeds) as one model. The mean of S products of rank k is a product of rank S k: columns
// side by side. What matters of these are a few leading singular directions of the weighted matrix
// of scores, which Gram matrices of the columns give: never a matrix of users x items.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/one_class.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"

namespace mfpar {

/// Takes models one by one. Not synchronised; the same bytes for any number of workers.
class MeanOfModels {
 public:
  /// The rows of a side: first points, which are users or items, then directions, which are only
  /// ever added to points (what a feature adds to the users who have it). Weights, one a point and
  /// 0 or more, say what a point counts where scores are approximated; how many ratings it has, for
  /// example. Points of weight 0 and directions count next to nothing, but follow what is kept; if
  /// all weights are 0, all points count alike. Only read by the constructor.
  struct Rows {
    std::span<const float> weights;
    std::uint32_t directions = 0;
  };

  struct TermSide {
    FactorRows factors;
    std::span<const float> biases;  ///< one a row
  };

  /// A model whose scores are mean + b_u + b_i + p_u . q_i.
  struct Term {
    float mean = 0.0f;
    TermSide users, items;
  };

  struct ModelSide {
    AlignedBuffer<float> factors;  ///< rows row_stride(rank) apart
    std::vector<float> biases;
  };

  /// The mean. Over the points by weight each of its factors has the same mean square on both sides
  /// and, if it is centred, the mean 0; factors stand by falling singular value, and of an item's
  /// column the entry of largest size is positive. So a row of zeros with a bias of 0 scores as the
  /// average point, if it is centred.
  struct Model {
    float mean = 0.0f;
    std::uint32_t rank = 0;
    ModelSide users, items;
    /// The share of the weighted squares of p.q that the rank left out, together with what left
    /// while terms were added.
    double dropped = 0.0;
  };

  /// Keeps `kept` columns, and as many again while terms are gathered: 8 kept bytes a row.
  /// Unless `centred`, means of points are left in the factors, and models without mean and biases
  /// have a mean without. REQUIRES: kept > 0; a point on each side.
  MeanOfModels(const Rows& users, const Rows& items, std::uint32_t kept, const KernelSet& kernels,
               bool centred = true);

  /// Takes (rows + columns) columns^2 operations whenever the columns are full. REQUIRES: the rows
  /// of the constructor, all finite.
  void add(const Term& term, const Workers& workers);

  /// Of the smallest rank that keeps `share` of the weighted squares, at most `most`, at least 1.
  /// More terms may be added afterwards. REQUIRES: a term was added.
  Model finish(std::uint32_t most, double share, const Workers& workers) const;

  /// How many were added.
  std::uint64_t terms() const noexcept { return terms_; }

  /// Adds all of it to a file, in copies, and takes it from one. Throws Error(kBadFile) for models
  /// of other rows.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);

 private:
  /// The columns of a side, and what they are approximated by.
  struct Stack {
    Stack(const Rows& rows, std::uint32_t capacity, bool centred);

    std::size_t rows() const noexcept { return counts.size(); }

    std::size_t points;
    std::vector<double> means_by;  ///< shares of the points in means, which sum to 1, or are 0
    std::vector<double> counts;    ///< what each row counts in Gram matrices, directions too
    AlignedBuffer<float> columns;  ///< rows x capacity, of the sum of all terms
    std::vector<double> biases;    ///< sums
  };

  /// What columns are multiplied by to give the singular directions: U S^1/2 and V S^1/2.
  struct Directions {
    Eigen::MatrixXd users, items;
    Eigen::VectorXd values;  ///< S, falling
  };

  Directions directions(const Workers& workers) const;
  void truncate(const Workers& workers);

  const KernelSet& kernels_;
  const std::uint32_t kept_;
  const std::uint32_t capacity_;
  Stack users_, items_;
  std::uint32_t used_ = 0;  ///< columns
  std::uint64_t terms_ = 0;
  double mean_ = 0.0;     ///< a sum
  double dropped_ = 0.0;  ///< squares of singular values, of sums
};

}  // namespace mfpar
