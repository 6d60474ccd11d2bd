// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/types.hpp"

namespace mfpar::apps {

/// What is written of the new rows.
enum class RowFormat {
  kNone,   ///< nothing: they are tested only
  kModel,  ///< a model file with them
  kNpy,    ///< folders as mf-model export makes them, of the new rows
  kText,
  kCsv,  ///< a line each
  kJson,
};

/// What mf-fold-in was asked to do.
struct FoldInCommand {
  std::string model_path;
  std::vector<std::string> sources;  ///< files of ratings, or ID=RATING pairs
  std::string requests_path;
  bool items = false;
  std::string as = "new user";  ///< "new item" with --items, unless given

  std::string output_path;
  RowFormat format = RowFormat::kNone;
  bool quiet = false;

  std::string test_path;
  double test_fraction = 0.0;
  std::uint64_t seed = 1;
  bool json = false;

  FoldInOptions fold_in;
  ReadOptions read;

  // Made of the above.
  std::string ratings_path;  ///< "" for pairs and requests
  std::vector<std::string> pairs;

  Entity joining() const { return items ? Entity::kItem : Entity::kUser; }
  bool tests() const { return !test_path.empty() || test_fraction > 0.0; }
};

/// Declares all options. `command` must outlive `options`.
void add_options(Options& options, FoldInCommand& command);

/// Checks options together, and sorts the arguments. Throws Error(kBadOption).
void finish_command(const Options& options, FoldInCommand& command);

}  // namespace mfpar::apps
