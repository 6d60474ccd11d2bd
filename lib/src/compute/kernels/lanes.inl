// SPDX-License-Identifier: MIT
//
// Eight runs are walked at once. What there is one of for each, a bias, a step, lies side by side
// in one vector, a lane for a run, so that the arithmetic between two rows is done for all eight at
// the price of one. Included once for each instruction set, inside its namespace; no include guard.

using Lanes = Vec<kRunsAtOnce>;
typedef std::uint32_t LaneIndices __attribute__((vector_size(kRunsAtOnce * sizeof(std::uint32_t))));
static_assert(kRunsAtOnce == 8);

/// `x` in every lane. (x - 0 is x, -0 too, which the compiler knows.)
template <int kLanes>
inline Vec<kLanes> spread(float x) {
  return x - Vec<kLanes>{};
}

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
inline Lanes lane_sums(const Vec<4>* v) {
  return both_halves(sums_of(v[0], v[1], v[2], v[3]), sums_of(v[4], v[5], v[6], v[7]));
}

inline Lanes lane_sums(const Vec<8>* v) {
  const auto pair = [](Lanes a, Lanes b) { return interleave_low(a, b) + interleave_high(a, b); };
  const auto four = [&](const Vec<8>* x) {
    const Lanes a = pair(x[0], x[1]), b = pair(x[2], x[3]);
    return pairs_low(a, b) + pairs_high(a, b);
  };
  const Lanes a = four(v), b = four(v + 4);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

inline Lanes lane_sums(const Vec<16>* v) {
  Vec<8> folded[kRunsAtOnce];
  for (int l = 0; l < kRunsAtOnce; ++l) {
    folded[l] = __builtin_shufflevector(v[l], v[l], 0, 1, 2, 3, 4, 5, 6, 7) +
                __builtin_shufflevector(v[l], v[l], 8, 9, 10, 11, 12, 13, 14, 15);
  }
  return lane_sums(folded);
}

/// Eight RowHeads, turned over.
struct HeadLanes {
  Lanes bias, norm, bias_accumulator, accumulator;
};

inline HeadLanes turn_over(const Vec4* heads) {
  const Lanes a = both_halves(heads[0], heads[4]), b = both_halves(heads[1], heads[5]);
  const Lanes c = both_halves(heads[2], heads[6]), d = both_halves(heads[3], heads[7]);
  const Lanes ab = interleave_low(a, b), cd = interleave_low(c, d);
  const Lanes ab_rest = interleave_high(a, b), cd_rest = interleave_high(c, d);
  return {pairs_low(ab, cd), pairs_high(ab, cd), pairs_low(ab_rest, cd_rest),
          pairs_high(ab_rest, cd_rest)};
}

/// And back: head l goes to heads[l].
inline void turn_back(const HeadLanes& lanes, Vec4* heads) {
  const Lanes a = interleave_low(lanes.bias, lanes.norm);
  const Lanes b = interleave_high(lanes.bias, lanes.norm);
  const Lanes c = interleave_low(lanes.bias_accumulator, lanes.accumulator);
  const Lanes d = interleave_high(lanes.bias_accumulator, lanes.accumulator);
  const Lanes rows[4] = {pairs_low(a, c), pairs_high(a, c), pairs_low(b, d), pairs_high(b, d)};
  for (int l = 0; l < 4; ++l) {
    heads[l] = low_half(rows[l]);
    heads[l + 4] = high_half(rows[l]);
  }
}

/// InverseRoot::of() each lane, as the two factors that it is the product of: something multiplied
/// with one need not wait for the other.
struct InverseRoots {
  Lanes guess, correction;

  explicit InverseRoots(Lanes x) {
    const LaneIndices halved = InverseRoot::kMagic - (reinterpret_cast<LaneIndices>(x) >> 1);
    guess = reinterpret_cast<Lanes>(halved);
    correction = InverseRoot::kConstant - InverseRoot::kSlope * x * (guess * guess);
  }

  Lanes times(Lanes x) const { return x * guess * correction; }
};

inline Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }
inline Lanes smaller(Lanes a, Lanes b) { return a < b ? a : b; }

/// Lane `lane`, where it lies in memory. (GCC 12 reads anything at all for a subscript of a vector
/// that is compared, under the sanitizer of undefined behaviour.)
template <class Vector>
inline auto lane_of(const Vector& v, int lane) {
  return reinterpret_cast<const std::remove_cvref_t<decltype(v[0])>*>(&v)[lane];
}

/// Bit l tells whether lane l of `a` and `b` are equal.
inline unsigned equal_lanes(LaneIndices a, LaneIndices b) {
  const auto equal = a == b;
#if defined(MFPAR_KERNEL_VEX)
  return static_cast<unsigned>(__builtin_ia32_movmskps256(reinterpret_cast<Lanes>(equal)));
#else
  unsigned bits = 0;
  for (int l = 0; l < kRunsAtOnce; ++l) bits |= (lane_of(equal, l) != 0 ? 1u : 0u) << l;
  return bits;
#endif
}

/// Puts `x` into lane `lane`, by whole vectors: a narrow store would hold up the next wide load.
template <class Vector, class Number>
inline void put(Vector& v, int lane, Number x) {
  constexpr LaneIndices kNumbers = {0, 1, 2, 3, 4, 5, 6, 7};
  v = kNumbers == static_cast<std::uint32_t>(lane) ? x - Vector{} : v;
}
