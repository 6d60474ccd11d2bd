// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/kernels/reference.hpp"
#include "mfpar/error.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_kernels)

namespace {

/// Every width class from both sides, and ranks beyond the compile-time widths.
const std::vector<std::uint32_t> kRanks{1,  3,  8,  9,   16,  17,  31,  32,  33,  48,  49,  64,
                                        65, 96, 97, 128, 129, 192, 193, 256, 257, 300, 1024};

/// The records of one side, filled at random; padding stays zero.
struct Side {
  std::uint32_t count;
  std::uint32_t rank;
  AlignedBuffer<float> records;

  Side(std::uint32_t size, std::uint32_t k, std::uint64_t seed)
      : count(size), rank(k), records(size * record_stride(factor_width(k))) {
    Random random(seed);
    for (std::uint32_t row = 0; row < size; ++row) {
      float norm = 0;
      float* const factors = side().row(row);
      for (std::uint32_t f = 0; f < rank; ++f) {
        factors[f] = static_cast<float>(random.normal() / std::sqrt(rank));
        norm += factors[f] * factors[f];
      }
      const auto bias = static_cast<float>(0.3 * random.normal());
      const auto weight = static_cast<float>(0.1 + 0.1 * random.uniform());
      side().state(row) = {bias, norm, 1.5f, 1.25f, weight};
    }
  }
  Side(const Side& other) : count(other.count), rank(other.rank), records(other.records.size()) {
    std::ranges::copy(other.records, records.begin());
  }
  RowRecords side() { return {records.data(), rank}; }
  const float* row(std::uint32_t index) const { return const_cast<Side*>(this)->side().row(index); }
  const RowState& state(std::uint32_t index) const {
    return const_cast<Side*>(this)->side().state(index);
  }
  std::size_t width() const { return factor_width(rank); }
};

/// Runs of the lengths below, one of them of `longest` ratings: every way to fill mini-batches. Run
/// r is of items of its own, so that the order of the runs makes no difference.
struct Runs {
  static constexpr std::uint32_t kLengths[] = {0,  1,  2,  5,  7,  3,  8,  9,
                                               12, 15, 16, 17, 24, 31, 32, 38};
  static constexpr std::uint32_t kRuns = std::size(kLengths);
  std::uint32_t items = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> compact;
  std::vector<RatingStore::WideEntry> wide;
  std::vector<float> values;

  /// Of values that the loss learns from.
  explicit Runs(std::uint64_t seed, std::uint32_t longest = 5, const LossInfo& info = {}) {
    Random random(seed);
    for (int code = 0; code < 10; ++code) {
      const float value = static_cast<float>(code - 5) / 3.0f;
      values.push_back(info.takes_labels        ? static_cast<float>(code % 2)
                       : info.needs_nonnegative ? std::abs(value)
                                                : value);
    }
    for (std::uint32_t run = 0; run < kRuns; ++run) {
      for (std::uint32_t n = run == 5 ? longest : kLengths[run]; n > 0; --n) {
        const std::uint32_t item = items++;
        const std::uint32_t code = random.below(10);
        compact.push_back(RatingStore::pack(item, code));
        wide.push_back({item, values[code] * 2.0f + 1.0f});  // standardised by (x - 1) * 0.5
      }
      offsets.push_back(compact.size());
    }
  }

  RatingRuns describe(bool as_compact) const {
    RatingRuns runs;
    runs.count = kRuns;
    runs.offsets = offsets.data();
    if (as_compact) {
      runs.compact = compact.data();
      runs.code_values = values.data();
    } else {
      runs.wide = wide.data();
      runs.wide_mean = 1.0f;
      runs.wide_scale = 0.5f;
    }
    return runs;
  }
};

/// Rows of a model.
AlignedBuffer<float> random_rows(std::uint32_t count, std::uint32_t rank, std::uint64_t seed) {
  AlignedBuffer<float> rows(count * row_stride(rank));
  Random random(seed);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (at % row_stride(rank) < rank) {
      rows[at] = static_cast<float>(random.normal() / std::sqrt(rank));
    }
  }
  return rows;
}

SgdPass pass_of(const RatingRuns& runs, Side& users, Side& items, std::uint32_t rank) {
  SgdPass pass;
  pass.runs = runs;
  pass.fixed = users.side();
  pass.moving = items.side();
  pass.rank = rank;
  pass.rate = pass.bias_rate = 0.05f;
  pass.lambda_factors = 0.6f;
  pass.lambda_biases = 0.4f;
  pass.lowest = -0.25f;
  pass.highest = 0.25f;
  pass.order_seed = 99;
  return pass;
}

/// The largest difference relative to 1 + magnitude; rows, biases, accumulators (and norms).
double largest_difference(const Side& a, const Side& b, bool adagrad) {
  const std::size_t width = a.width();
  double largest = 0;
  const auto compare = [&](double x, double y) {
    largest = std::max(largest, std::abs(x - y) / (1 + std::abs(y)));
  };
  for (std::uint32_t row = 0; row < a.count; ++row) {
    const RowState &x = a.state(row), &y = b.state(row);
    compare(x.bias, y.bias);
    double norm = 0;
    const float *const p = a.row(row), *const q = b.row(row);
    for (std::size_t f = 0; f < width; ++f) {
      compare(p[f], q[f]);
      norm += double{p[f]} * p[f];
    }
    if (!adagrad) continue;
    compare(x.bias_accumulator, y.bias_accumulator);
    compare(x.accumulator, y.accumulator);
    compare(x.norm, norm);
  }
  return largest;
}

}  // namespace

/// Runs a kernel and its scalar twin on the same pass, and holds what they leave against each
/// other.
void compare_with_twin(const KernelSet& set, Loss loss, const Runs& runs, std::uint32_t rank,
                       bool adagrad, bool compact, float bias_rate) {
  const Side users(Runs::kRuns, rank, 2), items(runs.items, rank, 3);
  Side fast_users(users), fast_items(items), slow_users(users), slow_items(items);
  auto fast = pass_of(runs.describe(compact), fast_users, fast_items, rank);
  auto slow = pass_of(runs.describe(compact), slow_users, slow_items, rank);
  fast.bias_rate = slow.bias_rate = bias_rate;
  // Scores of counts stay above zero.
  fast.mean = slow.mean = describe_loss(loss).needs_nonnegative ? 8.0f : 0.125f;
  const PassSums fast_sums = set.sgd(loss, rank, adagrad)(fast);
  const PassSums slow_sums = sgd_reference(loss, slow, adagrad);
  // Sums of up to 1,024 products in another order, and ten updates one upon another.
  BOOST_TEST(largest_difference(fast_users, slow_users, adagrad) < 2e-5);
  BOOST_TEST(largest_difference(fast_items, slow_items, adagrad) < 2e-5);
  BOOST_TEST(fast_sums.error == slow_sums.error, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(fast_sums.clipped_error == slow_sums.clipped_error,
             boost::test_tools::tolerance(1e-5));
  const bool clips = !describe_loss(loss).takes_labels;
  BOOST_TEST((slow_sums.clipped_error != slow_sums.error) == clips);
  BOOST_TEST(largest_difference(fast_users, users, adagrad) > 1e-3);
}

BOOST_AUTO_TEST_CASE(every_kernel_agrees_with_its_scalar_twin) {
  for (const LossInfo& info : losses()) {
    const Runs runs(1, 5, info);
    for (const KernelSet* set : available_kernels()) {
      for (const std::uint32_t rank : kRanks) {
        // Losses differ in numbers, not in memory.
        if (kSanitized && rank > 17 && info.loss != Loss::kSquared) continue;
        for (const bool adagrad : {true, false}) {
          for (const bool compact : {true, false}) {
            if (!compact && info.takes_labels) continue;  // labels are few
            for (const float bias_rate : {0.05f, 0.0f}) {
              BOOST_TEST_CONTEXT(info.name << " " << set->name << " rank " << rank << " adagrad "
                                           << adagrad << " compact " << compact << " bias "
                                           << bias_rate) {
                compare_with_twin(*set, info.loss, runs, rank, adagrad, compact, bias_rate);
              }
            }
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(constrained_kernels_agree_with_their_scalar_twin) {
  const Runs runs(1, 5);
  for (const KernelSet* set : available_kernels()) {
    for (const std::uint32_t rank : {1u, 8u, 17u, 64u, 129u, 300u}) {
      for (const bool adagrad : {true, false}) {
        for (const bool nonnegative : {true, false}) {
          for (const float l1 :
               {nonnegative ? 0.0f : 1.0f, 4.0f / std::sqrt(static_cast<float>(rank))}) {
            Side users(Runs::kRuns, rank, 2), items(runs.items, rank, 3);
            if (nonnegative) {
              for (Side* side : {&users, &items}) {
                for (float& x : side->records) x = std::abs(x);
              }
            }
            Side fast_users(users), fast_items(items), slow_users(users), slow_items(items);
            auto fast = pass_of(runs.describe(true), fast_users, fast_items, rank);
            auto slow = pass_of(runs.describe(true), slow_users, slow_items, rank);
            for (SgdPass* pass : {&fast, &slow}) {
              pass->nonnegative = nonnegative;
              pass->l1_factors = {.fixed = l1, .moving = 2.0f * l1};
              pass->l1_biases = {.fixed = l1, .moving = l1 / 2.0f};
            }
            set->sgd(Loss::kSquared, rank, adagrad)(fast);
            sgd_reference(Loss::kSquared, slow, adagrad);
            BOOST_TEST_CONTEXT(set->name << " rank " << rank << " adagrad " << adagrad
                                         << " nonnegative " << nonnegative << " l1 " << l1) {
              BOOST_TEST(largest_difference(fast_users, slow_users, adagrad) < 2e-5);
              BOOST_TEST(largest_difference(fast_items, slow_items, adagrad) < 2e-5);
              std::size_t zeros = 0;
              for (std::uint32_t row = 0; row < runs.items; ++row) {
                const std::span factors(fast_items.row(row), rank);
                zeros += static_cast<std::size_t>(std::ranges::count(factors, 0.0f));
                BOOST_TEST((!nonnegative || std::ranges::min(factors) >= 0.0f));
              }
              if (rank >= 17 && l1 > 0.0f) BOOST_TEST(zeros > 0u);
            }
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_scalar_twin_moves_down_the_gradient) {
  // One rating by hand: rank 1, p = 2, q = 3, biases 0.5 and -0.5, r = 7; e = 7 - 6 - 0 = 1.
  Side user(1, 1, 1), item(1, 1, 1);
  user.records[0] = 2.0f;
  item.records[0] = 3.0f;
  user.side().state(0) = {0.5f, 4.0f, 1.0f, 1.0f, 1.0f};
  item.side().state(0) = {-0.5f, 9.0f, 1.0f, 1.0f, 1.0f};
  const std::vector<std::uint64_t> offsets{0, 1};
  const std::vector<RatingStore::WideEntry> wide{{0, 7.0f}};
  RatingRuns runs;
  runs.count = 1;
  runs.offsets = offsets.data();
  runs.wide = wide.data();
  auto pass = pass_of(runs, user, item, 1);
  pass.rate = 0.05f;
  pass.bias_rate = 0.2f;
  pass.lambda_factors = 0.1f;
  pass.lambda_biases = 0.5f;
  pass.highest = 5.0f;
  const PassSums sums = sgd_reference(Loss::kSquared, pass, false);
  BOOST_TEST(sums.error == 1.0);
  BOOST_TEST(sums.clipped_error == 4.0);  // 7 - min(6, 5)
  // x + rate e y, and then the implicit step of the penalty.
  const auto close = boost::test_tools::tolerance(1e-6f);
  BOOST_TEST(user.records[0] == (2.0f + 0.05f * 3.0f) / (1.0f + 0.05f * 0.1f), close);
  BOOST_TEST(item.records[0] == (3.0f + 0.05f * 2.0f) / (1.0f + 0.05f * 0.1f), close);
  BOOST_TEST(user.state(0).bias == (0.5f + 0.2f) / (1.0f + 0.2f * 0.5f), close);
  BOOST_TEST(item.state(0).bias == (-0.5f + 0.2f) / (1.0f + 0.2f * 0.5f), close);
}

BOOST_AUTO_TEST_CASE(error_kernels_agree_with_their_scalar_twin) {
  for (const LossInfo& info : losses()) {
    const Runs runs(4, 5, info);
    for (const KernelSet* set : available_kernels()) {
      for (const std::uint32_t rank : kRanks) {
        for (const bool compact : {true, false}) {
          BOOST_TEST_CONTEXT(info.name << " " << set->name << " rank " << rank << " compact "
                                       << compact) {
            const auto users = random_rows(Runs::kRuns, rank, 5);
            const auto items = random_rows(runs.items, rank, 6);
            std::vector<float> user_biases(Runs::kRuns, 0.25f), item_biases(runs.items, -0.5f);
            ErrorPass pass;
            pass.runs = runs.describe(compact);
            pass.fixed_rows = users.data();
            pass.fixed_biases = user_biases.data();
            pass.moving_rows = items.data();
            pass.moving_biases = item_biases.data();
            pass.stride = row_stride(rank);
            pass.rank = rank;
            pass.mean = info.needs_nonnegative ? 8.0f : 0.125f;
            pass.lowest = -0.125f;  // what a zero interaction predicts: about half are clipped
            pass.highest = 0.5f;
            const PassSums fast = set->error(info.loss, rank, compact)(pass);
            const PassSums slow = error_reference(info.loss, pass);
            BOOST_TEST(fast.error == slow.error, boost::test_tools::tolerance(1e-5));
            BOOST_TEST(fast.clipped_error == slow.clipped_error,
                       boost::test_tools::tolerance(1e-5));
            BOOST_TEST((slow.error != slow.clipped_error) == !info.takes_labels);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(padding_stays_zero) {
  const Runs runs(7);
  for (const KernelSet* set : available_kernels()) {
    Side users(Runs::kRuns, 5, 8), items(runs.items, 5, 9);
    set->sgd(Loss::kSquared, 5, true)(pass_of(runs.describe(true), users, items, 5));
    for (const Side* side : {&users, &items}) {
      for (std::uint32_t row = 0; row < side->count; ++row) {
        for (std::size_t f = 5; f < side->width(); ++f) {
          BOOST_REQUIRE(side->row(row)[f] == 0.0f);
        }
      }
    }
  }
}

// Two runs are under way, so the order in which they begin and end shows where they meet in one
// row; the longest has several segments.
BOOST_AUTO_TEST_CASE(runs_that_meet_agree_with_the_scalar_twin) {
  constexpr std::uint32_t kLongest = 2 * kMaxSegment + 20;
  Runs runs(11, kLongest);
  for (std::size_t run = 0; run < Runs::kRuns; ++run) {
    for (std::uint64_t at = runs.offsets[run]; at < runs.offsets[run + 1]; ++at) {
      const auto item = static_cast<std::uint32_t>(at - runs.offsets[run]);
      runs.compact[at] = RatingStore::pack(item, RatingStore::code_of(runs.compact[at]));
    }
  }
  for (const KernelSet* set : available_kernels()) {
    for (const std::uint32_t rank : {5u, 40u, 300u}) {
      for (const bool adagrad : {true, false}) {
        Side fast_users(Runs::kRuns, rank, 2), fast_items(kLongest, rank, 3);
        Side slow_users(fast_users), slow_items(fast_items);
        auto fast = pass_of(runs.describe(true), fast_users, fast_items, rank);
        auto slow = pass_of(runs.describe(true), slow_users, slow_items, rank);
        set->sgd(Loss::kSquared, rank, adagrad)(fast);
        sgd_reference(Loss::kSquared, slow, adagrad);
        // Norms kept by increments leave out how the moves of two runs act upon each other.
        BOOST_TEST_CONTEXT(set->name << " rank " << rank << " adagrad " << adagrad) {
          BOOST_TEST(largest_difference(fast_users, slow_users, false) < 5e-3);
          BOOST_TEST(largest_difference(fast_items, slow_items, false) < 5e-3);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_penalty_never_turns_a_row_around) {
  const Runs runs(12);
  for (const KernelSet* set : available_kernels()) {
    Side users(Runs::kRuns, 16, 2), items(runs.items, 16, 3);
    Side slow_users(users), slow_items(items);
    auto pass = pass_of(runs.describe(true), users, items, 16);
    auto slow = pass_of(runs.describe(true), slow_users, slow_items, 16);
    pass.lambda_factors = slow.lambda_factors = 1000.0f;
    set->sgd(Loss::kSquared, 16, false)(pass);
    sgd_reference(Loss::kSquared, slow, false);
    BOOST_TEST(largest_difference(users, slow_users, false) < 2e-5);
    BOOST_TEST(largest_difference(items, slow_items, false) < 2e-5);
  }
}

BOOST_AUTO_TEST_CASE(kernel_sets_are_found_by_name) {
  const auto sets = available_kernels();
  BOOST_REQUIRE(!sets.empty());
  BOOST_TEST(&find_kernels("auto") == sets.front());
  for (const KernelSet* set : sets) BOOST_TEST(&find_kernels(set->name) == set);
  // Each set has code of its own, so the sweep above ran what it names.
  for (std::size_t i = 1; i < sets.size(); ++i) {
    BOOST_TEST((sets[i]->sgd(Loss::kSquared, 64, true) != sets[0]->sgd(Loss::kSquared, 64, true)));
    BOOST_TEST((sets[i]->gram != sets[0]->gram));
  }
  BOOST_CHECK_EXCEPTION(find_kernels("sse9"), Error, [&](const Error& e) {
    return e.code() == ErrorCode::kBadOption &&
           std::string(e.what()).find(sets.front()->name) != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
