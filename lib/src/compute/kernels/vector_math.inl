// SPDX-License-Identifier: MIT
//
// The functions that losses need, for vectors, exact to a few units of the last place. Included
// once for each instruction set, inside its namespace and under its target; no include guard.

template <class Vector>
struct BitsOf {
  typedef std::uint32_t type __attribute__((vector_size(sizeof(Vector))));
};
template <class Vector>
using Bits = typename BitsOf<Vector>::type;

template <class Vector>
struct WholesOf {
  typedef std::int32_t type __attribute__((vector_size(sizeof(Vector))));
};
template <class Vector>
using Wholes = typename WholesOf<Vector>::type;

template <class Vector>
inline Vector abs(Vector v) {
  return reinterpret_cast<Vector>(reinterpret_cast<Bits<Vector>>(v) & 0x7FFFFFFFu);
}

/// The magnitudes of one with the signs of the other.
template <class Vector>
inline Vector copysign(Vector magnitude, Vector sign) {
  const auto signs = reinterpret_cast<Bits<Vector>>(sign) & 0x80000000u;
  return reinterpret_cast<Vector>(reinterpret_cast<Bits<Vector>>(abs(magnitude)) | signs);
}

/// e^x, for x below -87 that of -87 and above 88 that of 88. x = n ln 2 + r with whole n and
/// |r| <= ln 2 / 2; the polynomial for e^r is that of Moshier's Cephes library (expf).
template <class Vector>
inline Vector exp(Vector x) {
  x = min(max(x, Vector{} - 87.0f), Vector{} + 88.0f);
  // Added to a small number, it leaves no bits behind the point: the low ones then hold n.
  constexpr float kRound = 12582912.0f;  // 1.5 2^23
  const Vector rounded = x * 1.44269504088896341f + kRound;
  const auto n_in_exponent = reinterpret_cast<Bits<Vector>>(rounded) << 23;
  const Vector n = rounded - kRound;
  const Vector r = x - n * 0.693359375f - n * -2.12194440e-4f;
  Vector y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  return reinterpret_cast<Vector>(reinterpret_cast<Bits<Vector>>(y) + n_in_exponent);
}

/// Of numbers from 2^-126 on. x = 2^n m with whole n and m from sqrt(1/2) to sqrt(2); the
/// polynomial for log m is that of Moshier's Cephes library (logf).
template <class Vector>
inline Vector log(Vector x) {
  // The bits of sqrt(1/2), whose exponent is that of 2^-1: their difference has n as its exponent.
  constexpr std::uint32_t kRootHalf = 0x3F3504F3u;
  const Bits<Vector> bits = reinterpret_cast<Bits<Vector>>(x) - kRootHalf;
  const Wholes<Vector> whole = reinterpret_cast<Wholes<Vector>>(bits) >> 23;
  const Vector n = __builtin_convertvector(whole, Vector);
  const Bits<Vector> mantissa = (bits & 0x007FFFFFu) + kRootHalf;
  const Vector r = reinterpret_cast<Vector>(mantissa) - 1.0f;
  Vector y = r * 7.0376836292e-2f - 1.1514610310e-1f;
  y = y * r + 1.1676998740e-1f;
  y = y * r - 1.2420140846e-1f;
  y = y * r + 1.4249322787e-1f;
  y = y * r - 1.6668057665e-1f;
  y = y * r + 2.0000714765e-1f;
  y = y * r - 2.4999993993e-1f;
  y = y * r + 3.3333331174e-1f;
  const Vector square = r * r;
  y = y * r * square - 2.12194440e-4f * n - 0.5f * square;
  return r + y + 0.693359375f * n;
}

/// max(0, x), of what is no number itself: a training that left the rails is to be seen.
template <class Vector>
inline Vector positive_part(Vector x) {
  return max(Vector{}, x);
}

/// 1 in lanes above zero, else 0.
template <class Vector>
inline Vector is_positive(Vector x) {
  return x > Vector{} ? Vector{} + 1.0f : Vector{};
}

/// log(1 + x) = 2 artanh(x / (2 + x)), by its series. REQUIRES: 0 <= x <= 1.
template <class Vector>
inline Vector log_of_one_plus(Vector x) {
  const Vector z = x / (2.0f + x);
  const Vector square = z * z;
  Vector sum = square * (1.0f / 13) + 1.0f / 11;
  sum = sum * square + 1.0f / 9;
  sum = sum * square + 1.0f / 7;
  sum = sum * square + 1.0f / 5;
  sum = sum * square + 1.0f / 3;
  return 2.0f * (z + z * square * sum);
}

/// log(1 + e^x)
template <class Vector>
inline Vector softplus(Vector x) {
  return max(x, Vector{}) + log_of_one_plus(exp(Vector{} - abs(x)));
}

/// 1 / (1 + e^-x)
template <class Vector>
inline Vector sigmoid(Vector x) {
  return 1.0f / (1.0f + exp(Vector{} - x));
}
