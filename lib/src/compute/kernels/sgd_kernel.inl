// SPDX-License-Identifier: MIT
//
// The update of SgdPass. Included once for each instruction set, inside its namespace; no include
// guard.
//
// One run is a chain: each update of p needs the one before. Several runs (lanes) are therefore
// walked in turn, so that the processor works on one while another waits; each run, and each moving
// row, still sees its updates strictly one after the other in program order.

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
  Vec4 head;    ///< a RowHead
  Vec4 lambda;  ///< of the bias and of the factors, twice
  Vec4 errors;  ///< sums of squares, clipped, plain, clipped, plain
  std::uint32_t row;
  std::uint32_t position;   ///< within the run
  std::uint32_t ahead;      ///< the position kAhead visits on, whose rows are fetched already
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
        rates_{pass.bias_rate, pass.rate, pass.bias_rate, pass.rate},
        lambdas_{pass.lambda_biases, pass.lambda_factors, pass.lambda_biases, pass.lambda_factors},
        shares_{1.0f, 1.0f / static_cast<float>(pass.rank), 1.0f,
                1.0f / static_cast<float>(pass.rank)},
        lowest_(broadcast(pass.lowest)),
        highest_(broadcast(pass.highest)) {}

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
  /// How many visits of a lane ahead rows are fetched: time for a line to come from another core.
  static constexpr std::uint32_t kAhead = 4;

  /// Puts the next run that is not empty into `lane`. False, with nothing remaining, when there is
  /// none.
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
      lane.ahead = static_cast<std::uint32_t>(
          (order.start + std::uint64_t{kAhead} * order.stride) % length);
      lane.stride = order.stride;
      lane.begin = begin;
      lane.length = lane.remaining = static_cast<std::uint32_t>(length);
      lane.lambda = lambdas_ * pass_.fixed.shrink[lane.row];
      lane.errors = Vec4{};
      const float* row = pass_.fixed.rows + std::size_t{lane.row} * pass_.stride;
      Vector squares{};
      for (int v = 0; v < shape_.count(); ++v) {
        lane.p[v] = load_owned<kLanes>(row + v * kLanes);
        squares += lane.p[v] * lane.p[v];
      }
      lane.head = load_owned<4>(&pass_.fixed.heads[lane.row].bias);
      lane.head[1] = sum(squares)[0];
      ++next_run_;
      return true;
    }
    return false;
  }

  [[gnu::noinline]] void end_run(const Lane<Shape>& lane) {
    float* row = pass_.fixed.rows + std::size_t{lane.row} * pass_.stride;
    for (int v = 0; v < shape_.count(); ++v) store_owned<kLanes>(row + v * kLanes, lane.p[v]);
    store_owned<4>(&pass_.fixed.heads[lane.row].bias, lane.head);
    sums_.clipped_error += static_cast<double>(lane.errors[0]);
    sums_.error += static_cast<double>(lane.errors[1]);
  }

  /// One rating: see SgdPass for the formula. The four parameters it moves lie side by side in the
  /// lanes of a vector: b_p, p, b_q, q. For a bias the "row" is one number. With x a parameter, y
  /// what e multiplies in its gradient g = lambda x - e y (for p that is q, for a bias 1):
  ///
  ///   |g|^2     = e^2 |y|^2 + lambda (lambda |x|^2 - 2 e x.y)
  ///   |x'|^2    = |x|^2 + eta (eta |g|^2 - 2 (lambda |x|^2 - e x.y))     for x' = x - eta g
  [[gnu::always_inline]] void step(Lane<Shape>& lane) {
    const DecodedEntry entry = entries_[lane.begin + lane.position];
    lane.position += lane.stride;
    if (lane.position >= lane.length) lane.position -= lane.length;
    prefetch(entries_.row(lane.begin + lane.ahead));
    lane.ahead += lane.stride;
    if (lane.ahead >= lane.length) lane.ahead -= lane.length;

    float* const q = pass_.moving.rows + std::size_t{entry.row} * pass_.stride;
    float* const q_head = &pass_.moving.heads[entry.row].bias;
    const Vec4 p_head = lane.head;
    const Vec4 moving_head = load_shared<4>(q_head);
    const Vec4 q_lambda = lambdas_ * pass_.moving.shrink[entry.row];

    Vector products{};
    for (int v = 0; v < shape_.count(); ++v) {
      products += lane.p[v] * load_shared<kLanes>(q + v * kLanes);
    }
    const Vec4 dot = sum(products);

    // b_p, |p|^2, b_q, |q|^2
    const Vec4 values = __builtin_shufflevector(p_head, moving_head, 0, 1, 4, 5);
    const Vec4 lambda = __builtin_shufflevector(lane.lambda, q_lambda, 0, 1, 4, 5);
    const Vec4 rating = broadcast(entry.value);
    const Vec4 prediction = splat<0>(values) + splat<2>(values) + dot;
    const Vec4 e = rating - prediction;
    const Vec4 clipped_e = rating - clamp(prediction, lowest_, highest_);
    const Vec4 both = __builtin_shufflevector(clipped_e, e, 0, 5, 2, 7);
    lane.errors += both * both;

    const Vec4 inner = __builtin_shufflevector(values, dot, 0, 5, 2, 7);  // x.y
    Vec4 eta = rates_;
    Vec4 moved = inner + eta * (e - lambda * inner);  // of a bias
    if constexpr (kAdaGrad) {
      const Vec4 swapped = __builtin_shufflevector(values, values, 2, 3, 0, 1);
      const Vec4 other_norm = __builtin_shufflevector(broadcast(1.0f), swapped, 0, 5, 2, 7);
      const Vec4 own_norm = __builtin_shufflevector(values * values, values, 0, 5, 2, 7);
      const Vec4 pulled = e * inner;
      const Vec4 slope = lambda * own_norm - pulled;  // x.g
      Vec4 square = e * e * other_norm + lambda * (slope - pulled);
      square = square > 0.0f ? square : Vec4{};  // rounding, or a norm that a race left behind
      const Vec4 accumulators =
          __builtin_shufflevector(p_head, moving_head, 2, 3, 6, 7) + square * shares_;
      eta = rates_ / square_root(accumulators);
      moved = __builtin_shufflevector(inner + eta * (e - lambda * inner),
                                      own_norm + eta * (eta * square - 2.0f * slope), 0, 5, 2, 7);
      lane.head = __builtin_shufflevector(moved, accumulators, 0, 1, 4, 5);
      store_shared<4>(q_head, __builtin_shufflevector(moved, accumulators, 2, 3, 6, 7));
    } else {
      lane.head = __builtin_shufflevector(moved, p_head, 0, 5, 6, 7);
      store_shared<4>(q_head, __builtin_shufflevector(moved, moving_head, 2, 5, 6, 7));
    }
    const Vec4 keep = 1.0f - eta * lambda;
    const Vec4 pull = eta * e;
    for (int v = 0; v < shape_.count(); ++v) {
      const Vector q_old = load_shared<kLanes>(q + v * kLanes);
      const Vector p_old = lane.p[v];
      store_shared<kLanes>(q + v * kLanes, keep[3] * q_old + pull[3] * p_old);
      lane.p[v] = keep[1] * p_old + pull[1] * q_old;
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
  const Vec4 shares_;  ///< of a row's squared gradient in its mean
  const Vec4 lowest_;
  const Vec4 highest_;
  std::size_t next_run_ = 0;
  PassSums sums_;
};
