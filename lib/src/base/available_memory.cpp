// SPDX-License-Identifier: MIT
#include "base/available_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace mfpar {

namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// The number that stands behind `key` at the beginning of a line of the file; without a key, the
/// file's first. Nothing where there is none, as for "max".
std::optional<std::uint64_t> number_in(const std::string& path, const std::string& key = "") {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    std::uint64_t number = 0;
    if (!key.empty() && (!(words >> word) || word != key)) continue;
    if (words >> number) return number;
    break;
  }
  return std::nullopt;
}

/// What is left in one control group. Pages of files that were not used lately can be given back.
std::uint64_t left_in_group(const std::string& limit, const std::string& usage,
                            const std::string& statistics, const std::string& key) {
  const auto most = number_in(limit), used = number_in(usage);
  if (!most || !used) return kUnknown;
  const std::uint64_t files = std::min(*used, number_in(statistics, key).value_or(0));
  return *most - std::min(*most, *used - files);
}

/// The same of the process's group and all around it. In a container the path may be that outside.
std::uint64_t left_in_groups(const std::string& root) {
  std::uint64_t left = kUnknown;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_second = controllers.empty();
    if (!is_second && controllers != "memory") continue;
    const std::string base = root + (is_second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory");
    for (std::string path = line.substr(second + 1);; path.erase(path.rfind('/'))) {
      const std::string folder = base + path + '/';
      left =
          std::min(left, is_second ? left_in_group(folder + "memory.max", folder + "memory.current",
                                                   folder + "memory.stat", "inactive_file")
                                   : left_in_group(folder + "memory.limit_in_bytes",
                                                   folder + "memory.usage_in_bytes",
                                                   folder + "memory.stat", "total_inactive_file"));
      if (path.rfind('/') == path.npos) break;
    }
  }
  return left;
}

std::uint64_t left_of_address_space(const std::string& root) {
  rlimit limit{};
  const auto pages = number_in(root + "/proc/self/statm");
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || !pages) {
    return kUnknown;
  }
  const std::uint64_t used = *pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, used);
}

}  // namespace

std::uint64_t available_memory(const std::string& root) {
  const auto kib = number_in(root + "/proc/meminfo", "MemAvailable:");
  const std::uint64_t of_machine = kib ? *kib * 1024 : kUnknown;
  return std::min({of_machine, left_in_groups(root), left_of_address_space(root)});
}

std::uint64_t resident_memory(const std::string& root) {
  return number_in(root + "/proc/self/status", "VmRSS:").value_or(0) * 1024;
}

}  // namespace mfpar
