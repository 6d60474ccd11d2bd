// SPDX-License-Identifier: MIT
#include "mfpar/fold_in.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <string>

#include "base/parallel.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

struct FixedSide {
  const float* rows;
  const float* biases;
  std::size_t count;
};

FoldedIn fold_in(const FactorModel& model, const FixedSide& side,
                 std::span<const FoldInRating> ratings, const FoldInOptions& options) {
  FoldedIn result;
  const auto rank = static_cast<Eigen::Index>(model.rank());
  result.factors.resize(model.rank());
  std::vector<FoldInRating> kept;
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const FoldInRating& rating = ratings[i];
    if (!std::isfinite(rating.value)) {
      throw Error(ErrorCode::kBadData, "rating " + std::to_string(i) + " is not finite");
    }
    if (rating.index >= side.count) {
      ++result.unknown;
      continue;
    }
    bool known = false;
    for (FoldInRating& other : kept) {
      if (other.index != rating.index) continue;
      other.value = rating.value;
      known = true;
    }
    if (known) {
      ++result.duplicates;
    } else {
      kept.push_back(rating);
    }
  }
  result.used = static_cast<std::uint32_t>(kept.size());
  const FoldInPenalty& penalty = model.parts().fold_in;
  const double share = std::pow(std::max<double>(1.0, result.used), 1.0 - penalty.exponent);
  result.alpha = penalty.factors * share;
  result.bias_alpha = penalty.bias * share;
  if (options.penalty == FoldInOptions::Penalty::kFixed) {
    result.alpha = options.alpha;
    result.bias_alpha = options.bias_alpha.value_or(options.alpha);
  }
  if (kept.empty()) return result;
  const Eigen::Index size = rank + model.has_biases();
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(kept.size()), size);
  Eigen::VectorXd y(static_cast<Eigen::Index>(kept.size()));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    for (Eigen::Index k = 0; k < rank; ++k) {
      rows(at, k) = side.rows[kept[i].index * model.stride() + static_cast<std::size_t>(k)];
    }
    if (model.has_biases()) rows(at, rank) = 1.0;
    y[at] = kept[i].value - model.mean() - side.biases[kept[i].index];
  }
  Eigen::MatrixXd gram = rows.transpose() * rows;
  for (Eigen::Index k = 0; k < rank; ++k) gram(k, k) += result.alpha;
  if (model.has_biases()) gram(rank, rank) += result.bias_alpha;
  const Eigen::VectorXd row = gram.llt().solve(rows.transpose() * y);
  for (Eigen::Index k = 0; k < rank; ++k) {
    result.factors[static_cast<std::size_t>(k)] = static_cast<float>(row[k]);
  }
  if (model.has_biases()) result.bias = static_cast<float>(row[rank]);
  return result;
}

FixedSide items_of(const FactorModel& model) {
  return {model.parts().item_factors.data(), model.parts().item_biases.data(), model.item_count()};
}

FixedSide users_of(const FactorModel& model) {
  return {model.parts().user_factors.data(), model.parts().user_biases.data(), model.user_count()};
}

std::vector<FoldedIn> fold_in_many(const FactorModel& model, const FixedSide& side,
                                   std::span<const std::span<const FoldInRating>> ratings,
                                   const FoldInOptions& options, int threads,
                                   const std::stop_token& stop) {
  std::vector<FoldedIn> results(ratings.size());
  Workers(threads).for_each(ratings.size(), [&](std::size_t i) {
    if (!stop.stop_requested()) results[i] = fold_in(model, side, ratings[i], options);
  });
  return results;
}

}  // namespace

FoldedIn fold_in_user(const FactorModel& model, std::span<const FoldInRating> ratings,
                      const FoldInOptions& options) {
  return fold_in(model, items_of(model), ratings, options);
}

FoldedIn fold_in_item(const FactorModel& model, std::span<const FoldInRating> ratings,
                      const FoldInOptions& options) {
  return fold_in(model, users_of(model), ratings, options);
}

std::vector<FoldedIn> fold_in_users(const FactorModel& model,
                                    std::span<const std::span<const FoldInRating>> ratings,
                                    const FoldInOptions& options, int threads,
                                    std::stop_token stop) {
  return fold_in_many(model, items_of(model), ratings, options, threads, stop);
}

std::vector<FoldedIn> fold_in_items(const FactorModel& model,
                                    std::span<const std::span<const FoldInRating>> ratings,
                                    const FoldInOptions& options, int threads,
                                    std::stop_token stop) {
  return fold_in_many(model, users_of(model), ratings, options, threads, stop);
}

}  // namespace mfpar
