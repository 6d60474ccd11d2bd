// SPDX-License-Identifier: MIT
//
// Several ranks, here threads of one process that share nothing but messages, train as one does.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "compute/epoch_schedule.hpp"
#include "mfpar/checkpoint.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "ranks_of_threads.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "train/sgd_state.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_ranks)

namespace {

/// The file of the model that comes of a validated training, learnt once more from all ratings.
std::string trained(const RatingStore& all, const TrainOptions& options,
                    const TrainHooks& hooks = {}) {
  const SplitResult parts = split_random(all, 0.2, 1);
  TrainResult result = train(parts.training, parts.validation, options, hooks);
  result = refit(all, std::move(result), options, hooks);
  const TemporaryFolder folder;
  save_model(result.model, folder.path("model"));
  std::ifstream file(folder.path("model"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string trained_on(int ranks, const RatingStore& all, TrainOptions options, int threads = 1,
                       TrainHooks hooks = {}) {
  options.threads = threads;
  std::string model;
  with_ranks(ranks, options, [&](Ranks& first) {
    hooks.ranks = &first;
    model = trained(all, options, hooks);
  });
  return model;
}

RatingStore ratings_with(bool half_stars) {
  return random_store({.users = 200, .items = 90, .half_stars = half_stars, .seed = 8});
}

TrainHooks hooks_with(Ranks* ranks, Checkpoints* checkpoints = nullptr) {
  TrainHooks hooks;
  hooks.ranks = ranks;
  hooks.checkpoints = checkpoints;
  return hooks;
}

}  // namespace

// Errors, history and best epoch stand in the model's file: they are the same too.
BOOST_AUTO_TEST_CASE(blocks_give_the_same_model_file_for_any_number_of_ranks_and_threads) {
  const TrainOptions options = quick_options();
  for (const bool half_stars : {true, false}) {
    const RatingStore all = ratings_with(half_stars);
    BOOST_REQUIRE(all.is_compact() == half_stars);
    const std::string one = trained(all, options);
    for (const int ranks : {2, 3, 5}) {
      BOOST_TEST((trained_on(ranks, all, options, 1 + ranks % 2) == one), ranks);
    }
  }
  const RatingStore few = random_store({.users = 60, .items = 30, .seed = 8});
  BOOST_TEST((trained_on(16, few, options) == trained(few, options)));
}

BOOST_AUTO_TEST_CASE(so_do_they_with_other_options) {
  std::vector<TrainOptions> kinds(5, quick_options());
  kinds[0].train_error = TrainError::kRunning;
  kinds[1].train_error = TrainError::kSample;
  kinds[1].sample = 500;
  kinds[2].patience = 1;
  kinds[2].epochs = 60;
  kinds[3].seeds = 2;
  kinds[4].learning_rate = 1e6;  // diverges, and goes on with half of it
  const RatingStore all = ratings_with(true);
  for (const TrainOptions& options : kinds) {
    BOOST_TEST((trained_on(3, all, options) == trained(all, options)));
  }
}

// As many users make several groups of bands: here they are asked for.
BOOST_AUTO_TEST_CASE(so_do_they_with_several_groups_of_bands) {
  const RatingStore all = ratings_with(true);
  const TrainOptions options = quick_options();
  const Workers workers(2);
  const RatingStatistics statistics = measure_ratings(all, options.loss, true, workers);
  const TrainingGrid grid = cut_grid(statistics, 4, 3 * TrainingGrid::kMaxPanels);
  BOOST_REQUIRE(grid.band_count() == 3 * grid.panel_count());
  const BandStore bands(all, statistics.scale, options.loss, grid, workers);
  const auto numbers_after_two_epochs = [&](const RankShare* share) {
    const Workers own(2);  // whose threads wait for other ranks
    SgdState state(all, statistics, options, nullptr, own, share);
    const auto schedule = make_schedule(options, bands, share);
    for (const int epoch : {1, 2}) {
      schedule->run_epoch(state.plan(epoch), own, [] { return false; });
    }
    state.spread_items();
    std::vector<float> numbers(state.items().memory.begin(), state.items().memory.end());
    const auto& users = state.users().memory;
    const std::size_t stride = users.size() / all.user_count();
    if (share == nullptr) {
      numbers.insert(numbers.end(), users.begin(), users.end());
    } else {
      const auto whole = share->gather_users(users.span(), stride, kTrainerTag);
      numbers.insert(numbers.end(), whole.begin(), whole.end());
    }
    return numbers;
  };
  const std::vector<float> one = numbers_after_two_epochs(nullptr);
  for (const int count : {2, 3}) {
    Post post;
    std::vector<std::jthread> others;
    for (int rank = 1; rank < count; ++rank) {
      others.emplace_back([&, rank] {
        RankOfThreads ranks(post, rank, count);
        const RankShare share(ranks, grid);
        numbers_after_two_epochs(&share);
      });
    }
    RankOfThreads first(post, 0, count);
    const RankShare share(first, grid);
    BOOST_TEST((numbers_after_two_epochs(&share) == one), count);
  }
}

// The order in which ratings come is another one: as good as those of other seeds.
BOOST_AUTO_TEST_CASE(hogwild_on_ranks_learns_as_well) {
  TrainOptions options = quick_options();
  options.schedule = Schedule::kHogwild;
  options.epochs = 12;
  const SplitResult parts = split_random(
      random_store({.users = 600, .items = 150, .half_stars = true, .seed = 8}), 0.2, 1);
  const auto error = [&](int threads, Ranks* ranks) {
    options.threads = threads;
    const TrainResult result = train(parts.training, parts.validation, options, hooks_with(ranks));
    return error_of(result.model, parts.validation);
  };
  const double one = error(1, nullptr);
  for (const int ranks : {2, 4}) {
    for (const int threads : {1, 3}) {
      with_ranks(ranks, options, [&](Ranks& first) {
        const double of_ranks = error(threads, &first);
        BOOST_TEST(std::abs(of_ranks / one - 1) < 0.02,
                   ranks << " " << threads << ": " << of_ranks << ", of one: " << one);
      });
    }
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_the_same_and_is_gone_on_from_by_any_number_of_ranks) {
  const RatingStore all = ratings_with(true);
  const TrainOptions options = quick_options();
  const std::string whole = trained(all, options);
  const auto cut_off = [&](const std::string& folder, Ranks* ranks) {
    Checkpoints checkpoints({.folder = folder, .every_epochs = 1});
    TrainHooks hooks = hooks_with(ranks, &checkpoints);
    std::stop_source stop;
    hooks.stop = stop.get_token();
    hooks.on_epoch = [&](const EpochReport& report) {
      if (report.epoch == 2) stop.request_stop();
    };
    trained(all, options, hooks);
  };
  for (const int before : {1, 3}) {
    for (const int after : {1, 2, 4}) {
      const TemporaryFolder folder;
      if (before == 1) {
        cut_off(folder.path("saved"), nullptr);
      } else {
        with_ranks(before, options, [&](Ranks& first) { cut_off(folder.path("saved"), &first); });
      }
      Checkpoints checkpoints({.folder = folder.path("saved"), .every_epochs = 1, .resume = true});
      BOOST_TEST(checkpoints.found() != "");
      const TrainHooks hooks = hooks_with(nullptr, &checkpoints);
      BOOST_TEST((trained_on(after, all, options, 1, hooks) == whole), before << " " << after);
    }
  }
}

// What one epoch more sends: on each of n ranks, `bands` panels of the ring, and its items to all
// others for the snapshot; beside them only sums.
BOOST_AUTO_TEST_CASE(an_epoch_sends_what_the_formula_says) {
  const RatingStore all = ratings_with(true);
  const auto sent_in = [&](int ranks, int epochs) {
    TrainOptions options = quick_options();
    options.epochs = epochs;
    options.threads = 1;
    return with_ranks(ranks, options,
                      [&](Ranks& first) { train(all, {}, options, hooks_with(&first)); });
  };
  constexpr std::uint64_t kRecord = (8 + 8) * sizeof(float);  // of rank 4, see row_records.hpp
  for (const int ranks : {2, 4}) {
    const std::uint64_t more = sent_in(ranks, 6) - sent_in(ranks, 5);
    const auto n = static_cast<std::uint64_t>(ranks);
    const std::uint64_t panels = n * all.item_count() * kRecord;  // one group of bands
    const std::uint64_t snapshot = (n - 1) * all.item_count() * kRecord;
    const std::uint64_t sums = 2 * (n - 1) * (16 * 16 * 16 + 256 * 16 + 256 * 8);
    BOOST_TEST(more >= panels + snapshot);
    BOOST_TEST(more <= panels + snapshot + sums + 100 * n);
  }
}

BOOST_AUTO_TEST_CASE(what_ranks_cannot_do_is_refused_before_they_begin) {
  const RatingStore all = ratings_with(true);
  const auto refusal = [&](int ranks, const RatingStore& ratings, const TrainOptions& options) {
    std::string what;
    with_ranks(ranks, options, [&](Ranks& first) {
      try {
        train(ratings, {}, options, hooks_with(&first));
      } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::kBadOption));
        what = error.what();
      }
    });
    return what;
  };
  BOOST_TEST(refusal(17, all, quick_options()) ==
             "17 ranks train together; these ratings can be shared by at most 16: start fewer, "
             "with more threads each");
  BOOST_TEST(refusal(2, all, default_options(Method::kGibbs)) ==
             "several ranks cannot sample by Gibbs yet; start one, with threads");
  BOOST_TEST(refusal(2, all, default_options(Feedback::kOneClass)) ==
             "several ranks cannot learn from one-class feedback yet; start one, with threads");
}

BOOST_AUTO_TEST_SUITE_END()
