// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace mfpar {

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit changes about half of the
/// output bits. A bijection on 64-bit numbers.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// A seed for one (purpose, epoch, shard, ...) of a run, so that no two workers share a generator
/// and none uses seed + i.
template <class... Parts>
constexpr std::uint64_t derive_seed(std::uint64_t seed, Parts... parts) {
  ((seed = mix_bits(seed ^ mix_bits(static_cast<std::uint64_t>(parts)))), ...);
  return seed;
}

/// What a generator is for; the first part given to derive_seed.
enum class SeedUse : std::uint64_t {
  kRelabelUsers = 1,
  kRelabelItems,
  kSplit,
  kFolds,
  kInitUsers,
  kInitItems,
  kEpochOrder,
  kSample,
  kSynthetic,
  kRatingsOfUser,
  kSplitUsers,
  kBootstrap,
  kTracedPairs,
  kTune,
};

/// xoshiro256++ (Blackman, Vigna 2019). The same numbers on every platform, unlike the
/// distributions of <random>. One per worker; not synchronised.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// 64 uniform bits.
  std::uint64_t next();

  /// Uniform in [0, bound), without bias (Lemire 2019). REQUIRES: bound > 0.
  std::uint32_t below(std::uint32_t bound);

  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Standard normal (Marsaglia's polar method).
  double normal();

 private:
  std::array<std::uint64_t, 4> state_;
  double spare_ = 0.0;
  bool has_spare_ = false;
};

/// A seeded bijection of [0, size) onto itself in O(1) memory: a four-round Feistel network over
/// the next power of four, walked until it falls inside. Used where every position needs a distinct
/// random rank: splits and folds of exact size. Immutable; safe from any number of threads.
class RandomPermutation {
 public:
  RandomPermutation(std::uint64_t size, std::uint64_t seed);

  /// REQUIRES: position < size.
  std::uint64_t operator()(std::uint64_t position) const;

 private:
  std::uint64_t size_;
  int half_bits_;
  std::array<std::uint64_t, 4> keys_;
};

}  // namespace mfpar
