// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "common/group_limits.hpp"
#include "common/item_choice.hpp"
#include "common/item_titles.hpp"
#include "mf-serve/item_search.hpp"
#include "mfpar/model_handle.hpp"

namespace mfpar::apps {

/// What the items of one version of a model are called, their groups, and choices among them. Not
/// to be used longer than that version.
struct Titles {
  Titles(const std::string& path, const ServedModel& served)
      : titles(path, "", served.model->items()),
        limits(titles, served.model->item_count()),
        filters(served.recommender, titles),
        search(titles, served.model->item_count()) {}

  const ItemTitles titles;
  const GroupLimits limits;
  const ItemFilters filters;
  const ItemSearch search;
};

/// A file of titles for whatever version of a model is served. Safe from any number of threads.
class ServedTitles {
 public:
  /// Of no file, where `path` is empty.
  explicit ServedTitles(std::string path) : path_(std::move(path)) {}

  /// Those of a version, read when it is first asked for; null without a file. Throws as ItemTitles
  /// does.
  std::shared_ptr<const Titles> of(const ServedModel& served);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::uint64_t version_ = 0;             // guarded by mutex_
  std::shared_ptr<const Titles> titles_;  // guarded by mutex_; of version_
};

}  // namespace mfpar::apps
