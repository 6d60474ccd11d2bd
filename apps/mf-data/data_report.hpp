// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// How many ratings the users have, or the items: the numbers below which these shares of them lie.
struct Quantiles {
  static constexpr double kShares[] = {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0};
  std::vector<std::uint64_t> counts;  ///< one for each share; empty without any
  double mean = 0.0;
};

/// What a file of ratings holds.
struct DataReport {
  ReadReport read;
  std::uint64_t ratings = 0;  ///< duplicates merged
  std::uint64_t duplicates = 0;
  std::uint32_t users = 0;
  std::uint32_t items = 0;
  double mean = 0.0;
  double sd = 0.0;
  std::map<float, std::uint64_t> values;  ///< how often each is given
  Quantiles of_user;
  Quantiles of_item;
  std::optional<std::pair<std::int64_t, std::int64_t>> times;  ///< first and last
  double store_bytes = 0.0;  ///< a rating in memory during training, without factors and ids

  double density() const {
    return static_cast<double>(ratings) / (static_cast<double>(users) * items);
  }
};

/// Counts the ratings. Throws what build_store throws.
DataReport make_data_report(ReadResult read, const StoreOptions& options);

/// The report as a table to read.
std::string data_table(const DataReport& report);

/// The report as one JSON object on a line.
std::string data_json(const DataReport& report);

}  // namespace mfpar::apps
