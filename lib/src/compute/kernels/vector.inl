// SPDX-License-Identifier: MIT
//
// Vectors of floats by the compiler's vector extension. Included once for each instruction set,
// inside its namespace and under its target; no include guard.

/// kLanes floats that are added and multiplied as one.
template <int kLanes>
struct VecOf {
  typedef float type __attribute__((vector_size(kLanes * sizeof(float))));
};
template <int kLanes>
using Vec = typename VecOf<kLanes>::type;

using Vec4 = Vec<4>;

/// Four lanes with the same sum as all of `v`.
inline Vec4 fold(Vec<4> v) { return v; }

inline Vec4 fold(Vec<8> v) {
  return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
}

inline Vec4 fold(Vec<16> v) {
  return fold(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
              __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
}

/// The sum of all lanes, in each of four lanes.
template <class Vector>
inline Vec4 sum(Vector vector) {
  Vec4 v = fold(vector);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
  v += __builtin_shufflevector(v, v, 1, 0, 3, 2);
  return v;
}

/// The sums of four vectors of four lanes: {sum a, sum b, sum c, sum d}.
inline Vec4 sums_of(Vec4 a, Vec4 b, Vec4 c, Vec4 d) {
  const Vec4 ab =
      __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Vec4 cd =
      __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/// `x` in every lane. (x - 0 is x, -0 too, which the compiler knows.)
template <int kLanes>
inline Vec<kLanes> broadcast(float x) {
  return x - Vec<kLanes>{};
}

template <class Vector>
inline Vector max(Vector a, Vector b) {
  return a > b ? a : b;
}
template <class Vector>
inline Vector min(Vector a, Vector b) {
  return a < b ? a : b;
}

/// Correctly rounded, so that blocks give the same bytes on every processor of an instruction set.
inline Vec4 square_root(Vec4 v) {
#if defined(__SSE__)
  return __builtin_ia32_sqrtps(v);
#else
  return Vec4{__builtin_sqrtf(v[0]), __builtin_sqrtf(v[1]), __builtin_sqrtf(v[2]),
              __builtin_sqrtf(v[3])};
#endif
}

/// Loads and stores of rows that one thread owns. REQUIRES: aligned to the vector's size.
template <int kLanes>
inline Vec<kLanes> load_owned(const float* from) {
  return *reinterpret_cast<const Vec<kLanes>*>(from);
}

template <int kLanes>
inline void store_owned(float* to, Vec<kLanes> v) {
  *reinterpret_cast<Vec<kLanes>*>(to) = v;
}

inline void store_anywhere(float* to, Vec4 v) {
  typedef float Anywhere __attribute__((vector_size(sizeof(Vec4)), aligned(4)));
  *reinterpret_cast<Anywhere*>(to) = v;
}
