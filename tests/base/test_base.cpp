// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/frozen_array.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_base)

BOOST_AUTO_TEST_CASE(even_ranges_cover_every_position_once) {
  for (const std::size_t size : {0, 1, 2, 7, 103, 1000}) {
    for (const std::size_t parts : {1, 2, 3, 16, 101}) {
      std::size_t expected_begin = 0;
      for (std::size_t part = 0; part < parts; ++part) {
        const Range range = even_range(size, parts, part);
        BOOST_TEST(range.begin == expected_begin);
        BOOST_TEST(range.size() >= size / parts);
        BOOST_TEST(range.size() <= size / parts + 1);
        expected_begin = range.end;
      }
      BOOST_TEST(expected_begin == size);
    }
  }
}

BOOST_AUTO_TEST_CASE(balanced_boundaries_cut_whole_rows) {
  // Ten rows; the fourth holds half of all elements.
  const std::vector<std::uint64_t> offsets{0, 1, 2, 3, 13, 14, 15, 16, 17, 18, 20};
  for (const std::size_t parts : {1, 2, 3, 7, 64}) {
    const auto boundaries = balanced_boundaries(offsets, parts);
    BOOST_TEST(boundaries.front() == 0u);
    BOOST_TEST(boundaries.back() == 10u);
    BOOST_TEST(boundaries.size() <= parts + 1);
    for (std::size_t i = 1; i < boundaries.size(); ++i) {
      BOOST_TEST(boundaries[i - 1] < boundaries[i]);
    }
  }
  BOOST_TEST(balanced_boundaries(std::vector<std::uint64_t>{0}, 4).size() == 1u);
  BOOST_TEST(balanced_boundaries({}, 4).size() == 1u);
}

BOOST_AUTO_TEST_CASE(random_permutation_is_a_bijection_of_any_size) {
  for (const std::uint64_t size : {1, 2, 3, 5, 16, 17, 103, 1000, 65537}) {
    const RandomPermutation permutation(size, 7);
    std::vector<bool> seen(size, false);
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint64_t image = permutation(i);
      BOOST_REQUIRE(image < size);
      BOOST_REQUIRE(!seen[image]);
      seen[image] = true;
    }
  }
}

BOOST_AUTO_TEST_CASE(random_permutation_depends_on_the_seed_and_looks_random) {
  const RandomPermutation one(10'000, 1), other(10'000, 2);
  int same = 0, first_half_stays = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    same += one(i) == other(i);
    if (i < 5'000) first_half_stays += one(i) < 5'000;
  }
  // Two independent permutations agree in one place on average, with Poisson spread.
  BOOST_TEST(same < 10);
  // Half of the first half stays there: 2,500 with a standard deviation of 25.
  BOOST_TEST(first_half_stays > 2'350);
  BOOST_TEST(first_half_stays < 2'650);
}

BOOST_AUTO_TEST_CASE(random_numbers_have_their_moments) {
  Random random(3);
  double sum = 0, squares = 0, uniform = 0;
  std::vector<int> counts(7, 0);
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    uniform += random.uniform();
    ++counts[random.below(7)];
  }
  // Four standard errors each.
  BOOST_TEST(std::abs(sum / kDraws) < 4 * 0.00378);
  BOOST_TEST(std::abs(squares / kDraws - 1) < 4 * 0.00535);
  BOOST_TEST(std::abs(uniform / kDraws - 0.5) < 4 * 0.00109);
  for (const int count : counts) BOOST_TEST(std::abs(count - 10'000) < 400);
}

BOOST_AUTO_TEST_CASE(derived_seeds_differ_by_every_part) {
  BOOST_TEST(derive_seed(1, 2, 3) != derive_seed(1, 3, 2));
  BOOST_TEST(derive_seed(1, 2) != derive_seed(2, 1));
  BOOST_TEST(derive_seed(0, 0) != derive_seed(0, 0, 0));
}

BOOST_AUTO_TEST_CASE(aligned_buffers_are_aligned_and_zero) {
  for (const std::size_t size : {1, 15, 16, 1000}) {
    const AlignedBuffer<float> buffer(size);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(buffer.data()) % kRowAlignment == 0u);
    for (const float x : buffer) BOOST_TEST(x == 0.0f);
  }
  BOOST_CHECK_THROW(AlignedBuffer<float>(static_cast<std::size_t>(-1) / 2), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(for_each_calls_every_index_once) {
  for (const int threads : {1, 2, 16}) {
    const Workers workers(threads);
    BOOST_TEST(workers.threads() == threads);
    std::vector<std::atomic<int>> calls(1001);
    workers.for_each(calls.size(), [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) BOOST_TEST(count.load() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_surfaces_once_on_the_caller) {
  const Workers workers(4);
  const auto fail = [](std::size_t i) {
    if (i % 10 == 3) throw std::runtime_error("planted");
  };
  BOOST_CHECK_EXCEPTION(workers.for_each(100, fail), std::runtime_error,
                        [](const auto& e) { return std::string(e.what()) == "planted"; });
  const std::vector<std::uint32_t> ready{0, 1, 2, 3};
  BOOST_CHECK_THROW(workers.run_graph(ready, [&](std::uint32_t i, const auto&) { fail(i); }),
                    std::runtime_error);
  // The workers are as good as new afterwards.
  std::atomic<int> calls{0};
  workers.for_each(10, [&](std::size_t) { ++calls; });
  BOOST_TEST(calls.load() == 10);
}

BOOST_AUTO_TEST_CASE(a_graph_runs_each_task_after_those_that_submit_it) {
  // A binary tree of 1,023 tasks: task i submits 2i + 1 and 2i + 2.
  for (const int threads : {1, 3, 16}) {
    const Workers workers(threads);
    std::vector<int> parent_value(1023, 0);
    std::atomic<int> wrong{0};
    workers.run_graph(std::vector<std::uint32_t>{0}, [&](std::uint32_t i, const auto& submit) {
      // A plain read of what the parent wrote: the race detector checks the promise of order.
      if (i > 0 && parent_value[(i - 1) / 2] == 0) ++wrong;
      parent_value[i] = 1;
      for (const std::uint32_t child : {2 * i + 1, 2 * i + 2}) {
        if (child < parent_value.size()) submit(child);
      }
    });
    BOOST_TEST(wrong.load() == 0);
    BOOST_TEST(std::accumulate(parent_value.begin(), parent_value.end(), 0) == 1023);
  }
}

BOOST_AUTO_TEST_CASE(threads_are_checked) {
  BOOST_TEST(resolve_threads(0) >= 1);
  BOOST_TEST(resolve_threads(16) == 16);
  BOOST_CHECK_THROW(resolve_threads(-1), Error);
  BOOST_CHECK_THROW(resolve_threads(5000), Error);
}

BOOST_AUTO_TEST_CASE(a_frozen_array_thaws_in_place_only_where_nobody_else_can_see_it) {
  FrozenArray<int> sole(std::vector<int>{1, 2, 3});
  const int* const memory = sole.data();
  ThawedArray<int> thawed = std::move(sole).thaw();
  BOOST_TEST(thawed.span.data() == memory);
  BOOST_TEST(sole.empty());

  const FrozenArray<int> shared(std::vector<int>{1, 2, 3});
  thawed = FrozenArray<int>(shared).thaw();
  thawed.span[0] = 9;
  BOOST_TEST(shared[0] == 1);

  // Memory of which only a view was given may be a read-only mapping.
  const auto owner = std::make_shared<const std::vector<int>>(3, 1);
  thawed = FrozenArray<int>(std::shared_ptr<const void>(owner), std::span(*owner)).thaw();
  thawed.span[0] = 9;
  BOOST_TEST(owner->front() == 1);
  BOOST_TEST(thawed.span.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
