// SPDX-License-Identifier: MIT
//
// Orders in which threads can come to the blocks of an epoch.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <vector>

#include "compute/blocks.hpp"
#include "played_order.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"
#include "train/sgd_state.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_block_orders)

namespace {

constexpr std::uint64_t kOrders = kSanitized ? 1'000 : 10'000;

struct Block {
  std::uint32_t band, panel;
  bool operator==(const Block&) const = default;
};

/// What an epoch did: which panels each band took, which bands each panel, in their order.
struct Seen {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_band, by_panel;
  std::vector<Block> at_work;
  std::size_t blocks = 0;
  bool shared_a_row = false;
  bool overlapped = false;
};

/// A grid without an empty block, and what tells its blocks from one another.
struct Grid {
  /// A large rank makes bands many.
  Grid(std::uint32_t users, std::uint32_t items, std::uint32_t rank)
      : store([&] {
          const Workers workers(1);
          RatingStore ratings =
              random_store({.users = users, .items = items, .density = 1.0, .seed = 3});
          const RatingStatistics statistics =
              measure_ratings(ratings, Loss::kSquared, true, workers);
          const std::uint32_t panels = panels_of(ratings.user_count(), ratings.item_count());
          return BandStore(std::move(ratings), statistics, Loss::kSquared, rank, panels, workers);
        }()) {
    for (std::uint32_t band = 0; band < store.bands(); ++band) {
      for (std::uint32_t panel = 0; panel < store.panels(); ++panel) {
        blocks[store.block(band, panel).rows] = {band, panel};
      }
    }
  }

  BandStore store;
  std::map<const std::uint32_t*, Block> blocks;  // by where their items are
};

// A kernel is a function: what it looks at and fills is here.
const Grid* played_grid = nullptr;
Seen seen;

PassSums watch(const SgdPass& pass) {
  const Block block = played_grid->blocks.at(pass.runs.rows);
  for (const Block& other : seen.at_work) {
    seen.overlapped = true;
    if (other.band == block.band || other.panel == block.panel) seen.shared_a_row = true;
  }
  seen.at_work.push_back(block);
  let_others_run();
  std::erase(seen.at_work, block);
  seen.by_band[block.band].push_back(block.panel);
  seen.by_panel[block.panel].push_back(block.band);
  ++seen.blocks;
  return {.error = 1.0};
}

/// An epoch on the grid, in which the `last_asked`-th task that asks is the first to be stopped.
PassSums play(const Grid& grid, std::uint64_t seed, int threads, std::size_t last_asked) {
  seen = {};
  played_grid = &grid;
  std::size_t asked = 0;
  AlignedBuffer<float> users(grid.store.user_count() * record_stride(factor_width(1)));
  EpochPlan plan;  // whose users' norms are looked at before the first block
  plan.pass.moving = {users.data(), 1};
  const PlayedOrder order(seed);
  return BlockSchedule(ScheduleBands(grid.store, watch)).run_epoch(plan, Workers(threads), [&] {
    const bool stop = asked++ >= last_asked;
    let_others_run();
    return stop;
  });
}

bool is_beginning_of(const auto& some, const auto& all) {
  for (const auto& entry : some) {
    const auto whole = all.find(entry.first);
    if (whole == all.end() || entry.second.size() > whole->second.size() ||
        !std::equal(entry.second.begin(), entry.second.end(), whole->second.begin())) {
      return false;
    }
  }
  return true;
}

}  // namespace

// That the orders differ, and all come: else the other tests would play the same one.
BOOST_AUTO_TEST_CASE(every_order_of_a_few_tasks_is_played) {
  std::set<std::vector<std::size_t>> loops, graphs;
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    const PlayedOrder order(seed);
    std::vector<std::size_t> tasks;
    Workers(3).for_each(5, [&](std::size_t i) { tasks.push_back(i); });
    loops.insert(tasks);
    tasks.clear();
    // 0 submits 2, 1 submits 3: six orders.
    Workers(2).run_graph(std::vector<std::uint32_t>{0, 1},
                         [&](std::uint32_t i, const auto& submit) {
                           tasks.push_back(i);
                           if (i < 2) submit(i + 2);
                         });
    graphs.insert(tasks);
  }
  BOOST_TEST(loops.size() == 120u);
  BOOST_TEST(graphs.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_failure_surfaces_once_in_every_order) {
  for_seeds(2'000, [](std::uint64_t seed) {
    const PlayedOrder order(seed);
    const Workers workers(4);
    int failures = 0, caught = 0;
    try {
      workers.for_each(10, [&](std::size_t i) {
        workers.for_each(4, [&](std::size_t j) {
          if (i != 3 || j != 2) return;
          ++failures;
          throw std::runtime_error("planted");
        });
      });
    } catch (const std::runtime_error&) {
      ++caught;
    }
    BOOST_TEST(failures == 1);
    BOOST_TEST(caught == 1);
  });
}

// Rows see the same updates in the same order, and no two threads at once, whatever the threads do.
BOOST_AUTO_TEST_CASE(each_block_is_run_once_after_those_before_it) {
  const std::unique_ptr<const Grid> grids[] = {
      std::make_unique<const Grid>(1, 1, 4), std::make_unique<const Grid>(3, 7, 4),
      std::make_unique<const Grid>(25, 4, 1 << 19), std::make_unique<const Grid>(103, 30, 1 << 19)};
  std::vector<Seen> serial;
  for (const auto& grid : grids) {
    play(*grid, 0, 1, 1 << 20);
    BOOST_REQUIRE(seen.blocks == std::size_t{grid->store.bands()} * grid->store.panels());
    serial.push_back(seen);
  }
  BOOST_TEST(grids[2]->store.bands() == 2 * grids[2]->store.panels());  // two groups of bands
  BOOST_TEST(grids[3]->store.panels() == TrainingGrid::kMaxPanels);
  std::size_t overlapped = 0, stopped = 0;
  for_seeds(kOrders, [&](std::uint64_t seed) {
    Random random(seed);
    const std::uint32_t shape = random.below(4);
    const Grid& grid = *grids[shape];
    const Seen& all = serial[shape];
    const int threads = 1 + static_cast<int>(random.below(16));
    const bool is_stopped = random.below(2) == 0;
    const std::size_t last =
        is_stopped ? random.below(static_cast<std::uint32_t>(all.blocks)) : 1 << 20;
    const PassSums sums = play(grid, seed, threads, last);
    BOOST_TEST(!seen.shared_a_row);
    BOOST_TEST(is_beginning_of(seen.by_band, all.by_band));
    BOOST_TEST(is_beginning_of(seen.by_panel, all.by_panel));
    BOOST_TEST(seen.blocks == (is_stopped ? last : all.blocks));
    BOOST_TEST(sums.error == static_cast<double>(seen.blocks));
    overlapped += seen.overlapped;
    stopped += is_stopped;
  });
  if (seeds_are_chosen()) return;
  BOOST_TEST(overlapped > kOrders / 8);
  BOOST_TEST(stopped > kOrders / 3);
}

namespace {

/// Two epochs' rows and sums.
std::vector<float> learn(const RatingStore& ratings, const TrainOptions& options) {
  const Workers workers(options.threads);
  const RatingStatistics statistics = measure_ratings(ratings, options.loss, true, workers);
  SgdState state(ratings, statistics, options, nullptr, workers);
  const BandStore bands = make_bands(ratings, statistics, options, workers);
  const auto schedule = make_schedule(options, bands);
  std::vector<float> numbers;
  for (const int epoch : {1, 2}) {
    const PassSums sums = schedule->run_epoch(state.plan(epoch), workers, [] {
      let_others_run();
      return false;
    });
    numbers.push_back(static_cast<float>(sums.error));
    numbers.push_back(static_cast<float>(sums.clipped_error));
  }
  for (const SgdState::Rows* side : {&state.users(), &state.items()}) {
    numbers.insert(numbers.end(), side->memory.begin(), side->memory.end());
  }
  return numbers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_order_gives_the_same_bytes) {
  struct Case {
    RatingStore ratings;
    TrainOptions options;
    std::vector<float> serial;
  };
  std::vector<Case> cases;
  for (const LossInfo& info : losses()) {
    for (const StepRule rule : {StepRule::kAdaGrad, StepRule::kSgd}) {
      Case one{random_store({.users = 25,
                             .items = 18,
                             .half_stars = rule == StepRule::kSgd || info.loss == Loss::kPoisson,
                             .labels = info.takes_labels}),
               {},
               {}};
      one.options.rank = 3;
      one.options = with_loss_of(one.options, info.loss);
      one.options.step_rule = rule;
      one.options.schedule = Schedule::kBlocks;
      one.options.threads = 1;
      one.serial = learn(one.ratings, one.options);
      cases.push_back(std::move(one));
    }
  }
  for_seeds(kOrders, [&](std::uint64_t seed) {
    Random random(seed);
    const Case& one = cases[random.below(static_cast<std::uint32_t>(cases.size()))];
    TrainOptions options = one.options;
    options.threads = 2 + static_cast<int>(random.below(15));
    const PlayedOrder order(seed);
    const std::vector<float> played = learn(one.ratings, options);
    BOOST_TEST((played.size() == one.serial.size() &&
                std::memcmp(played.data(), one.serial.data(), played.size() * sizeof(float)) == 0));
  });
}

BOOST_AUTO_TEST_SUITE_END()
