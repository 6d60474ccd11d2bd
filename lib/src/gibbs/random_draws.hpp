// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <boost/random/normal_distribution.hpp>
#include <cstdint>

#include "base/random.hpp"

namespace mfpar {

/// Draws from the distributions that a Gibbs sampler needs: the same numbers on every platform. One
/// for each row or matrix, seeded by what it is for; not synchronised.
class RandomDraws {
 public:
  explicit RandomDraws(std::uint64_t seed) : engine_{Random(seed)} {}

  /// Standard normal.
  double normal() { return normal_(engine_); }

  /// Uniform in [0, 1).
  double uniform() { return engine_.random.uniform(); }

  /// Mean shape times scale; NaN where the scale is no number above 0. REQUIRES: shape above 0.
  double gamma(double shape, double scale);

  /// Standard normal in each entry.
  Eigen::VectorXd normals(Eigen::Index size);

  /// Of `degrees` of freedom and mean degrees L L', L = `factor` being lower triangular: by the
  /// decomposition of Bartlett (1933). REQUIRES: degrees above the rows of L less 1.
  Eigen::MatrixXd wishart(const Eigen::MatrixXd& factor, double degrees);

 private:
  struct Engine {
    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() { return random.next(); }
    Random random;
  };

  Engine engine_;
  boost::random::normal_distribution<double> normal_;  // a ziggurat (Marsaglia, Tsang 2000)
};

}  // namespace mfpar
