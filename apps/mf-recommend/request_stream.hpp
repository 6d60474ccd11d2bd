// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "common/output.hpp"
#include "mf-recommend/answer.hpp"

namespace mfpar::apps {

struct StreamOptions {
  std::string path;  ///< "-" is standard input
  ListRequest list;
  FoldInOptions fold_in;
  int threads = 0;
};

struct StreamResult {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
};

/// Answers requests, a JSON object a line, in their order, a line each: the list, or {"line",
/// "error"} for a request that cannot be answered. What can be read is answered at once, by several
/// threads where it is several lines, before waiting for more; empty lines are skipped. Stops early
/// when asked to.
StreamResult answer_requests(const Catalogue& catalogue, const StreamOptions& options,
                             const std::stop_token& stop, Output& output);

}  // namespace mfpar::apps
