// SPDX-License-Identifier: MIT
#include "house_rules.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

namespace mfpar {

namespace {

constexpr std::size_t kMostLines = 350;
constexpr std::size_t kMostTestLines = 400;  // tables of cases, read one row at a time

constexpr std::string_view kPublicFolder = "lib/include/mfpar/";
constexpr std::string_view kRoomFolder = "lib/src/";
constexpr const char* kTop = "apps, tests, bench";

/// Floors of the rooms; neighbours on one floor do not know each other.
const std::map<std::string, int, std::less<>> kFloors{{"base", 0},  {"io", 1},      {"data", 2},
                                                      {"model", 2}, {"compute", 3}, {"train", 4},
                                                      {"serve", 4}, {"capi", 5},    {kTop, 6}};

/// The rooms that the public headers belong to.
const std::map<std::string, std::string, std::less<>> kPublicRooms{{"decimal", "base"},
                                                                   {"error", "base"},
                                                                   {"export", "base"},
                                                                   {"frozen_array", "base"},
                                                                   {"id_dictionary", "base"},
                                                                   {"item_lists", "base"},
                                                                   {"threads", "base"},
                                                                   {"types", "base"},
                                                                   {"version", "base"},
                                                                   {"atomic_file", "io"},
                                                                   {"delimited_text", "data"},
                                                                   {"rating_store", "data"},
                                                                   {"rating_table", "data"},
                                                                   {"read_ratings", "data"},
                                                                   {"split", "data"},
                                                                   {"synthetic", "data"},
                                                                   {"epoch_report", "model"},
                                                                   {"factor_model", "model"},
                                                                   {"model_file", "model"},
                                                                   {"interchange", "model"},
                                                                   {"evaluate", "compute"},
                                                                   {"option_names", "compute"},
                                                                   {"train_options", "compute"},
                                                                   {"train", "train"},
                                                                   {"fold_in", "serve"},
                                                                   {"fold_in_session", "serve"},
                                                                   {"rated_items", "serve"},
                                                                   {"recommender", "serve"},
                                                                   {"model_handle", "serve"},
                                                                   {"extend_model", "serve"},
                                                                   {"cross_validate", "train"},
                                                                   {"mfpar", kTop},
                                                                   {"mfpar.h", "capi"}};

bool is_c(std::string_view path) { return path.ends_with(".h") || path.ends_with(".c"); }

bool is_cpp(std::string_view path) {
  return path.ends_with(".cpp") || path.ends_with(".hpp") || path.ends_with(".inl") ||
         path.ends_with(".hpp.in") || is_c(path);
}

std::string first_part(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

std::optional<std::string> room_of_public(std::string_view name) {
  const bool named = kPublicRooms.contains(name);  // with its ending where two differ by it
  const auto room = kPublicRooms.find(named ? name : name.substr(0, name.find('.')));
  if (room == kPublicRooms.end()) return std::nullopt;
  return room->second;
}

/// The room that a file belongs to; none for a public header or folder nobody has placed.
std::optional<std::string> room_of(std::string_view path) {
  if (path.starts_with(kPublicFolder)) return room_of_public(path.substr(kPublicFolder.size()));
  if (!path.starts_with(kRoomFolder)) return kTop;
  const std::string room = first_part(path.substr(kRoomFolder.size()));
  return kFloors.contains(room) ? std::optional(room) : std::nullopt;
}

/// The room that an include in quotes leads to; what is no room lies beside the including file.
std::optional<std::string> room_of_include(std::string_view name) {
  constexpr std::string_view kPublic = "mfpar/";
  if (name.starts_with(kPublic)) return room_of_public(name.substr(kPublic.size()));
  const std::string room = first_part(name);
  return kFloors.contains(room) ? room : kTop;
}

/// Whether `word` stands in `line` by itself and outside of a // comment.
bool has_word(std::string_view line, std::string_view word) {
  line = line.substr(0, line.find("//"));
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  for (std::size_t at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !in_word(line[at - 1])) && (end == line.size() || !in_word(line[end]))) {
      return true;
    }
  }
  return false;
}

/// Looks at one file, line by line.
class Inspection {
 public:
  explicit Inspection(const SourceFile& file) : file_(file), room_(room_of(file.path)) {}

  std::vector<std::string> run();

 private:
  void look_at_line(std::string_view line);
  void look_at_include(std::string_view line);
  void look_at_library_line(std::string_view line);
  void report(const std::string& what) {
    found_.push_back(file_.path + ":" + std::to_string(number_) + ": " + what);
  }

  const SourceFile& file_;
  const std::optional<std::string> room_;
  std::size_t number_ = 1;
  std::vector<std::string> found_;
};

std::vector<std::string> Inspection::run() {
  const bool script = file_.path.ends_with(".sh");
  if ((is_cpp(file_.path) || script) &&
      !file_.text.starts_with(script             ? "# SPDX-License-Identifier: MIT\n"
                              : is_c(file_.path) ? "/* SPDX-License-Identifier: MIT */\n"
                                                 : "// SPDX-License-Identifier: MIT\n")) {
    report("the first line is to be the SPDX line of the licence");
  }
  if (!room_) report("nobody has said to which room this belongs; see tests/house_rules.cpp");
  std::istringstream lines(file_.text);
  number_ = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number_;
    look_at_line(line);
  }
  const std::size_t most = file_.path.starts_with("tests/") ? kMostTestLines : kMostLines;
  if (number_ > most) {
    report("more than " + std::to_string(most) + " lines; what second thing has moved in?");
  }
  return std::move(found_);
}

void Inspection::look_at_line(std::string_view line) {
  if (!is_cpp(file_.path)) {
    if (has_word(line, "march=native")) {
      report("built for this machine only; kernels choose at run time");
    }
    return;
  }
  if (line.starts_with("#include ")) look_at_include(line.substr(line.find(' ') + 1));
  if (file_.path.starts_with("lib/")) look_at_library_line(line);
}

void Inspection::look_at_include(std::string_view quoted) {
  const bool ours = quoted.starts_with('"');
  const std::string name(quoted.substr(1, quoted.find_first_of("\">", 1) - 1));
  if (!ours) {
    if ((name.starts_with("tbb/") || name.starts_with("oneapi/")) &&
        !file_.path.starts_with("lib/src/base/parallel")) {
      report("<" + name + ">: oneTBB is for base/parallel only; use Workers");
    }
    const bool c_header = is_c(file_.path) && (name == "stddef.h" || name == "stdint.h");
    if (file_.path.starts_with(kPublicFolder) && name.find_first_of("./") != name.npos &&
        !c_header) {
      report("<" + name + ">: a public header needs nothing but standard C++");
    }
    return;
  }
  if (file_.path.starts_with(kPublicFolder) && !name.starts_with("mfpar/")) {
    report("\"" + name + "\": a public header includes public headers only");
    return;
  }
  const std::optional<std::string> target = room_of_include(name);
  if (!target) {
    report("\"" + name + "\" is in no room");
  } else if (room_ && *target != *room_ && kFloors.at(*target) >= kFloors.at(*room_)) {
    report("\"" + name + "\": " + *room_ + " may not include " + *target);
  }
}

void Inspection::look_at_library_line(std::string_view line) {
  // The last error of the C API is a thread's own, and no loop runs where it is set.
  if (has_word(line, "thread_local") && file_.path != "lib/src/capi/status.cpp") {
    report("thread_local: a nested loop may run another task on the same thread");
  }
  for (const char* call : {"cout", "cerr", "clog", "printf", "fprintf", "puts", "exit", "abort",
                           "signal", "sigaction"}) {
    if (has_word(line, call)) {
      report(std::string(call) + ": the library never prints, exits or handles signals");
    }
  }
}

bool belongs(const std::string& path) {
  return is_cpp(path) || path.ends_with(".sh") || path.ends_with(".cmake") ||
         path.ends_with("CMakeLists.txt") || path.ends_with("CMakePresets.json");
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::vector<SourceFile> house_files(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> files;
  const auto take = [&](const fs::path& path) {
    const std::string relative = path.lexically_relative(root).generic_string();
    if (belongs(relative)) files.push_back({relative, contents(path)});
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    if (entry.is_regular_file()) take(entry.path());
  }
  for (const char* folder : {"apps", "bench", "cmake", "lib", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) take(entry.path());
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> house_violations(const SourceFile& file) { return Inspection(file).run(); }

}  // namespace mfpar
