// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_row_sums)

BOOST_AUTO_TEST_CASE(every_kernel_sums_what_plain_loops_do) {
  constexpr std::uint32_t kRows = 40;
  Random random(6);
  for (const std::size_t floats : {16u, 32u, 48u, 64u, 80u, 272u}) {
    for (const std::size_t padding : {0u, 16u}) {
      const std::size_t stride = floats + padding;
      AlignedBuffer<float> rows(kRows * stride);
      std::vector<float> row_weights(kRows);
      for (float& x : rows) x = static_cast<float>(random.normal());
      for (float& x : row_weights) x = static_cast<float>(random.normal());
      for (const std::size_t count : {0u, 1u, 2u, 7u, 8u, 9u, 33u}) {
        std::vector<std::uint32_t> indices(count);
        std::vector<float> weights(count);
        for (std::uint32_t& index : indices) index = random.below(kRows);
        for (float& x : weights) x = static_cast<float>(random.normal());
        for (const bool weighted : {false, true}) {
          for (const bool by_row : {false, true}) {
            std::vector<double> expected(floats), sizes(floats);
            for (std::size_t n = 0; n < count; ++n) {
              const double weight = (weighted ? double{weights[n]} : 1.0) *
                                    (by_row ? double{row_weights[indices[n]]} : 1.0);
              for (std::size_t f = 0; f < floats; ++f) {
                const double term = weight * double{rows[indices[n] * stride + f]};
                expected[f] += term;
                sizes[f] += std::abs(term);
              }
            }
            for (const KernelSet* set : available_kernels()) {
              AlignedBuffer<float> out(floats + 16);
              for (float& x : out) x = 7.0f;
              set->row_sum({.rows = rows.data(),
                            .stride = stride,
                            .floats = floats,
                            .indices = indices.data(),
                            .count = count,
                            .weights = weighted ? weights.data() : nullptr,
                            .row_weights = by_row ? row_weights.data() : nullptr,
                            .out = out.data()});
              bool near = true;
              for (std::size_t f = 0; f < floats; ++f) {
                near = near && std::abs(double{out[f]} - expected[f]) <= 1e-5 * sizes[f];
              }
              BOOST_TEST(near, set->name << ", " << floats << " floats, " << count << " rows");
              for (std::size_t f = floats; f < out.size(); ++f) BOOST_TEST(out[f] == 7.0f);
            }
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
