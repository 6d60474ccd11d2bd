// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "mf-data/rating_writer.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// What a command line of mf-data split asks for.
struct SplitCommand {
  std::string input;
  std::string training, given, validation;  ///< as given; with folds, a pattern with %
  std::vector<std::string> training_files, validation_files;  ///< one each, or one a fold
  RatingFormat format = RatingFormat::kCsv;
  ReadOptions read;
  StoreOptions store;

  // The ways to split: the fraction unless one of the others is asked for.
  double fraction = 0.1;
  std::optional<double> by_user;  ///< a share of each user's ratings
  std::optional<std::uint32_t> last;
  std::optional<std::int64_t> time;
  std::optional<std::uint32_t> folds;
  std::optional<double> users;  ///< a share of the users
  double given_fraction = 0.8;
};

/// Declares the options of mf-data split, bound to `command`, which must outlive them.
void add_split_options(Options& options, SplitCommand& command);

/// Puts right what options mean together, and refuses what contradicts itself or could not be
/// written. Throws Error(kBadOption), Error(kSystem).
void finish_split_command(const Options& options, SplitCommand& command);

}  // namespace mfpar::apps
