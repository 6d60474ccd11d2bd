// SPDX-License-Identifier: MIT
//
// The update of SgdPass. Included once for each instruction set, inside its namespace; no include
// guard.
//
// A group goes through two steps: look() takes its errors and decides all moves, which is a long
// chain of narrow arithmetic, and move() moves the rows, which is wide and waits for nothing. Two
// runs are under way, and one moves while the other is looked at.

template <int kLanes, int kVectors, bool kAdaGrad>
class SgdWalk {
  using Shape = RecordShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;

 public:
  explicit SgdWalk(const SgdPass& pass)
      : pass_(pass),
        shape_(pass.rank),
        share_(1.0f / static_cast<float>(pass.rank)),
        reader_(pass_) {}

  PassSums operator()() {
    Slot slots[2];
    for (Slot& slot : slots) {
      for (RatingGroup& group : slot.groups) reader_.clear(group);
      reader_.read(slot.cursor, slot.next());
    }
    Slot *x = &slots[0], *y = &slots[1];
    while (x->next().count != 0 || y->now().count != 0) {
      look(*x);
      move(*y, x->next());
      std::swap(x, y);
    }
    return sums_;
  }

 private:
  /// A run under way. Its row p is worked on apart from the shared one.
  struct Slot {
    Vector p[Shape::kCapacity];
    Vector began[Shape::kCapacity];  ///< p as it was loaded
    RowState state, began_state;
    float lambda_factors, lambda_biases;

    // What look() decided: q' = keep_q q + pull_q p, and p' = keep_p (p + sum of pull_p q).
    alignas(32) float keep_q[kGroupSize], pull_q[kGroupSize], pull_p[kGroupSize];
    float keep_p;

    RunCursor cursor;
    RatingGroup groups[2];
    int current = 0;
    RatingGroup& now() { return groups[current]; }
    RatingGroup& next() { return groups[current ^ 1]; }
  };

  /// Vectors of a row that are moved at a time: as many as stay in registers, old and new.
  static constexpr int kBlock = kVectors > 0 && kVectors < 4 ? kVectors : 4;

  /// Vectors of a cache line.
  static constexpr int kLineVectors = 64 / sizeof(Vector);

  /// Goes on to the slot's next group.
  [[gnu::always_inline]] void look(Slot& slot) {
    slot.current ^= 1;
    RatingGroup& group = slot.now();
    slot.next().count = 0;
    if (group.count == 0) return;
    reader_.read(slot.cursor, slot.next());
    if (group.begins) load_row(slot, group.fixed_row);
    if (group.count > 8) {
      decide<2>(slot, group);
    } else {
      decide<1>(slot, group);
    }
  }

  /// The formulas are SgdPass's. With x a row, y the row it meets, n and m their squared norms and
  /// d = x.y, the squared gradient of a rating's error and the norm after the move are
  ///
  ///   |g|^2   = e^2 m                                     of g = -e y
  ///   |x'|^2  = keep^2 n + 2 keep pull d + pull^2 m       of x' = keep x + pull y
  ///
  /// so neither needs a pass over the factors.
  template <int kParts>
  [[gnu::always_inline]] void decide(Slot& slot, RatingGroup& group) {
    using Wide = WideLanes<kParts>;
    const auto count = static_cast<float>(group.count);
    RowState& p = slot.state;
    const Wide dot = dots<kParts>(slot, group);
    auto q = WideStates<kParts, kAdaGrad>::load(group.rows, shape_.width());
    const Wide values = Wide::load(group.values);
    const Wide mask = Wide::ones(group.count);

    const Wide e = (values - (q.bias + p.bias) - dot) * mask;
    const Wide clipped = (values - clamp(values - e, pass_.lowest, pass_.highest)) * mask;
    const Wide squares = e * e;
    Wide root = Wide::all(1.0f), bias_root = root;
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
    sums_.error += static_cast<double>(sums[1]);
    sums_.clipped_error += static_cast<double>(sum((clipped * clipped).folded())[0]);

    const float reach = p_rate * sums[2] + count * p_bias_rate;
    const float shorter = 1.0f / std::max(reach, 1.0f);
    (e * (p_rate * shorter)).store(slot.pull_p);
    slot.keep_p = 1.0f / (1.0f + count * p_rate * slot.lambda_factors);
    p.bias = (p.bias + p_bias_rate * shorter * sums[0]) /
             (1.0f + count * p_bias_rate * slot.lambda_biases);

    // x' = (x + rate / root e y) / (1 + rate / root lambda), with one division.
    const Wide inverse = 1.0f / (root + q.shrink * (pass_.rate * pass_.lambda_factors));
    const Wide keep = root * inverse;
    const Wide pull = (pass_.rate * e) * inverse;
    keep.store(slot.keep_q);
    pull.store(slot.pull_q);
    q.bias = (q.bias * bias_root + pass_.bias_rate * e) /
             (bias_root + q.shrink * (pass_.bias_rate * pass_.lambda_biases));
    q.norm = keep * (keep * q.norm + 2.0f * pull * dot) + pull * pull * p.norm;
    q.store(group.rows, shape_.width());
  }

  template <int kParts>
  [[gnu::always_inline]] WideLanes<kParts> dots(const Slot& slot, const RatingGroup& group) const {
    return WideLanes<kParts>::each([&](int part) __attribute__((always_inline)) {
      Vector products[8] = {};
      for (int i = 0; i < shape_.count(); ++i) {
        const Vector p = slot.p[i];
#pragma GCC unroll 8
        for (int l = 0; l < 8; ++l) {
          products[l] += p * load_owned<kLanes>(group.rows[8 * part + l] + i * kLanes);
        }
      }
      return lane_sums(products);
    });
  }

  /// Moves the rows of the slot's group, and asks for those of `coming` in step with it: all at once
  /// they would wait for each other.
  [[gnu::always_inline]] void move(Slot& slot, const RatingGroup& coming) {
    const RatingGroup& group = slot.now();
    for (int l = group.count; l < coming.count; ++l) {
      for (int i = 0; i < shape_.count(); i += kLineVectors) prefetch(coming.rows[l], i);
    }
    if (group.count == 0) return;
    Vector squares{};
    int i = 0;
    for (; i + kBlock <= shape_.count(); i += kBlock) move_block<kBlock>(slot, coming, i, squares);
    if constexpr (kVectors == 0 || kVectors % kBlock != 0) {
      for (; i < shape_.count(); ++i) move_block<1>(slot, coming, i, squares);
    }
    slot.state.norm = sum(squares)[0];
    if (group.ends) store_row(slot, group.fixed_row);
  }

  /// Vectors [first, first + kCount) of all rows of the group; adds the squares of the new p.
  template <int kCount>
  [[gnu::always_inline]] void move_block(Slot& slot, const RatingGroup& coming, int first,
                                         Vector& squares) const {
    const RatingGroup& group = slot.now();
    Vector p_old[kCount], p_new[kCount];
    for (int i = 0; i < kCount; ++i) p_old[i] = p_new[i] = slot.p[first + i];
#pragma GCC unroll 1
    for (int l = 0; l < group.count; ++l) {
      float* const q = group.rows[l] + first * kLanes;
      for (int i = 0; i < kCount; i += kLineVectors) prefetch(coming.rows[l], first + i);
      const Vector keep = spread<kLanes>(slot.keep_q[l]);
      const Vector pull = spread<kLanes>(slot.pull_q[l]);
      const Vector pull_p = spread<kLanes>(slot.pull_p[l]);
      for (int i = 0; i < kCount; ++i) {
        const Vector q_old = load_owned<kLanes>(q + i * kLanes);
        store_owned<kLanes>(q + i * kLanes, keep * q_old + pull * p_old[i]);
        p_new[i] += pull_p * q_old;
      }
    }
    const Vector keep_p = spread<kLanes>(slot.keep_p);
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
    const float shrink = reinterpret_cast<const RowState*>(state)->shrink;
    slot.lambda_factors = pass_.lambda_factors * shrink;
    slot.lambda_biases = pass_.lambda_biases * shrink;
  }

  /// Adds what the piece has changed to the shared row.
  void store_row(Slot& slot, std::uint32_t row) const {
    float* const p = pass_.fixed.records + row * shape_.stride();
    for (int i = 0; i < shape_.count(); ++i) {
      const Vector change = slot.p[i] - slot.began[i];
      store_shared<kLanes>(p + i * kLanes, load_shared<kLanes>(p + i * kLanes) + change);
    }
    float* const state = p + shape_.width();
    const Vec4 change = load_owned<4>(&slot.state.bias) - load_owned<4>(&slot.began_state.bias);
    store_shared<4>(state, load_shared<4>(state) + change);
  }

  const SgdPass pass_;
  const Shape shape_;
  const float share_;  ///< of a row's squared gradient in its mean
  GroupReader<Shape> reader_;
  PassSums sums_;
};
