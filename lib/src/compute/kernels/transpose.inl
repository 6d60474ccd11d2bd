// SPDX-License-Identifier: MIT
//
// What there is one of for each rating, an error, a step, lies side by side in one vector, a lane
// for a rating, so that the arithmetic between two rows is done for eight at the price of one.
// Included once for each instruction set, inside its namespace; no include guard.

using Lanes = Vec<8>;

inline Lanes both_halves(Vec4 low, Vec4 high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
inline Vec4 low_half(Lanes v) { return __builtin_shufflevector(v, v, 0, 1, 2, 3); }
inline Vec4 high_half(Lanes v) { return __builtin_shufflevector(v, v, 4, 5, 6, 7); }

/// {a0, b0, a1, b1} and {a2, b2, a3, b3} of each half.
inline Lanes interleave_low(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}
inline Lanes interleave_high(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}
/// {a0, a1, b0, b1} and {a2, a3, b2, b3} of each half.
inline Lanes pairs_low(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
}
inline Lanes pairs_high(Lanes a, Lanes b) {
  return __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// The sum of each of the eight vectors, in its lane.
[[gnu::always_inline]] inline Lanes lane_sums(const Vec<4>* v) {
  return both_halves(sums_of(v[0], v[1], v[2], v[3]), sums_of(v[4], v[5], v[6], v[7]));
}

[[gnu::always_inline]] inline Lanes lane_sums(const Vec<8>* v) {
  const auto pair = [](Lanes a, Lanes b) { return interleave_low(a, b) + interleave_high(a, b); };
  const auto four = [&](const Vec<8>* x) {
    const Lanes a = pair(x[0], x[1]), b = pair(x[2], x[3]);
    return pairs_low(a, b) + pairs_high(a, b);
  };
  const Lanes a = four(v), b = four(v + 4);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

[[gnu::always_inline]] inline Lanes lane_sums(const Vec<16>* v) {
  Vec<8> folded[8];
  for (int l = 0; l < 8; ++l) {
    folded[l] = __builtin_shufflevector(v[l], v[l], 0, 1, 2, 3, 4, 5, 6, 7) +
                __builtin_shufflevector(v[l], v[l], 8, 9, 10, 11, 12, 13, 14, 15);
  }
  return lane_sums(folded);
}

/// Eight RowStates, transposed.
struct StateLanes {
  Lanes bias, norm, bias_accumulator, accumulator, penalty_weight;
};

[[gnu::always_inline]] inline StateLanes transpose(const Lanes* states) {
  // Of four states, {0 of each, 4 of each}, {1, 5}, {2, 6} and {3, 7}.
  const auto four = [](const Lanes* x, Lanes* columns) __attribute__((always_inline)) {
    const Lanes low = interleave_low(x[0], x[1]), low_2 = interleave_low(x[2], x[3]);
    const Lanes high = interleave_high(x[0], x[1]), high_2 = interleave_high(x[2], x[3]);
    columns[0] = pairs_low(low, low_2);
    columns[1] = pairs_high(low, low_2);
    columns[2] = pairs_low(high, high_2);
    columns[3] = pairs_high(high, high_2);
  };
  Lanes a[4], b[4];
  four(states, a);
  four(states + 4, b);
  const auto low = [&](int i) {
    return __builtin_shufflevector(a[i], b[i], 0, 1, 2, 3, 8, 9, 10, 11);
  };
  return {low(0), low(1), low(2), low(3),
          __builtin_shufflevector(a[0], b[0], 4, 5, 6, 7, 12, 13, 14, 15)};
}

/// And back: the first two, or four, of state l go to states[l].
[[gnu::always_inline]] inline void transpose_back(Lanes bias, Lanes norm, Vec<2>* states) {
  const Lanes pairs[2] = {interleave_low(bias, norm), interleave_high(bias, norm)};
  const auto put = [&](int l, Vec4 two) {
    states[l] = __builtin_shufflevector(two, two, 0, 1);
    states[l + 1] = __builtin_shufflevector(two, two, 2, 3);
  };
  for (int i = 0; i < 2; ++i) {
    put(2 * i, low_half(pairs[i]));
    put(2 * i + 4, high_half(pairs[i]));
  }
}

[[gnu::always_inline]] inline void transpose_back(Lanes bias, Lanes norm, Lanes bias_accumulator,
                                                  Lanes accumulator, Vec4* states) {
  const Lanes a = interleave_low(bias, norm), b = interleave_high(bias, norm);
  const Lanes c = interleave_low(bias_accumulator, accumulator);
  const Lanes d = interleave_high(bias_accumulator, accumulator);
  const Lanes rows[4] = {pairs_low(a, c), pairs_high(a, c), pairs_low(b, d), pairs_high(b, d)};
  for (int l = 0; l < 4; ++l) {
    states[l] = low_half(rows[l]);
    states[l + 4] = high_half(rows[l]);
  }
}

/// The sums of the lanes of each: {sum a, sum b, sum c, sum d}.
inline Vec4 sums_of_lanes(Lanes a, Lanes b, Lanes c, Lanes d) {
  const Lanes ab = interleave_low(a, b) + interleave_high(a, b);
  const Lanes cd = interleave_low(c, d) + interleave_high(c, d);
  const Lanes sums = pairs_low(ab, cd) + pairs_high(ab, cd);
  return low_half(sums) + high_half(sums);
}

inline Lanes square_root(Lanes v) {
#if defined(MFPAR_KERNEL_VEX)
  return __builtin_ia32_sqrtps256(v);
#else
  return both_halves(square_root(low_half(v)), square_root(high_half(v)));
#endif
}
