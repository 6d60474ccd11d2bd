// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/kernels/reference.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_gram_kernels)

BOOST_AUTO_TEST_CASE(gram_kernels_agree_with_their_scalar_twin) {
  for (const KernelSet* set : available_kernels()) {
    for (std::size_t size = 1; size <= 70; ++size) {
      const std::size_t stride = (size + 7) / 8 * 8 + (size % 3 == 0 ? 8 : 0);
      for (const std::size_t count : {0u, 1u, 2u, 33u}) {
        Random random(size);
        AlignedBuffer<double> rows(count * stride), fast(stride * stride), slow(stride * stride);
        for (std::size_t at = 0; at < rows.size(); ++at) {
          if (at % stride < size) rows[at] = random.normal();
        }
        for (std::size_t at = 0; at < fast.size(); ++at) {
          fast[at] = slow[at] =
              at % stride < size ? random.normal() : 0.0;  // it adds to what is there
        }
        set->gram({rows.data(), count, size, stride, fast.data()});
        gram_reference({rows.data(), count, size, stride, slow.data()});
        double largest = 0.0;
        for (std::size_t i = 0; i < size; ++i) {
          for (std::size_t j = i; j < size; ++j) {
            largest = std::max(largest, std::abs(fast[i * stride + j] - slow[i * stride + j]));
          }
        }
        BOOST_TEST(largest < 1e-12, set->name << " size " << size << " count " << count);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(product_kernels_agree_with_their_scalar_twin) {
  for (const KernelSet* set : available_kernels()) {
    for (const std::size_t count : {0u, 1u, 5u, 144u}) {
      Random random(count + 1);
      AlignedBuffer<double> left(count * kProductTile), right(count * kProductTile);
      AlignedBuffer<double> fast(kProductTile * kProductTile), slow(kProductTile * kProductTile);
      for (AlignedBuffer<double>* strip : {&left, &right}) {
        for (double& x : *strip) x = random.normal();
      }
      for (std::size_t at = 0; at < fast.size(); ++at) fast[at] = slow[at] = random.normal();
      set->product({left.data(), right.data(), count, fast.data()});
      product_reference({left.data(), right.data(), count, slow.data()});
      double largest = 0.0;
      for (std::size_t at = 0; at < fast.size(); ++at) {
        largest = std::max(largest, std::abs(fast[at] - slow[at]));
      }
      BOOST_TEST(largest < 1e-12, set->name << " count " << count);
    }
  }
}

// A = X'X + I is U'U again.
BOOST_AUTO_TEST_CASE(cholesky_kernels_factor) {
  for (const KernelSet* set : available_kernels()) {
    for (const std::size_t size : {1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 16u, 31u, 65u, 129u}) {
      const std::size_t stride = (size + 7) / 8 * 8, count = 20;
      Random random(size);
      AlignedBuffer<double> rows(count * stride), a(stride * stride), u(stride * stride);
      for (std::size_t at = 0; at < rows.size(); ++at) {
        if (at % stride < size) rows[at] = random.normal();
      }
      gram_reference({rows.data(), count, size, stride, a.data()});
      for (std::size_t i = 0; i < size; ++i) a[i * stride + i] += 1.0;
      std::ranges::copy(a, u.begin());
      set->cholesky(u.data(), size, stride);
      double largest = 0.0;
      for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = i; j < size; ++j) {
          double product = 0.0;
          for (std::size_t k = 0; k <= i; ++k) product += u[k * stride + i] * u[k * stride + j];
          largest = std::max(largest, std::abs(product - a[i * stride + j]));
        }
      }
      BOOST_TEST(largest < 1e-11, set->name << " size " << size << ": off by " << largest);
    }
    // Not positive definite.
    AlignedBuffer<double> bad(3 * 8);
    bad[0] = bad[9] = 1.0;
    bad[1] = 2.0;
    set->cholesky(bad.data(), 2, 8);
    BOOST_TEST(std::isnan(bad[9]));
  }
}

BOOST_AUTO_TEST_SUITE_END()
