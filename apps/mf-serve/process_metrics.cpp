// SPDX-License-Identifier: MIT
#include "mf-serve/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

/// The numbers of /proc/self/stat, from the third field on, see proc(5); fewer where there are not
/// so many. The second is the program's name, in parentheses, with whatever in it.
std::vector<std::string> fields_of_stat() {
  std::ifstream file("/proc/self/stat");
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  return {std::istream_iterator<std::string>(rest), {}};
}

/// Seconds since 1970 when the system started; 0 where it does not say.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

}  // namespace

void describe_metric(std::string& text, std::string_view name, std::string_view type,
                     std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  text.append(name).append(" ").append(type).append("\n");
}

void append_metric(std::string& text, std::string_view name, std::string_view type,
                   std::string_view help, std::string_view number) {
  describe_metric(text, name.substr(0, name.find('{')), type, help);
  text.append(name).append(" ").append(number).append("\n");
}

void append_process_metrics(std::string& text) {
  // Places in fields_of_stat().
  constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kStart = 19, kVirtual = 20, kPages = 21;
  const std::vector<std::string> stat = fields_of_stat();
  if (stat.size() > kPages) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double used = std::stod(stat[kUserTicks]) + std::stod(stat[kSystemTicks]);
    append_metric(text, "process_cpu_seconds_total", "counter",
                  "Total user and system CPU time spent in seconds.",
                  shortest_decimal(used / ticks));
    append_metric(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
                  std::to_string(std::stoull(stat[kPages]) *
                                 static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))));
    append_metric(text, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
                  stat[kVirtual]);
    if (const double boot = boot_time(); boot > 0) {
      append_metric(text, "process_start_time_seconds", "gauge",
                    "Start time of the process since unix epoch in seconds.",
                    shortest_decimal(boot + std::stod(stat[kStart]) / ticks));
    }
  }
  std::error_code error;
  std::size_t open_files = 0;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;
       file.increment(error)) {
    ++open_files;
  }
  if (!error && open_files > 0) {
    append_metric(text, "process_open_fds", "gauge", "Number of open file descriptors.",
                  std::to_string(open_files - 1));  // not the one by which they are counted
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    append_metric(text, "process_max_fds", "gauge", "Maximum number of open file descriptors.",
                  limit.rlim_cur == RLIM_INFINITY ? "+Inf" : std::to_string(limit.rlim_cur));
  }
}

}  // namespace mfpar::apps
