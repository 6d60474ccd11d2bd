// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "mf-recommend/new_user.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

struct NewUsers {
  std::vector<NewUser> users;  ///< in order of first appearance
  bool is_named = false;       ///< whether the file names its users
  std::uint64_t bad_lines = 0;
  std::string first_bad;           ///< why the first bad line was left out
  std::vector<std::string> notes;  ///< what else is worth a look in the file
};

/// Reads users by their ratings. A file without a column of users is one user's, who is called
/// `id`, see ReadOptions::single_user; but for a model of one-class feedback alone, for which one
/// without ratings says who chose what. Throws as read_ratings().
NewUsers read_new_users(const std::string& path, ReadOptions options, const std::string& id,
                        const FactorModel& model);

}  // namespace mfpar::apps
