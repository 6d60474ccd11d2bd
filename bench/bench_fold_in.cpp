// SPDX-License-Identifier: MIT
//
// Folding in new users: one alone, by rank and number of ratings, a session's single steps, and
// many at once by threads.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"

namespace mfpar::bench {

namespace {

constexpr std::uint32_t kItems = 20'000;

FrozenArray<float> normal_array(std::size_t size, std::size_t stride, std::size_t rank,
                                double deviation, Random& random) {
  const auto buffer = std::make_shared<AlignedBuffer<float>>(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (i % stride < rank) (*buffer)[i] = static_cast<float>(deviation * random.normal());
  }
  return FrozenArray<float>(buffer, std::as_const(*buffer).span());
}

/// A model of no users and kItems items, whose factors and biases are normal.
std::shared_ptr<const FactorModel> items_of_rank(std::uint32_t rank) {
  Random random(1);
  FactorModel::Parts parts;
  parts.rank = rank;
  parts.stride = (rank + 15) / 16 * 16;
  parts.mean = 3.5f;
  parts.range = {0.5f, 5.0f};
  parts.items.factors = normal_array(kItems * parts.stride, parts.stride, rank,
                                     1 / std::sqrt(static_cast<double>(rank)), random);
  parts.items.biases = normal_array(kItems, 1, 1, 0.4, random);
  std::vector<std::int64_t> ids(kItems);
  std::iota(ids.begin(), ids.end(), 0);
  parts.items.ids = std::make_shared<const IdDictionary>(std::move(ids));
  parts.fold_in = {.factors = 0.7f, .bias = 0.4f, .exponent = 0.5f};
  return std::make_shared<const FactorModel>(std::move(parts));
}

/// Ratings of different items, here and there in the catalogue.
std::vector<FoldInRating> some_ratings(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<FoldInRating> ratings(count);
  std::uint32_t item = random.below(kItems);
  for (FoldInRating& rating : ratings) {
    rating = {item, static_cast<float>(1 + random.below(5))};
    item = (item + 7919) % kItems;
  }
  return ratings;
}

void one_user(benchmark::State& state, FoldInOptions::Penalty penalty) {
  const auto model = items_of_rank(static_cast<std::uint32_t>(state.range(0)));
  const auto ratings = some_ratings(static_cast<std::size_t>(state.range(1)), 1);
  FoldInOptions options;
  options.penalty = penalty;
  for (auto _ : state) benchmark::DoNotOptimize(fold_in_user(*model, ratings, options));
}

void fold_in(benchmark::State& state) { one_user(state, FoldInOptions::Penalty::kTraining); }
void leave_one_out(benchmark::State& state) {
  one_user(state, FoldInOptions::Penalty::kLeaveOneOut);
}

/// A session of 100 ratings takes 25 more, and forgets them: within one step of the penalty. Times
/// one of the two; the counter is seconds a rating.
void session_steps(benchmark::State& state, bool time_rate) {
  using Clock = std::chrono::steady_clock;
  FoldInSession session(items_of_rank(static_cast<std::uint32_t>(state.range(0))),
                        some_ratings(100, 1));
  const auto others = some_ratings(25, 2);
  for (auto _ : state) {
    const auto start = Clock::now();
    for (const FoldInRating& rating : others) session.rate(rating.index, rating.value);
    const auto between = Clock::now();
    for (const FoldInRating& rating : others) session.remove(rating.index);
    const std::chrono::duration<double> taken =
        time_rate ? between - start : Clock::now() - between;
    state.SetIterationTime(taken.count());
  }
  state.counters["a_rating"] = benchmark::Counter(
      static_cast<double>(others.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void session_rate(benchmark::State& state) { session_steps(state, true); }
void session_remove(benchmark::State& state) { session_steps(state, false); }

void session_change(benchmark::State& state) {
  const auto ratings = some_ratings(100, 1);
  FoldInSession session(items_of_rank(static_cast<std::uint32_t>(state.range(0))), ratings);
  std::size_t next = 0;
  for (auto _ : state) {
    const FoldInRating& rating = ratings[next % ratings.size()];
    session.rate(rating.index, static_cast<float>(1 + ++next % 5));
    benchmark::DoNotOptimize(session.row().bias);
  }
}

void batch(benchmark::State& state) {
  constexpr std::size_t kUsers = 2'000;
  const auto model = items_of_rank(64);
  std::vector<std::vector<FoldInRating>> ratings;
  for (std::size_t user = 0; user < kUsers; ++user) ratings.push_back(some_ratings(100, user));
  const std::vector<std::span<const FoldInRating>> spans(ratings.begin(), ratings.end());
  const auto threads = static_cast<int>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(fold_in_users(*model, spans, {}, threads));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kUsers));
}

const std::vector<std::int64_t> kRanks{16, 32, 64, 128};

BENCHMARK(fold_in)
    ->ArgNames({"k", "ratings"})
    ->ArgsProduct({kRanks, {20, 100}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(leave_one_out)
    ->ArgNames({"k", "ratings"})
    ->ArgsProduct({{64}, {20, 100}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(session_rate)
    ->ArgName("k")
    ->ArgsProduct({kRanks})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(session_remove)
    ->ArgName("k")
    ->ArgsProduct({kRanks})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(session_change)->ArgName("k")->ArgsProduct({kRanks})->Unit(benchmark::kMicrosecond);
BENCHMARK(batch)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace mfpar::bench

BENCHMARK_MAIN();
