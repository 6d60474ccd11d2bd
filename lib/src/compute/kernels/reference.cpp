// SPDX-License-Identifier: MIT
#include "compute/kernels/reference.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "compute/objective.hpp"
#include "loss/losses.hpp"

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

/// Ratings of one run that move rows together: entries [begin, end).
struct MiniBatch {
  std::uint32_t row = 0;
  std::uint64_t begin = 0, end = 0;
  bool begins_segment = false, ends_segment = false;
  bool empty() const { return begin == end; }
};

/// A run under way: what is left of it, and its row apart from the shared one.
struct Slot {
  std::uint32_t run_row = 0;
  std::uint64_t at = 0, segment_end = 0, run_end = 0;
  MiniBatch now, next;
  std::vector<float> factors, began_factors;
  RowState state, began_state;

  // The moves of the present batch.
  std::vector<float> keep_q, pull_q, pull_p, threshold_q;
  float keep_p = 1.0f, threshold_p = 0.0f;
};

/// The runs of a pass, mini-batch by mini-batch.
class MiniBatchQueue {
 public:
  explicit MiniBatchQueue(const SgdPass& pass) : pass_(pass) {
    if (pass.runs.count == 0) return;
    order_ = visit_order(pass.order_seed, pass.runs.count);
    next_run_ = order_.start;
  }

  /// What follows in the slot's run, or in the next run. Empty when there is none.
  MiniBatch batch_after(Slot& slot) {
    while (slot.at == slot.run_end) {
      if (visits_ == pass_.runs.count) return {};
      ++visits_;
      slot.run_row = pass_.runs.row(next_run_);
      slot.at = slot.segment_end = pass_.runs.offsets[next_run_];
      slot.run_end = pass_.runs.offsets[next_run_ + 1];
      next_run_ = (next_run_ + order_.stride) % pass_.runs.count;
    }
    MiniBatch batch;
    batch.row = slot.run_row;
    batch.begins_segment = slot.at == slot.segment_end;
    if (batch.begins_segment) slot.segment_end = std::min(slot.at + kMaxSegment, slot.run_end);
    batch.begin = slot.at;
    batch.end = slot.at = std::min(slot.at + kMiniBatch, slot.segment_end);
    batch.ends_segment = batch.end == slot.segment_end;
    return batch;
  }

 private:
  const SgdPass& pass_;
  VisitOrder order_{};
  std::size_t next_run_ = 0;
  std::size_t visits_ = 0;
};

void load_row(Slot& slot, const SgdPass& pass) {
  const float* const p = pass.fixed.row(slot.now.row);
  slot.factors.assign(p, p + pass.rank);
  slot.began_factors = slot.factors;
  slot.state = slot.began_state = pass.fixed.state(slot.now.row);
}

void store_row(const Slot& slot, const SgdPass& pass) {
  float* const p = pass.fixed.row(slot.now.row);
  for (std::uint32_t f = 0; f < pass.rank; ++f) {
    p[f] += slot.factors[f] - slot.began_factors[f];
    if (pass.is_constrained() && slot.factors[f] == 0.0f) p[f] = 0.0f;
    if (pass.nonnegative) p[f] = std::max(p[f], 0.0f);
  }
  RowState& state = pass.fixed.state(slot.now.row);
  state.bias += slot.state.bias - slot.began_state.bias;
  state.bias_accumulator += slot.state.bias_accumulator - slot.began_state.bias_accumulator;
  state.accumulator += slot.state.accumulator - slot.began_state.accumulator;
}

/// `rate`, under AdaGrad divided by the root of the accumulator.
float step_rate(float rate, float accumulator, bool adagrad) {
  return adagrad ? rate / std::sqrt(accumulator) : rate;
}

template <class LossPolicy>
void add_errors(const LossPolicy& policy, PassSums& sums, float target, float score, float lowest,
                float highest) {
  const float predicted = LossPolicy::kClips ? std::clamp(score, lowest, highest) : score;
  sums.error += policy.template error<double>(target, target - score);
  sums.clipped_error += policy.template error<double>(target, target - predicted);
}

/// `moved` after the implicit step of its penalty.
float penalised(float moved, float rate, float lambda) { return moved / (1.0f + rate * lambda); }

/// x, taken towards zero by `threshold` and not past it.
float shrunk(float x, float threshold) {
  return std::copysign(std::max(std::abs(x) - threshold, 0.0f), x);
}

/// The factor x after the step of its penalty on magnitudes; zero where it may not be negative.
float constrained(float x, float threshold, const SgdPass& pass) {
  return pass.nonnegative ? std::max(x - threshold, 0.0f) : shrunk(x, threshold);
}

/// Takes the errors of the slot's next mini-batch and decides the steps of its rows; moves the
/// biases.
template <class LossPolicy>
void compute_steps(Slot& slot, MiniBatchQueue& queue, const SgdPass& pass, bool adagrad,
                   PassSums& sums) {
  const auto policy = policy_of<LossPolicy>(pass.delta);
  slot.now = slot.next;
  if (slot.now.empty()) return;
  slot.next = queue.batch_after(slot);
  if (slot.now.begins_segment) load_row(slot, pass);
  slot.keep_q.clear();
  slot.pull_q.clear();
  slot.threshold_q.clear();
  RowState& p = slot.state;
  const float p_bias = p.bias;
  std::vector<float> pulls, p_gradient(pass.rank), q_gradient(pass.rank);
  const float share = 1.0f / static_cast<float>(pass.rank);
  float norms = 0.0f, bias_gradients = 0.0f;
  for (std::uint64_t n = slot.now.begin; n < slot.now.end; ++n) {
    const Entry entry = entry_at(pass.runs, n);
    const std::span<const float> q_row(pass.moving.row(entry.row), pass.rank);
    RowState& q = pass.moving.state(entry.row);
    const RatingPoint<float> at{entry.value, pass.mean, slot.factors, q_row, p_bias, q.bias};
    const float residual = rating_residual(at);
    const float pull = policy.pull(entry.value, residual);
    add_errors(policy, sums, entry.value, entry.value - residual, pass.lowest, pass.highest);
    const auto bias = rating_gradient<float>(policy, at, {}, p_gradient, q_gradient);
    pulls.push_back(pull);
    norms += dot<float>(q_row, q_row);
    bias_gradients += bias.p;
    if (adagrad) {
      p.accumulator += share * dot<float>(p_gradient, p_gradient);
      p.bias_accumulator += bias.p * bias.p;
      q.accumulator += share * dot<float>(q_gradient, q_gradient);
      q.bias_accumulator += bias.q * bias.q;
    }
    const float rate = step_rate(pass.rate, q.accumulator, adagrad);
    const float bias_rate = step_rate(pass.bias_rate, q.bias_accumulator, adagrad);
    const float lambda = pass.lambda_factors * q.penalty_weight;
    slot.keep_q.push_back(penalised(1.0f, rate, lambda));
    slot.pull_q.push_back(penalised(rate * pull, rate, lambda));
    slot.threshold_q.push_back(
        penalised(rate * pass.l1_factors.moving * q.penalty_weight, rate, lambda));
    q.bias = penalised(
        shrunk(q.bias - bias_rate * bias.q, bias_rate * pass.l1_biases.moving * q.penalty_weight),
        bias_rate, pass.lambda_biases * q.penalty_weight);
  }
  const auto count = static_cast<float>(pulls.size());
  const float rate = step_rate(pass.rate, p.accumulator, adagrad);
  const float bias_rate = step_rate(pass.bias_rate, p.bias_accumulator, adagrad);
  const float reach =
      std::max(LossPolicy::kMaxCurvature * (rate * norms + count * bias_rate), 1.0f);
  slot.keep_p = penalised(1.0f, count * rate, pass.lambda_factors * p.penalty_weight);
  slot.pull_p = pulls;
  for (float& pull : slot.pull_p) pull *= rate / reach;
  slot.threshold_p = slot.keep_p * count * rate * pass.l1_factors.fixed * p.penalty_weight;
  p.bias = penalised(shrunk(p.bias - bias_rate / reach * bias_gradients,
                            count * bias_rate * pass.l1_biases.fixed * p.penalty_weight),
                     count * bias_rate, pass.lambda_biases * p.penalty_weight);
}

/// Moves the rows of the slot's present batch.
void apply_steps(Slot& slot, const SgdPass& pass) {
  if (slot.now.empty()) return;
  std::vector<float> p_new = slot.factors;
  for (std::uint64_t n = slot.now.begin; n < slot.now.end; ++n) {
    const std::uint64_t lane = n - slot.now.begin;
    float* const q = pass.moving.row(entry_at(pass.runs, n).row);
    for (std::uint32_t f = 0; f < pass.rank; ++f) {
      p_new[f] += slot.pull_p[lane] * q[f];
      q[f] = constrained(slot.keep_q[lane] * q[f] + slot.pull_q[lane] * slot.factors[f],
                         slot.threshold_q[lane], pass);
    }
  }
  for (std::uint32_t f = 0; f < pass.rank; ++f) {
    slot.factors[f] = constrained(slot.keep_p * p_new[f], slot.threshold_p, pass);
  }
  if (slot.now.ends_segment) store_row(slot, pass);
}

}  // namespace

PassSums sgd_reference(Loss loss, const SgdPass& pass, bool adagrad) {
  return with_loss(loss, [&]<class LossPolicy>() {
    PassSums sums;
    MiniBatchQueue queue(pass);
    Slot slots[2];
    for (Slot& slot : slots) slot.next = queue.batch_after(slot);
    Slot *x = &slots[0], *y = &slots[1];
    while (!x->next.empty() || !y->now.empty()) {
      compute_steps<LossPolicy>(*x, queue, pass, adagrad, sums);
      apply_steps(*y, pass);
      std::swap(x, y);
    }
    return sums;
  });
}

PassSums error_reference(Loss loss, const ErrorPass& pass) {
  return with_loss(loss, [&]<class LossPolicy>() {
    PassSums sums;
    for (std::size_t run = 0; run < pass.runs.count; ++run) {
      const std::uint32_t p_row = pass.runs.row(run);
      for (std::uint64_t at = pass.runs.offsets[run]; at < pass.runs.offsets[run + 1]; ++at) {
        const Entry entry = entry_at(pass.runs, at);
        const std::span p(pass.fixed_rows + std::size_t{p_row} * pass.stride, pass.rank);
        const std::span q(pass.moving_rows + std::size_t{entry.row} * pass.stride, pass.rank);
        const float score =
            pass.mean + pass.fixed_biases[p_row] + pass.moving_biases[entry.row] + dot(p, q);
        add_errors(policy_of<LossPolicy>(pass.delta), sums, entry.value, score, pass.lowest,
                   pass.highest);
      }
    }
    return sums;
  });
}

void gram_reference(const GramPass& pass) {
  for (std::size_t n = 0; n < pass.count; ++n) {
    const double* const x = pass.rows + n * pass.stride;
    for (std::size_t i = 0; i < pass.size; ++i) {
      for (std::size_t j = i; j < pass.size; ++j) pass.gram[i * pass.stride + j] += x[i] * x[j];
    }
  }
}

void product_reference(const ProductPass& pass) {
  for (std::size_t i = 0; i < kProductTile; ++i) {
    for (std::size_t j = 0; j < kProductTile; ++j) {
      for (std::size_t n = 0; n < pass.count; ++n) {
        pass.out[i * kProductTile + j] +=
            pass.left[n * kProductTile + i] * pass.right[n * kProductTile + j];
      }
    }
  }
}

std::uint64_t one_class_reference(const OneClassPass& pass) {
  const PositiveRuns& runs = pass.runs;
  using Vector = std::vector<double>;
  const std::size_t rank = runs.rank;
  const auto product = [&](const Vector& a, const Vector& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  std::uint64_t steps = 0;
  for (std::uint32_t row = runs.first_row; row < runs.first_row + runs.count; ++row) {
    float* const out = pass.moving + row * runs.stride;
    Vector x(out, out + rank), diagonal(rank), right(rank);
    for (std::size_t f = 0; f < rank; ++f) {
      diagonal[f] = double{pass.unobserved[f]} + double{pass.penalties[row]};
    }
    double confidence = 0.0;
    const auto for_each_positive = [&](const auto& body) {
      for (std::uint64_t at = runs.offsets[row]; at < runs.offsets[row + 1]; ++at) {
        const float* const q = runs.fixed + runs.positives[at] * runs.stride;
        body(Vector(q, q + rank), runs.confidences != nullptr ? runs.confidences[at] : 1.0);
      }
    };
    for_each_positive([&](const Vector& q, double c) {
      confidence += c;
      for (std::size_t f = 0; f < rank; ++f) right[f] += c * q[f];
    });
    const auto image = [&](const Vector& v) {
      Vector result(rank);
      for (std::size_t f = 0; f < rank; ++f) result[f] = diagonal[f] * v[f];
      for_each_positive([&](const Vector& q, double c) {
        const double score = product(q, v);
        for (std::size_t f = 0; f < rank; ++f) result[f] += c * score * q[f];
      });
      return result;
    };
    if (confidence == 0.0) x.assign(rank, 0.0);
    Vector residual = image(x), direction(rank), conditioned(rank);
    for (std::size_t f = 0; f < rank; ++f) residual[f] = right[f] - residual[f];
    const auto condition = [&] {
      for (std::size_t f = 0; f < rank; ++f) conditioned[f] = residual[f] / diagonal[f];
      return product(residual, conditioned);
    };
    double left = condition();
    direction = conditioned;
    for (std::uint32_t step = 0; step < pass.most_steps && left > pass.tolerance * confidence;
         ++step, ++steps) {
      const Vector moved = image(direction);
      const double length = left / product(direction, moved);
      for (std::size_t f = 0; f < rank; ++f) {
        x[f] += length * direction[f];
        residual[f] -= length * moved[f];
      }
      const double before = left;
      left = condition();
      for (std::size_t f = 0; f < rank; ++f) {
        direction[f] = conditioned[f] + left / before * direction[f];
      }
    }
    std::ranges::transform(x, out, [](double value) { return static_cast<float>(value); });
  }
  return steps;
}

double positive_error_reference(const PositiveRuns& runs, const float* moving) {
  double error = 0.0;
  for (std::uint32_t row = runs.first_row; row < runs.first_row + runs.count; ++row) {
    for (std::uint64_t at = runs.offsets[row]; at < runs.offsets[row + 1]; ++at) {
      const float* const x = moving + row * runs.stride;
      const float* const q = runs.fixed + runs.positives[at] * runs.stride;
      const double miss = 1.0 - std::inner_product(x, x + runs.rank, q, 0.0);
      error += (runs.confidences != nullptr ? runs.confidences[at] : 1.0) * miss * miss;
    }
  }
  return error;
}

}  // namespace mfpar
