// SPDX-License-Identifier: MIT
#include "compute/kernels/reference.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compute/kernels/inverse_root.hpp"
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

/// A run under way: its row apart from the shared one.
struct Run {
  std::uint32_t row;
  std::uint64_t last;
  std::uint64_t at;
  std::uint32_t piece;  ///< ratings since the row was loaded
  std::vector<float> factors;
  std::vector<float> began_factors;
  RowHead head;
  RowHead began_head;
};

void load_row(Run& run, const SgdPass& pass) {
  const float* const p = pass.fixed.rows + std::size_t{run.row} * pass.stride;
  run.factors.assign(p, p + pass.rank);
  run.began_factors = run.factors;
  run.head = run.began_head = pass.fixed.heads[run.row];
  run.piece = 0;
}

void store_row(const Run& run, const SgdPass& pass) {
  float* const p = pass.fixed.rows + std::size_t{run.row} * pass.stride;
  for (std::uint32_t f = 0; f < pass.rank; ++f) p[f] += run.factors[f] - run.began_factors[f];
  RowHead& head = pass.fixed.heads[run.row];
  head.bias += run.head.bias - run.began_head.bias;
  head.bias_accumulator += run.head.bias_accumulator - run.began_head.bias_accumulator;
  head.accumulator += run.head.accumulator - run.began_head.accumulator;
}

/// The runs of a pass in their order.
class RunQueue {
 public:
  explicit RunQueue(const SgdPass& pass)
      : pass_(pass), order_(visit_order(pass.order_seed, pass.runs.count)), next_(order_.start) {}

  std::optional<Run> next() {
    while (visits_++ < pass_.runs.count) {
      const std::size_t run = next_;
      next_ = (next_ + order_.stride) % pass_.runs.count;
      const std::uint64_t begin = pass_.runs.offsets[run], end = pass_.runs.offsets[run + 1];
      if (begin == end) continue;
      const std::uint32_t row = pass_.runs.row(run);
      Run found{};
      found.row = row;
      found.last = end;
      found.at = begin;
      load_row(found, pass_);
      return found;
    }
    return std::nullopt;
  }

 private:
  const SgdPass& pass_;
  VisitOrder order_;
  std::size_t next_;
  std::size_t visits_ = 0;
};

/// How a rating moves one side.
struct Move {
  float keep;
  float pull;
  float bias;              ///< to add
  float bias_accumulator;  ///< to add
  float accumulator;       ///< to add
};

/// The move of a row with `head`, for the gradient of its factors and of its bias.
Move move_of(const RowHead& head, std::span<const float> gradient, float bias_gradient, float e,
             float weight, const SgdPass& pass, bool adagrad) {
  float rate = pass.rate, bias_rate = pass.bias_rate;
  Move move = {};
  if (adagrad) {
    move.accumulator = dot<float>(gradient, gradient) / static_cast<float>(pass.rank);
    move.bias_accumulator = bias_gradient * bias_gradient;
    rate *= InverseRoot::of(head.accumulator + move.accumulator);
    bias_rate *= InverseRoot::of(head.bias_accumulator + move.bias_accumulator);
  }
  move.keep = 1.0f / (1.0f + rate * weight);
  move.pull = move.keep * rate * e;
  move.bias = -bias_rate * bias_gradient;
  return move;
}

void add_head(RowHead& head, const Move& move) {
  head.bias += move.bias;
  head.bias_accumulator += move.bias_accumulator;
  head.accumulator += move.accumulator;
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
  if (pass.runs.count == 0) return sums;
  RunQueue queue(pass);
  std::vector<Run> runs;
  while (runs.size() < pass.at_once) {
    auto run = queue.next();
    if (!run) break;
    runs.push_back(std::move(*run));
  }
  struct Step {
    std::uint32_t row;
    Move fixed;
    Move moving;
  };
  const std::uint32_t longest = longest_piece(pass);
  std::vector<float> p_gradient(pass.rank), q_gradient(pass.rank);
  while (!runs.empty()) {
    std::vector<Step> steps;
    for (const Run& run : runs) {
      const Entry entry = entry_at(pass.runs, run.at);
      const std::span<const float> q(pass.moving.rows + std::size_t{entry.row} * pass.stride,
                                     pass.rank);
      const RowHead& q_head = pass.moving.heads[entry.row];
      const RatingPoint<float> at{entry.value, run.factors, q, run.head.bias, q_head.bias};
      const float p_shrink = pass.fixed.shrink[run.row];
      const float q_shrink = pass.moving.shrink[entry.row];
      const RatingWeights<float> weight{
          pass.lambda_factors * p_shrink, pass.lambda_factors * q_shrink,
          pass.lambda_biases * p_shrink, pass.lambda_biases * q_shrink};
      const float e = rating_error(at);
      add_squares(sums, entry.value, entry.value - e, pass.lowest, pass.highest);
      const auto bias = rating_gradient<float>(at, weight, p_gradient, q_gradient);
      steps.push_back({entry.row, move_of(run.head, p_gradient, bias.p, e, weight.p, pass, adagrad),
                       move_of(q_head, q_gradient, bias.q, e, weight.q, pass, adagrad)});
    }
    for (std::size_t lane = 0; lane < runs.size(); ++lane) {
      Run& run = runs[lane];
      const Step& step = steps[lane];
      float* const q = pass.moving.rows + std::size_t{step.row} * pass.stride;
      for (std::uint32_t f = 0; f < pass.rank; ++f) {
        const float p_old = run.factors[f], q_old = q[f];
        q[f] = step.moving.keep * q_old + step.moving.pull * p_old;
        run.factors[f] = step.fixed.keep * p_old + step.fixed.pull * q_old;
      }
      add_head(pass.moving.heads[step.row], step.moving);
      add_head(run.head, step.fixed);
      ++run.at;
      ++run.piece;
    }
    // From the last lane to the first, as the kernels do: a lane without a further run is filled
    // from the end.
    for (std::size_t lane = runs.size(); lane-- > 0;) {
      Run& run = runs[lane];
      if (run.piece < longest && run.at != run.last) continue;
      store_row(run, pass);
      if (run.at != run.last) {
        load_row(run, pass);
      } else if (auto next = queue.next()) {
        run = std::move(*next);
      } else {
        std::swap(run, runs.back());
        runs.pop_back();
      }
    }
  }
  return sums;
}

PassSums error_reference(const ErrorPass& pass) {
  PassSums sums;
  for (std::size_t run = 0; run < pass.runs.count; ++run) {
    const std::uint32_t p_row = pass.runs.row(run);
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
