// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <memory>

#include "compute/band_sizes.hpp"
#include "compute/epoch_schedule.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/plan_training.hpp"
#include "mfpar/rating_source.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

SourceSplit split_of(const RatingStore& all) {
  return split_random(std::make_shared<const StoreSource>(all), 0.1, 1);
}

TrainOptions small_options() {
  TrainOptions options;
  options.rank = 4;
  options.threads = 2;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_plan_training)

// Where all bands are looked at, there is nothing to estimate.
BOOST_AUTO_TEST_CASE(the_bands_of_a_small_store_are_counted) {
  const TemporaryFolder folder;
  for (const bool half_stars : {true, false}) {
    const RatingStore all = random_store({.users = 300, .items = 90, .half_stars = half_stars});
    const auto source = std::make_shared<const StoreSource>(all);
    for (const Schedule schedule : {Schedule::kHogwild, Schedule::kBlocks}) {
      TrainOptions options = small_options();
      options.schedule = schedule;
      const Workers workers(options.threads);
      const RatingStatistics statistics =
          measure_ratings(*source, options.loss_choice(), true, workers);
      const auto file = make_band_file(source, statistics, options, folder.path(""), workers);
      const BandSizes sizes = find_band_sizes(*source, options, options.threads);
      BOOST_TEST(sizes.grid.bands == file->grid().bands, boost::test_tools::per_element());
      BOOST_TEST(sizes.grid.panels == file->grid().panels, boost::test_tools::per_element());
      // Each band is given the average of all, and rounded down.
      BOOST_TEST(sizes.file_bytes <= file->bytes());
      BOOST_TEST(sizes.file_bytes + 8 * file->bands() >= file->bytes());
      BOOST_TEST((schedule == Schedule::kBlocks) == (sizes.piece_bytes < sizes.band_bytes));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plan_grows_with_what_is_asked_for) {
  const SourceSplit split = split_of(random_store({.users = 300, .items = 90}));
  const TrainOptions options = small_options();
  const TrainingPlan plan = plan_training(split, options);
  BOOST_TEST(plan.streamed.reads == 2 * plan.streamed.temporary);
  BOOST_TEST(plan.in_memory.reads == 0);
  BOOST_TEST(!plan.streams);
  BOOST_TEST(std::isnan(plan.in_memory.epoch_seconds));
  TrainOptions running = options;
  running.train_error = TrainError::kRunning;
  BOOST_TEST(plan_training(split, running).streamed.reads == plan.streamed.temporary);
  TrainOptions large = options;
  large.rank = 1024;
  const std::uint64_t rows = 390 * 1024 * sizeof(float);
  BOOST_TEST(plan_training(split, large).streamed.memory > plan.streamed.memory + 2 * rows);
  BOOST_TEST(plan_training(split, large).model_bytes > plan.model_bytes + rows * 9 / 10);
  const std::uint64_t lists = (split.training->size() + split.validation.size()) * 4;
  BOOST_TEST(plan_training(split, options, {.rated_lists = false}).model_bytes + lists <=
             plan.model_bytes);
  BOOST_TEST(plan_training(split, options, {.memory = 1}).streams);
}

BOOST_AUTO_TEST_CASE(the_size_of_the_model_is_told) {
  const TemporaryFolder folder;
  const RatingStore all = random_store({.users = 2000, .items = 400});
  const SourceSplit split = split_of(all);
  const TrainOptions options = small_options();
  const TrainResult result =
      train(split.training, split.validation, options, {}, {.temporary = folder.path("")});
  save_model(result.model, folder.path("model"));
  const auto size = static_cast<double>(std::filesystem::file_size(folder.path("model")));
  BOOST_CHECK_CLOSE(static_cast<double>(plan_training(split, options).model_bytes), size, 15.0);
}

BOOST_AUTO_TEST_CASE(epochs_are_measured_and_other_methods_refused) {
  const TemporaryFolder folder;
  const SourceSplit split = split_of(random_store({.users = 300, .items = 90}));
  for (const TrainError train_error : {TrainError::kExact, TrainError::kSample}) {
    TrainOptions options = small_options();
    options.train_error = train_error;
    options.sample = 100;
    const TrainingPlan plan =
        plan_training(split, options, {.measures = true, .stream = {folder.path("")}});
    BOOST_TEST(plan.in_memory.epoch_seconds > 0.0);
    BOOST_TEST(plan.streamed.epoch_seconds > 0.0);
  }
  TrainOptions gibbs = default_options(Method::kGibbs);
  gibbs.method = Method::kGibbs;
  BOOST_CHECK_THROW(plan_training(split, gibbs), Error);
}

BOOST_AUTO_TEST_SUITE_END()
