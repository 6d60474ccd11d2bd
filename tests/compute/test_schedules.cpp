// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <map>
#include <numeric>
#include <vector>

#include "compute/band_store.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "rating_fixtures.hpp"
#include "train/sgd_state.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_schedules)

namespace {

/// What two epochs leave behind: all rows and heads, and what the workers saw.
struct Outcome {
  std::vector<float> numbers;
  PassSums sums;
};

/// `in_step` as for BandStore; 0 leaves it to make_bands.
Outcome run_two_epochs(const RatingStore& ratings, TrainOptions options,
                       std::uint32_t in_step = 0) {
  const Workers workers(options.threads);
  const RatingStatistics statistics = measure_ratings(ratings, options.loss, true, workers);
  const auto rank = static_cast<std::uint32_t>(options.rank);
  SgdState state(ratings, statistics, options, nullptr, workers);
  const BandStore bands = in_step > 0
                              ? BandStore(ratings, statistics, options.loss, rank, in_step, workers)
                              : make_bands(ratings, statistics, options, workers);
  const auto schedule = make_schedule(options, bands);
  Outcome outcome;
  for (const int epoch : {1, 2}) {
    outcome.sums = schedule->run_epoch(state.plan(epoch), workers, [] { return false; });
  }
  for (const SgdState::Rows* side : {&state.users(), &state.items()}) {
    outcome.numbers.insert(outcome.numbers.end(), side->memory.begin(), side->memory.end());
  }
  return outcome;
}

bool same_bytes(const Outcome& a, const Outcome& b) {
  return a.numbers.size() == b.numbers.size() &&
         std::memcmp(a.numbers.data(), b.numbers.data(), a.numbers.size() * sizeof(float)) == 0 &&
         a.sums.error == b.sums.error && a.sums.clipped_error == b.sums.clipped_error;
}

TrainOptions options_with(Schedule schedule, int threads) {
  TrainOptions options;
  options.rank = 12;
  options.schedule = schedule;
  options.threads = threads;
  return options;
}

}  // namespace

// Users share no item here, so no update can be lost or seen in between: whatever the threads do
// with the same bands, every row sees the updates of a serial run, in its order.
BOOST_AUTO_TEST_CASE(hogwild_on_disjoint_rows_equals_the_serial_run_bit_for_bit) {
  std::vector<Rating> ratings;
  for (std::uint32_t user = 0; user < 300; ++user) {
    for (std::uint32_t item = 0; item < 5 + user % 7; ++item) {
      ratings.push_back({user, user * 100 + item, static_cast<float>(1 + (user + item) % 5), 0});
    }
  }
  const RatingStore store = store_of(ratings);
  constexpr std::uint32_t kBands = 32;
  const Outcome serial = run_two_epochs(store, options_with(Schedule::kHogwild, 1), kBands);
  for (const int threads : {2, 3, 16}) {
    BOOST_TEST(same_bytes(
        serial, run_two_epochs(store, options_with(Schedule::kHogwild, threads), kBands)));
  }
}

BOOST_AUTO_TEST_CASE(hogwild_is_reproducible_on_one_thread) {
  const RatingStore store = random_store();
  const auto options = options_with(Schedule::kHogwild, 1);
  BOOST_TEST(same_bytes(run_two_epochs(store, options), run_two_epochs(store, options)));
  auto other_seed = options;
  other_seed.seed = 2;
  BOOST_TEST(!same_bytes(run_two_epochs(store, options), run_two_epochs(store, other_seed)));
}

// Here every user shares items with every other, and still: blocks fix the order of all updates of
// a row.
BOOST_AUTO_TEST_CASE(blocks_give_the_same_bytes_for_any_number_of_threads) {
  for (const bool half_stars : {true, false}) {
    const RatingStore store =
        random_store({.users = 200, .items = 90, .half_stars = half_stars, .seed = 8});
    BOOST_REQUIRE(store.is_compact() == half_stars);
    const Outcome one = run_two_epochs(store, options_with(Schedule::kBlocks, 1));
    for (const int threads : {2, 3, 16}) {
      for (int run = 0; run < 3; ++run) {
        BOOST_TEST(
            same_bytes(one, run_two_epochs(store, options_with(Schedule::kBlocks, threads))));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_give_the_same_bytes_for_any_number_of_threads_under_every_loss) {
  for (const LossInfo& info : losses()) {
    const RatingStore store =
        random_store({.users = 200, .items = 90, .labels = info.takes_labels, .seed = 8});
    for (const StepRule rule : {StepRule::kAdaGrad, StepRule::kSgd}) {
      auto options = options_with(Schedule::kBlocks, 1);
      options = with_loss_of(options, info.loss);
      options.step_rule = rule;
      const Outcome one = run_two_epochs(store, options);
      options.threads = 4;
      BOOST_TEST(same_bytes(one, run_two_epochs(store, options)), info.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_hold_every_rating_once_and_share_no_row) {
  // The second shape has fewer users than the grid has bands, the third a single rating; long rows
  // make the first one's bands many.
  for (const RandomRatings& shape :
       {RandomRatings{.users = 103, .items = 57}, RandomRatings{.users = 5, .items = 300},
        RandomRatings{.users = 1, .items = 1, .density = 1.0}}) {
    const RatingStore store = random_store(shape);
    const Workers workers(2);
    const RatingStatistics statistics = measure_ratings(store, Loss::kSquared, true, workers);
    const std::uint32_t rank = 1 << 19;
    const BandStore blocks(store, statistics, Loss::kSquared, rank,
                           panels_of(store.user_count(), store.item_count()), workers);
    BOOST_TEST(blocks.panels() ==
               std::min({TrainingGrid::kMaxPanels, store.user_count(), store.item_count()}));
    BOOST_TEST(blocks.bands() % blocks.panels() == 0u);
    BOOST_TEST((blocks.bands() > blocks.panels()) == (shape.users == 103));
    std::map<std::pair<UserIndex, ItemIndex>, float> seen;
    std::map<UserIndex, std::uint32_t> band_of;
    std::map<ItemIndex, std::uint32_t> panel_of;
    for (std::uint32_t band = 0; band < blocks.bands(); ++band) {
      for (std::uint32_t panel = 0; panel < blocks.panels(); ++panel) {
        const RatingRuns runs = blocks.block(band, panel);
        for (std::size_t run = 0; run < runs.count; ++run) {
          for (std::uint64_t at = runs.offsets[run]; at < runs.offsets[run + 1]; ++at) {
            const UserIndex user = RatingStore::item_of(runs.compact[at]) + runs.moving_base;
            const ItemIndex item = runs.rows[run];
            const float value = runs.code_values[RatingStore::code_of(runs.compact[at])];
            BOOST_REQUIRE(seen.emplace(std::pair(user, item), value).second);
            BOOST_REQUIRE(band_of.emplace(user, band).first->second == band);
            BOOST_REQUIRE(panel_of.emplace(item, panel).first->second == panel);
          }
        }
      }
    }
    BOOST_TEST(seen.size() == store.size());
    for (UserIndex user = 0; user < store.user_count(); ++user) {
      for (auto at = store.offsets()[user]; at < store.offsets()[user + 1]; ++at) {
        const auto found = seen.find({user, store.item(at)});
        BOOST_REQUIRE((found != seen.end()));
        BOOST_TEST(found->second == statistics.scale.target(store.value(at)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_schedule_stops_between_pieces_of_work) {
  const RatingStore store = random_store({.users = 300, .items = 80});
  for (const Schedule schedule : {Schedule::kHogwild, Schedule::kBlocks}) {
    auto options = options_with(schedule, 1);
    options.step_rule = StepRule::kSgd;
    const Workers workers(1);
    const RatingStatistics statistics = measure_ratings(store, options.loss, true, workers);
    SgdState state(store, statistics, options, nullptr, workers);
    const auto plan = state.plan(1);
    const BandStore bands = make_bands(store, statistics, options, workers);
    const auto made = make_schedule(options, bands);
    int pieces = 0;
    const PassSums some = made->run_epoch(plan, workers, [&] { return ++pieces > 1; });
    const PassSums all = made->run_epoch(plan, workers, [] { return false; });
    BOOST_TEST(some.error > 0.0);
    BOOST_TEST(some.error < 0.8 * all.error);
  }
}

BOOST_AUTO_TEST_CASE(learning_rates_follow_their_schedules) {
  TrainOptions options;
  options.learning_rate = 0.8;
  options.epochs = 4;
  options.decay = 0.5;
  const auto rates = [&](RateSchedule schedule) {
    options.rate_schedule = schedule;
    std::vector<double> result;
    for (int epoch = 1; epoch <= 4; ++epoch) result.push_back(scheduled_rate(options, epoch));
    return result;
  };
  const auto close = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(rates(RateSchedule::kConstant) == (std::vector{0.8, 0.8, 0.8, 0.8}), close);
  BOOST_TEST(rates(RateSchedule::kExponential) == (std::vector{0.8, 0.4, 0.2, 0.1}), close);
  BOOST_TEST(rates(RateSchedule::kInverseSqrt)[3] == 0.4, close);
  BOOST_TEST(rates(RateSchedule::kCosine)[0] == 0.8, close);
  BOOST_TEST(rates(RateSchedule::kCosine)[2] == 0.4, close);
}

BOOST_AUTO_TEST_CASE(visit_orders_reach_every_entry_once) {
  for (const std::uint64_t count : {1, 2, 3, 7, 64, 1000, 10007, 20014, 80021}) {
    for (std::uint32_t row = 0; row < 20; ++row) {
      const VisitOrder order = visit_order(row, count);
      std::vector<bool> seen(count, false);
      std::uint64_t position = order.start;
      for (std::uint64_t n = 0; n < count; ++n) {
        BOOST_REQUIRE(position < count);
        BOOST_REQUIRE(!seen[position]);
        seen[position] = true;
        position = (position + order.stride) % count;
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
