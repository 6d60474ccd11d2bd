// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "mfpar/checkpoint.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

namespace fs = std::filesystem;

struct Crash : std::runtime_error {
  Crash() : std::runtime_error("crash") {}
};

/// Ratings, of which some are held out and then learnt from too.
struct Ratings {
  explicit Ratings(const RatingStore& store) : all(store), parts(split_random(all, 0.2, 1)) {}

  RatingStore all;
  SplitResult parts;
};

TrainResult learn(const Ratings& ratings, const TrainOptions& options, const TrainHooks& hooks) {
  TrainResult validated = train(ratings.parts.training, ratings.parts.validation, options, hooks);
  return refit(ratings.all, std::move(validated), options, hooks);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string bytes_of(const FactorModel& model) {
  const TemporaryFolder folder;
  save_model(model, folder.path("model"));
  return bytes_of(folder.path("model"));
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& file : fs::directory_iterator(folder)) {
    names.insert(file.path().filename().string());
  }
  return names;
}

CheckpointOptions every_epoch(const std::string& folder, bool resume = false) {
  return {.folder = folder, .every_epochs = 1, .every_seconds = 0.0, .resume = resume};
}

/// Trains, is cut off after so many epochs, goes on, is cut off again, and so on.
TrainResult learn_with_crashes(const Ratings& ratings, const TrainOptions& options,
                               const TrainHooks& given, int survived, int& crashes) {
  const TemporaryFolder temporary;
  const std::string folder = temporary.path("checkpoints");
  for (bool resume = false;; resume = true) {
    Checkpoints checkpoints(every_epoch(folder, resume));
    BOOST_TEST(checkpoints.warnings().empty());
    TrainHooks hooks = given;
    hooks.checkpoints = &checkpoints;
    int epochs = 0;
    hooks.on_epoch = [&](const EpochReport& report) {
      if (report.epoch > 0 && ++epochs > survived) throw Crash();
    };
    try {
      return learn(ratings, options, hooks);
    } catch (const Crash&) {
      ++crashes;
      BOOST_REQUIRE(crashes < 1000);
    }
  }
}

std::vector<TrainOptions> reproducible_options() {
  std::vector<TrainOptions> all;
  all.push_back(quick_options());
  all.push_back(quick_options());
  all.back().step_rule = StepRule::kSgd;
  all.back().rate_schedule = RateSchedule::kCosine;
  all.back().eval_every = 2;
  all.push_back(quick_options());
  all.back().seeds = 3;
  all.back().patience = 1;
  all.push_back(quick_options());  // which diverges on the way
  all.back().step_rule = StepRule::kSgd;
  all.back().learning_rate = 100.0;
  all.push_back(default_options(Feedback::kOneClass));
  all.back().rank = 4;
  all.back().epochs = 5;
  for (const Likelihood likelihood : {Likelihood::kGaussian, Likelihood::kOrdinal}) {
    all.push_back(default_options(Method::kGibbs));
    all.back().rank = 4;
    all.back().gibbs.burn_in = 4;
    all.back().gibbs.samples = kSanitized ? 20 : 40;  // more than blocks of the trace
    all.back().gibbs.likelihood = likelihood;
    if (likelihood == Likelihood::kOrdinal) all.back().gibbs.variance_rank = 0;
    all.back().eval_every = 1;
  }
  for (TrainOptions& options : all) options.threads = 2;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_checkpoints)

BOOST_AUTO_TEST_CASE(what_was_cut_off_ends_with_the_same_bytes) {
  const Ratings ratings(random_store({.users = 30, .items = 20}));
  for (const TrainOptions& options : reproducible_options()) {
    const std::string whole = bytes_of(learn(ratings, options, {}).model);
    const bool is_long = options.method == Method::kGibbs;
    for (const int survived : is_long ? std::vector{9} : std::vector{1, 2}) {
      if (kSanitized && survived == 1) continue;
      int crashes = 0;
      const TrainResult result = learn_with_crashes(ratings, options, {}, survived, crashes);
      BOOST_TEST(crashes >= 2);
      BOOST_TEST((bytes_of(result.model) == whole));
    }
  }
}

BOOST_AUTO_TEST_CASE(features_and_an_earlier_model_are_part_of_what_goes_on) {
  const Ratings ratings(random_store({.users = 30, .items = 20}));
  Features features;
  features.names = {"odd", "third"};
  for (std::uint32_t row = 0; row < ratings.all.item_count(); ++row) {
    if (row % 2 == 1) features.indices.push_back(0);
    if (row % 3 == 0) features.indices.push_back(1);
    features.values.resize(features.indices.size(), 0.7f);
    features.offsets.push_back(features.indices.size());
  }
  TrainHooks hooks;
  hooks.item_features = &features;
  TrainOptions options = quick_options();
  const FactorModel earlier = train(ratings.parts.validation, {}, options).model;
  hooks.warm_start = &earlier;
  int crashes = 0;
  const TrainResult result = learn_with_crashes(ratings, options, hooks, 2, crashes);
  BOOST_TEST(crashes >= 2);
  BOOST_TEST((bytes_of(result.model) == bytes_of(learn(ratings, options, hooks).model)));

  const TemporaryFolder folder;
  TrainHooks first = hooks;
  std::optional<Checkpoints> checkpoints(every_epoch(folder.path("c")));
  first.checkpoints = &*checkpoints;
  train(ratings.parts.training, ratings.parts.validation, options, first);
  checkpoints.emplace(every_epoch(folder.path("c"), true));
  TrainHooks other;
  other.checkpoints = &*checkpoints;
  BOOST_CHECK_EXCEPTION(train(ratings.parts.training, ratings.parts.validation, options, other),
                        Error, [](const Error& e) {
                          const std::string what = e.what();
                          return e.code() == ErrorCode::kBadOption &&
                                 what.find("item features was ") != std::string::npos &&
                                 what.find("and is none, model to start from was ") !=
                                     std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(a_stop_request_saves_the_epoch_it_comes_in) {
  const Ratings ratings(random_store({.users = 30, .items = 20}));
  for (const TrainOptions& options : reproducible_options()) {
    const TemporaryFolder temporary;
    const std::string folder = temporary.path("checkpoints");
    const int stop_after = options.method == Method::kGibbs ? 9 : 3;  // whose models take long
    TrainResult result;
    int stops = 0;
    for (bool resume = false; !resume || result.stop_reason == StopReason::kRequested;
         resume = true) {
      // So rare that none is due.
      Checkpoints checkpoints({.folder = folder, .every_seconds = 1e6, .resume = resume});
      std::stop_source source;
      TrainHooks hooks;
      hooks.stop = source.get_token();
      hooks.checkpoints = &checkpoints;
      int epochs = 0;
      hooks.on_epoch = [&](const EpochReport&) {
        if (++epochs == stop_after) source.request_stop();
      };
      result = learn(ratings, options, hooks);
      if (result.stop_reason == StopReason::kRequested) ++stops;
      BOOST_REQUIRE(stops < 1000);
      BOOST_TEST(!names_in(folder).empty());
    }
    BOOST_TEST(stops >= 1);
    BOOST_TEST((bytes_of(result.model) == bytes_of(learn(ratings, options, {}).model)));
  }
}

BOOST_AUTO_TEST_CASE(the_last_two_are_kept_and_a_damaged_one_is_passed_over) {
  const Ratings ratings(random_store());
  const TrainOptions options = quick_options();
  const std::string whole =
      bytes_of(train(ratings.parts.training, ratings.parts.validation, options).model);
  const TemporaryFolder temporary;
  const std::string folder = temporary.path("checkpoints");
  const auto train_in = [&](Checkpoints& checkpoints, int survived) {
    TrainHooks hooks;
    hooks.checkpoints = &checkpoints;
    hooks.on_epoch = [&](const EpochReport& report) {
      if (report.epoch > survived) throw Crash();
    };
    return train(ratings.parts.training, ratings.parts.validation, options, hooks).model;
  };
  {
    Checkpoints checkpoints(every_epoch(folder));
    BOOST_TEST(checkpoints.found() == "");
    BOOST_CHECK_THROW(train_in(checkpoints, 4), Crash);
    BOOST_CHECK_EXCEPTION(Checkpoints(every_epoch(folder, true)), Error, [](const Error& e) {
      return std::string(e.what()).find("another training keeps") != std::string::npos;
    });
  }
  const std::string third = folder + "/training-1-epoch-3.checkpoint";
  const std::string fourth = folder + "/training-1-epoch-4.checkpoint";
  BOOST_TEST((names_in(folder) == std::set<std::string>{"training-1-epoch-3.checkpoint",
                                                        "training-1-epoch-4.checkpoint"}));
  BOOST_CHECK_EXCEPTION(Checkpoints(every_epoch(folder)), Error, [&](const Error& e) {
    return e.code() == ErrorCode::kBadOption &&
           std::string(e.what()).find("(training 1, epoch 4); go on from it with resume") !=
               std::string::npos;
  });
  const auto damage = [](const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
    file.put('?');
  };
  damage(fourth);
  {
    Checkpoints checkpoints(every_epoch(folder, true));
    BOOST_TEST(checkpoints.found() == "training 1, epoch 4");
    BOOST_TEST((bytes_of(train_in(checkpoints, 99)) == whole));
    BOOST_REQUIRE(checkpoints.warnings().size() == 1u);
    BOOST_TEST(checkpoints.warnings()[0].find(fourth) == 0u);
  }
  // Both, and the model.
  for (const std::string& name : names_in(folder)) damage(folder + "/" + name);
  {
    Checkpoints checkpoints(every_epoch(folder, true));
    BOOST_TEST(checkpoints.found() == "training 1, done");
    BOOST_TEST((bytes_of(train_in(checkpoints, 99)) == whole));
    BOOST_TEST(checkpoints.warnings().size() == 3u);
    checkpoints.finish();
  }
  // It is done, and so another training may begin.
  Checkpoints checkpoints(every_epoch(folder));
  BOOST_TEST(checkpoints.found() == "");
  BOOST_TEST((names_in(folder) == std::set<std::string>{"finished"}));
}

BOOST_AUTO_TEST_CASE(another_training_is_refused_with_what_differs) {
  const Ratings ratings(random_store()), others(random_store({.seed = 6}));
  const TemporaryFolder temporary;
  const std::string folder = temporary.path("checkpoints");
  {
    Checkpoints checkpoints(every_epoch(folder));
    TrainHooks hooks;
    hooks.checkpoints = &checkpoints;
    train(ratings.parts.training, ratings.parts.validation, quick_options(), hooks);
  }
  TrainOptions wider = quick_options(), longer = quick_options();
  wider.rank = 5;
  wider.loss = Loss::kAbsolute;
  longer.epochs = 7;
  const struct {
    const Ratings& ratings;
    TrainOptions options;
    std::vector<std::string> named;
  } rows[] = {
      {ratings, wider, {"rank was 4 and is 5", "loss was not set and is absolute"}},
      {ratings, longer, {"epochs was 6 and is 7"}},
      {others, quick_options(), {"ratings to train on was ", "ratings to validate on was "}},
  };
  for (const auto& row : rows) {
    Checkpoints checkpoints(every_epoch(folder, true));
    TrainHooks hooks;
    hooks.checkpoints = &checkpoints;
    BOOST_CHECK_EXCEPTION(
        train(row.ratings.parts.training, row.ratings.parts.validation, row.options, hooks), Error,
        [&](const Error& e) {
          const std::string what = e.what();
          BOOST_TEST_MESSAGE(what);
          return e.code() == ErrorCode::kBadOption && what.find(folder) == 0u &&
                 std::ranges::all_of(row.named, [&](const std::string& words) {
                   return what.find(words) != std::string::npos;
                 });
        });
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_told_and_training_goes_on) {
  const Ratings ratings(random_store());
  const TemporaryFolder temporary;
  const std::string folder = temporary.path("checkpoints");
  Checkpoints checkpoints(every_epoch(folder));
  TrainHooks hooks;
  hooks.checkpoints = &checkpoints;
  hooks.on_epoch = [&](const EpochReport& report) {
    if (report.epoch == 2) fs::remove_all(folder);
  };
  const TrainOptions options = quick_options();
  const TrainResult result =
      train(ratings.parts.training, ratings.parts.validation, options, hooks);
  BOOST_TEST((numbers_of(result.model) ==
              numbers_of(train(ratings.parts.training, ratings.parts.validation, options).model)));
  BOOST_TEST(checkpoints.failure().find(folder) == 0u, checkpoints.failure());
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused) {
  const TemporaryFolder temporary;
  CheckpointOptions never = every_epoch(temporary.path("c")), backwards = never, missing = never;
  never.every_epochs = 0;
  backwards.every_seconds = -1.0;
  missing.folder = temporary.path("no/such/folder");
  const std::string file = temporary.write("file", "x");
  CheckpointOptions taken = missing;
  taken.folder = file;
  const struct {
    CheckpointOptions options;
    std::string words;
  } rows[] = {{never, "checkpoint-every is 0"},
              {backwards, "checkpoint-every is -1 s"},
              {missing, "the folder of checkpoints cannot be made"},
              {taken, file}};
  for (const auto& row : rows) {
    BOOST_CHECK_EXCEPTION(Checkpoints{row.options}, Error, [&](const Error& e) {
      return std::string(e.what()).find(row.words) != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
