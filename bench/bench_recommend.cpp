// SPDX-License-Identifier: MIT
//
// Top-20 lists: microseconds for one user (median and 99th percentile over the users), users a
// second in batches; and lists of 100, made and measured. Factors are random. Interaction with tail
// 0, all norms alike, is the hardest: nothing can be passed over. With tail 50 norms fall as the
// root of the item's place, and the search stops early, as it does by rating, where biases bound
// the scores too.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/random.hpp"
#include "made_models.hpp"
#include "mfpar/ranking_baselines.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::bench {

namespace {

constexpr std::int64_t kUsers = 960;

/// Made once for each shape and kept.
const Recommender& recommender(std::int64_t items, std::int64_t rank, std::int64_t tail) {
  static std::map<std::vector<std::int64_t>, Recommender> made;
  const std::vector<std::int64_t> key{items, rank, tail};
  const auto found = made.find(key);
  if (found != made.end()) return found->second;
  made.clear();  // a million items take half a gigabyte
  return made
      .emplace(key, Recommender(tests::made_model({.users = kUsers,
                                                   .items = static_cast<ItemIndex>(items),
                                                   .rank = static_cast<std::uint32_t>(rank),
                                                   .ratings_each = 100,
                                                   .tail = 0.01 * static_cast<double>(tail)})))
      .first->second;
}

void report_percentiles(benchmark::State& state, std::vector<double> microseconds) {
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](double share) {
    return microseconds[static_cast<std::size_t>(share *
                                                 static_cast<double>(microseconds.size() - 1))];
  };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
}

RecommendOptions options_of(const benchmark::State& state) {
  return {.rank_by = RankBy::blend(static_cast<float>(state.range(3)))};
}

void one_user(benchmark::State& state) {
  const Recommender& all = recommender(state.range(0), state.range(1), state.range(2));
  const RecommendOptions options = options_of(state);
  std::vector<double> microseconds;
  UserIndex user = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(all.recommend(user++ % kUsers, options));
    microseconds.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  report_percentiles(state, std::move(microseconds));
}

void batches(benchmark::State& state) {
  const Recommender& all = recommender(state.range(0), state.range(1), state.range(2));
  std::vector<UserProfile> profiles;
  for (UserIndex user = 0; user < kUsers; ++user) profiles.push_back(all.profile_of(user));
  const RecommendOptions options = options_of(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        all.recommend_many(profiles, options, static_cast<int>(state.range(4))));
  }
  state.SetItemsProcessed(state.iterations() * kUsers);
}

/// Lists of 100, made and measured at 10, 20 and 100 against 20 items each, as mf-eval does it.
void evaluating(benchmark::State& state) {
  const Recommender& all = recommender(state.range(0), state.range(1), state.range(2));
  const RankingBaselines baselines(all.model().parts().trained, all.model().item_count());
  std::vector<UserProfile> profiles;
  std::vector<std::vector<ItemIndex>> relevant(kUsers);
  Random random(1);
  for (UserIndex user = 0; user < kUsers; ++user) {
    profiles.push_back(all.profile_of(user));
    for (int i = 0; i < 20; ++i) relevant[user].push_back(random.below(all.model().item_count()));
    std::sort(relevant[user].begin(), relevant[user].end());
  }
  RecommendOptions options = options_of(state);
  options.top = 100;
  for (auto _ : state) {
    RankingMeasures measures({10, 20, 100}, baselines.raters(), kUsers);
    const auto lists = all.recommend_many(profiles, options, static_cast<int>(state.range(4)));
    std::vector<ItemIndex> items;
    for (UserIndex user = 0; user < kUsers; ++user) {
      items.clear();
      for (const Recommendation& place : lists[user]) items.push_back(place.item);
      measures.add(items, relevant[user]);
    }
    benchmark::DoNotOptimize(measures.mean(RankingMetric::kNdcg, 0));
  }
  state.SetItemsProcessed(state.iterations() * kUsers);
}

void similar(benchmark::State& state) {
  const Recommender& all = recommender(state.range(0), state.range(1), 50);
  ItemIndex item = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(all.similar_items(item++ % 1000, 20, nullptr, SimilarBy::kFactors));
}

void making(benchmark::State& state) {
  const auto model = recommender(state.range(0), state.range(1), 50).shared_model();
  for (auto _ : state) benchmark::DoNotOptimize(Recommender(model));
}

/// The large catalogue only where it is asked for: it takes seconds to make.
std::vector<std::int64_t> catalogues() {
  if (std::getenv("MFPAR_BENCH_ITEMS") != nullptr) {
    return {std::atoll(std::getenv("MFPAR_BENCH_ITEMS"))};
  }
  return {10'000};
}

}  // namespace

}  // namespace mfpar::bench

int main(int argc, char** argv) {
  using namespace mfpar::bench;
  for (const std::int64_t items : catalogues()) {
    // Tail and weight of the biases.
    for (const auto& [tail, weight] : {std::pair{0, 0}, {0, 1}, {50, 0}, {50, 1}}) {
      benchmark::RegisterBenchmark("one_user", one_user)
          ->ArgNames({"items", "rank", "tail", "biases"})
          ->Args({items, 64, tail, weight})
          ->Unit(benchmark::kMicrosecond);
      for (const std::int64_t threads : {1, 2}) {
        benchmark::RegisterBenchmark("batches", batches)
            ->ArgNames({"items", "rank", "tail", "biases", "threads"})
            ->Args({items, 64, tail, weight, threads})
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("evaluating", evaluating)
            ->ArgNames({"items", "rank", "tail", "biases", "threads"})
            ->Args({items, 64, tail, weight, threads})
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
      }
    }
    benchmark::RegisterBenchmark("similar", similar)
        ->ArgNames({"items", "rank"})
        ->Args({items, 64})
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("making", making)
        ->ArgNames({"items", "rank"})
        ->Args({items, 64})
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
