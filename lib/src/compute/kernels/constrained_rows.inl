// SPDX-License-Identifier: MIT
//
// What a step does where rows may not be negative, or are held towards zero by their magnitudes
// (L1): after the step of sgd_kernel.inl comes the proximal one, which makes zeros. Apart from that
// file's own moves, so that those stay as fast as they are; of no loss or step rule, so that it is
// compiled once for each width. Included once for each instruction set, inside its namespace; no
// include guard.

/// A run under way. Its row p is worked on apart from the shared one.
template <int kLanes, int kVectors>
struct SgdSlot {
  using Shape = RecordShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;

  Vector p[Shape::kCapacity];
  Vector began[Shape::kCapacity];  ///< p as it was loaded
  RowState state, began_state;
  float lambda_factors, lambda_biases, l1_factors, l1_biases;

  // What compute_steps() decided: q' = keep_q q + pull_q p, and p' = keep_p (p + sum of pull_p
  // q); under constraints each is then taken towards zero by its threshold.
  alignas(32) float keep_q[kMiniBatch], pull_q[kMiniBatch], pull_p[kMiniBatch];
  alignas(32) float threshold_q[kMiniBatch];
  float keep_p;
  float threshold_p;

  RunCursor cursor;
  MiniBatch batches[2];
  int current = 0;
  MiniBatch& now() { return batches[current]; }
  MiniBatch& next() { return batches[current ^ 1]; }
};

/// x, taken towards zero by `threshold`, which it does not pass.
template <class Vector>
[[gnu::always_inline]] inline Vector shrunk(Vector x, Vector threshold) {
  return x - min(max(x, Vector{} - threshold), threshold);
}

template <int kLanes, int kParts>
[[gnu::always_inline]] inline Batch<kLanes, kParts> shrunk(const Batch<kLanes, kParts>& x,
                                                           const Batch<kLanes, kParts>& threshold) {
  return Batch<kLanes, kParts>::each([&](int i) { return shrunk(x.part[i], threshold.part[i]); });
}

inline float shrunk(float x, float threshold) {
  return x - std::min(std::max(x, -threshold), threshold);
}

/// The proximal step of a row's penalty on magnitudes, and of being nowhere negative.
template <class Vector>
[[gnu::always_inline]] inline Vector constrained(Vector x, Vector threshold, bool nonnegative) {
  return nonnegative ? max(x - threshold, Vector{}) : shrunk(x, threshold);
}

/// Moves the rows of the slot's mini-batch. Their norms are taken anew: they no longer follow from
/// the steps.
template <int kLanes, int kVectors>
[[gnu::noinline]] void move_constrained(SgdSlot<kLanes, kVectors>& slot, const SgdPass& pass) {
  using Vector = Vec<kLanes>;
  const RecordShape<kLanes, kVectors> shape(pass.rank);
  const MiniBatch& batch = slot.now();
  const bool nonnegative = pass.nonnegative;
  Vector q_squares[kMiniBatch] = {};
  Vector p_squares{};
  for (int i = 0; i < shape.count(); ++i) {
    const Vector p_old = slot.p[i];
    Vector p_new = p_old;
    for (int l = 0; l < batch.count; ++l) {
      float* const q = batch.rows[l] + i * kLanes;
      const Vector q_old = load_owned<kLanes>(q);
      const Vector moved =
          broadcast<kLanes>(slot.keep_q[l]) * q_old + broadcast<kLanes>(slot.pull_q[l]) * p_old;
      const Vector q_new = constrained(moved, broadcast<kLanes>(slot.threshold_q[l]), nonnegative);
      store_owned<kLanes>(q, q_new);
      q_squares[l] += q_new * q_new;
      p_new += broadcast<kLanes>(slot.pull_p[l]) * q_old;
    }
    const Vector p = constrained(broadcast<kLanes>(slot.keep_p) * p_new,
                                 broadcast<kLanes>(slot.threshold_p), nonnegative);
    slot.p[i] = p;
    p_squares += p * p;
  }
  for (int l = 0; l < batch.count; ++l) {
    reinterpret_cast<RowState*>(batch.rows[l] + shape.width())->norm = sum(q_squares[l])[0];
  }
  slot.state.norm = sum(p_squares)[0];
}

/// What the shared row becomes that held `shared` as a segment took it from `began` to `now`: what
/// became zero is, whatever other workers made of it meanwhile.
template <class Vector>
[[gnu::always_inline]] inline Vector constrained_change(Vector shared, Vector began, Vector now,
                                                        bool nonnegative) {
  const Vector changed = shared + (now - began);
  const Vector kept = now == Vector{} ? Vector{} : changed;
  return nonnegative ? max(kept, Vector{}) : kept;
}
