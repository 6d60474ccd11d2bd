// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/rating_store.hpp"
#include "process.hpp"
#include "temporary_folder.hpp"

namespace mfpar::tests {

/// A folder in which the built programs run. Commands are words with blanks between them.
class TestFolder {
 public:
  std::string write(const std::string& name, std::string_view contents) const {
    return folder_.write(name, contents);
  }

  std::string path_of(const std::string& name) const { return folder_.path(name); }

  Outcome run(const std::string& command, const std::string& input = "") const {
    return start(command, input)->wait();
  }

  /// For what is done to a program while it runs.
  std::unique_ptr<Process> start(const std::string& command, const std::string& input = "") const {
    std::istringstream words(command);
    std::string program, word;
    words >> program;
    std::vector<std::string> arguments;
    while (words >> word) arguments.push_back(word);
    return std::make_unique<Process>(std::string(MFPAR_PROGRAMS "/") + program, arguments,
                                     folder_.path("."), input);
  }

  std::string path(const std::string& name) const { return folder_.path(name); }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_.path(name), std::ios::binary);
    if (!file) throw std::runtime_error("there is no file " + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<std::string> lines(const std::string& name) const {
    std::istringstream text(read(name));
    std::vector<std::string> result;
    for (std::string line; std::getline(text, line);) result.push_back(line);
    return result;
  }

  /// Every file by name, hidden ones and those in folders too, with its contents.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path("."))) {
      const std::string name = entry.path().lexically_relative(folder_.path(".")).string();
      all[name] = entry.is_regular_file() ? read(name) : "";
    }
    return all;
  }

 private:
  TemporaryFolder folder_;
};

/// The ratings of a store as text: user, item, value, and the position as timestamp.
inline std::string text_of(const RatingStore& ratings, const std::string& delimiter = ",") {
  std::ostringstream text;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      text << ratings.parts().users->id(user) << delimiter
           << ratings.parts().items->id(ratings.item(at)) << delimiter << ratings.value(at)
           << delimiter << at << '\n';
    }
  }
  return text.str();
}

/// The number at `key` in a JSON object on one line, the first if there are several; NaN for null.
/// Throws where there is no such key.
inline double json_number(const std::string& line, const std::string& key) {
  const std::string found = '"' + key + "\":";
  const std::size_t at = line.find(found);
  if (at == line.npos) throw std::runtime_error("no " + key + " in " + line);
  const char* const value = line.c_str() + at + found.size();
  if (std::string_view(value).starts_with("null")) return std::numeric_limits<double>::quiet_NaN();
  return std::strtod(value, nullptr);
}

/// The lines of a log whose event is `event`.
inline std::vector<std::string> events(const std::vector<std::string>& log,
                                       const std::string& event) {
  std::vector<std::string> result;
  for (const std::string& line : log) {
    if (line.starts_with("{\"event\":\"" + event + "\",")) result.push_back(line);
  }
  return result;
}

}  // namespace mfpar::tests
