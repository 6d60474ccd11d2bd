// SPDX-License-Identifier: MIT
//
// A number for each rating of a mini-batch, as one or two vectors: two chains of arithmetic in step
// keep a core busier than one. Losses are computed on these. Included once for each instruction
// set, inside its namespace; no include guard.

template <int kLanes, int kParts>
struct Batch {
  using Part = Vec<kLanes>;
  Part part[kParts];

  Batch() = default;
  [[gnu::always_inline]] explicit Batch(Part only) requires(kParts == 1) : part{only} {}
  [[gnu::always_inline]] explicit Batch(float x) {
    for (int i = 0; i < kParts; ++i) part[i] = broadcast<kLanes>(x);
  }

  /// Part `i` is make(i).
  template <class Make>
  [[gnu::always_inline]] static Batch each(Make make) {
    Batch lanes;
    for (int i = 0; i < kParts; ++i) lanes.part[i] = make(i);
    return lanes;
  }

  [[gnu::always_inline]] static Batch load(const float* from) {
    return each([&](int i) { return load_owned<kLanes>(from + kLanes * i); });
  }
  /// 1 in the first `count` lanes, 0 behind them. REQUIRES: 0 <= count <= kMiniBatch.
  [[gnu::always_inline]] static Batch ones(int count) {
    typedef float Anywhere __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));
    static constexpr float kOnes[2 * kMiniBatch] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    return each([&](int i) -> Part {
      return *reinterpret_cast<const Anywhere*>(kOnes + kMiniBatch - count + kLanes * i);
    });
  }

  [[gnu::always_inline]] void store(float* to) const {
    for (int i = 0; i < kParts; ++i) store_owned<kLanes>(to + kLanes * i, part[i]);
  }

  /// The parts, added up.
  [[gnu::always_inline]] Part folded() const {
    Part sum = part[0];
    for (int i = 1; i < kParts; ++i) sum += part[i];
    return sum;
  }
};

#define MFPAR_BATCH_OPERATOR(op)                                                                  \
  template <int kLanes, int kParts>                                                               \
  [[gnu::always_inline]] inline Batch<kLanes, kParts> operator op(                                \
      const Batch<kLanes, kParts>& a, const Batch<kLanes, kParts>& b) {                           \
    return Batch<kLanes, kParts>::each([&](int i) { return a.part[i] op b.part[i]; });            \
  }                                                                                               \
  template <int kLanes, int kParts>                                                               \
  [[gnu::always_inline]] inline Batch<kLanes, kParts> operator op(const Batch<kLanes, kParts>& a, \
                                                                  float b) {                      \
    return Batch<kLanes, kParts>::each([&](int i) { return a.part[i] op b; });                    \
  }                                                                                               \
  template <int kLanes, int kParts>                                                               \
  [[gnu::always_inline]] inline Batch<kLanes, kParts> operator op(                                \
      float a, const Batch<kLanes, kParts>& b) {                                                  \
    return Batch<kLanes, kParts>::each([&](int i) { return a op b.part[i]; });                    \
  }
MFPAR_BATCH_OPERATOR(+)
MFPAR_BATCH_OPERATOR(-)
MFPAR_BATCH_OPERATOR(*)
MFPAR_BATCH_OPERATOR(/)
#undef MFPAR_BATCH_OPERATOR

template <int kLanes, int kParts>
[[gnu::always_inline]] inline Batch<kLanes, kParts> clamp(const Batch<kLanes, kParts>& x,
                                                          float lowest, float highest) {
  const Vec<kLanes> low = broadcast<kLanes>(lowest), high = broadcast<kLanes>(highest);
  return Batch<kLanes, kParts>::each([&](int i) { return min(max(x.part[i], low), high); });
}

#define MFPAR_BATCH_FUNCTION(name)                                                           \
  template <int kLanes, int kParts>                                                          \
  [[gnu::always_inline]] inline Batch<kLanes, kParts> name(const Batch<kLanes, kParts>& x) { \
    return Batch<kLanes, kParts>::each([&](int i) { return name(x.part[i]); });              \
  }
MFPAR_BATCH_FUNCTION(square_root)
MFPAR_BATCH_FUNCTION(abs)
MFPAR_BATCH_FUNCTION(softplus)
MFPAR_BATCH_FUNCTION(sigmoid)
MFPAR_BATCH_FUNCTION(log)
MFPAR_BATCH_FUNCTION(positive_part)
MFPAR_BATCH_FUNCTION(is_positive)
#undef MFPAR_BATCH_FUNCTION

template <int kLanes, int kParts>
[[gnu::always_inline]] inline Batch<kLanes, kParts> copysign(const Batch<kLanes, kParts>& magnitude,
                                                             const Batch<kLanes, kParts>& sign) {
  return Batch<kLanes, kParts>::each(
      [&](int i) { return copysign(magnitude.part[i], sign.part[i]); });
}

/// RowStates of a mini-batch, transposed. They lie `at` floats behind the beginning of their rows.
/// Without kAccumulators those are left as they are.
template <int kParts, bool kAccumulators>
struct BatchStates {
  Batch<8, kParts> bias, norm, bias_accumulator, accumulator, penalty_weight;

  [[gnu::always_inline]] static BatchStates load(float* const* rows, std::size_t at) {
    BatchStates states;
    for (int i = 0; i < kParts; ++i) {
      Lanes each[8];
#pragma GCC unroll 8
      for (int l = 0; l < 8; ++l) each[l] = load_owned<8>(rows[8 * i + l] + at);
      const StateLanes lanes = transpose(each);
      states.bias.part[i] = lanes.bias;
      states.norm.part[i] = lanes.norm;
      states.bias_accumulator.part[i] = lanes.bias_accumulator;
      states.accumulator.part[i] = lanes.accumulator;
      states.penalty_weight.part[i] = lanes.penalty_weight;
    }
    return states;
  }

  [[gnu::always_inline]] void store(float* const* rows, std::size_t at) const {
    for (int i = 0; i < kParts; ++i) {
      const auto each = [&]<int kFloats>(const Vec<kFloats>* states)
          __attribute__((always_inline)) {
#pragma GCC unroll 8
        for (int l = 0; l < 8; ++l) store_owned<kFloats>(rows[8 * i + l] + at, states[l]);
      };
      if constexpr (kAccumulators) {
        Vec4 states[8];
        transpose_back(bias.part[i], norm.part[i], bias_accumulator.part[i], accumulator.part[i],
                       states);
        each.template operator()<4>(states);
      } else {
        Vec<2> states[8];
        transpose_back(bias.part[i], norm.part[i], states);
        each.template operator()<2>(states);
      }
    }
  }
};
