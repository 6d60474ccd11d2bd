// SPDX-License-Identifier: MIT
//
// The update of SgdPass. Included once for each instruction set, inside its namespace; no include guard.
//
// One run is a chain: each update of p needs the one before. Several runs (lanes) are therefore walked
// in turn, so that the processor works on one while another waits; each run, and each moving row, still
// sees its updates strictly one after the other in program order.

/// Reads entry `at` of the runs: the moving row and the standardised value.
struct DecodedEntry {
  std::uint32_t row;
  float value;
};

struct CompactEntries {
  const std::uint32_t* entries;
  const float* values;
  std::uint32_t base;
  explicit CompactEntries(const RatingRuns& runs)
      : entries(runs.compact), values(runs.code_values), base(runs.moving_base) {}
  std::uint32_t row(std::uint64_t at) const { return RatingStore::item_of(entries[at]) + base; }
  DecodedEntry operator[](std::uint64_t at) const {
    return {row(at), values[RatingStore::code_of(entries[at])]};
  }
};

struct WideEntries {
  const RatingStore::WideEntry* entries;
  float mean, scale;
  std::uint32_t base;
  explicit WideEntries(const RatingRuns& runs)
      : entries(runs.wide), mean(runs.wide_mean), scale(runs.wide_scale), base(runs.moving_base) {}
  std::uint32_t row(std::uint64_t at) const { return entries[at].item + base; }
  DecodedEntry operator[](std::uint64_t at) const {
    return {row(at), (entries[at].value - mean) * scale};
  }
};

/// kVectors vectors of kLanes floats, or for kVectors == 0 as many as the rank needs.
template <int kLanes, int kVectors>
struct RowShape {
  static constexpr int kCapacity = kVectors > 0 ? kVectors : kMostKernelRank / kLanes;
  using Vector = Vec<kLanes>;
  int vectors;
  explicit RowShape(std::uint32_t rank)
      : vectors(kVectors > 0 ? kVectors : (static_cast<int>(rank) + kLanes - 1) / kLanes) {}
  int count() const {
    if constexpr (kVectors > 0) return kVectors;
    return vectors;
  }
};

/// The fixed row of a run under way.
template <class Shape>
struct Lane {
  typename Shape::Vector p[Shape::kCapacity];
  Vec4 head;  ///< RowHead: bias, bias accumulator, norm, accumulator
  float shrink;
  float error;
  float clipped_error;
  std::uint32_t row;
  std::uint32_t position;   ///< within the run
  std::uint32_t stride;     ///< of the VisitOrder
  std::uint32_t length;
  std::uint32_t remaining;
  std::uint64_t begin;
};

template <int kLanes, int kVectors, int kInterleave, bool kAdaGrad, class Entries>
class SgdWalk {
  using Shape = RowShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;

 public:
  explicit SgdWalk(const SgdPass& pass)
      : pass_(pass),
        entries_(pass.runs),
        shape_(pass.rank),
        rates_{pass.bias_rate, pass.bias_rate, pass.rate, pass.rate},
        lambdas_{pass.lambda_biases, pass.lambda_biases, pass.lambda_factors, pass.lambda_factors},
        shares_{1.0f, 1.0f, 1.0f / static_cast<float>(pass.rank),
                1.0f / static_cast<float>(pass.rank)} {}

  PassSums operator()() {
    Lane<Shape> lanes[kInterleave];
    bool all_busy = true;
    for (auto& lane : lanes) all_busy &= begin_run(lane);
    // One rating of each lane in turn; a finished run makes way for the next.
    while (all_busy) {
#pragma GCC unroll 8
      for (int l = 0; l < kInterleave; ++l) {
        step(lanes[l]);
        if (--lanes[l].remaining == 0) [[unlikely]] {
          end_run(lanes[l]);
          all_busy &= begin_run(lanes[l]);
        }
      }
    }
    // No run is left to begin: the lanes that are not done finish one by one.
    for (auto& lane : lanes) {
      if (lane.remaining == 0) continue;
      do {
        step(lane);
      } while (--lane.remaining > 0);
      end_run(lane);
    }
    return sums_;
  }

 private:
  /// Puts the next run that is not empty into `lane`. False, with nothing remaining, when there is none.
  [[gnu::noinline]] bool begin_run(Lane<Shape>& lane) {
    lane.remaining = 0;
    for (; next_run_ < pass_.runs.count; ++next_run_) {
      const std::uint64_t begin = pass_.runs.offsets[next_run_];
      const std::uint64_t length = pass_.runs.offsets[next_run_ + 1] - begin;
      if (length == 0) continue;
      lane.row = pass_.runs.rows != nullptr
                     ? pass_.runs.rows[next_run_]
                     : pass_.runs.first_row + static_cast<std::uint32_t>(next_run_);
      const VisitOrder order = visit_order(pass_.order_seed, lane.row, length);
      lane.position = order.start;
      lane.stride = order.stride;
      lane.begin = begin;
      lane.length = lane.remaining = static_cast<std::uint32_t>(length);
      lane.shrink = pass_.fixed.shrink[lane.row];
      lane.error = lane.clipped_error = 0.0f;
      const float* row = pass_.fixed.rows + std::size_t{lane.row} * pass_.stride;
      Vector squares{};
      for (int v = 0; v < shape_.count(); ++v) {
        lane.p[v] = load_owned<kLanes>(row + v * kLanes);
        squares += lane.p[v] * lane.p[v];
      }
      lane.head = load_owned<4>(&pass_.fixed.heads[lane.row].bias);
      lane.head[2] = sum(squares);
      ++next_run_;
      return true;
    }
    return false;
  }

  [[gnu::noinline]] void end_run(const Lane<Shape>& lane) {
    float* row = pass_.fixed.rows + std::size_t{lane.row} * pass_.stride;
    for (int v = 0; v < shape_.count(); ++v) store_owned<kLanes>(row + v * kLanes, lane.p[v]);
    store_owned<4>(&pass_.fixed.heads[lane.row].bias, lane.head);
    sums_.error += static_cast<double>(lane.error);
    sums_.clipped_error += static_cast<double>(lane.clipped_error);
  }

  /// One rating: see SgdPass for the formula.
  [[gnu::always_inline]] void step(Lane<Shape>& lane) {
    const DecodedEntry entry = entries_[lane.begin + lane.position];
    lane.position += lane.stride;
    if (lane.position >= lane.length) lane.position -= lane.length;
    prefetch(entries_.row(lane.begin + lane.position));

    float* const q = pass_.moving.rows + std::size_t{entry.row} * pass_.stride;
    float* const q_head = &pass_.moving.heads[entry.row].bias;
    const float q_shrink = pass_.moving.shrink[entry.row];

    Vector products{};
    for (int v = 0; v < shape_.count(); ++v) {
      products += lane.p[v] * load_shared<kLanes>(q + v * kLanes);
    }
    const float dot = sum(products);
    const Vec4 p_head = lane.head;
    const Vec4 moving_head = load_shared<4>(q_head);
    const float prediction = p_head[0] + moving_head[0] + dot;
    const float e = entry.value - prediction;
    const float clipped_e =
        entry.value - __builtin_fminf(__builtin_fmaxf(prediction, pass_.lowest), pass_.highest);
    lane.error += e * e;
    lane.clipped_error += clipped_e * clipped_e;

    // The four parameters of this rating side by side: b_p, b_q, p, q. `own` is the bias itself, or
    // p.q where it multiplies lambda in |e q - lambda p|^2 = e^2 |q|^2 - 2 e lambda p.q + lambda^2 |p|^2.
    const Vec4 heads_low = __builtin_shufflevector(p_head, moving_head, 0, 4, 2, 6);
    const Vec4 shrinks = {lane.shrink, q_shrink, lane.shrink, q_shrink};
    const Vec4 lambda = lambdas_ * shrinks;
    const Vec4 ee = {e, e, e, e};
    Vec4 eta;
    Vec4 heads_high;
    if constexpr (kAdaGrad) {
      const Vec4 own = {p_head[0], moving_head[0], dot, dot};
      const Vec4 other_norm = {1.0f, 1.0f, moving_head[2], p_head[2]};
      const Vec4 own_norm = {p_head[0] * p_head[0], moving_head[0] * moving_head[0], p_head[2],
                             moving_head[2]};
      Vec4 square =
          ee * ee * other_norm - 2.0f * ee * lambda * own + lambda * lambda * own_norm;
      square = square > 0.0f ? square : Vec4{};  // rounding, or a norm a race left behind
      heads_high = __builtin_shufflevector(p_head, moving_head, 1, 5, 3, 7) + square * shares_;
      eta = rates_ / square_root(heads_high);
      const Vec4 keep = 1.0f - eta * lambda;
      const Vec4 pull = eta * ee;
      const Vec4 moved_bias = keep * own + pull;
      const Vec4 moved_norm =
          keep * keep * own_norm + 2.0f * keep * pull * own + pull * pull * other_norm;
      lane.head = Vec4{moved_bias[0], heads_high[0], moved_norm[2], heads_high[2]};
      store_shared<4>(q_head, Vec4{moved_bias[1], heads_high[1], moved_norm[3], heads_high[3]});
      move_rows(lane, q, keep[2], pull[2], keep[3], pull[3]);
    } else {
      eta = rates_;
      const Vec4 keep = 1.0f - eta * lambda;
      const Vec4 pull = eta * ee;
      const Vec4 moved = keep * heads_low + pull;
      lane.head[0] = moved[0];
      store_shared<4>(q_head,
                      Vec4{moved[1], moving_head[1], moving_head[2], moving_head[3]});
      move_rows(lane, q, keep[2], pull[2], keep[3], pull[3]);
    }
  }

  [[gnu::always_inline]] void move_rows(Lane<Shape>& lane, float* q, float p_keep, float p_pull,
                                        float q_keep, float q_pull) {
    for (int v = 0; v < shape_.count(); ++v) {
      const Vector q_old = load_shared<kLanes>(q + v * kLanes);
      const Vector p_old = lane.p[v];
      store_shared<kLanes>(q + v * kLanes, q_keep * q_old + q_pull * p_old);
      lane.p[v] = p_keep * p_old + p_pull * q_old;
    }
  }

  [[gnu::always_inline]] void prefetch(std::uint32_t row) const {
    const auto* begin =
        reinterpret_cast<const char*>(pass_.moving.rows + std::size_t{row} * pass_.stride);
    __builtin_prefetch(&pass_.moving.heads[row], 1);
    for (int line = 0; line < shape_.count() * kLanes * 4; line += 64) {
      __builtin_prefetch(begin + line, 1);
    }
  }

  const SgdPass pass_;
  const Entries entries_;
  const Shape shape_;
  const Vec4 rates_;
  const Vec4 lambdas_;
  const Vec4 shares_;
  std::size_t next_run_ = 0;
  PassSums sums_;
};
