// SPDX-License-Identifier: MIT
#include "train/sampled_variance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "compute/row_variance.hpp"

namespace mfpar {

namespace {

FrozenArray<float> times(std::span<const float> values, double factor) {
  std::vector<float> product(values.begin(), values.end());
  for (float& value : product) value = static_cast<float>(factor * double{value});
  return FrozenArray<float>(std::move(product));
}

}  // namespace

ScoreVariance sampled_variance(const VarianceTrace& trace, const FactorModel& model,
                               const RatingsByRow& by_user, const RatingsByRow& by_item,
                               double deviation, std::uint32_t rank, const KernelSet& kernels,
                               const Workers& workers) {
  const VarianceFactors factors = trace.finish(rank, kernels);
  const double square = deviation * deviation;
  ScoreVariance variance;
  variance.rank = factors.rank;
  variance.users = times(factors.users, square);
  variance.items = FrozenArray<float>(std::vector<float>(factors.items));
  variance.noise = times(factors.noise, square);
  const auto map = [&](Entity joining, const Positives& rated, const FrozenArray<float>& rows) {
    return FrozenArray<float>(
        fit_variance_map(model, joining, rated, rows.span(), variance.rank, workers));
  };
  variance.user_fold_in = map(Entity::kUser, by_user.who, variance.users);
  variance.item_fold_in = map(Entity::kItem, by_item.who, variance.items);
  return variance;
}

ScoreVariance scaled(const ScoreVariance& variance, double scale) {
  ScoreVariance result = variance;
  result.users = times(variance.users.span(), scale * scale);
  result.user_fold_in = times(variance.user_fold_in.span(), scale * scale);
  result.noise = times(variance.noise.span(), scale * scale);
  return result;
}

IntervalCheck check_intervals(const FactorModel& model, const RatingStore& held_out) {
  constexpr double kShare = 0.9, kNormal95 = 1.6448536;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // So many ratings leave the scale that is found half its say.
  constexpr double kHalfSay = 200.0;
  std::vector<double> errors;  // in standard deviations
  errors.reserve(held_out.size());
  double within = 0.0;
  for (UserIndex user = 0; user < held_out.user_count(); ++user) {
    held_out.for_each(held_out.offsets()[user], held_out.offsets()[user + 1],
                      [&](ItemIndex item, float rating) {
                        const RatingInterval interval = model.interval(user, item);
                        within += interval.p5 <= rating && rating <= interval.p95;
                        const double error = double{rating} - double{model.score(user, item)};
                        const double in_sd = std::abs(error) / double{interval.sd};
                        errors.push_back(std::isnan(in_sd) ? kInfinity : in_sd);
                      });
  }
  if (errors.empty()) return {};
  const auto count = static_cast<double>(errors.size());
  IntervalCheck check{.coverage = within / count};
  if (model.has_link()) return check;
  const auto at = errors.begin() + static_cast<std::ptrdiff_t>(kShare * (count - 1.0));
  std::nth_element(errors.begin(), at, errors.end());
  check.scale = std::pow(std::max(*at, 1e-3) / kNormal95, count / (count + kHalfSay));
  return check;
}

}  // namespace mfpar
