// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mfpar/id_dictionary.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/types.hpp"

namespace mfpar::apps {

/// Users, items and maybe ratings of a file, sorted by user. Immutable.
struct RankingPairs {
  struct Entry {
    UserIndex user;
    ItemIndex item;
    float value;  ///< means nothing without a rating
    bool is_rated;
  };

  std::shared_ptr<const IdDictionary> users;  ///< of the file, not of a model
  std::shared_ptr<const IdDictionary> items;
  std::vector<Entry> entries;          ///< by user and item; of several the last in the file
  std::vector<std::uint64_t> offsets;  ///< users + 1 positions in `entries`
  std::string source;                  ///< for messages
  std::vector<std::string> warnings;

  std::span<const Entry> of(UserIndex user) const {
    return std::span(entries).subspan(offsets[user], offsets[user + 1] - offsets[user]);
  }
  /// How many have no rating.
  std::uint64_t unrated() const;
};

/// Reads ratings, or pairs of user and item with or without one. Throws as read_ratings().
RankingPairs read_ranking_pairs(const std::string& path, const ReadOptions& options);

}  // namespace mfpar::apps
