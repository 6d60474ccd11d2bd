// SPDX-License-Identifier: MIT
//
// Stores to split, and what holds for their parts however they were split.
#pragma once

#include <boost/test/unit_test.hpp>
#include <initializer_list>

#include "mfpar/error.hpp"
#include "mfpar/split.hpp"
#include "naive_ratings.hpp"

namespace mfpar::tests {

inline RatingStore store_with(const RandomRatings& shape) {
  return build_store(table_of(shape.make()));
}

/// The parts together hold each rating of the whole exactly once, in the whole's terms.
inline void check_partition(const RatingStore& whole,
                            std::initializer_list<const RatingStore*> parts) {
  Contents together;
  std::uint64_t size = 0;
  for (const RatingStore* part : parts) {
    const Contents contents = contents_of(*part);
    BOOST_TEST(contents.size() == part->size());
    together.insert(contents.begin(), contents.end());
    size += part->size();
    BOOST_TEST(is_sorted(*part));
    BOOST_TEST(part->parts().users == whole.parts().users);
    BOOST_TEST(part->parts().items == whole.parts().items);
    BOOST_TEST((part->size() == 0 || part->is_compact() == whole.is_compact()));
    BOOST_TEST((part->size() == 0 || part->has_timestamps() == whole.has_timestamps()));
  }
  BOOST_TEST(size == whole.size());
  BOOST_TEST((together == contents_of(whole)));
}

inline void check_partition(const RatingStore& whole, const SplitResult& split) {
  check_partition(whole, {&split.training, &split.validation});
}

inline void check_partition(const RatingStore& whole, const UserSplitResult& split) {
  check_partition(whole, {&split.training, &split.given, &split.validation});
}

/// Where the ratings of a store are.
inline const void* memory_of(const RatingStore& store) {
  const RatingStore::Parts& parts = store.parts();
  if (store.is_compact()) return parts.compact.data();
  return parts.wide.data();
}

inline bool is_bad_option(const Error& error) { return error.code() == ErrorCode::kBadOption; }

inline const RandomRatings kShapes[] = {
    {.count = 1},
    {.count = 2, .users = 1},
    {.count = 103, .users = 11, .items = 13, .timestamps = true},
    {.count = 6'007, .users = 397, .items = 203, .timestamps = true},
    {.count = 3'001, .users = 101, .items = 203, .values = 300},
    {.count = 500, .users = 400, .items = 1'000},  // one rating, most of them
};

}  // namespace mfpar::tests
