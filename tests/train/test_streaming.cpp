// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string model_bytes(const FactorModel& model, const TemporaryFolder& folder) {
  save_model(model, folder.path("model"));
  return contents_of(folder.path("model"));
}

TrainOptions streaming_options() {
  TrainOptions options;
  options.rank = 4;
  options.epochs = 3;
  options.schedule = Schedule::kBlocks;
  options.threads = 2;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_streaming)

BOOST_AUTO_TEST_CASE(a_streamed_training_gives_the_bytes_of_one_in_memory) {
  const TemporaryFolder folder;
  const StreamOptions stream{.temporary = folder.path("")};
  for (const bool half_stars : {true, false}) {
    for (const Loss loss : {Loss::kSquared, Loss::kAbsolute}) {
      const RatingStore all =
          random_store({.users = 200, .items = 90, .half_stars = half_stars, .seed = 8});
      save_packed_store(all, folder.path("store"));
      const auto source = open_source(PackedStore(folder.path("store")));
      TrainOptions options = streaming_options();
      options.loss = loss;
      if (half_stars) {
        options.train_error = TrainError::kSample;
        options.sample = 500;
      }
      const SplitResult split = split_random(all, 0.2, 7);
      const SourceSplit streamed = split_random(source, 0.2, 7);
      BOOST_TEST(streamed.validation.size() == split.validation.size());
      TrainResult expected = train(split.training, split.validation, options);
      TrainResult found = train(streamed.training, streamed.validation, options, {}, stream);
      BOOST_TEST((model_bytes(found.model, folder) == model_bytes(expected.model, folder)));
      expected = refit(all, std::move(expected), options);
      found = refit(source, std::move(found), options, {}, stream);
      BOOST_TEST((model_bytes(found.model, folder) == model_bytes(expected.model, folder)));
    }
  }
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path("")), {}) == 2);
}

BOOST_AUTO_TEST_CASE(a_model_may_leave_out_who_rated_what) {
  const RatingStore ratings = random_store();
  TrainHooks hooks;
  hooks.rated_lists = false;
  const StreamOptions stream{.temporary = "/tmp"};
  const auto source = std::make_shared<const StoreSource>(ratings);
  const TrainResult result = train(source, {}, streaming_options(), hooks, stream);
  BOOST_TEST(result.model.parts().trained.items.empty());
  BOOST_TEST(result.model.parts().trained.offsets.empty());
}

BOOST_AUTO_TEST_CASE(a_store_that_is_damaged_or_shrinks_meanwhile_is_an_error) {
  const TemporaryFolder folder;
  const std::string path = folder.path("store");
  save_packed_store(random_store({.users = 200, .items = 90}), path);
  const auto source = open_source(PackedStore(path));
  const StreamOptions stream{.temporary = folder.path("")};
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size / 4);
    file << std::string(static_cast<std::size_t>(size / 2), '\xff');
  }
  BOOST_CHECK_EXCEPTION(train(source, {}, streaming_options(), {}, stream), Error,
                        [](const Error& e) {
                          return e.code() == ErrorCode::kBadFile &&
                                 std::string(e.what()).find("block") != std::string::npos;
                        });
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size / 4));
  BOOST_CHECK_EXCEPTION(
      train(source, {}, streaming_options(), {}, stream), Error, [](const Error& e) {
        return std::string(e.what()).find("became shorter while it was read") != std::string::npos;
      });
}

BOOST_AUTO_TEST_CASE(what_needs_all_ratings_in_memory_is_refused) {
  const auto source = std::make_shared<const StoreSource>(random_store());
  TrainOptions gibbs = default_options(Method::kGibbs);
  gibbs.method = Method::kGibbs;
  TrainOptions seeds = streaming_options();
  seeds.seeds = 2;
  for (const TrainOptions& options : {gibbs, seeds}) {
    BOOST_CHECK_EXCEPTION(train(source, {}, options, {}, {}), Error,
                          [](const Error& e) { return e.code() == ErrorCode::kBadOption; });
  }
  BOOST_CHECK_THROW(train(source, {}, streaming_options(), {}, {.temporary = "/no/such/folder"}),
                    Error);
}

BOOST_AUTO_TEST_SUITE_END()
