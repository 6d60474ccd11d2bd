// SPDX-License-Identifier: MIT
#include "mf-serve/served_titles.hpp"

namespace mfpar::apps {

std::shared_ptr<const Titles> ServedTitles::of(const ServedModel& served) {
  if (path_.empty() && served.model->titles().empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  if (titles_ && version_ == served.version) return titles_;
  auto titles = std::make_shared<const Titles>(path_, served);
  // An answer by an older version must not throw away what the newer one's will need.
  if (served.version > version_) {
    titles_ = titles;
    version_ = served.version;
  }
  return titles;
}

}  // namespace mfpar::apps
