// SPDX-License-Identifier: MIT
#include "mf-tune/option_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/text.hpp"
#include "mfpar/atomic_file.hpp"

namespace mfpar::apps {

namespace {

constexpr const char* kFirstWords = "# Options for mf-train, found by mf-tune";

/// "name = value"; no blank before a #, which would begin a comment.
std::string line_of(const std::string& name, const std::string& value) {
  return name + (value.starts_with('#') ? " =" : " = ") + value + '\n';
}

}  // namespace

bool is_ours_or_new(const std::string& path) {
  if (!std::filesystem::exists(path)) return true;
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) && line.starts_with(kFirstWords);
}

std::string value_of(const TrainOptions& options, const std::string& name) {
  for (const auto& [described, value] : describe_options(options)) {
    if (described == name) return value;
  }
  return "";
}

void write_options(const TuneCommand& command, const TuneTrial& best, const std::string& figure) {
  std::string text = std::string(kFirstWords) + " in trial " + std::to_string(best.number) +
                     ":\n# " + figure + " on validation ratings after " +
                     counted(static_cast<std::uint64_t>(best.best_epoch), "epoch") +
                     ".\n# To learn from all ratings: --valid-fraction 0 --epochs " +
                     std::to_string(std::max(1, best.best_epoch)) + "\n";
  for (const std::string& name : tuned_options(best.options.feedback)) {
    const std::string value = value_of(best.options, name);
    if (value != "auto") text += line_of(name, value);
  }
  for (const auto& [name, value] : command.kept) {
    const auto& fixed = command.fixed;  // which stand above
    if (std::ranges::find(fixed, name) == fixed.end()) {
      text += line_of(name, value.empty() ? "true" : value);
    }
  }
  AtomicFile file(command.options_path);
  file.write(text);
  file.commit();
}

}  // namespace mfpar::apps
