// SPDX-License-Identifier: MIT
//
// Scores of items for tastes (score_pass.hpp). Included once for each instruction set, inside its
// namespace and under its target; no include guard.
//
// p: a taste; q: an item's factors; b: its bias. A *strip* is as many items of a panel as a vector has
// lanes.

constexpr std::size_t kStripItems = kMaxLanes;
constexpr std::size_t kPanelStrips = kPanelItems / kStripItems;
using Strip = Vec<kMaxLanes>;

/// Where a strip's first factors and its biases stand.
struct StripPlace {
  const float* q;
  const float* b;
};

[[gnu::always_inline]] inline StripPlace strip_place(const ScorePass& pass, std::size_t panel,
                                                     std::size_t strip) {
  return {pass.panels + panel * pass.rank * kPanelItems + strip * kStripItems,
          pass.biases + panel * kPanelItems + strip * kStripItems};
}

/// The scores of kTastes tastes, interleaved as in a tile, for kStrips strips; `keep` is called with
/// taste, strip and the strip's scores.
template <int kTastes, int kStrips, class Keep>
[[gnu::always_inline]] inline void score_strips(const ScorePass& pass, const float* tastes,
                                                const StripPlace (&places)[kStrips], Keep keep) {
  Strip sums[kTastes][kStrips] = {};
  for (std::size_t k = 0; k < pass.rank; ++k) {
    Strip q[kStrips];
#pragma GCC unroll 8
    for (int s = 0; s < kStrips; ++s) q[s] = load_owned<kMaxLanes>(places[s].q + k * kPanelItems);
#pragma GCC unroll 8
    for (int t = 0; t < kTastes; ++t) {
      const float p = tastes[k * kTastes + static_cast<std::size_t>(t)];
#pragma GCC unroll 8
      for (int s = 0; s < kStrips; ++s) sums[t][s] += q[s] * p;
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < kTastes; ++t) {
#pragma GCC unroll 8
    for (int s = 0; s < kStrips; ++s) {
      keep(t, s, sums[t][s] + load_owned<kMaxLanes>(places[s].b) * pass.bias_weight);
    }
  }
}

/// One taste alone: eight strips in turn hide the chain of additions.
inline void score_chosen(const ScorePass& pass, const float* taste, const std::uint32_t* chosen,
                         std::size_t count, float* scores) {
  constexpr std::size_t kTogether = 8 / kPanelStrips;
  const auto score = [&]<std::size_t kPanels>(std::size_t at) {
    constexpr int kStrips = kPanels * kPanelStrips;
    StripPlace places[kStrips];
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kStrips; ++s) {
      places[s] = strip_place(pass, chosen[at + s / kPanelStrips], s % kPanelStrips);
    }
    score_strips<1, kStrips>(pass, taste, places, [&](int, int s, Strip sum) {
      store_owned<kMaxLanes>(scores + at * kPanelItems + static_cast<std::size_t>(s) * kStripItems,
                              sum);
    });
  };
  std::size_t at = 0;
  for (; at + kTogether <= count; at += kTogether) score.template operator()<kTogether>(at);
  for (; at < count; ++at) score.template operator()<1>(at);
}

/// A tile of tastes, two strips at a time: with the strips' factors and one of the taste's they just fit
/// into sixteen registers.
inline void score_tile(const ScorePass& pass, const float* tile, std::size_t first,
                       std::size_t count, float* scores) {
  const std::size_t strips = count * kPanelStrips;
  const auto score = [&]<int kStrips>(std::size_t at) {
    StripPlace places[kStrips];
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kStrips; ++s) {
      places[s] = strip_place(pass, first + (at + s) / kPanelStrips, (at + s) % kPanelStrips);
    }
    score_strips<kTileTastes, kStrips>(pass, tile, places, [&](int t, int s, Strip sum) {
      store_owned<kMaxLanes>(scores + static_cast<std::size_t>(t) * count * kPanelItems +
                                  (at + static_cast<std::size_t>(s)) * kStripItems,
                              sum);
    });
  };
  std::size_t at = 0;
  for (; at + 2 <= strips; at += 2) score.template operator()<2>(at);
  for (; at < strips; ++at) score.template operator()<1>(at);
}

/// A bit for each lane that is at least `threshold`.
#if defined(MFPAR_KERNEL_VEX)
constexpr int kFindLanes = 8;
inline std::uint32_t reaching_bits(Vec<8> v, float threshold) {
  return static_cast<std::uint32_t>(
      __builtin_ia32_movmskps256(reinterpret_cast<Vec<8>>(v >= threshold)));
}
#else
constexpr int kFindLanes = 4;
inline std::uint32_t reaching_bits(Vec<4> v, float threshold) {
#if defined(__SSE__)
  return static_cast<std::uint32_t>(
      __builtin_ia32_movmskps(reinterpret_cast<Vec<4>>(v >= threshold)));
#else
  std::uint32_t bits = 0;
  for (int lane = 0; lane < 4; ++lane) bits |= std::uint32_t{v[lane] >= threshold} << lane;
  return bits;
#endif
}
#endif

inline std::size_t find_reaching(const float* scores, std::size_t count, const std::uint16_t* masks,
                                 float threshold, std::uint32_t* found) {
  std::size_t size = 0;
  for (std::size_t panel = 0; panel < count; ++panel) {
    std::uint32_t bits = 0;
#pragma GCC unroll 4
    for (std::size_t at = 0; at < kPanelItems; at += kFindLanes) {
      bits |= reaching_bits(load_owned<kFindLanes>(scores + panel * kPanelItems + at), threshold)
              << at;
    }
    for (bits &= masks[panel]; bits != 0; bits &= bits - 1) {
      found[size++] = static_cast<std::uint32_t>(panel * kPanelItems) +
                      static_cast<std::uint32_t>(__builtin_ctz(bits));
    }
  }
  return size;
}
