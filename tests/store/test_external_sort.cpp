// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "forged_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_table.hpp"
#include "mfpar/split.hpp"
#include "sanitized.hpp"
#include "store/external_sort.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_external_sort)

namespace {

struct Shape {
  bool wide = false;
  bool timed = false;
  bool by_user = false;  ///< in runs, as in a file that lists user after user
  std::uint32_t values = 10;
};

constexpr std::uint32_t kRatings = 15'000, kUsers = 400, kItems = 90;

/// Ratings with many duplicates, in chunks of a few thousand.
RatingTable table_of(const Shape& shape) {
  Random random(11);
  RatingTable table;
  for (std::uint32_t i = 0; i < kRatings; ++i) {
    const std::uint32_t user = shape.by_user ? i * kUsers / kRatings : random.below(kUsers);
    const float value = shape.wide ? static_cast<float>(random.normal())
                                   : static_cast<float>(random.below(shape.values));
    table.add("u" + std::to_string(user), std::to_string(random.below(kItems)), value,
              shape.timed ? std::int64_t{random.below(500)} + 1 : 0);
  }
  return table;
}

/// The chunks of a table, cut into smaller ones.
std::vector<RatingChunk> small_chunks(const RatingTable& table) {
  constexpr std::size_t kSize = 1500;
  std::vector<RatingChunk> chunks;
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    if (i % kSize == 0) chunks.emplace_back();
    const Rating rating = table.at(i);
    RatingChunk& chunk = chunks.back();
    auto& values = chunk.code_values;
    const auto found = std::find(values.begin(), values.end(), rating.value);
    const bool is_wide = !chunk.wide.empty() || values.size() >= RatingStore::kMaxValues;
    if (is_wide && chunk.wide.empty()) chunk.widen();
    const auto code = static_cast<std::uint32_t>(found - values.begin());
    if (!is_wide && found == values.end()) values.push_back(rating.value);
    chunk.add(rating, is_wide ? RatingChunk::kNoCode : code);
  }
  return chunks;
}

std::string packed(const RatingTable& table, std::uint64_t memory, int threads,
                   const PackedOrigin& origin, const HoldOut& hold_out, std::uint64_t& spilled) {
  const TemporaryFolder folder;
  const Workers workers(threads);
  ExternalSort sort(memory, folder.path("."), workers);
  std::vector<RatingChunk> chunks = small_chunks(table);
  for (RatingChunk& chunk : chunks) {
    std::vector<RatingChunk> some(1);
    some[0] = std::move(chunk);
    sort.add(std::move(some), 0);
  }
  sort.write(folder.path("store"), *table.users(), *table.items(), origin, hold_out, {});
  spilled = sort.spilled();
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path("."))) {
    ++files;
  }
  BOOST_TEST(files == 1);
  return bytes_of(folder.path("store"));
}

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 30;

}  // namespace

BOOST_AUTO_TEST_CASE(the_store_is_the_same_in_any_memory_and_on_any_threads) {
  const TemporaryFolder folder;
  const Shape shapes[] = {
      {}, {.by_user = true}, {.timed = true}, {.wide = true}, {.wide = true, .timed = true}};
  for (const Shape& shape : shapes) {
    for (const Duplicates rule : {Duplicates::kLast, Duplicates::kFirst, Duplicates::kMean}) {
      if (kSanitized && rule != Duplicates::kLast && !shape.wide) continue;
      const PackedOrigin origin{.seed = 4, .duplicates = rule};
      const RatingTable table = table_of(shape);
      const RatingStore store = build_store(table_of(shape), {.duplicates = rule, .seed = 4});
      BOOST_TEST(store.parts().duplicates > 500);
      save_packed_store(store, folder.path("whole"), origin);
      const std::string expected = bytes_of(folder.path("whole"));
      std::uint64_t spilled = 0;
      BOOST_TEST((packed(table, kPlenty, 2, origin, {}, spilled) == expected));
      BOOST_TEST(spilled == 0);
      // All at once behind the spilling, in some ten portions, in a portion each user.
      for (const std::uint64_t memory :
           {std::uint64_t{150'000}, std::uint64_t{30'000}, std::uint64_t{1}}) {
        if (memory == 1 && rule != Duplicates::kLast) continue;
        BOOST_TEST((packed(table, memory, memory == 1 ? 1 : 3, origin, {}, spilled) == expected));
        BOOST_TEST(spilled > 0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(means_that_need_more_codes_than_there_are_make_it_wide) {
  const TemporaryFolder folder;
  const Shape shape{.values = 250};
  const PackedOrigin origin{.seed = 1, .duplicates = Duplicates::kMean};
  const RatingStore store = build_store(table_of(shape), {.duplicates = Duplicates::kMean});
  BOOST_TEST(!store.is_compact());
  save_packed_store(store, folder.path("whole"), origin);
  std::uint64_t spilled = 0;
  BOOST_TEST(
      (packed(table_of(shape), 100'000, 2, origin, {}, spilled) == bytes_of(folder.path("whole"))));
  BOOST_TEST(spilled > 0);
}

BOOST_AUTO_TEST_CASE(as_many_values_as_there_are_codes_are_not_wide) {
  const auto table = [] {
    RatingTable ratings;
    for (std::uint32_t i = 0; i <= RatingStore::kMaxValues; ++i) {
      const std::uint32_t user = i == 0 ? 0 : i - 1;  // the first one twice
      ratings.add("u" + std::to_string(user), "i", static_cast<float>(user), 0);
    }
    return ratings;
  };
  const PackedOrigin origin{.seed = 1, .duplicates = Duplicates::kMean};
  const RatingStore store = build_store(table(), {.duplicates = Duplicates::kMean});
  BOOST_TEST(store.is_compact());
  const TemporaryFolder folder;
  save_packed_store(store, folder.path("whole"), origin);
  for (const std::uint64_t memory : {kPlenty, std::uint64_t{1}}) {
    std::uint64_t spilled = 0;
    BOOST_TEST((packed(table(), memory, 2, origin, {}, spilled) == bytes_of(folder.path("whole"))));
  }
}

BOOST_AUTO_TEST_CASE(duplicates_are_refused_as_in_memory) {
  const PackedOrigin origin{.seed = 4, .duplicates = Duplicates::kError};
  std::string messages[2];
  for (int i = 0; i < 2; ++i) {
    try {
      std::uint64_t spilled = 0;
      packed(table_of({}), i == 0 ? kPlenty : 60'000, 2, origin, {}, spilled);
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::kBadData));
      messages[i] = error.what();
    }
  }
  BOOST_TEST(messages[0] != "");
  BOOST_TEST(messages[0] == messages[1]);
}

BOOST_AUTO_TEST_CASE(what_is_held_out_is_what_splits_hold_out) {
  const TemporaryFolder folder;
  const Shape shape{.timed = true};
  const RatingStore store = build_store(table_of(shape), {.seed = 4});
  const std::pair<HoldOut, SplitResult> splits[] = {
      {{.fraction = 0.1}, split_random(store, 0.1, 4)},
      {{.by_user = 0.3}, split_by_user(store, 0.3, 4)},
      {{.last = 2}, split_last(store, 2)},
      {{.time = 400}, split_at_time(store, 400)}};
  for (const auto& [hold_out, expected] : splits) {
    std::string in_memory;
    for (const std::uint64_t memory : {kPlenty, std::uint64_t{60'000}}) {
      std::uint64_t spilled = 0;
      const std::string bytes = packed(table_of(shape), memory, 2, {.seed = 4}, hold_out, spilled);
      if (in_memory.empty()) in_memory = bytes;
      BOOST_TEST((bytes == in_memory));
    }
    const PackedStore packed_store(folder.write("store", in_memory));
    BOOST_TEST(packed_store.held_out() == expected.validation.size());
    const SplitResult parts = packed_store.load_split(true);
    for (const auto& [part, wanted] : {std::pair(&parts.training, &expected.training),
                                       std::pair(&parts.validation, &expected.validation)}) {
      BOOST_TEST(std::ranges::equal(part->offsets(), wanted->offsets()));
      BOOST_TEST(std::ranges::equal(part->parts().compact.span(), wanted->parts().compact.span()));
      BOOST_TEST(
          std::ranges::equal(part->parts().timestamps.span(), wanted->parts().timestamps.span()));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_named) {
  const Workers workers(1);
  ExternalSort sort(1, "/no/such/folder", workers);
  BOOST_CHECK_EXCEPTION(sort.add(small_chunks(table_of({})), 0), Error, [](const Error& error) {
    return std::string(error.what()).starts_with("/no/such/folder: no temporary file can be made");
  });
}

BOOST_AUTO_TEST_SUITE_END()
