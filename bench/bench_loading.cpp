// SPDX-License-Identifier: MIT
//
// How fast a warm `user::item::rating::timestamp` file is read, and read and sorted into a store.
// The first argument is the threads. MFPAR_BENCH_LINES sets the size of the file.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace {

using namespace mfpar;

/// A file of ratings in random order, in the proportions of MovieLens 10M; removed at the end.
class RatingsFile {
 public:
  RatingsFile() {
    const char* const asked = std::getenv("MFPAR_BENCH_LINES");
    lines_ = asked != nullptr ? std::max(std::atoll(asked), 1LL) : 1'000'000;
    std::string folder = (std::filesystem::temp_directory_path() / "mfpar-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    const auto users = static_cast<std::uint32_t>(lines_ / 140 + 1);
    const auto items = static_cast<std::uint32_t>(lines_ / 900 + 1);
    Random random(1);
    std::ofstream file(path(), std::ios::binary);
    for (std::int64_t i = 0; i < lines_; ++i) {
      const double popularity = random.uniform();
      const auto item = static_cast<std::uint32_t>(items * popularity * popularity * popularity);
      const std::uint32_t halves = 1 + random.below(10);
      file << 1 + random.below(users) << "::" << 1 + item << "::" << halves / 2
           << (halves % 2 != 0 ? ".5" : "") << "::" << 800'000'000 + random.below(400'000'000)
           << '\n';
    }
    if (!file.flush()) std::abort();
  }
  ~RatingsFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  RatingsFile(const RatingsFile&) = delete;
  RatingsFile& operator=(const RatingsFile&) = delete;

  std::string path() const { return (folder_ / "ratings.dat").string(); }
  std::int64_t lines() const { return lines_; }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(path()));
  }

 private:
  std::filesystem::path folder_;
  std::int64_t lines_ = 0;
};

const RatingsFile& ratings_file() {
  static const RatingsFile file;
  return file;
}

void count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * ratings_file().lines());
  state.SetBytesProcessed(state.iterations() * ratings_file().bytes());
}

void read_text(benchmark::State& state) {
  const std::string path = ratings_file().path();
  ReadOptions options;
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(read_ratings(path, options).ratings.size());
  count(state);
}

void read_text_and_build_store(benchmark::State& state) {
  const std::string path = ratings_file().path();
  ReadOptions read_options;
  StoreOptions store_options;
  read_options.threads = store_options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    ReadResult result = read_ratings(path, read_options);
    benchmark::DoNotOptimize(build_store(std::move(result.ratings), store_options).size());
  }
  count(state);
}

/// One thread, and doubling up to all cores.
void thread_counts(benchmark::internal::Benchmark* bench) {
  const int all = resolve_threads(0);
  for (int threads = 1; threads < all; threads *= 2) bench->Arg(threads);
  bench->Arg(all)->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(read_text)->Apply(thread_counts);
BENCHMARK(read_text_and_build_store)->Apply(thread_counts);

}  // namespace

BENCHMARK_MAIN();
