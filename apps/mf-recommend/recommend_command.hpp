// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/condition.hpp"
#include "common/options.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

enum class ListFormat { kTable, kCsv, kJson };

/// What mf-recommend was asked to do.
struct RecommendCommand {
  std::string model_path;

  // Who the lists are for: exactly one of these kinds.
  std::vector<std::string> pairs;  ///< "id=5.0" of one new user
  std::vector<std::string> users;  ///< ids of trained ones, with those of the file
  std::string users_path;
  bool all_users = false;
  std::string ratings_path;
  std::string requests_path;  ///< JSON lines; the default
  std::string similar_to;
  std::optional<SimilarBy> similar_by;  ///< the usual one unless given

  std::string new_id = "new user";  ///< of the user of pairs, or of a file that names none
  ReadOptions read;
  FoldInOptions fold_in;

  std::uint32_t top = 20;
  std::uint32_t offset = 0;
  std::optional<RankBy> rank_by;  ///< the model's usual one unless given
  std::optional<std::uint32_t> least_ratings;
  bool keep_rated = false;
  std::optional<float> least_rating;
  std::vector<std::string> at_most;  ///< "3:genres"
  double diversity = 0.0;
  std::string allow_path, deny_path;
  std::vector<std::string> only, exclude;  ///< ids
  std::vector<Condition> where;
  std::string titles_path, titles_columns;

  ListFormat format = ListFormat::kTable;
  std::vector<std::string> fields;  ///< of JSON; all where none is named
  bool explain = false;
  bool quiet = false;
  std::string output_path;
  std::string append_path;  ///< what went to mf-fold-in

  bool tells_bad_lines = false;  ///< by the exit code: nobody asked for them to be left out
};

/// Declares all options. `command` must outlive `options`.
void add_recommend_options(Options& options, RecommendCommand& command);

/// Checks options together: those that contradict each other or need another. Throws
/// Error(kBadOption).
void finish_recommend_command(const Options& options, RecommendCommand& command);

}  // namespace mfpar::apps
