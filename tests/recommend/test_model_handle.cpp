// SPDX-License-Identifier: MIT
//
// Models whose every prediction says which file they are from, exchanged under readers. What these
// tests assert of one thread, ThreadSanitizer asserts of all.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <latch>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "literal_model.hpp"
#include "mfpar/error.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/model_handle.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_handle)

namespace {

constexpr UserIndex kAnn = 0;
constexpr ItemIndex kItem20 = 1, kItem40 = 3;

/// The mean of the model that the k-th version is loaded from.
float mean_of(std::uint64_t version) { return version % 2 == 1 ? 3.0f : 2.0f; }

/// A model file that can be replaced by the one of a later version.
struct Replaced : TemporaryFolder {
  Replaced() { replace(1); }
  void replace(std::uint64_t version) const { save_model(literal_model(mean_of(version)), file); }

  const std::string file = path("a.model");
};

/// Whether everything that `served` answers is of its version. No test macros: they are for one
/// thread.
bool is_of_one_version(const ServedModel& served) {
  const float mean = mean_of(served.version);
  const FoldInRating rating{kItem40, mean + 2.0f};
  const FoldedIn stranger = fold_in_user(*served.model, {&rating, 1});
  const UserProfile profile{stranger.factors, stranger.bias, {}};
  const auto trained = served.recommender.recommend(kAnn);
  const auto folded_in = served.recommender.recommend(profile, {.top = 1});
  const auto similar = served.recommender.similar_items(kItem20);
  // The stranger rated 1.5 above what the item promises, whatever the mean; half is hers at the
  // least.
  return served.model->mean() == mean && &served.recommender.model() == served.model.get() &&
         served.model->predict(kAnn, kItem20) == mean + 1.25f && trained.size() == 2 &&
         trained[0].item == kItem20 && trained[0].score == mean + 1.25f && similar.size() == 3 &&
         similar[0].rating >= mean && folded_in.size() == 1 &&
         folded_in[0].score > mean + 0.5f + 0.75f && folded_in[0].score < mean + 2.0f;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(versions_count_up, Replaced) {
  ModelHandle handle(file);
  const auto first = handle.current();
  BOOST_TEST(first->version == 1u);
  BOOST_TEST(first->path == file);
  replace(2);
  BOOST_TEST(handle.current() == first);  // the file alone changes nothing
  const auto second = handle.reload();
  BOOST_TEST(second->version == 2u);
  BOOST_TEST(handle.current() == second);
  BOOST_TEST(is_of_one_version(*first));
  BOOST_TEST(is_of_one_version(*second));

  const std::string elsewhere = path("b.model");
  save_model(literal_model(mean_of(3)), elsewhere);
  BOOST_TEST(handle.reload(elsewhere)->path == elsewhere);
  BOOST_TEST(handle.reload()->path == elsewhere);  // the newest version's file
  BOOST_TEST(handle.current()->version == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_leaves_the_version, Replaced) {
  ModelHandle handle(file);
  const auto first = handle.current();
  const auto fails_with = [](ErrorCode code) {
    return [code](const Error& e) { return e.code() == code; };
  };
  write("no.model", "no model\n");
  BOOST_CHECK_EXCEPTION(handle.reload(path("no.model")), Error, fails_with(ErrorCode::kBadFile));
  BOOST_CHECK_EXCEPTION(handle.reload(path("none")), Error, fails_with(ErrorCode::kSystem));
  BOOST_TEST(handle.current() == first);

  // In the place of the model itself, as a copy that was interrupted leaves it: renamed over it, as
  // what is mapped must not be written to.
  write("torn", "");
  std::filesystem::rename(path("torn"), file);
  BOOST_CHECK_EXCEPTION(handle.reload(), Error, fails_with(ErrorCode::kBadFile));
  BOOST_TEST(handle.current() == first);
  BOOST_TEST(is_of_one_version(*first));

  replace(2);  // failures do not count as versions
  BOOST_TEST(handle.reload()->version == 2u);
  BOOST_CHECK_EXCEPTION(ModelHandle(path("none")), Error, fails_with(ErrorCode::kSystem));
}

BOOST_FIXTURE_TEST_CASE(an_old_version_goes_when_its_last_reader_does, Replaced) {
  auto handle = std::make_unique<ModelHandle>(file);
  auto reader = handle->current();
  const std::weak_ptr<const ServedModel> first = reader;
  const std::weak_ptr<const FactorModel> first_model = reader->model;
  replace(2);
  const std::weak_ptr<const ServedModel> second = handle->reload();
  BOOST_TEST(!first.expired());
  BOOST_TEST(is_of_one_version(*reader));
  reader.reset();
  BOOST_TEST(first.expired());
  BOOST_TEST(first_model.expired());

  BOOST_TEST(!second.expired());
  replace(3);
  handle->reload();
  BOOST_TEST(second.expired());  // nobody read it

  reader = handle->current();
  handle.reset();
  BOOST_TEST(is_of_one_version(*reader));  // it outlives the handle
}

BOOST_FIXTURE_TEST_CASE(readers_see_whole_versions_while_the_file_is_replaced, Replaced) {
  constexpr int kReaders = 4;
  constexpr std::uint64_t kVersions = 101;
  ModelHandle handle(file);
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0, backwards = 0;
  std::latch started(kReaders + 1);
  std::vector<std::jthread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      started.arrive_and_wait();
      std::uint64_t last = 0;
      while (!done.load()) {
        const auto served = handle.current();
        if (!is_of_one_version(*served)) ++torn;
        if (served->version < last) ++backwards;
        last = served->version;
      }
    });
  }
  started.arrive_and_wait();
  std::vector<std::weak_ptr<const ServedModel>> versions{handle.current()};
  for (std::uint64_t version = 2; version <= kVersions; ++version) {
    replace(version);
    versions.push_back(handle.reload());
    BOOST_TEST(versions.back().lock()->version == version);
  }
  done = true;
  readers.clear();
  BOOST_TEST(torn == 0);
  BOOST_TEST(backwards == 0);
  versions.pop_back();
  for (const auto& version : versions) BOOST_TEST(version.expired());
}

// Several reload at once: each gets a version of its own, and none is skipped.
BOOST_FIXTURE_TEST_CASE(reloads_wait_for_one_another, Replaced) {
  constexpr int kThreads = 4, kReloads = 10;
  ModelHandle handle(file);
  std::vector<std::vector<std::uint64_t>> seen(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& versions : seen) {
      threads.emplace_back([&] {
        for (int i = 0; i < kReloads; ++i) versions.push_back(handle.reload()->version);
      });
    }
  }
  std::vector<bool> given(kThreads * kReloads + 2, false);
  for (const auto& versions : seen) {
    for (const std::uint64_t version : versions) {
      BOOST_REQUIRE(version < given.size());
      BOOST_TEST(!given[version], "version " << version << " was given twice");
      given[version] = true;
    }
  }
  BOOST_TEST(handle.current()->version == kThreads * kReloads + 1u);
}

// Whoever reloads without a path, beside one who gives another, takes the file of the version
// before its own, whichever comes first: nobody goes back to the old file.
BOOST_FIXTURE_TEST_CASE(a_reload_does_not_take_another_back, Replaced) {
  const std::string elsewhere = path("b.model");
  save_model(literal_model(mean_of(2)), elsewhere);
  for (int round = 0; round < 50; ++round) {
    ModelHandle handle(file);
    std::latch started(2);
    {
      const std::jthread same([&] {
        started.arrive_and_wait();
        handle.reload();
      });
      started.arrive_and_wait();
      handle.reload(elsewhere);
    }
    BOOST_TEST(handle.current()->version == 3u);
    BOOST_TEST(handle.current()->path == elsewhere);
  }
}

// One recommender, one filter, one model under all threads: what they give is what one thread gets.
BOOST_AUTO_TEST_CASE(const_calls_are_safe_from_many_threads) {
  const auto model = std::make_shared<const FactorModel>(literal_model(3.0f));
  const Recommender recommender(model);
  const ItemFilter filter(recommender, {.deny = std::span(&kItem20, 1)});
  const std::vector<FoldInRating> ratings{{kItem20, 5.0f}, {kItem40, 1.0f}};
  const std::vector<std::span<const FoldInRating>> many(8, ratings);
  const auto answers = [&] {
    std::vector<float> numbers;
    const FoldedIn row = fold_in_user(*model, ratings);
    numbers.insert(numbers.end(), row.factors.begin(), row.factors.end());
    for (const FoldedIn& one : fold_in_users(*model, many, {}, 2)) numbers.push_back(one.bias);
    const UserProfile profile{row.factors, row.bias, {}};
    const std::vector<UserProfile> profiles{profile, recommender.profile_of(kAnn)};
    for (const auto& list : recommender.recommend_many(profiles, {.filter = &filter}, 2)) {
      for (const Recommendation& r : list) numbers.push_back(r.score);
    }
    for (const Recommendation& r : recommender.recommend(profile)) numbers.push_back(r.score);
    for (const SimilarBy by : {SimilarBy::kRaters, SimilarBy::kFactors}) {
      for (const Recommendation& r : recommender.similar_items(0, 20, nullptr, by)) {
        numbers.push_back(r.score);
      }
    }
    return numbers;
  };
  const std::vector<float> expected = answers();
  BOOST_TEST(expected.size() == 2u + 8u + (3u + 1u) + 4u + (1u + 3u));
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) wrong += answers() != expected;
      });
    }
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
