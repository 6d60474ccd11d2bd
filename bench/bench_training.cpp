// SPDX-License-Identifier: MIT
//
// Ratings a second of one epoch, and of the read-only pass of the evaluator, by instruction set,
// rank, step rule, schedule and threads; and of one epoch of alternating least squares. On one
// thread fma_share tells how much of the core's multiply-adds an epoch uses, and cache_share how
// much of its second-level cache's bandwidth.
#include <benchmark/benchmark.h>

#include <map>
#include <string>

#include "base/stopwatch.hpp"
#include "bench_ratings.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/model_errors.hpp"
#include "machine_limits.hpp"
#include "train/als_solver.hpp"
#include "train/sgd_state.hpp"
#include "train/snapshot.hpp"

namespace mfpar::bench {

namespace {

/// Everything an epoch needs, made once.
struct Epochs {
  TrainOptions options;
  const RatingStore& ratings = bench_ratings();
  Workers workers;
  RatingStatistics statistics = measure_ratings(ratings, options.loss, true, workers);
  SgdState state{ratings, statistics, options, nullptr, workers};
  BandStore bands = make_bands(ratings, statistics, options, workers);

  explicit Epochs(const TrainOptions& with) : options(with), workers(with.threads) {}
};

void count_ratings(benchmark::State& state, const RatingStore& ratings) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(ratings.size()));
}

/// Holds the speed against what the core could do at most. An update multiplies and adds 4 times a
/// factor (p.q, one row moved by the other, the other shrunk and moved) and rewrites one row of two
/// in the second-level cache; what the heads of the rows cost comes on top.
void compare_with_limits(benchmark::State& state, const TrainOptions& options,
                         const KernelSet& kernels, double updates_a_second) {
  static std::map<std::string, double> multiply_adds;
  const auto [found, is_new] = multiply_adds.try_emplace(kernels.name, 0.0);
  if (is_new) found->second = multiply_adds_a_second(kernels.name);
  static const double rewritten = bytes_rewritten_a_second(std::size_t{256} << 10);
  const double rank = options.rank;
  state.counters["fma_share"] = updates_a_second * 4.0 * rank / found->second;
  state.counters["cache_share"] = updates_a_second * sizeof(float) * rank / rewritten;
}

void run_epochs(benchmark::State& state, const TrainOptions& options, const KernelSet& kernels) {
  Epochs epochs(options);
  const auto schedule = make_schedule(options, epochs.bands);
  int epoch = 0;
  const Stopwatch time;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        schedule->run_epoch(epochs.state.plan(++epoch), epochs.workers, [] { return false; }));
  }
  const double updates = static_cast<double>(epochs.ratings.size()) * epoch;
  const double speed = updates / time.seconds();
  count_ratings(state, epochs.ratings);
  if (options.threads == 1) compare_with_limits(state, options, kernels, speed);
}

/// Epochs of alternating least squares, every rating being a positive.
void run_als_epochs(benchmark::State& state, const TrainOptions& options, const KernelSet&) {
  const RatingStore& ratings = bench_ratings();
  const Workers workers(options.threads);
  const auto solver = make_als_solver(ratings, options, nullptr, workers);
  int epoch = 0;
  for (auto _ : state) solver->run_epoch(++epoch, [] { return false; });
  count_ratings(state, ratings);
}

void run_evaluations(benchmark::State& state, const TrainOptions& options,
                     const KernelSet& kernels) {
  Epochs epochs(options);
  const FactorModel model =
      SnapshotMaker(epochs.ratings, epochs.statistics, options).take(epochs.state, epochs.workers);
  for (auto _ : state) {
    benchmark::DoNotOptimize(model_errors(model, epochs.bands, kernels, epochs.workers));
  }
  count_ratings(state, epochs.ratings);
}

void add_benchmarks() {
  const auto add = [](const std::string& name, auto run, const TrainOptions& options,
                      const KernelSet* set) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) { run(state, options, *set); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  for (const KernelSet* set : available_kernels()) {
    for (const int rank : {8, 16, 32, 64, 128}) {
      TrainOptions options;
      options.rank = rank;
      options.threads = 1;
      options.kernel = set->name;
      const std::string suffix = std::string("/") + set->name + "/k:" + std::to_string(rank);
      add("epoch/adagrad/hogwild" + suffix, run_epochs, options, set);
      options.schedule = Schedule::kBlocks;
      add("epoch/adagrad/blocks" + suffix, run_epochs, options, set);
      options.schedule = Schedule::kHogwild;
      options.step_rule = StepRule::kSgd;
      add("epoch/sgd/hogwild" + suffix, run_epochs, options, set);
      add("evaluation" + suffix, run_evaluations, options, set);
    }
  }
  for (const int threads : {1, 2}) {
    for (const int rank : {64, 128, 256}) {
      TrainOptions options = default_options(Feedback::kOneClass);
      options.one_class.unobserved_weight = 0.3;
      options.rank = rank;
      options.threads = threads;
      add("als/k:" + std::to_string(rank) + "/threads:" + std::to_string(threads), run_als_epochs,
          options, available_kernels().front());
    }
  }
  for (const int threads : {1, 2, 4, 8, 16}) {
    for (const Schedule schedule : {Schedule::kHogwild, Schedule::kBlocks}) {
      TrainOptions options;
      options.threads = threads;
      options.schedule = schedule;
      add(std::string("threads/") + (schedule == Schedule::kBlocks ? "blocks" : "hogwild") +
              "/k:64/threads:" + std::to_string(threads),
          run_epochs, options, available_kernels().front());
    }
  }
}

}  // namespace

}  // namespace mfpar::bench

int main(int argc, char** argv) {
  mfpar::bench::add_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
