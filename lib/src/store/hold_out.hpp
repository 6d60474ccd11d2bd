// SPDX-License-Identifier: MIT
//
// Which ratings of a store are held out, as sets of positions. Ratings are not looked at, only
// whose they are and when they came.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/packed_store.hpp"
#include "store/atomic_bitset.hpp"

namespace mfpar {

/// Throws Error(kBadOption) unless 0 <= fraction < 1.
void check_fraction(double fraction);

/// Throws Error(kBadOption) unless there are timestamps.
void check_timestamps(bool are_there);

/// A share of `count` that leaves something on both sides wherever there are two.
std::uint32_t share_of(std::uint32_t count, double fraction);

/// Calls body(i) for `count` of the numbers below `size`, ascending, each such set equally likely:
/// selection sampling (Knuth, "The Art of Computer Programming", volume 2, algorithm S).
template <class Body>
void choose(std::uint32_t size, std::uint32_t count, Random random, const Body& body) {
  for (std::uint32_t i = 0; count > 0; ++i) {
    if (random.below(size - i) >= count) continue;
    body(i);
    --count;
  }
}

/// Those that a random order of all `size` ratings has at `ranks`.
AtomicBitset hold_out_ranks(std::uint64_t size, const RandomPermutation& order, Range ranks,
                            const Workers& workers);

/// round(fraction * ratings) of them. Throws Error(kBadOption) unless 0 <= fraction < 1.
AtomicBitset hold_out_random(std::uint64_t size, double fraction, std::uint64_t seed,
                             const Workers& workers);

/// Of every user's n ratings held(n), at random; `offsets` are those of a store.
AtomicBitset hold_out_of_each_user(std::span<const std::uint64_t> offsets, std::uint64_t seed,
                                   const Workers& workers,
                                   const std::function<std::uint32_t(std::uint32_t)>& held);

/// The timestamps of the ratings at `positions`, in `memory` where they must be read.
using ReadTimes = std::function<std::span<const std::int64_t>(Range positions,
                                                              std::vector<std::int64_t>& memory)>;

/// All from a time on.
AtomicBitset hold_out_at_time(std::span<const std::uint64_t> offsets, std::int64_t time,
                              const ReadTimes& read_times, const Workers& workers);

/// The last `count` of every user, one fewer than there are at most.
AtomicBitset hold_out_last(std::span<const std::uint64_t> offsets, std::uint32_t count,
                           const ReadTimes& read_times, const Workers& workers);

/// What a packed store says of them: a bit a rating, the lowest of a byte first, or nothing.
struct HeldOut {
  std::vector<std::uint8_t> bits;
  std::uint64_t count = 0;
};

/// Finds what `hold_out` holds out. Throws Error(kBadOption) where it asks for what cannot be.
HeldOut held_out_bits(const HoldOut& hold_out, std::span<const std::uint64_t> offsets,
                      std::uint64_t seed, const ReadTimes& read_times, const Workers& workers);

}  // namespace mfpar
