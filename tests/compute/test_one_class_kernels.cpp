// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/kernels/reference.hpp"

using namespace mfpar;

namespace {

constexpr std::uint32_t kFixedRows = 60;

/// Random rows, and moving rows with each of some numbers of positives.
struct Rows {
  Rows(std::uint32_t with_rank, const std::vector<std::uint32_t>& counts, bool with_confidences)
      : rank(with_rank),
        stride(row_stride(rank)),
        moving_rows(static_cast<std::uint32_t>(counts.size())),
        fixed(kFixedRows * stride),
        moving(counts.size() * stride),
        unobserved(stride) {
    Random random(rank);
    const auto fill = [&](AlignedBuffer<float>& rows, double scale) {
      for (std::size_t at = 0; at < rows.size(); ++at) {
        if (at % stride < rank) rows[at] = static_cast<float>(scale * random.normal());
      }
    };
    fill(fixed, 1.0 / std::sqrt(rank));
    fill(moving, 1.0);
    for (std::size_t f = 0; f < stride; ++f) {
      unobserved[f] = static_cast<float>(0.5 + 3.0 * random.uniform());
    }
    for (const std::uint32_t count : counts) {
      for (std::uint32_t n = 0; n < count; ++n) positives.push_back(random.below(kFixedRows));
      offsets.push_back(positives.size());
      penalties.push_back(static_cast<float>(0.1 + random.uniform()));
    }
    for (std::size_t n = 0; with_confidences && n < positives.size(); ++n) {
      confidences.push_back(static_cast<float>(4.0 * random.uniform()));
    }
  }

  PositiveRuns runs() const {
    return {.fixed = fixed.data(),
            .stride = stride,
            .rank = rank,
            .offsets = offsets.data(),
            .positives = positives.data(),
            .confidences = confidences.empty() ? nullptr : confidences.data(),
            .first_row = 0,
            .count = moving_rows};
  }
  OneClassPass pass(AlignedBuffer<float>& rows) const {
    return {.runs = runs(),
            .moving = rows.data(),
            .unobserved = unobserved.data(),
            .penalties = penalties.data(),
            .tolerance = 1e-10f,
            .most_steps = 40};
  }
  AlignedBuffer<float> start() const {
    AlignedBuffer<float> copy(moving.size());
    std::ranges::copy(moving, copy.begin());
    return copy;
  }

  std::uint32_t rank;
  std::size_t stride;
  std::uint32_t moving_rows;
  AlignedBuffer<float> fixed, moving, unobserved;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> positives;
  std::vector<float> penalties, confidences;
};

const std::vector<std::uint32_t> kCounts{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 200, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(test_one_class_kernels)

BOOST_AUTO_TEST_CASE(kernels_agree_with_their_scalar_twins) {
  for (const KernelSet* set : available_kernels()) {
    for (const std::uint32_t rank : {1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 33u, 64u, 100u, 1024u}) {
      for (const bool confidences : {false, true}) {
        const Rows rows(rank, kCounts, confidences);
        AlignedBuffer<float> fast = rows.start(), slow = rows.start();
        set->one_class(rows.pass(fast));
        one_class_reference(rows.pass(slow));
        float largest = 0.0f;
        for (std::size_t at = 0; at < fast.size(); ++at) {
          largest = std::max(largest, std::abs(fast[at] - slow[at]));
          if (at % rows.stride >= rank) BOOST_REQUIRE_EQUAL(fast[at], 0.0f);
        }
        BOOST_TEST(largest < 2e-5f, set->name << " rank " << rank << ": off by " << largest);
        const double error = positive_error_reference(rows.runs(), rows.moving.data());
        BOOST_TEST(set->positive_error(rows.runs(), rows.moving.data()) == error,
                   boost::test_tools::tolerance(1e-5));
      }
    }
  }
}

// One step each, so that an error in a step cannot be made good by further ones.
BOOST_AUTO_TEST_CASE(single_steps_agree) {
  for (const KernelSet* set : available_kernels()) {
    for (const std::uint32_t most_steps : {0u, 1u, 2u}) {
      const Rows rows(24, kCounts, true);
      AlignedBuffer<float> fast = rows.start(), slow = rows.start();
      OneClassPass of_fast = rows.pass(fast), of_slow = rows.pass(slow);
      of_fast.most_steps = of_slow.most_steps = most_steps;
      const auto with_positives = static_cast<std::uint64_t>(rows.moving_rows - 2);
      BOOST_TEST(set->one_class(of_fast) == most_steps * with_positives);
      one_class_reference(of_slow);
      for (std::size_t at = 0; at < fast.size(); ++at) {
        BOOST_REQUIRE_SMALL(fast[at] - slow[at], 1e-4f);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(only_the_rows_that_are_meant_move) {
  const Rows rows(20, kCounts, false);
  for (const KernelSet* set : available_kernels()) {
    AlignedBuffer<float> moved = rows.start(), all = rows.start();
    set->one_class(rows.pass(all));
    OneClassPass pass = rows.pass(moved);
    pass.runs.first_row = 3;
    pass.runs.count = 2;
    set->one_class(pass);
    for (std::size_t at = 0; at < moved.size(); ++at) {
      const std::size_t row = at / rows.stride;
      BOOST_REQUIRE_EQUAL(moved[at], row == 3 || row == 4 ? all[at] : rows.moving[at]);
    }
  }
}

// What is left of the loss above its minimum is at most the share of it that was asked for.
BOOST_AUTO_TEST_CASE(steps_end_when_little_can_be_gained) {
  const std::uint32_t rank = 24;
  for (const KernelSet* set : available_kernels()) {
    for (const float tolerance : {1e-1f, 1e-2f, 1e-3f, 1e-4f}) {
      for (const std::uint32_t count : {5u, 40u, 300u}) {
        const Rows rows(rank, {count}, false);
        const auto loss = [&](const AlignedBuffer<float>& row) {
          double sum = positive_error_reference(rows.runs(), row.data());
          for (std::size_t f = 0; f < rank; ++f) {
            sum += (double{rows.unobserved[f]} + double{rows.penalties[0]}) * row[f] * row[f];
          }
          return sum;
        };
        AlignedBuffer<float> near = rows.start(), best = rows.start();
        OneClassPass pass = rows.pass(near);
        pass.tolerance = tolerance;
        const auto steps = set->one_class(pass);
        const auto steps_to_best = set->one_class(rows.pass(best));
        BOOST_TEST(steps < steps_to_best);
        BOOST_TEST(loss(near) - loss(best) < tolerance * static_cast<float>(count));
        BOOST_TEST(loss(near) > loss(best));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
