// SPDX-License-Identifier: MIT
//
// The update of SgdPass. Included once for each instruction set, inside its namespace; no include
// guard.
//
// A mini-batch goes through two phases: compute_steps() takes its errors and decides all steps,
// which is a long chain of narrow arithmetic, and apply_steps() moves the rows, which is wide and
// waits for nothing. Two runs are under way, and one is in the second phase while the other is in
// the first.

/// By squares, whose pull is the residual, or by any other loss.
template <bool kIsSquared, int kLanes, int kVectors, bool kAdaGrad>
class SgdWalk {
  using Shape = RecordShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;

 public:
  /// `pulls`: the loss's; squares do without.
  SgdWalk(const SgdPass& pass, const LossPulls& pulls)
      : pass_(pass),
        pulls_(pulls),
        constrained_(pass.is_constrained()),
        shape_(pass.rank),
        share_(1.0f / static_cast<float>(pass.rank)),
        reader_(pass_) {}

  [[gnu::noinline]] PassSums operator()() {
    Slot slots[2];
    for (Slot& slot : slots) {
      for (MiniBatch& batch : slot.batches) reader_.clear(batch);
      reader_.read(slot.cursor, slot.next());
    }
    Slot *x = &slots[0], *y = &slots[1];
    while (x->next().count != 0 || y->now().count != 0) {
      compute_steps(*x);
      apply_steps(*y, x->next());
      std::swap(x, y);
    }
    return sums_;
  }

 private:
  using Slot = SgdSlot<kLanes, kVectors>;

  /// Vectors of a row that are moved at a time: as many as stay in registers, old and new.
  static constexpr int kTogether = kVectors > 0 && kVectors < 4 ? kVectors : 4;

  /// Vectors of a cache line.
  static constexpr int kLineVectors = 64 / sizeof(Vector);

  /// Goes on to the slot's next mini-batch.
  [[gnu::always_inline]] void compute_steps(Slot& slot) {
    slot.current ^= 1;
    MiniBatch& batch = slot.now();
    slot.next().count = 0;
    if (batch.count == 0) return;
    reader_.read(slot.cursor, slot.next());
    if (batch.begins) load_row(slot, batch.fixed_row);
    if (batch.count > 8) {
      compute_steps<2>(slot, batch);
    } else {
      compute_steps<1>(slot, batch);
    }
  }

  /// The formulas are SgdPass's. With x a row, y the row it meets, n and m their squared norms, e
  /// the pull of a rating and d = x.y, the squared gradient of its error and the norm after the
  /// step are
  ///
  ///   |g|^2   = e^2 m                                     of g = -e y
  ///   |x'|^2  = keep^2 n + 2 keep pull d + pull^2 m       of x' = keep x + pull y
  ///
  /// so neither needs a pass over the factors.
  template <int kParts>
  [[gnu::always_inline]] void compute_steps(Slot& slot, MiniBatch& batch) {
    using Wide = Batch<8, kParts>;
    const auto count = static_cast<float>(batch.count);
    RowState& p = slot.state;
    const Wide dot = dots<kParts>(slot, batch);
    auto q = BatchStates<kParts, kAdaGrad>::load(batch.rows, shape_.width());
    const Wide values = Wide::load(batch.values);
    const Wide mask = Wide::ones(batch.count);

    const Wide residual = (values - (q.bias + (p.bias + pass_.mean)) - dot) * mask;
    Wide e = residual;
    if constexpr (!kIsSquared) pulls_.take<kParts>()(pass_, values, residual, mask, e, sums_);
    const Wide squares = e * e;
    Wide root = Wide(1.0f), bias_root = root;
    float p_rate = pass_.rate, p_bias_rate = pass_.bias_rate;
    Vec4 sums;
    if constexpr (kAdaGrad) {
      q.accumulator = q.accumulator + squares * (share_ * p.norm);
      q.bias_accumulator = q.bias_accumulator + squares;
      root = square_root(q.accumulator);
      bias_root = square_root(q.bias_accumulator);
      sums =
          sums_of_lanes(e.folded(), squares.folded(), q.norm.folded(), (squares * q.norm).folded());
      p.accumulator += share_ * sums[3];
      p.bias_accumulator += sums[1];
      p_rate /= std::sqrt(p.accumulator);
      p_bias_rate /= std::sqrt(p.bias_accumulator);
    } else {
      sums = sums_of_lanes(e.folded(), squares.folded(), q.norm.folded(), Lanes{});
    }
    if constexpr (kIsSquared) add_squares(values, residual, mask, sums[1]);

    const float max_curvature = kIsSquared ? SquaredLoss::kMaxCurvature : pulls_.max_curvature;
    const float reach = max_curvature * (p_rate * sums[2] + count * p_bias_rate);
    const float shorter = 1.0f / std::max(reach, 1.0f);
    (e * (p_rate * shorter)).store(slot.pull_p);
    slot.keep_p = 1.0f / (1.0f + count * p_rate * slot.lambda_factors);
    float p_bias = p.bias + p_bias_rate * shorter * sums[0];
    if (constrained_) [[unlikely]]
      p_bias = shrunk(p_bias, count * p_bias_rate * slot.l1_biases);
    p.bias = p_bias / (1.0f + count * p_bias_rate * slot.lambda_biases);

    // x' = (x + rate / root e y) / (1 + rate / root lambda), with one division.
    const Wide inverse = 1.0f / (root + q.penalty_weight * (pass_.rate * pass_.lambda_factors));
    const Wide keep = root * inverse;
    const Wide pull = (pass_.rate * e) * inverse;
    keep.store(slot.keep_q);
    pull.store(slot.pull_q);
    Wide q_bias = q.bias * bias_root + pass_.bias_rate * e;
    if (constrained_) [[unlikely]] {
      q_bias = shrunk(q_bias, q.penalty_weight * (pass_.bias_rate * pass_.l1_biases.moving));
    }
    q.bias = q_bias / (bias_root + q.penalty_weight * (pass_.bias_rate * pass_.lambda_biases));
    if (constrained_) [[unlikely]] {
      (q.penalty_weight * inverse * (pass_.rate * pass_.l1_factors.moving)).store(slot.threshold_q);
      slot.threshold_p = slot.keep_p * count * p_rate * slot.l1_factors;
    }
    q.norm = keep * (keep * q.norm + 2.0f * pull * dot) + pull * pull * p.norm;
    q.store(batch.rows, shape_.width());
  }

  /// `squares` is the sum of the squared residuals.
  template <int kParts>
  [[gnu::always_inline]] void add_squares(const Batch<8, kParts>& values,
                                          const Batch<8, kParts>& residual,
                                          const Batch<8, kParts>& mask, float squares) {
    sums_.error += static_cast<double>(squares);
    const auto clipped = (values - clamp(values - residual, pass_.lowest, pass_.highest)) * mask;
    sums_.clipped_error += static_cast<double>(sum((clipped * clipped).folded())[0]);
  }

  template <int kParts>
  [[gnu::always_inline]] Batch<8, kParts> dots(const Slot& slot, const MiniBatch& batch) const {
    return Batch<8, kParts>::each([&](int part) __attribute__((always_inline)) {
      Vector products[8] = {};
      for (int i = 0; i < shape_.count(); ++i) {
        const Vector p = slot.p[i];
#pragma GCC unroll 8
        for (int l = 0; l < 8; ++l) {
          products[l] += p * load_owned<kLanes>(batch.rows[8 * part + l] + i * kLanes);
        }
      }
      return lane_sums(products);
    });
  }

  /// Moves the rows of the slot's mini-batch, and asks for those of `coming` in step with it: all
  /// at once they would wait for each other.
  [[gnu::always_inline]] void apply_steps(Slot& slot, const MiniBatch& coming) {
    const MiniBatch& batch = slot.now();
    for (int l = batch.count; l < coming.count; ++l) {
      for (int i = 0; i < shape_.count(); i += kLineVectors) prefetch(coming.rows[l], i);
    }
    if (batch.count == 0) return;
    if (constrained_) [[unlikely]] {
      for (int l = 0; l < std::min(batch.count, coming.count); ++l) {
        for (int i = 0; i < shape_.count(); i += kLineVectors) prefetch(coming.rows[l], i);
      }
      move_constrained(slot, pass_);
      if (batch.ends) store_row(slot, batch.fixed_row);
      return;
    }
    Vector squares{};
    int i = 0;
    for (; i + kTogether <= shape_.count(); i += kTogether)
      apply_steps_to<kTogether>(slot, coming, i, squares);
    if constexpr (kVectors == 0 || kVectors % kTogether != 0) {
      for (; i < shape_.count(); ++i) apply_steps_to<1>(slot, coming, i, squares);
    }
    slot.state.norm = sum(squares)[0];
    if (batch.ends) store_row(slot, batch.fixed_row);
  }

  /// Vectors [first, first + kCount) of all rows of the mini-batch; adds the squares of the new p.
  template <int kCount>
  [[gnu::always_inline]] void apply_steps_to(Slot& slot, const MiniBatch& coming, int first,
                                             Vector& squares) const {
    const MiniBatch& batch = slot.now();
    Vector p_old[kCount], p_new[kCount];
    for (int i = 0; i < kCount; ++i) p_old[i] = p_new[i] = slot.p[first + i];
#pragma GCC unroll 1
    for (int l = 0; l < batch.count; ++l) {
      float* const q = batch.rows[l] + first * kLanes;
      for (int i = 0; i < kCount; i += kLineVectors) prefetch(coming.rows[l], first + i);
      const Vector keep = broadcast<kLanes>(slot.keep_q[l]);
      const Vector pull = broadcast<kLanes>(slot.pull_q[l]);
      const Vector pull_p = broadcast<kLanes>(slot.pull_p[l]);
      for (int i = 0; i < kCount; ++i) {
        const Vector q_old = load_owned<kLanes>(q + i * kLanes);
        store_owned<kLanes>(q + i * kLanes, keep * q_old + pull * p_old[i]);
        p_new[i] += pull_p * q_old;
      }
    }
    const Vector keep_p = broadcast<kLanes>(slot.keep_p);
    for (int i = 0; i < kCount; ++i) {
      const Vector p = keep_p * p_new[i];
      slot.p[first + i] = p;
      squares += p * p;
    }
  }

  [[gnu::always_inline]] static void prefetch(const float* row, int vector) {
    __builtin_prefetch(row + vector * kLanes, 1);
  }

  void load_row(Slot& slot, std::uint32_t row) const {
    const float* const p = pass_.fixed.records + row * shape_.stride();
    Vector squares{};
    for (int i = 0; i < shape_.count(); ++i) {
      const Vector x = load_shared<kLanes>(p + i * kLanes);
      slot.p[i] = slot.began[i] = x;
      squares += x * x;
    }
    const float* const state = p + shape_.width();
    store_owned<4>(&slot.state.bias, load_shared<4>(state));
    slot.began_state = slot.state;
    slot.state.norm = sum(squares)[0];
    const float penalty_weight = reinterpret_cast<const RowState*>(state)->penalty_weight;
    slot.lambda_factors = pass_.lambda_factors * penalty_weight;
    slot.lambda_biases = pass_.lambda_biases * penalty_weight;
    slot.l1_factors = pass_.l1_factors.fixed * penalty_weight;
    slot.l1_biases = pass_.l1_biases.fixed * penalty_weight;
  }

  /// Adds what the segment has changed to the shared row.
  void store_row(Slot& slot, std::uint32_t row) const {
    float* const p = pass_.fixed.records + row * shape_.stride();
    for (int i = 0; i < shape_.count(); ++i) {
      const Vector shared = load_shared<kLanes>(p + i * kLanes);
      store_shared<kLanes>(
          p + i * kLanes,
          constrained_ ? constrained_change(shared, slot.began[i], slot.p[i], pass_.nonnegative)
                       : shared + (slot.p[i] - slot.began[i]));
    }
    float* const state = p + shape_.width();
    const Vec4 change = load_owned<4>(&slot.state.bias) - load_owned<4>(&slot.began_state.bias);
    store_shared<4>(state, load_shared<4>(state) + change);
  }

  const SgdPass pass_;
  const LossPulls& pulls_;
  const bool constrained_;
  const Shape shape_;
  const float share_;  ///< of a row's squared gradient in its mean
  MiniBatchReader<Shape> reader_;
  PassSums sums_;
};
