// SPDX-License-Identifier: MIT
#include "compute/kernels/reference.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "compute/objective.hpp"

namespace mfpar {

namespace {

struct Entry {
  std::uint32_t row;
  float value;
};

Entry entry_at(const RatingRuns& runs, std::uint64_t at) {
  if (runs.compact != nullptr) {
    const std::uint32_t entry = runs.compact[at];
    return {RatingStore::item_of(entry) + runs.moving_base,
            runs.code_values[RatingStore::code_of(entry)]};
  }
  const auto& entry = runs.wide[at];
  return {entry.item + runs.moving_base, (entry.value - runs.wide_mean) * runs.wide_scale};
}

std::uint32_t row_of(const RatingRuns& runs, std::size_t run) {
  return runs.rows != nullptr ? runs.rows[run] : runs.first_row + static_cast<std::uint32_t>(run);
}

std::span<float> row_span(const FactorSide& side, std::uint32_t row, const SgdPass& pass) {
  return {side.rows + std::size_t{row} * pass.stride, pass.rank};
}

/// The AdaGrad step for a parameter block whose mean squared gradient is `square`.
float adagrad_step(float& accumulator, float square, float rate) {
  accumulator += square;
  return rate / std::sqrt(accumulator);
}

void add_squares(PassSums& sums, float value, float prediction, float lowest, float highest) {
  const double e = value - prediction;
  const double clipped = value - std::clamp(prediction, lowest, highest);
  sums.error += e * e;
  sums.clipped_error += clipped * clipped;
}

}  // namespace

PassSums sgd_reference(const SgdPass& pass, bool adagrad) {
  PassSums sums;
  std::vector<float> p_gradient(pass.rank), q_gradient(pass.rank);
  for (std::size_t run = 0; run < pass.runs.count; ++run) {
    const std::uint64_t begin = pass.runs.offsets[run];
    const std::uint64_t length = pass.runs.offsets[run + 1] - begin;
    if (length == 0) continue;
    const std::uint32_t p_row = row_of(pass.runs, run);
    const VisitOrder order = visit_order(pass.order_seed, p_row, length);
    std::uint64_t position = order.start;
    for (std::uint64_t visit = 0; visit < length; ++visit) {
      const Entry entry = entry_at(pass.runs, begin + position);
      position = (position + order.stride) % length;

      const auto p = row_span(pass.fixed, p_row, pass);
      const auto q = row_span(pass.moving, entry.row, pass);
      RowHead& p_head = pass.fixed.heads[p_row];
      RowHead& q_head = pass.moving.heads[entry.row];
      const RatingPoint<float> at{entry.value, p, q, p_head.bias, q_head.bias};
      const float p_shrink = pass.fixed.shrink[p_row];
      const float q_shrink = pass.moving.shrink[entry.row];
      const RatingWeights<float> weight{
          pass.lambda_factors * p_shrink, pass.lambda_factors * q_shrink,
          pass.lambda_biases * p_shrink, pass.lambda_biases * q_shrink};
      add_squares(sums, entry.value, entry.value - rating_error(at), pass.lowest, pass.highest);
      const auto bias_gradient = rating_gradient<float>(at, weight, p_gradient, q_gradient);

      float p_rate = pass.rate, q_rate = pass.rate;
      float p_bias_rate = pass.bias_rate, q_bias_rate = pass.bias_rate;
      if (adagrad) {
        const auto mean_square = [&](const std::vector<float>& g) {
          return dot<float>(g, g) / static_cast<float>(pass.rank);
        };
        p_rate = adagrad_step(p_head.accumulator, mean_square(p_gradient), pass.rate);
        q_rate = adagrad_step(q_head.accumulator, mean_square(q_gradient), pass.rate);
        p_bias_rate = adagrad_step(p_head.bias_accumulator, bias_gradient.p * bias_gradient.p,
                                   pass.bias_rate);
        q_bias_rate = adagrad_step(q_head.bias_accumulator, bias_gradient.q * bias_gradient.q,
                                   pass.bias_rate);
      }
      for (std::uint32_t f = 0; f < pass.rank; ++f) {
        p[f] -= p_rate * p_gradient[f];
        q[f] -= q_rate * q_gradient[f];
      }
      p_head.bias -= p_bias_rate * bias_gradient.p;
      q_head.bias -= q_bias_rate * bias_gradient.q;
    }
  }
  return sums;
}

PassSums error_reference(const ErrorPass& pass) {
  PassSums sums;
  for (std::size_t run = 0; run < pass.runs.count; ++run) {
    const std::uint32_t p_row = row_of(pass.runs, run);
    for (std::uint64_t at = pass.runs.offsets[run]; at < pass.runs.offsets[run + 1]; ++at) {
      const Entry entry = entry_at(pass.runs, at);
      const std::span p(pass.fixed_rows + std::size_t{p_row} * pass.stride, pass.rank);
      const std::span q(pass.moving_rows + std::size_t{entry.row} * pass.stride, pass.rank);
      const float prediction =
          pass.mean + pass.fixed_biases[p_row] + pass.moving_biases[entry.row] + dot(p, q);
      add_squares(sums, entry.value, prediction, pass.lowest, pass.highest);
    }
  }
  return sums;
}

void gram_reference(const GramPass& pass) {
  for (std::size_t n = 0; n < pass.count; ++n) {
    const double* const x = pass.rows + n * pass.stride;
    for (std::size_t i = 0; i < pass.size; ++i) {
      for (std::size_t j = i; j < pass.size; ++j) pass.gram[i * pass.stride + j] += x[i] * x[j];
    }
  }
}

}  // namespace mfpar
