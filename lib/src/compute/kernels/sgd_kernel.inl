// SPDX-License-Identifier: MIT
//
// The update of SgdPass. Included once for each instruction set, inside its namespace; no include
// guard.
//
// A run is a chain, each update of its row needs the one before, and the arithmetic between two
// rows is long and narrow. Walking eight runs in step hides the one and fills vectors with the
// other (lanes.inl): one step is the errors of eight ratings, then what follows from them, then the
// rows.

template <int kLanes, int kVectors, bool kAdaGrad, class Entries>
class SgdWalk {
  using Shape = RowShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;
  using Runs = RunsUnderWay<Shape>;

 public:
  explicit SgdWalk(const SgdPass& pass)
      : pass_(pass),
        entries_(pass.runs),
        shape_(pass.rank, pass.stride),
        moving_rows_(pass.moving.rows + std::size_t{pass.runs.moving_base} * shape_.stride()),
        moving_heads_(pass.moving.heads + pass.runs.moving_base),
        moving_shrink_(pass.moving.shrink + pass.runs.moving_base),
        share_(1.0f / static_cast<float>(pass.rank)),
        longest_piece_(longest_piece(pass)) {}

  PassSums operator()() {
    if (pass_.runs.count == 0) return sums_;
    const VisitOrder order = visit_order(pass_.order_seed, pass_.runs.count);
    const auto visit = [&](std::uint64_t n) {
      return static_cast<std::size_t>((order.start + n * order.stride) % pass_.runs.count);
    };
    next_run_ = visit(0);
    soon_ = visit(kSoon);
    later_ = visit(kLater);
    run_stride_ = order.stride;
    Runs runs = {};
    for (int lane = 0; lane < kRunsAtOnce; ++lane) runs.clear(lane);
    while (runs.count < static_cast<int>(pass_.at_once) && begin_run(runs, runs.count)) {
      ++runs.count;
    }
    while (runs.count == kRunsAtOnce) step<true>(runs);
    while (runs.count > 0) step<false>(runs);
    flush(runs);
    return sums_;
  }

 private:
  static constexpr int kUnrolledVectors = 4;

  /// How far ahead memory is asked for: entries of a run, about a cache line of them; runs, their
  /// rows and first entries and, earlier, where those are.
  static constexpr std::uint32_t kEntriesAhead = 16;
  static constexpr std::uint64_t kSoon = 4, kLater = 12;

  /// One rating of each run: see SgdPass for the formulas. With x a row, y the row it meets, n and m
  /// their squared norms and d = x.y,
  ///
  ///   |g|^2   = e (e m - 2 lambda d) + lambda^2 n         of its gradient g = lambda x - e y
  ///   |x'|^2  = keep^2 (n + pull (2 d + pull m))          of x' = keep (x + pull y)
  ///
  /// so neither needs a pass over the factors.
  template <bool kAll>
  void step(Runs& runs) {
    const int count = kAll ? kRunsAtOnce : runs.count;
    std::uint32_t rows[kRunsAtOnce] = {};
    Vec4 heads[kRunsAtOnce];
    Lanes values, shrinks;
    if constexpr (!kAll) {
      values = shrinks = Lanes{};
      for (auto& head : heads) head = Vec4{0.0f, 0.0f, 1.0f, 1.0f};
    }
    // Behind the last entry of a piece there may be none.
    LaneIndices next = runs.at + runs.advance;
    next += reinterpret_cast<LaneIndices>(next == runs.end);
    const auto read = [&](int l) __attribute__((always_inline)) {
      const std::uint32_t at = runs.at[l];
      const DecodedEntry entry = entries_[at];
      rows[l] = entry.row;
      values[l] = entry.value;
      shrinks[l] = moving_shrink_[entry.row];
      heads[l] = load_owned<4>(&moving_heads_[entry.row].bias);
      prefetch(entries_.row(next[l]));
      entries_.prefetch(at + kEntriesAhead);
    };
    // Unrolled, values and shrinks come to lie in vectors without a way through memory.
    if constexpr (kAll) {
#pragma GCC unroll 8
      for (int l = 0; l < kRunsAtOnce; ++l) read(l);
    } else {
      for (int l = 0; l < count; ++l) read(l);
    }

    Vector products[kRunsAtOnce];
    if constexpr (!kAll) {
      for (auto& product : products) product = Vector{};
    }
    each_lane<kAll>(
        count, [&](int l) __attribute__((always_inline)) {
          products[l] = product(runs.v[l], moving_rows_ + rows[l] * shape_.stride());
        });
    runs.at += runs.advance;

    const Moves moves = decide(runs, values, shrinks, turn_over(heads), lane_sums(products));
    alignas(Lanes) float keep_moving[kRunsAtOnce], pull_moving[kRunsAtOnce],
        pull_fixed[kRunsAtOnce];
    *reinterpret_cast<Lanes*>(keep_moving) = moves.keep_moving;
    *reinterpret_cast<Lanes*>(pull_moving) = moves.pull_moving;
    *reinterpret_cast<Lanes*>(pull_fixed) = moves.pull_fixed;
    turn_back(moves.heads, heads);
    each_lane<kAll>(
        count, [&](int l) __attribute__((always_inline)) {
          float* const q = moving_rows_ + rows[l] * shape_.stride();
          const Vector keep = spread<kLanes>(keep_moving[l]);
          const Vector to_q = spread<kLanes>(pull_moving[l]);
          const Vector to_v = spread<kLanes>(pull_fixed[l]);
          for (int i = 0; i < shape_.count(); ++i) {
            const Vector q_old = load_owned<kLanes>(q + i * kLanes);
            const Vector v_old = runs.v[l][i];
            store_owned<kLanes>(q + i * kLanes, keep * q_old + to_q * v_old);
            runs.v[l][i] = v_old + to_v * q_old;
          }
          // Two runs of a step may meet the same row: both moves are added.
          float* const head = &moving_heads_[rows[l]].bias;
          store_owned<4>(head, load_owned<4>(head) + heads[l]);
        });
    const unsigned done = equal_lanes(runs.at, runs.end);
    if (done != 0) [[unlikely]]
      go_on(runs, done);
  }

  /// Unrolled where rows are so short that a loop over the lanes would show.
  template <bool kAll, class Do>
  [[gnu::always_inline]] static void each_lane(int count, Do visit) {
    if constexpr (kAll && kVectors > 0 && kVectors <= kUnrolledVectors) {
#pragma GCC unroll 8
      for (int l = 0; l < kRunsAtOnce; ++l) visit(l);
    } else {
#pragma GCC unroll 1
      for (int l = 0; l < count; ++l) visit(l);
    }
  }

  /// What a step does to the moving rows and to v; the heads' part for the fixed side is done.
  struct Moves {
    Lanes keep_moving, pull_moving;
    Lanes pull_fixed;
    HeadLanes heads;  ///< to add to the moving heads
  };

  /// Everything waits for e, so what does not need it is put together apart.
  [[gnu::always_inline]] Moves decide(Runs& runs, Lanes values, Lanes shrinks, const HeadLanes& q,
                                      Lanes products) {
    HeadLanes& p = runs.head;
    const Lanes dot = products * runs.scale;
    const Lanes e = values - (p.bias + q.bias) - dot;
    const Lanes prediction = values - e;
    const Lanes clipped =
        values - smaller(larger(prediction, spread<8>(pass_.lowest)), spread<8>(pass_.highest));
    runs.errors += e * e;
    runs.clipped_errors += runs.weight * (clipped * clipped);

    const Lanes q_lambda = shrinks * pass_.lambda_factors;
    const Lanes p_bias_slope = e - runs.lambda_biases * p.bias;
    const Lanes q_bias_slope = e - shrinks * pass_.lambda_biases * q.bias;
    Lanes p_rate = spread<8>(pass_.rate), q_rate = p_rate;
    Lanes p_pull = p_rate * e, q_pull = q_rate * e;
    Lanes p_bias_move = pass_.bias_rate * p_bias_slope;
    Moves moves = {};
    moves.heads.bias = pass_.bias_rate * q_bias_slope;
    if constexpr (kAdaGrad) {
      // Rounding may leave less than nothing of a square.
      const auto added = [&](Lanes accumulator, Lanes lambda, Lanes norm, Lanes other) {
        const Lanes slope = share_ * other * e - 2.0f * share_ * lambda * dot;
        return larger(e * slope + (share_ * lambda * lambda * norm + accumulator), accumulator);
      };
      p.accumulator = added(p.accumulator, runs.lambda_factors, p.norm, q.norm);
      const Lanes q_accumulator = added(q.accumulator, q_lambda, q.norm, p.norm);
      moves.heads.accumulator = q_accumulator - q.accumulator;
      p.bias_accumulator += p_bias_slope * p_bias_slope;
      moves.heads.bias_accumulator = q_bias_slope * q_bias_slope;
      const InverseRoots p_root(p.accumulator), q_root(q_accumulator);
      p_rate = p_root.times(p_rate);
      q_rate = q_root.times(q_rate);
      p_pull = p_root.times(p_pull);
      q_pull = q_root.times(q_pull);
      p_bias_move = InverseRoots(p.bias_accumulator).times(p_bias_move);
      moves.heads.bias =
          InverseRoots(q.bias_accumulator + moves.heads.bias_accumulator).times(moves.heads.bias);
    }
    p.bias += p_bias_move;

    moves.pull_fixed = p_pull * runs.inverse_scale;
    const Lanes p_grown = 1.0f + p_rate * runs.lambda_factors;
    const Lanes keep = 1.0f / p_grown;
    moves.keep_moving = 1.0f / (1.0f + q_rate * q_lambda);
    moves.pull_moving = moves.keep_moving * q_pull * runs.scale;
    if constexpr (kAdaGrad) {
      const auto moved_norm = [&](Lanes kept, Lanes pull, Lanes norm, Lanes other) {
        return kept * kept * (pull * (pull * other + 2.0f * dot) + norm);
      };
      const Lanes p_norm = p.norm;
      p.norm = moved_norm(keep, p_pull, p_norm, q.norm);
      moves.heads.norm = moved_norm(moves.keep_moving, q_pull, q.norm, p_norm) - q.norm;
    }
    runs.scale *= keep;
    runs.inverse_scale *= p_grown;
    return moves;
  }

  [[gnu::always_inline]] Vector product(const Vector* v, const float* q) const {
    // Two sums, so that additions need not wait for each other.
    Vector even{}, odd{};
    for (int i = 0; i + 1 < shape_.count(); i += 2) {
      even += v[i] * load_owned<kLanes>(q + i * kLanes);
      odd += v[i + 1] * load_owned<kLanes>(q + (i + 1) * kLanes);
    }
    if (shape_.count() % 2 != 0) {
      const int last = shape_.count() - 1;
      even += v[last] * load_owned<kLanes>(q + last * kLanes);
    }
    return even + odd;
  }

  [[gnu::always_inline]] void prefetch(std::uint32_t row) const {
    const auto* begin = reinterpret_cast<const char*>(moving_rows_ + row * shape_.stride());
    __builtin_prefetch(&moving_heads_[row], 1);
    for (int line = 0; line < shape_.count() * kLanes * 4; line += 64) {
      __builtin_prefetch(begin + line, 1);
    }
  }

  /// Ends the pieces of the lanes in `done`, and begins the next piece of their runs or other runs.
  [[gnu::noinline]] void go_on(Runs& runs, unsigned done) {
    // Floats add up to a few thousand squares without losing what matters.
    if (++pieces_ % 64 == 0) flush(runs);
    while (done != 0) {
      const int lane = 31 - __builtin_clz(done);
      done &= ~(1u << lane);
      store_row(runs, lane);
      if (const std::uint32_t at = lane_of(runs.end, lane); at != runs.last[lane]) {
        runs.begin_piece(lane, at, longest_piece_);
        load_row(runs, lane);
        continue;
      }
      if (begin_run(runs, lane)) continue;
      const int last = --runs.count;
      if (lane != last) runs.move(last, lane, shape_.count());
      runs.clear(last);
    }
  }

  /// Puts the next run that is not empty into `lane`. False when there is none.
  bool begin_run(Runs& runs, int lane) {
    while (visits_++ < pass_.runs.count) {
      const std::size_t run = next_run_;
      for (std::size_t* at : {&next_run_, &soon_, &later_}) {
        *at += run_stride_;
        if (*at >= pass_.runs.count) *at -= pass_.runs.count;
      }
      pass_.runs.prefetch(later_);
      prefetch_run(soon_);
      const auto first = static_cast<std::uint32_t>(pass_.runs.offsets[run]);
      const auto last = static_cast<std::uint32_t>(pass_.runs.offsets[run + 1]);
      if (first == last) continue;
      runs.rows[lane] = pass_.runs.row(run);
      runs.last[lane] = last;
      runs.begin_piece(lane, first, longest_piece_);
      put(runs.advance, lane, 1u);
      put(runs.weight, lane, 1.0f);
      const float shrink = pass_.fixed.shrink[runs.rows[lane]];
      put(runs.lambda_factors, lane, pass_.lambda_factors * shrink);
      put(runs.lambda_biases, lane, pass_.lambda_biases * shrink);
      load_row(runs, lane);
      return true;
    }
    return false;
  }

  void load_row(Runs& runs, int lane) const {
    const std::uint32_t row = runs.rows[lane];
    const float* const p = pass_.fixed.rows + std::size_t{row} * shape_.stride();
    Vector squares{};
    for (int i = 0; i < shape_.count(); ++i) {
      const Vector x = load_shared<kLanes>(p + i * kLanes);
      runs.v[lane][i] = runs.began[lane][i] = x;
      if constexpr (kAdaGrad) squares += x * x;
    }
    Vec4 head = load_shared<4>(&pass_.fixed.heads[row].bias);
    if constexpr (kAdaGrad) head[1] = sum(squares)[0];
    runs.began_heads[lane] = head;
    put(runs.scale, lane, 1.0f);
    put(runs.inverse_scale, lane, 1.0f);
    put(runs.head.bias, lane, head[0]);
    put(runs.head.norm, lane, head[1]);
    put(runs.head.bias_accumulator, lane, head[2]);
    put(runs.head.accumulator, lane, head[3]);
  }

  /// Adds what the piece has changed to the shared row.
  void store_row(const Runs& runs, int lane) const {
    const std::uint32_t row = runs.rows[lane];
    float* const p = pass_.fixed.rows + std::size_t{row} * shape_.stride();
    const Vector scale = spread<kLanes>(lane_of(runs.scale, lane));
    for (int i = 0; i < shape_.count(); ++i) {
      const Vector change = scale * runs.v[lane][i] - runs.began[lane][i];
      store_shared<kLanes>(p + i * kLanes, load_shared<kLanes>(p + i * kLanes) + change);
    }
    float* const head = &pass_.fixed.heads[row].bias;
    const Vec4 reached = {lane_of(runs.head.bias, lane), lane_of(runs.head.norm, lane),
                          lane_of(runs.head.bias_accumulator, lane),
                          lane_of(runs.head.accumulator, lane)};
    store_shared<4>(head, load_shared<4>(head) + (reached - runs.began_heads[lane]));
  }

  void prefetch_run(std::size_t run) const {
    const std::uint32_t row = pass_.runs.row(run);
    const auto* p =
        reinterpret_cast<const char*>(pass_.fixed.rows + std::size_t{row} * shape_.stride());
    __builtin_prefetch(&pass_.fixed.heads[row], 1);
    __builtin_prefetch(&pass_.fixed.shrink[row]);
    for (int line = 0; line < shape_.count() * kLanes * 4; line += 64) {
      __builtin_prefetch(p + line, 1);
    }
    entries_.prefetch(pass_.runs.offsets[run]);
  }

  void flush(Runs& runs) {
    for (int l = 0; l < kRunsAtOnce; ++l) {
      sums_.error += static_cast<double>(lane_of(runs.errors, l));
      sums_.clipped_error += static_cast<double>(lane_of(runs.clipped_errors, l));
    }
    runs.errors = runs.clipped_errors = Lanes{};
  }

  const SgdPass pass_;
  const Entries entries_;
  const Shape shape_;
  float* const moving_rows_;
  RowHead* const moving_heads_;
  const float* const moving_shrink_;
  const float share_;  ///< of a row's squared gradient in its mean
  const std::uint32_t longest_piece_;
  std::size_t next_run_ = 0, soon_ = 0, later_ = 0;  ///< runs, in the order of visits
  std::size_t run_stride_ = 0;
  std::size_t visits_ = 0;
  unsigned pieces_ = 0;
  PassSums sums_;
};
