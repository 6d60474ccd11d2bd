// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mf-recommend/answer.hpp"

namespace mfpar::apps {

/// One line of --requests.
struct Request {
  bool has_id = false;
  bool has_ratings = false;  ///< without, the id is that of a trained user
  NewUser user;
  ListRequest list;
};

/// Reads a request; what it leaves out is as in `defaults`. apps/RECOMMEND.md describes the format.
/// Throws Error(kBadData) saying what was found and what was expected.
Request parse_request(std::string_view line, const ListRequest& defaults,
                      const Catalogue& catalogue);

}  // namespace mfpar::apps
