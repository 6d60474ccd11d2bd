// SPDX-License-Identifier: MIT
//
// The interaction with item j is linear in the targets y of the ratings: q_j.p = [q_j, 0]' A^-1
// X'Wy, A = X'WX + D, W = I for squares. So the rating s, with the row x_s and the weight w_s, adds
// v_s y_s, v_s = w_s [q_j, 0]' A^-1 x_s. Under other losses these are the ridge regression that has
// the same minimum.
#include <algorithm>
#include <cassert>

#include "fold_in/fold_in_session_impl.hpp"

namespace mfpar {

Explanation FoldInSession::explain(std::uint32_t index) const {
  const Impl& s = *impl_;
  const FixedRows& fixed = s.ridge.fixed();
  assert(s.known.knows(index));
  using Row = Eigen::Map<const Eigen::VectorXf>;
  const Eigen::Index rank = fixed.rank;
  const auto row_of = [&](std::uint32_t of) { return Row(fixed.row(of), rank); };

  Eigen::VectorXd wanted = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(fixed.unknowns()));
  wanted.head(rank) = row_of(index).cast<double>();
  const Eigen::VectorXd pull = s.ridge.solve(wanted);  // A^-1 [q_j, 0]
  const double bias_pull = fixed.has_bias ? pull[rank] : 0.0;

  const Row factors(s.row.factors.data(), rank);
  const bool user_joins = s.joining == Entity::kUser;
  const float other_bias = s.model->side(other(s.joining)).biases[index];
  Explanation explanation{
      .mean = s.model->mean(),
      .user_bias = user_joins ? s.row.bias : other_bias,
      .item_bias = user_joins ? other_bias : s.row.bias,
      .interaction = static_cast<float>(factors.cast<double>().dot(wanted.head(rank))),
      .influences = {}};
  const auto ratings = s.known.ratings();
  for (std::size_t n = 0; n < ratings.size(); ++n) {
    const FoldInRating& rating = ratings[n];
    double weight = bias_pull + pull.head(rank).dot(row_of(rating.index).cast<double>());
    if (!s.weights.empty()) weight *= s.weights[n];
    const double target = s.is_updatable() ? s.known.target(rating) : s.fitted[n];
    explanation.influences.push_back({rating.index, rating.value, weight, weight * target});
  }
  std::ranges::stable_sort(explanation.influences, std::ranges::greater{},
                           &RatingInfluence::contribution);
  return explanation;
}

}  // namespace mfpar
