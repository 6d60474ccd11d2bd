// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "mfpar/extend_model.hpp"

namespace mfpar::apps {

/// The users that --append adds; of those with the same id the last counts. Not synchronised.
class NewRows {
 public:
  void add(NewRow row) {
    const auto [at, is_new] = positions_.try_emplace(row.id, rows_.size());
    if (is_new) {
      rows_.push_back(std::move(row));
    } else {
      rows_[at->second] = std::move(row);
    }
  }

  const std::vector<NewRow>& rows() const noexcept { return rows_; }

 private:
  std::vector<NewRow> rows_;
  std::unordered_map<std::string, std::size_t> positions_;
};

}  // namespace mfpar::apps
