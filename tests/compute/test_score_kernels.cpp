// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_score_kernels)

namespace {

/// Tiles of items, biases and a tile of queries, filled at random.
struct Scene {
  std::size_t rank, tiles;
  AlignedBuffer<float> q, b, queries, query;

  Scene(std::size_t with_rank, std::size_t with_tiles)
      : rank(with_rank),
        tiles(with_tiles),
        q(tiles * rank * kTileItems),
        b(tiles * kTileItems),
        queries(rank * kTileQueries),
        query(rank) {
    Random random(rank * 100 + tiles);
    for (auto* buffer : {&q, &b, &queries}) {
      for (float& x : *buffer) x = static_cast<float>(random.normal());
    }
  }
  ScorePass pass(float weight) const { return {q.data(), b.data(), rank, weight}; }

  const float* only(std::size_t n) {
    for (std::size_t k = 0; k < rank; ++k) query[k] = queries[k * kTileQueries + n];
    return query.data();
  }

  /// The scalar twin: score and the sum of the absolute values of its terms, which rounding is in
  /// proportion to.
  std::pair<double, double> score(std::size_t n, std::size_t at, float weight) const {
    const std::size_t tile = at / kTileItems, lane = at % kTileItems;
    double sum = static_cast<double>(weight) * b[at], absolutes = std::abs(sum);
    for (std::size_t k = 0; k < rank; ++k) {
      const double term = static_cast<double>(queries[k * kTileQueries + n]) *
                          q[(tile * rank + k) * kTileItems + lane];
      sum += term;
      absolutes += std::abs(term);
    }
    return {sum, absolutes};
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_kernel_scores_as_its_scalar_twin_and_both_kernels_alike) {
  for (const KernelSet* kernels : available_kernels()) {
    for (const std::size_t rank : {1u, 2u, 7u, 16u, 64u, 65u, 300u}) {
      for (const std::size_t tiles : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 16u}) {
        Scene scene(rank, tiles);
        const float weight = 0.7f;
        AlignedBuffer<float> together(kTileQueries * tiles * kTileItems);
        kernels->score_tile(scene.pass(weight), scene.queries.data(), 0, tiles, together.data());

        // Backwards: the order is the list's.
        std::vector<std::uint32_t> chosen;
        for (std::size_t p = tiles; p-- > 0;) chosen.push_back(static_cast<std::uint32_t>(p));
        AlignedBuffer<float> scores(tiles * kTileItems);
        for (std::size_t n = 0; n < kTileQueries; ++n) {
          kernels->score_chosen(scene.pass(weight), scene.only(n), chosen.data(), tiles,
                                scores.data());
          for (std::size_t at = 0; at < tiles * kTileItems; ++at) {
            const float score = together[n * tiles * kTileItems + at];
            const auto [expected, absolutes] = scene.score(n, at, weight);
            const double rounding = absolutes * static_cast<double>(rank + 2) * 6e-8;
            BOOST_REQUIRE_MESSAGE(std::abs(score - expected) <= rounding,
                                  kernels->name << " rank " << rank << " query " << n << " item "
                                                << at << ": " << score << " for " << expected);
            const std::size_t backwards =
                (tiles - 1 - at / kTileItems) * kTileItems + at % kTileItems;
            BOOST_REQUIRE(scores[backwards] == score);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(scores_may_begin_at_any_tile) {
  for (const KernelSet* kernels : available_kernels()) {
    Scene scene(9, 7);
    AlignedBuffer<float> all(kTileQueries * 7 * kTileItems), part(kTileQueries * 3 * kTileItems);
    kernels->score_tile(scene.pass(1.0f), scene.queries.data(), 0, 7, all.data());
    kernels->score_tile(scene.pass(1.0f), scene.queries.data(), 2, 3, part.data());
    for (std::size_t n = 0; n < kTileQueries; ++n) {
      for (std::size_t at = 0; at < 3 * kTileItems; ++at) {
        BOOST_REQUIRE(part[n * 3 * kTileItems + at] == all[(n * 7 + 2) * kTileItems + at]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(scores_that_reach_are_found_where_the_mask_looks) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const KernelSet* kernels : available_kernels()) {
    for (const std::size_t tiles : {1u, 3u, 8u}) {
      Random random(tiles);
      AlignedBuffer<float> scores(tiles * kTileItems);
      std::vector<std::uint16_t> masks(tiles);
      for (float& x : scores) x = static_cast<float>(random.below(5));
      scores[3] = std::numeric_limits<float>::quiet_NaN();
      scores[4] = -inf;
      for (std::uint16_t& mask : masks) mask = static_cast<std::uint16_t>(random.next());
      masks[0] |= 0x18;
      for (const float threshold : {-inf, 0.0f, 2.0f, 4.0f, 5.0f}) {
        std::vector<std::uint32_t> expected, found(tiles * kTileItems);
        for (std::uint32_t at = 0; at < scores.size(); ++at) {
          const bool looked_at = (masks[at / kTileItems] >> at % kTileItems & 1) != 0;
          if (looked_at && scores[at] >= threshold) expected.push_back(at);
        }
        found.resize(
            kernels->find_reaching(scores.data(), tiles, masks.data(), threshold, found.data()));
        BOOST_TEST(found == expected, boost::test_tools::per_element());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
