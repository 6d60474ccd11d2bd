// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mf-serve/rate_limit.hpp"

namespace mfpar::apps {

/// Who may ask an endpoint, once there are keys.
enum class Access { kOpen, kRead, kAdmin };

struct ApiKey {
  ApiKey(std::string key, Access access, std::string called, std::uint32_t per_second)
      : text(std::move(key)), most(access), name(std::move(called)), limit(per_second) {}

  const std::string text;
  const Access most;       ///< what it opens
  const std::string name;  ///< for logs: that of the file, or its number there
  mutable RateLimit limit;
};

/// The keys of a file, lines of "read KEY" or "admin KEY", with a name behind it if one likes;
/// what begins with # is a comment. Safe from any number of threads.
class ApiKeys {
 public:
  /// None, and everything is open, where `path` is empty. Throws Error(kSystem), Error(kBadData)
  /// naming the line. Warns on standard error of a file that others can read.
  ApiKeys(std::string path, std::uint32_t requests_per_second);

  /// Reads the file anew; all stays as it was where that throws, as the constructor does.
  void reload();

  /// Sets whose request it is; null where there are no keys or none is needed. Throws HttpError:
  /// 401 without a key of the file, 403 for one that does not open this, 429 where there are too
  /// many requests with it.
  void admit(std::string_view key, Access needed, std::shared_ptr<const ApiKey>& whose) const;

 private:
  using Keys = std::vector<std::shared_ptr<const ApiKey>>;

  Keys read() const;

  const std::string path_;
  const std::uint32_t per_second_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Keys> keys_;  // guarded by mutex_
};

}  // namespace mfpar::apps
