// SPDX-License-Identifier: MIT
#include "common/output_file.hpp"

#include <csignal>
#include <filesystem>
#include <set>
#include <system_error>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

void check_output(const std::string& option, const std::string& path,
                  std::initializer_list<std::string> inputs) {
  namespace fs = std::filesystem;
  std::error_code none;  // a file that is not there is not the same
  for (const std::string& input : inputs) {
    if (fs::is_regular_file(path, none) && fs::equivalent(path, input, none)) {
      throw Error(ErrorCode::kBadOption, option + " " + path +
                                             " would replace a file that is to be read; give "
                                             "another name");
    }
  }
  check_writable(path);
  outlive_reader();
}

void outlive_reader() { std::signal(SIGPIPE, SIG_IGN); }

void check_distinct(std::span<const std::string> outputs) {
  std::set<std::filesystem::path> known;
  for (const std::string& output : outputs) {
    if (known.insert(std::filesystem::weakly_canonical(std::filesystem::absolute(output))).second)
      continue;
    throw Error(ErrorCode::kBadOption, "two outputs are the same file, " + output);
  }
}

}  // namespace mfpar::apps
