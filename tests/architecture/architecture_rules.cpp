// SPDX-License-Identifier: MIT
#include "architecture_rules.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace mfpar {

namespace {

constexpr std::size_t kMaxLineLength = 100;
constexpr std::size_t kMaxLines = 350;
constexpr std::size_t kMaxTestLines = 400;  // tables of cases, read one row at a time

constexpr std::string_view kPublicFolder = "lib/include/mfpar/";
constexpr std::string_view kModuleFolder = "lib/src/";
constexpr const char* kTop = "apps, tests, bench";

const std::string kThisFile = "tests/architecture/architecture_rules.cpp";

using Names = std::vector<std::string_view>;

/// The modules, folders of lib/src, layer by layer from the lowest. A module includes itself and
/// lower layers only: neighbours in a layer do not know each other.
const std::vector<Names> kLayers{{"base"},
                                 {"io", "loss"},
                                 {"store", "model"},
                                 {"text", "compute", "synthetic"},
                                 {"ranking", "gibbs"},
                                 {"train", "fold_in", "recommend"},
                                 {"capi", "tune"},
                                 {kTop}};

/// The public headers of each module; with their ending where two differ by it only.
const std::vector<std::pair<std::string_view, Names>> kPublicHeaders{
    {"base",
     {"decimal", "error", "export", "features", "feedback", "frozen_array", "id_dictionary",
      "item_lists", "item_titles", "ranks", "threads", "types", "version"}},
    {"io", {"atomic_file"}},
    {"loss", {"loss", "ordinal_link"}},
    {"store", {"packed_store", "rating_source", "rating_store", "rating_table", "split"}},
    {"model", {"epoch_report", "factor_model", "interchange", "model_file", "score_variance"}},
    {"text", {"delimited_text", "pack_ratings", "read_features", "read_ratings"}},
    {"compute", {"evaluate", "option_names", "train_options"}},
    {"synthetic", {"synthetic"}},
    {"ranking", {"ease", "ranking_baselines", "ranking_metrics"}},
    {"train", {"checkpoint", "cross_validate", "plan_training", "train", "train_on_ranks"}},
    {"tune", {"tune"}},
    {"fold_in", {"extend_model", "fold_in", "fold_in_session", "rated_items"}},
    {"recommend", {"model_handle", "recommender"}},
    {"capi", {"mfpar.h"}},
    {kTop, {"mfpar"}}};

bool is_one_of(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// From 0 up; none where no layer has the module.
std::optional<std::size_t> layer_of(std::string_view module) {
  for (std::size_t layer = 0; layer < kLayers.size(); ++layer) {
    if (is_one_of(kLayers[layer], module)) return layer;
  }
  return std::nullopt;
}

bool is_c(std::string_view path) { return path.ends_with(".h") || path.ends_with(".c"); }

bool is_cpp(std::string_view path) {
  return path.ends_with(".cpp") || path.ends_with(".hpp") || path.ends_with(".inl") ||
         path.ends_with(".hpp.in") || is_c(path);
}

std::string first_part(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

std::optional<std::string> module_of_public(std::string_view name) {
  for (const std::string_view wanted : {name, name.substr(0, name.find('.'))}) {
    for (const auto& [module, headers] : kPublicHeaders) {
      if (is_one_of(headers, wanted)) return std::string(module);
    }
  }
  return std::nullopt;
}

/// The module that a file belongs to; none for a public header or folder in neither table.
std::optional<std::string> module_of(std::string_view path) {
  if (path.starts_with(kPublicFolder)) return module_of_public(path.substr(kPublicFolder.size()));
  if (!path.starts_with(kModuleFolder)) return kTop;
  const std::string module = first_part(path.substr(kModuleFolder.size()));
  return layer_of(module) ? std::optional(module) : std::nullopt;
}

/// The module that an include in quotes leads to; what is no module lies beside the including file.
std::optional<std::string> module_of_include(std::string_view name) {
  constexpr std::string_view kPublic = "mfpar/";
  if (name.starts_with(kPublic)) return module_of_public(name.substr(kPublic.size()));
  const std::string module = first_part(name);
  return layer_of(module) ? module : kTop;
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

/// Checks one file, line by line.
class Inspection {
 public:
  explicit Inspection(const SourceFile& file) : file_(file), module_(module_of(file.path)) {}

  std::vector<std::string> run();

 private:
  void check_first_line();
  void check_suite();
  void check_line(std::string_view line);
  void check_include(std::string_view line);
  void check_library_line(std::string_view line);
  void report(const std::string& what) {
    found_.push_back(file_.path + ":" + std::to_string(number_) + ": " + what);
  }

  const SourceFile& file_;
  const std::optional<std::string> module_;
  std::size_t number_ = 1;
  std::vector<std::string> found_;
};

std::vector<std::string> Inspection::run() {
  check_first_line();
  if (!module_) report("belongs to no module; see kLayers and kPublicHeaders in " + kThisFile);
  if (file_.path.starts_with("tests/") && file_.path.ends_with(".cpp")) check_suite();
  std::istringstream lines(file_.text);
  number_ = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number_;
    check_line(line);
  }
  const std::size_t max = file_.path.starts_with("tests/") ? kMaxTestLines : kMaxLines;
  if (number_ > max) report("more than " + std::to_string(max) + " lines; what can be split off?");
  return std::move(found_);
}

void Inspection::check_first_line() {
  const bool script = file_.path.ends_with(".sh");
  if ((is_cpp(file_.path) || script) &&
      !file_.text.starts_with(script             ? "# SPDX-License-Identifier: MIT\n"
                              : is_c(file_.path) ? "/* SPDX-License-Identifier: MIT */\n"
                                                 : "// SPDX-License-Identifier: MIT\n")) {
    report("the first line is to be the SPDX line of the licence");
  }
}

// ctest runs files of tests by their suites, so that it would pass over cases in none.
void Inspection::check_suite() {
  const std::size_t slash = file_.path.rfind('/'), dot = file_.path.rfind('.');
  const std::string suite =
      "BOOST_AUTO_TEST_SUITE(" + file_.path.substr(slash + 1, dot - slash - 1) + ")\n";
  const std::size_t first = std::min(file_.text.find("\nBOOST_AUTO_TEST_CASE("),
                                     file_.text.find("\nBOOST_FIXTURE_TEST_CASE("));
  if (first != file_.text.npos && file_.text.find("\n" + suite) > first) {
    report("test cases are to be in a suite that is called as the file");
  }
}

void Inspection::check_line(std::string_view line) {
  if (line.size() > kMaxLineLength) {
    report("more than " + std::to_string(kMaxLineLength) + " characters; break the line");
  }
  if (!is_cpp(file_.path)) {
    if (has_word(line, "march=native")) {
      report("built for this machine only; kernels choose at run time");
    }
    return;
  }
  if (line.starts_with("#include ")) check_include(line.substr(line.find(' ') + 1));
  if (file_.path.starts_with("lib/")) check_library_line(line);
}

void Inspection::check_include(std::string_view quoted) {
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
  const std::optional<std::string> target = module_of_include(name);
  if (!target) {
    report("\"" + name + "\" is in no module");
  } else if (module_ && *target != *module_ && layer_of(*target) >= layer_of(*module_)) {
    report("\"" + name + "\": " + *module_ + " may not include " + *target);
  }
}

void Inspection::check_library_line(std::string_view line) {
  // The last error of the C API is a thread's own, and no loop runs where it is set.
  if (has_word(line, "thread_local") && file_.path != "lib/src/capi/status.cpp") {
    report("thread_local: a nested loop may run another task on the same thread");
  }
  for (const char* call : {"cout", "cerr", "clog", "printf", "fprintf", "puts", "exit", "abort",
                           "signal", "sigaction"}) {
    // A page that its file has lost can only be noticed by the signal; see there.
    const bool is_signal = std::string_view(call).starts_with("sig");
    if (is_signal && file_.path == "lib/src/io/lost_pages.cpp") continue;
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

std::vector<SourceFile> project_files(const std::filesystem::path& root) {
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

std::vector<std::string> violations_of(const SourceFile& file) { return Inspection(file).run(); }

}  // namespace mfpar
