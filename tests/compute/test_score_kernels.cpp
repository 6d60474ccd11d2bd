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

/// Panels, biases and a tile of tastes, filled at random.
struct Scene {
  std::size_t rank, panels;
  AlignedBuffer<float> q, b, tile, taste;

  Scene(std::size_t with_rank, std::size_t with_panels)
      : rank(with_rank),
        panels(with_panels),
        q(panels * rank * kPanelItems),
        b(panels * kPanelItems),
        tile(rank * kTileTastes),
        taste(rank) {
    Random random(rank * 100 + panels);
    for (auto* buffer : {&q, &b, &tile}) {
      for (float& x : *buffer) x = static_cast<float>(random.normal());
    }
  }
  ScorePass pass(float weight) const { return {q.data(), b.data(), rank, weight}; }

  const float* only(std::size_t t) {
    for (std::size_t k = 0; k < rank; ++k) taste[k] = tile[k * kTileTastes + t];
    return taste.data();
  }

  /// The scalar twin: score and the sum of the absolute values of its terms, which rounding is in
  /// proportion to.
  std::pair<double, double> score(std::size_t t, std::size_t at, float weight) const {
    const std::size_t panel = at / kPanelItems, lane = at % kPanelItems;
    double sum = static_cast<double>(weight) * b[at], absolutes = std::abs(sum);
    for (std::size_t k = 0; k < rank; ++k) {
      const double term = static_cast<double>(tile[k * kTileTastes + t]) *
                          q[(panel * rank + k) * kPanelItems + lane];
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
      for (const std::size_t panels : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 16u}) {
        Scene scene(rank, panels);
        const float weight = 0.7f;
        AlignedBuffer<float> tile(kTileTastes * panels * kPanelItems);
        kernels->score_tile(scene.pass(weight), scene.tile.data(), 0, panels, tile.data());

        // Backwards: the order is the list's.
        std::vector<std::uint32_t> chosen;
        for (std::size_t p = panels; p-- > 0;) chosen.push_back(static_cast<std::uint32_t>(p));
        AlignedBuffer<float> scores(panels * kPanelItems);
        for (std::size_t t = 0; t < kTileTastes; ++t) {
          kernels->score_chosen(scene.pass(weight), scene.only(t), chosen.data(), panels,
                                scores.data());
          for (std::size_t at = 0; at < panels * kPanelItems; ++at) {
            const float score = tile[t * panels * kPanelItems + at];
            const auto [expected, absolutes] = scene.score(t, at, weight);
            const double rounding = absolutes * static_cast<double>(rank + 2) * 6e-8;
            BOOST_REQUIRE_MESSAGE(std::abs(score - expected) <= rounding,
                                  kernels->name << " rank " << rank << " taste " << t << " item "
                                                << at << ": " << score << " for " << expected);
            const std::size_t backwards =
                (panels - 1 - at / kPanelItems) * kPanelItems + at % kPanelItems;
            BOOST_REQUIRE(scores[backwards] == score);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_tile_may_begin_at_any_panel) {
  for (const KernelSet* kernels : available_kernels()) {
    Scene scene(9, 7);
    AlignedBuffer<float> all(kTileTastes * 7 * kPanelItems), part(kTileTastes * 3 * kPanelItems);
    kernels->score_tile(scene.pass(1.0f), scene.tile.data(), 0, 7, all.data());
    kernels->score_tile(scene.pass(1.0f), scene.tile.data(), 2, 3, part.data());
    for (std::size_t t = 0; t < kTileTastes; ++t) {
      for (std::size_t at = 0; at < 3 * kPanelItems; ++at) {
        BOOST_REQUIRE(part[t * 3 * kPanelItems + at] == all[(t * 7 + 2) * kPanelItems + at]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(scores_that_reach_are_found_where_the_mask_looks) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const KernelSet* kernels : available_kernels()) {
    for (const std::size_t panels : {1u, 3u, 8u}) {
      Random random(panels);
      AlignedBuffer<float> scores(panels * kPanelItems);
      std::vector<std::uint16_t> masks(panels);
      for (float& x : scores) x = static_cast<float>(random.below(5));
      scores[3] = std::numeric_limits<float>::quiet_NaN();
      scores[4] = -inf;
      for (std::uint16_t& mask : masks) mask = static_cast<std::uint16_t>(random.next());
      masks[0] |= 0x18;
      for (const float threshold : {-inf, 0.0f, 2.0f, 4.0f, 5.0f}) {
        std::vector<std::uint32_t> expected, found(panels * kPanelItems);
        for (std::uint32_t at = 0; at < scores.size(); ++at) {
          const bool looked_at = (masks[at / kPanelItems] >> at % kPanelItems & 1) != 0;
          if (looked_at && scores[at] >= threshold) expected.push_back(at);
        }
        found.resize(
            kernels->find_reaching(scores.data(), panels, masks.data(), threshold, found.data()));
        BOOST_TEST(found == expected, boost::test_tools::per_element());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
