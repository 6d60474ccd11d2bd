// SPDX-License-Identifier: MIT
#include "common/output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <system_error>
#include <utility>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

namespace fs = std::filesystem;

std::string kept;  // what keep_input() was told

/// Whether a standard stream is the regular file at `path`.
bool is_stream(int stream, const std::string& path) {
  struct stat of_stream {
  }, of_path{};
  return fstat(stream, &of_stream) == 0 && S_ISREG(of_stream.st_mode) &&
         stat(path.c_str(), &of_path) == 0 && of_stream.st_dev == of_path.st_dev &&
         of_stream.st_ino == of_path.st_ino;
}

}  // namespace

void check_output(const std::string& option, const std::string& path,
                  const std::vector<std::string>& inputs) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::kBadOption,
                option + " " + path + " would replace " + what + "; give another name");
  };
  std::error_code none;  // a file that is not there is not the same
  const auto is_input = [&](const std::string& input) {
    return fs::is_regular_file(path, none) && fs::equivalent(path, input, none);
  };
  if (is_input(kept) || std::ranges::any_of(inputs, is_input)) refuse("a file that is to be read");
  if (is_stream(STDIN_FILENO, path)) refuse("the file that is standard input");
  if (is_stream(STDOUT_FILENO, path)) refuse("the file that standard output goes to");
  if (is_stream(STDERR_FILENO, path)) refuse("the file that standard error goes to");
  check_writable(path);
  outlive_reader();
}

void keep_input(const std::string& path) { kept = path; }

void outlive_reader() { std::signal(SIGPIPE, SIG_IGN); }

void check_distinct(std::span<const std::string> outputs) {
  std::set<fs::path> names;
  std::set<std::pair<dev_t, ino_t>> files;
  for (const std::string& output : outputs) {
    struct stat found {};
    const bool there = stat(output.c_str(), &found) == 0;
    if (there && !S_ISREG(found.st_mode)) continue;  // a device takes everything
    if (names.insert(place_of(output)).second &&
        (!there || files.insert({found.st_dev, found.st_ino}).second)) {
      continue;
    }
    throw Error(ErrorCode::kBadOption, "two outputs are the same file, " + output);
  }
}

fs::path place_of(const std::string& output) {
  constexpr int kMaxLinks = 40;  // what Linux allows
  std::error_code none;
  fs::path place = fs::absolute(output);
  for (int links = 0; links < kMaxLinks && fs::is_symlink(place, none); ++links) {
    place = place.parent_path() / fs::read_symlink(place, none);
  }
  std::error_code error;
  place = fs::weakly_canonical(place, error);
  if (error) {
    throw Error(ErrorCode::kSystem, output + ": cannot be written: " + error.message());
  }
  return place;
}

}  // namespace mfpar::apps
