// SPDX-License-Identifier: MIT
#include "mf-tune/option_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/text.hpp"
#include "mf-train/gibbs_options.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/option_names.hpp"

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
  if (name == "method") return name_of(kMethodNames, options.method);
  for (const auto& [described, value] : describe_options(options)) {
    if (described == name) return value;
  }
  return "";
}

void write_options(const TuneCommand& command, const TuneTrial& best, const std::string& figure) {
  const Method method = best.options.method;
  const bool samples = method == Method::kGibbs;  // which end by themselves
  const auto passes = static_cast<std::uint64_t>(best.best_epoch);
  std::string text = std::string(kFirstWords) + " in trial " + std::to_string(best.number) +
                     ":\n# " + figure + " on validation ratings after " +
                     counted(passes, samples ? "sweep" : "epoch") +
                     ".\n# To learn from all ratings: --valid-fraction 0" +
                     (samples ? "" : " --epochs " + std::to_string(std::max(1, best.best_epoch))) +
                     '\n' + line_of("method", value_of(best.options, "method"));
  for (const std::string& name : tuned_options(method)) {
    const std::string value = value_of(best.options, name);
    if (name == option_of(name)) {
      if (value != "auto") text += line_of(name, value);
    } else if (value == "false") {  // a flag
      text += line_of(option_of(name), "true");
    }
  }
  const auto stands_above = [&](const std::string& option) {
    return std::ranges::any_of(command.fixed,
                               [&](const std::string& name) { return option_of(name) == option; });
  };
  for (const auto& [name, value] : command.kept) {
    if (!is_for(name, method) || stands_above(name)) continue;
    text += line_of(name, value.empty() ? "true" : value);
  }
  AtomicFile file(command.options_path);
  file.write(text);
  file.commit();
}

}  // namespace mfpar::apps
