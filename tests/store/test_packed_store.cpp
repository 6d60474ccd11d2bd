// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "forged_models.hpp"
#include "io/sections.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "section_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_packed_store)

namespace {

template <class T>
bool same(const FrozenArray<T>& a, const FrozenArray<T>& b) {
  return std::ranges::equal(std::as_bytes(a.span()), std::as_bytes(b.span()));
}

bool same(const IdDictionary& a, const IdDictionary& b) {
  return same(a.parts().integers, b.parts().integers) &&
         same(a.parts().text_offsets, b.parts().text_offsets) &&
         same(a.parts().text, b.parts().text) && same(a.parts().slots, b.parts().slots);
}

void must_be_same(const RatingStore& a, const RatingStore& b) {
  BOOST_TEST(same(*a.parts().users, *b.parts().users));
  BOOST_TEST(same(*a.parts().items, *b.parts().items));
  BOOST_TEST(same(a.parts().offsets, b.parts().offsets));
  BOOST_TEST(same(a.parts().compact, b.parts().compact));
  BOOST_TEST(same(a.parts().values, b.parts().values));
  BOOST_TEST(same(a.parts().wide, b.parts().wide));
  BOOST_TEST(same(a.parts().timestamps, b.parts().timestamps));
  BOOST_TEST(a.parts().duplicates == b.parts().duplicates);
}

/// Some ratings: of several blocks, with a user of many, one of none that count, and text ids.
RatingStore sample(bool wide, bool timed, std::uint32_t users = 700) {
  RatingTable table;
  Random random(3);
  for (std::uint32_t user = 0; user < users; ++user) {
    for (std::uint32_t item = 0; item < 80; ++item) {
      if (random.uniform() < 0.2 && user != 5) continue;
      const float value =
          wide ? static_cast<float>(random.normal()) : static_cast<float>(random.below(10)) / 2.0f;
      table.add("u" + std::to_string(user), std::to_string(item), value,
                timed ? std::int64_t{random.below(1000)} + 1 : 0);
    }
  }
  table.add("u0", "0", 1.0f, timed ? 7 : 0);  // a duplicate
  return build_store(std::move(table), {.seed = 9, .threads = 1});
}

/// The message of what `body` throws.
template <class Body>
std::string message_of(const Body& body, ErrorCode code) {
  try {
    body();
  } catch (const Error& e) {
    BOOST_TEST((e.code() == code), e.what());
    return e.what();
  }
  BOOST_ERROR("nothing was thrown");
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_packed_comes_back) {
  const TemporaryFolder folder;
  for (const bool wide : {false, true}) {
    for (const bool timed : {false, true}) {
      const RatingStore ratings = sample(wide, timed);
      BOOST_TEST(ratings.is_compact() == !wide);
      const std::string path = folder.path("store");
      save_packed_store(ratings, path, {.seed = 9, .duplicates = Duplicates::kLast});
      BOOST_TEST(is_packed_store(path));
      const PackedStore packed(path);
      BOOST_TEST(packed.size() == ratings.size());
      BOOST_TEST(packed.user_count() == 700);
      BOOST_TEST(packed.item_count() == 80);
      BOOST_TEST(packed.duplicates() == 1);
      BOOST_TEST(packed.origin().seed == 9);
      BOOST_TEST(packed.has_timestamps() == timed);
      for (const int threads : {1, 3}) must_be_same(packed.load(true, threads), ratings);
      BOOST_TEST(!packed.load().has_timestamps());
    }
  }
}

BOOST_AUTO_TEST_CASE(any_part_can_be_read_by_itself) {
  const TemporaryFolder folder;
  const std::string path = folder.path("store");
  const RatingStore ratings = sample(false, true);
  save_packed_store(ratings, path);
  const PackedStore packed(path);
  // Blocks have 16,384 entries: within one, over an edge, from edge to edge, all.
  const std::uint64_t edge = kSectionBlock / sizeof(RatingStore::CompactEntry);
  BOOST_REQUIRE(ratings.size() > 2 * edge);
  const std::pair<std::uint64_t, std::uint64_t> parts[] = {{0, 0},
                                                           {0, 1},
                                                           {5, 100},
                                                           {edge - 3, edge + 3},
                                                           {edge, 2 * edge},
                                                           {1, 2 * edge + 1},
                                                           {edge - 1, edge},
                                                           {edge, edge},
                                                           {0, ratings.size()},
                                                           {7, ratings.size()},
                                                           {ratings.size() - 1, ratings.size()}};
  for (const auto& [begin, end] : parts) {
    std::vector<RatingStore::CompactEntry> entries(end - begin);
    std::vector<std::int64_t> timestamps(end - begin);
    packed.read(begin, entries);
    packed.read_timestamps(begin, timestamps);
    BOOST_TEST(
        std::ranges::equal(entries, ratings.parts().compact.span().subspan(begin, end - begin)));
    BOOST_TEST(std::ranges::equal(timestamps,
                                  ratings.parts().timestamps.span().subspan(begin, end - begin)));
  }
}

BOOST_AUTO_TEST_CASE(the_same_ratings_have_the_same_bytes_and_few_of_them) {
  const TemporaryFolder folder;
  const RatingStore ratings = sample(false, false, 4000);
  save_packed_store(ratings, folder.path("a"));
  save_packed_store(PackedStore(folder.path("a")).load(), folder.path("b"));
  const std::string bytes = bytes_of(folder.path("a"));
  BOOST_TEST((bytes == bytes_of(folder.path("b"))));
  BOOST_TEST(static_cast<double>(bytes.size()) < 5.0 * static_cast<double>(ratings.size()));
}

BOOST_AUTO_TEST_CASE(a_damaged_block_is_named_when_it_is_read_and_no_sooner) {
  const TemporaryFolder folder;
  const std::string path = folder.path("store");
  save_packed_store(sample(false, true), path);
  std::string bytes = bytes_of(path);
  const SectionFile parts(bytes);
  const std::size_t begin = bytes.find(parts.sections[9].bytes);
  BOOST_REQUIRE(parts.sections[9].name == "entries");
  bytes[begin + kSectionBlock + 100] ^= 1;
  folder.write("store", bytes);
  const PackedStore packed(path);
  const std::uint64_t block = kSectionBlock / sizeof(RatingStore::CompactEntry);
  std::vector<RatingStore::CompactEntry> entries(block);
  packed.read(0, entries);
  packed.read(2 * block, std::span(entries).first(10));
  for (const std::uint64_t first : {block, block - 1, block + 1}) {
    const std::string message =
        message_of([&] { packed.read(first, entries); }, ErrorCode::kBadFile);
    BOOST_TEST(contains(message, path + ": at byte "), message);
    BOOST_TEST(contains(message, "section 'entries': block 1 of 3 does not match"), message);
  }
  message_of([&] { packed.load(); }, ErrorCode::kBadFile);
}

BOOST_AUTO_TEST_CASE(a_store_that_shrinks_or_changes_while_it_is_open_is_an_error) {
  const TemporaryFolder folder;
  const std::string path = folder.path("store");
  const RatingStore ratings = sample(true, false);
  save_packed_store(ratings, path);
  const PackedStore packed(path);
  std::vector<RatingStore::WideEntry> entries(ratings.size());
  packed.read(0, entries);
  std::filesystem::resize_file(path, kSectionBlock);
  const std::string shorter = message_of([&] { packed.read(0, entries); }, ErrorCode::kSystem);
  BOOST_TEST(contains(shorter, "became shorter while it was read"), shorter);
  std::filesystem::resize_file(path, 10 * kSectionBlock);  // zeros
  const std::string changed = message_of([&] { packed.read(0, entries); }, ErrorCode::kBadFile);
  BOOST_TEST(contains(changed, "does not match its checksum"), changed);
}

BOOST_AUTO_TEST_CASE(entries_that_cannot_be_are_refused_though_checksums_fit) {
  const TemporaryFolder folder;
  const std::string path = folder.path("store");
  const RatingStore good = sample(false, false);
  const auto offsets = good.offsets();
  const auto refusal_of = [&](std::uint64_t position, RatingStore::CompactEntry entry) {
    RatingStore::Parts parts = good.parts();
    std::vector<RatingStore::CompactEntry> entries(parts.compact.begin(), parts.compact.end());
    entries[position] = entry;
    parts.compact = FrozenArray<RatingStore::CompactEntry>(std::move(entries));
    save_packed_store(RatingStore(std::move(parts)), path);
    return message_of([&] { PackedStore(path).load(); }, ErrorCode::kBadFile);
  };
  const auto first = [&](UserIndex user) { return offsets[user]; };
  BOOST_TEST(contains(refusal_of(3, RatingStore::pack(80, 0)), "cannot be"));
  BOOST_TEST(contains(refusal_of(3, RatingStore::pack(3, 10)), "cannot be"));
  const std::string falls = refusal_of(first(2) + 1, good.parts().compact[first(2)]);
  BOOST_TEST(contains(falls, "do not ascend"), falls);
  // The first item of a user may be below the last one's of the user before.
  BOOST_TEST(good.item(first(2)) <= good.item(first(2) - 1));
}

BOOST_AUTO_TEST_CASE(what_is_no_store_is_told_from_one) {
  const TemporaryFolder folder;
  const std::string text = folder.write("text", "1,2,3\n");
  BOOST_TEST(!is_packed_store(text));
  BOOST_TEST(!is_packed_store(folder.path("nothing")));
  BOOST_TEST(!is_packed_store("-"));
  const std::string message = message_of([&] { PackedStore{text}; }, ErrorCode::kBadFile);
  BOOST_TEST(contains(message, "a store file was expected"), message);
  message_of([&] { PackedStore{folder.path("nothing")}; }, ErrorCode::kSystem);
  message_of([&] { save_packed_store({}, folder.path("store")); }, ErrorCode::kBadData);
}

BOOST_AUTO_TEST_SUITE_END()
