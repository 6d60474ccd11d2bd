// SPDX-License-Identifier: MIT
#include "machine_limits.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace mfpar::bench {

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr int kRounds = 5;

/// The best of a few rounds of `rounds_work`, which returns how much it did.
template <class Work>
double best_rate(Work work) {
  double best = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const double done = work();
    best = std::max(best, done / seconds_since(begin));
  }
  return best;
}

template <int kLanes>
struct VectorOf {
  typedef float type __attribute__((vector_size(kLanes * sizeof(float))));
};

/// Ten chains, more than the latency of an operation times how many begin in a cycle. The empty
/// assembly keeps the compiler from working the chains out.
template <int kLanes>
[[gnu::always_inline]] inline double run_chains() {
  using Vector = typename VectorOf<kLanes>::type;
  constexpr long kSteps = 4'000'000;
  Vector a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{};
  const Vector half = Vector{} + 0.5f;
  for (long step = 0; step < kSteps; ++step) {
    a = a * half + half, b = b * half + half, c = c * half + half, d = d * half + half;
    e = e * half + half, f = f * half + half, g = g * half + half, h = h * half + half;
    i = i * half + half, j = j * half + half;
#if defined(__x86_64__)
    asm volatile("" : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e));
    asm volatile("" : "+v"(f), "+v"(g), "+v"(h), "+v"(i), "+v"(j));
#else
    asm volatile("" : "+w"(a), "+w"(b), "+w"(c), "+w"(d), "+w"(e));
    asm volatile("" : "+w"(f), "+w"(g), "+w"(h), "+w"(i), "+w"(j));
#endif
  }
  return 10.0 * kLanes * kSteps;
}

double run_baseline() { return run_chains<4>(); }

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] double run_avx2() { return run_chains<8>(); }
[[gnu::target("avx512f,avx512vl,avx512dq,avx512bw")]] double run_avx512() {
  return run_chains<16>();
}
#endif

}  // namespace

double multiply_adds_a_second([[maybe_unused]] std::string_view kernels) {
#if defined(__x86_64__)
  if (kernels == "avx2") return best_rate(run_avx2);
  if (kernels == "avx512") return best_rate(run_avx512);
#endif
  return best_rate(run_baseline);
}

double bytes_rewritten_a_second(std::size_t bytes) {
  std::vector<float> buffer(bytes / sizeof(float), 1.0f);
  const std::size_t passes = std::max<std::size_t>((std::size_t{256} << 20) / bytes, 1);
  return best_rate([&] {
    for (std::size_t pass = 0; pass < passes; ++pass) {
      for (float& x : buffer) x = x * 0.5f + 0.5f;
      asm volatile("" ::: "memory");
    }
    return static_cast<double>(passes * buffer.size() * sizeof(float));
  });
}

}  // namespace mfpar::bench
