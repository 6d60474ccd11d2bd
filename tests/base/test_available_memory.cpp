// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>

#include "base/available_memory.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_available_memory)

namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

std::uint64_t available(const std::map<std::string, std::string>& files) {
  const TemporaryFolder folder;
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
    folder.write(name, text);
  }
  return available_memory(folder.path(""));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_least_of_what_machine_and_groups_leave_counts) {
  const std::string machine = "MemTotal:  9000 kB\nMemFree: 10 kB\nMemAvailable:    2000 kB\n";
  const struct {
    std::map<std::string, std::string> files;
    std::uint64_t bytes;
  } rows[] = {
      {{}, kUnknown},
      {{{"proc/meminfo", machine}}, 2'048'000},
      {{{"proc/meminfo", "MemTotal: 1 kB\n"}}, kUnknown},
      // Version 2: a group and those around it; pages of files can be given back.
      {{{"proc/meminfo", machine},
        {"proc/self/cgroup", "0::/a/b\n"},
        {"sys/fs/cgroup/a/b/memory.max", "max\n"},
        {"sys/fs/cgroup/a/b/memory.current", "700\n"},
        {"sys/fs/cgroup/a/memory.max", "1000\n"},
        {"sys/fs/cgroup/a/memory.current", "900\n"},
        {"sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 250\n"}},
       350},
      // In a container the root is the group, whatever it is called outside.
      {{{"proc/meminfo", machine},
        {"proc/self/cgroup", "0::/outside\n"},
        {"sys/fs/cgroup/memory.max", "5000\n"},
        {"sys/fs/cgroup/memory.current", "6000\n"}},
       0},
      // Version 1, among other controllers; a limit that is none is large.
      {{{"proc/self/cgroup", "5:cpu,cpuacct:/c\n4:memory:/c\n"},
        {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
        {"sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n"},
        {"sys/fs/cgroup/memory/c/memory.limit_in_bytes", "4000\n"},
        {"sys/fs/cgroup/memory/c/memory.usage_in_bytes", "3000\n"},
        {"sys/fs/cgroup/memory/c/memory.stat", "total_inactive_file 100\n"}},
       1100},
      {{{"proc/meminfo", machine}, {"proc/self/cgroup", "nonsense\n1:memory\n"}}, 2'048'000},
  };
  for (const auto& row : rows) BOOST_TEST(available(row.files) == row.bytes);
  BOOST_TEST(available_memory() > 1'000'000u);
  BOOST_TEST(available_memory() < kUnknown);
}

BOOST_AUTO_TEST_SUITE_END()
