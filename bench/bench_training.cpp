// SPDX-License-Identifier: MIT
//
// Ratings a second of one epoch, and of the read-only pass of the evaluator, by instruction set,
// rank, step rule, schedule and threads.
#include <benchmark/benchmark.h>

#include <string>

#include "bench_ratings.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/model_errors.hpp"
#include "train/snapshot.hpp"
#include "train/training_state.hpp"

namespace mfpar::bench {

namespace {

/// Everything an epoch needs, made once.
struct Epochs {
  TrainOptions options;
  const RatingStore& ratings = bench_ratings();
  const KernelSet& kernels;
  Workers workers;
  RatingScale scale = measure_scale(ratings, true, workers);
  TrainingState state{ratings, scale, options, nullptr, workers};

  Epochs(const TrainOptions& with, const KernelSet& set)
      : options(with), kernels(set), workers(with.threads) {}
};

void count_ratings(benchmark::State& state, const RatingStore& ratings) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(ratings.size()));
}

void run_epochs(benchmark::State& state, const TrainOptions& options, const KernelSet& kernels) {
  Epochs epochs(options, kernels);
  const auto schedule =
      make_schedule(options.schedule, epochs.ratings, epochs.scale, kernels,
                    static_cast<std::uint32_t>(options.rank), options.step_rule, epochs.workers);
  int epoch = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        schedule->run_epoch(epochs.state.plan(++epoch), epochs.workers, [] { return false; }));
  }
  count_ratings(state, epochs.ratings);
}

void run_evaluations(benchmark::State& state, const TrainOptions& options,
                     const KernelSet& kernels) {
  Epochs epochs(options, kernels);
  const FactorModel model =
      SnapshotMaker(epochs.ratings, epochs.scale, options).take(epochs.state, epochs.workers);
  for (auto _ : state) {
    benchmark::DoNotOptimize(model_errors(model, epochs.ratings, {0, epochs.ratings.user_count()},
                                          kernels, epochs.workers));
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
      const std::string suffix = std::string("/") + set->name + "/k:" + std::to_string(rank);
      add("epoch/adagrad/hogwild" + suffix, run_epochs, options, set);
      options.step_rule = StepRule::kSgd;
      add("epoch/sgd/hogwild" + suffix, run_epochs, options, set);
      add("evaluation" + suffix, run_evaluations, options, set);
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
