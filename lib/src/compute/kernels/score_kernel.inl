// SPDX-License-Identifier: MIT
//
// Scores of items for queries (score_pass.hpp). Included once for each instruction set, inside its
// namespace and under its target; no include guard.
//
// p: a query; q: an item's factors; b: its bias. An item vector is as many items of a tile as a
// vector register has lanes.

constexpr std::size_t kVecItems = kMaxLanes;
constexpr std::size_t kVecsPerTile = kTileItems / kVecItems;
using ItemVec = Vec<kMaxLanes>;

/// Where an item vector's first factors and its biases stand.
struct VecPlace {
  const float* q;
  const float* b;
};

[[gnu::always_inline]] inline VecPlace vec_place(const ScorePass& pass, std::size_t tile,
                                                 std::size_t v) {
  return {pass.tiles + tile * pass.rank * kTileItems + v * kVecItems,
          pass.biases + tile * kTileItems + v * kVecItems};
}

/// The scores of kQueries queries, interleaved as in a tile, for kVecs item vectors; `keep` is
/// called with the numbers of query and vector, and the scores.
template <int kQueries, int kVecs, class Keep>
[[gnu::always_inline]] inline void score_vecs(const ScorePass& pass, const float* queries,
                                              const VecPlace (&places)[kVecs], Keep keep) {
  ItemVec sums[kQueries][kVecs] = {};
  for (std::size_t k = 0; k < pass.rank; ++k) {
    ItemVec q[kVecs];
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) q[v] = load_owned<kMaxLanes>(places[v].q + k * kTileItems);
#pragma GCC unroll 8
    for (int n = 0; n < kQueries; ++n) {
      const float p = queries[k * kQueries + static_cast<std::size_t>(n)];
#pragma GCC unroll 8
      for (int v = 0; v < kVecs; ++v) sums[n][v] += q[v] * p;
    }
  }
#pragma GCC unroll 8
  for (int n = 0; n < kQueries; ++n) {
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) {
      keep(n, v, sums[n][v] + load_owned<kMaxLanes>(places[v].b) * pass.bias_weight);
    }
  }
}

/// One query alone: eight item vectors in turn hide the chain of additions.
inline void score_chosen(const ScorePass& pass, const float* query, const std::uint32_t* chosen,
                         std::size_t count, float* scores) {
  constexpr std::size_t kTogether = 8 / kVecsPerTile;
  const auto score = [&]<std::size_t kTiles>(std::size_t at) {
    constexpr int kVecs = kTiles * kVecsPerTile;
    VecPlace places[kVecs];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVecs; ++v) {
      places[v] = vec_place(pass, chosen[at + v / kVecsPerTile], v % kVecsPerTile);
    }
    score_vecs<1, kVecs>(pass, query, places, [&](int, int v, ItemVec sum) {
      store_owned<kMaxLanes>(scores + at * kTileItems + static_cast<std::size_t>(v) * kVecItems,
                             sum);
    });
  };
  std::size_t at = 0;
  for (; at + kTogether <= count; at += kTogether) score.template operator()<kTogether>(at);
  for (; at < count; ++at) score.template operator()<1>(at);
}

/// A tile of queries, two item vectors at a time: with the vectors' factors and one of the query's
/// they just fit into sixteen registers.
inline void score_tile(const ScorePass& pass, const float* queries, std::size_t first,
                       std::size_t count, float* scores) {
  const std::size_t vecs = count * kVecsPerTile;
  const auto score = [&]<int kVecs>(std::size_t at) {
    VecPlace places[kVecs];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVecs; ++v) {
      places[v] = vec_place(pass, first + (at + v) / kVecsPerTile, (at + v) % kVecsPerTile);
    }
    score_vecs<kTileQueries, kVecs>(pass, queries, places, [&](int n, int v, ItemVec sum) {
      store_owned<kMaxLanes>(scores + static_cast<std::size_t>(n) * count * kTileItems +
                                 (at + static_cast<std::size_t>(v)) * kVecItems,
                             sum);
    });
  };
  std::size_t at = 0;
  for (; at + 2 <= vecs; at += 2) score.template operator()<2>(at);
  for (; at < vecs; ++at) score.template operator()<1>(at);
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
  for (std::size_t tile = 0; tile < count; ++tile) {
    std::uint32_t bits = 0;
#pragma GCC unroll 4
    for (std::size_t at = 0; at < kTileItems; at += kFindLanes) {
      bits |= reaching_bits(load_owned<kFindLanes>(scores + tile * kTileItems + at), threshold)
              << at;
    }
    for (bits &= masks[tile]; bits != 0; bits &= bits - 1) {
      found[size++] = static_cast<std::uint32_t>(tile * kTileItems) +
                      static_cast<std::uint32_t>(__builtin_ctz(bits));
    }
  }
  return size;
}

inline void add_deviations(const float* variances, std::size_t count, float noise, float weight,
                           float* scores) {
  for (std::size_t i = 0; i < count; ++i) {
    const float variance = variances[i] > 0.0f ? variances[i] : 0.0f;
    scores[i] += weight * __builtin_sqrtf(variance + noise);
  }
}
