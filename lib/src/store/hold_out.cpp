// SPDX-License-Identifier: MIT
#include "store/hold_out.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// As many as a store has.
constexpr std::size_t kShards = 256;

/// Calls body(first user, end) for shards of users, beside one another.
template <class Body>
void for_each_shard(std::span<const std::uint64_t> offsets, const Workers& workers,
                    const Body& body) {
  if (offsets.empty()) return;  // no store at all
  const std::vector<std::uint32_t> shards = balanced_boundaries(offsets, kShards);
  workers.for_each(shards.size() - 1, [&](std::size_t s) { body(shards[s], shards[s + 1]); });
}

}  // namespace

void check_fraction(double fraction) {
  if (fraction >= 0.0 && fraction < 1.0) return;
  throw Error(ErrorCode::kBadOption, "the fraction to hold out is " + std::to_string(fraction) +
                                         "; it must be at least 0 and below 1");
}

void check_timestamps(bool are_there) {
  if (are_there) return;
  throw Error(ErrorCode::kBadOption,
              "a split by time needs timestamps, and these ratings have none; read them with their "
              "timestamp column or choose another split");
}

// Rounded to nothing, a user of two ratings at 0.2 would never be measured, although one rating can
// be spared; and a measurement of lists is a mean over the users who have something held out.
std::uint32_t share_of(std::uint32_t count, double fraction) {
  if (count < 2 || fraction == 0.0) return 0;
  const auto rounded = std::llround(fraction * static_cast<double>(count));
  return static_cast<std::uint32_t>(std::clamp<long long>(rounded, 1, count - 1));
}

AtomicBitset hold_out_ranks(std::uint64_t size, const RandomPermutation& order, Range ranks,
                            const Workers& workers) {
  constexpr std::size_t kPartitions = 256;
  AtomicBitset held_out(size);
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(ranks.size(), kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) held_out.insert(order(ranks.begin + i));
  });
  return held_out;
}

AtomicBitset hold_out_random(std::uint64_t size, double fraction, std::uint64_t seed,
                             const Workers& workers) {
  check_fraction(fraction);
  const auto count = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(size)));
  const RandomPermutation order(size, derive_seed(seed, SeedUse::kSplit));
  return hold_out_ranks(size, order, {0, count}, workers);
}

AtomicBitset hold_out_of_each_user(std::span<const std::uint64_t> offsets, std::uint64_t seed,
                                   const Workers& workers,
                                   const std::function<std::uint32_t(std::uint32_t)>& held) {
  AtomicBitset held_out(offsets.empty() ? 0 : offsets.back());
  for_each_shard(offsets, workers, [&](UserIndex first, UserIndex end) {
    for (UserIndex user = first; user < end; ++user) {
      const auto rated = static_cast<std::uint32_t>(offsets[user + 1] - offsets[user]);
      // A user's own generator makes the choice independent of the threads.
      choose(rated, held(rated), Random(derive_seed(seed, SeedUse::kRatingsOfUser, user)),
             [&](std::uint32_t i) { held_out.insert(offsets[user] + i); });
    }
  });
  return held_out;
}

AtomicBitset hold_out_at_time(std::span<const std::uint64_t> offsets, std::int64_t time,
                              const ReadTimes& read_times, const Workers& workers) {
  AtomicBitset held_out(offsets.empty() ? 0 : offsets.back());
  for_each_shard(offsets, workers, [&](UserIndex first, UserIndex end) {
    std::vector<std::int64_t> memory;
    const auto times = read_times({offsets[first], offsets[end]}, memory);
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] >= time) held_out.insert(offsets[first] + i);
    }
  });
  return held_out;
}

AtomicBitset hold_out_last(std::span<const std::uint64_t> offsets, std::uint32_t count,
                           const ReadTimes& read_times, const Workers& workers) {
  AtomicBitset held_out(offsets.empty() ? 0 : offsets.back());
  for_each_shard(offsets, workers, [&](UserIndex first, UserIndex end) {
    std::vector<std::int64_t> memory;
    const auto times = read_times({offsets[first], offsets[end]}, memory);
    std::vector<std::size_t> latest;
    for (UserIndex user = first; user < end; ++user) {
      const std::size_t begin = offsets[user] - offsets[first];
      latest.resize(offsets[user + 1] - offsets[user]);
      if (latest.size() < 2) continue;
      const auto held =
          static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, latest.size() - 1));
      std::iota(latest.begin(), latest.end(), begin);
      // The positions of a user ascend with the item.
      std::nth_element(latest.begin(), latest.begin() + held, latest.end(),
                       [&](std::size_t a, std::size_t b) {
                         return std::pair(times[a], a) > std::pair(times[b], b);
                       });
      std::for_each_n(latest.begin(), held,
                      [&](std::size_t i) { held_out.insert(offsets[first] + i); });
    }
  });
  return held_out;
}

HeldOut held_out_bits(const HoldOut& hold_out, std::span<const std::uint64_t> offsets,
                      std::uint64_t seed, const ReadTimes& read_times, const Workers& workers) {
  const std::uint64_t size = offsets.back();
  const auto find = [&]() -> std::optional<AtomicBitset> {
    if (hold_out.fraction) return hold_out_random(size, *hold_out.fraction, seed, workers);
    if (hold_out.by_user) {
      check_fraction(*hold_out.by_user);
      return hold_out_of_each_user(offsets, seed, workers, [&](std::uint32_t rated) {
        return share_of(rated, *hold_out.by_user);
      });
    }
    if (hold_out.last) return hold_out_last(offsets, *hold_out.last, read_times, workers);
    if (hold_out.time) return hold_out_at_time(offsets, *hold_out.time, read_times, workers);
    return std::nullopt;
  };
  HeldOut result;
  const std::optional<AtomicBitset> set = find();
  if (!set) return result;
  result.count = set->count({0, size});
  if (result.count == 0) return result;
  result.bits.resize((size + 7) / 8);
  set->for_each({0, size}, true, [&](std::size_t position) {
    result.bits[position / 8] =
        static_cast<std::uint8_t>(result.bits[position / 8] | (1u << (position % 8)));
  });
  return result;
}

}  // namespace mfpar
