// SPDX-License-Identifier: MIT
//
// A number for each rating of a group, as one or two vectors: two chains of arithmetic in step keep a
// core busier than one. Included once for each instruction set, inside its namespace; no include
// guard.

template <int kParts>
struct WideLanes {
  Lanes part[kParts];

  [[gnu::always_inline]] static WideLanes all(float x) {
    return each([&](int) { return spread<8>(x); });
  }

  /// Part `i` is make(i).
  template <class Make>
  [[gnu::always_inline]] static WideLanes each(Make make) {
    WideLanes lanes;
    for (int i = 0; i < kParts; ++i) lanes.part[i] = make(i);
    return lanes;
  }

  [[gnu::always_inline]] static WideLanes load(const float* from) {
    return each([&](int i) { return load_owned<8>(from + 8 * i); });
  }
  /// 1 in the first `count` lanes, 0 behind them. REQUIRES: 0 <= count <= kGroupSize.
  [[gnu::always_inline]] static WideLanes ones(int count) {
    typedef float Anywhere __attribute__((vector_size(8 * sizeof(float)), aligned(4)));
    static constexpr float kOnes[2 * kGroupSize] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    return each([&](int i) -> Lanes {
      return *reinterpret_cast<const Anywhere*>(kOnes + kGroupSize - count + 8 * i);
    });
  }

  [[gnu::always_inline]] void store(float* to) const {
    for (int i = 0; i < kParts; ++i) store_owned<8>(to + 8 * i, part[i]);
  }

  /// The parts, added up.
  [[gnu::always_inline]] Lanes folded() const {
    Lanes sum = part[0];
    for (int i = 1; i < kParts; ++i) sum += part[i];
    return sum;
  }
};

#define MFPAR_WIDE_OPERATOR(op)                                                             \
  template <int kParts>                                                                     \
  [[gnu::always_inline]] inline WideLanes<kParts> operator op(const WideLanes<kParts>& a,   \
                                                              const WideLanes<kParts>& b) { \
    return WideLanes<kParts>::each([&](int i) { return a.part[i] op b.part[i]; });          \
  }                                                                                         \
  template <int kParts>                                                                     \
  [[gnu::always_inline]] inline WideLanes<kParts> operator op(const WideLanes<kParts>& a,   \
                                                              float b) {                    \
    return WideLanes<kParts>::each([&](int i) { return a.part[i] op b; });                  \
  }                                                                                         \
  template <int kParts>                                                                     \
  [[gnu::always_inline]] inline WideLanes<kParts> operator op(float a,                      \
                                                              const WideLanes<kParts>& b) { \
    return WideLanes<kParts>::each([&](int i) { return a op b.part[i]; });                  \
  }
MFPAR_WIDE_OPERATOR(+)
MFPAR_WIDE_OPERATOR(-)
MFPAR_WIDE_OPERATOR(*)
MFPAR_WIDE_OPERATOR(/)
#undef MFPAR_WIDE_OPERATOR

template <int kParts>
[[gnu::always_inline]] inline WideLanes<kParts> clamp(const WideLanes<kParts>& x, float lowest,
                                                      float highest) {
  const Lanes low = spread<8>(lowest), high = spread<8>(highest);
  return WideLanes<kParts>::each([&](int i) { return smaller(larger(x.part[i], low), high); });
}

template <int kParts>
[[gnu::always_inline]] inline WideLanes<kParts> square_root(const WideLanes<kParts>& x) {
  return WideLanes<kParts>::each([&](int i) { return square_root(x.part[i]); });
}

/// RowStates of a group, turned over. They lie `at` floats behind the beginning of their rows.
/// Without kAccumulators those are left as they are.
template <int kParts, bool kAccumulators>
struct WideStates {
  WideLanes<kParts> bias, norm, bias_accumulator, accumulator, shrink;

  [[gnu::always_inline]] static WideStates load(float* const* rows, std::size_t at) {
    WideStates states;
    for (int i = 0; i < kParts; ++i) {
      Lanes each[8];
#pragma GCC unroll 8
      for (int l = 0; l < 8; ++l) each[l] = load_owned<8>(rows[8 * i + l] + at);
      const StateLanes lanes = turn_over(each);
      states.bias.part[i] = lanes.bias;
      states.norm.part[i] = lanes.norm;
      states.bias_accumulator.part[i] = lanes.bias_accumulator;
      states.accumulator.part[i] = lanes.accumulator;
      states.shrink.part[i] = lanes.shrink;
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
        turn_back(bias.part[i], norm.part[i], bias_accumulator.part[i], accumulator.part[i],
                  states);
        each.template operator()<4>(states);
      } else {
        Vec<2> states[8];
        turn_back(bias.part[i], norm.part[i], states);
        each.template operator()<2>(states);
      }
    }
  }
};
