// SPDX-License-Identifier: MIT
#include "mf-train/checkpoint_options.hpp"

#include <cctype>
#include <string>

#include "common/duration.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

void take_interval(const std::string& value, CheckpointOptions& checkpoints) {
  checkpoints.every_epochs = 0;
  checkpoints.every_seconds = 0.0;
  if (std::isdigit(static_cast<unsigned char>(value.back())) != 0) {
    checkpoints.every_epochs = Options::parse_integer(value, 1, 1'000'000);
  } else {
    checkpoints.every_seconds = parse_seconds(value);
  }
}

}  // namespace

void add_checkpoint_options(Options& options, CheckpointOptions& checkpoints) {
  options.group("Checkpoints");
  options.text("checkpoint", "FOLDER", checkpoints.folder,
               "Save there, beside training, what it takes to go on after it was cut off: the last "
               "two of them, and what is done already. SIGINT and SIGTERM save, too.");
  options.add("checkpoint-every", "N|TIME",
              "After every N epochs (sweeps, of Gibbs sampling), or when so much time has passed "
              "at the end of one: 30s, 10m, 1h.",
              "60s", [&](const std::string& value) { take_interval(value, checkpoints); });
  options.flag("resume", checkpoints.resume,
               "Go on from what is in the --checkpoint FOLDER, with the same ratings and options; "
               "start afresh where nothing is there.");
}

void finish_checkpoint_options(const Options& options, const CheckpointOptions& checkpoints) {
  if (!checkpoints.folder.empty()) return;
  for (const char* name : {"checkpoint-every", "resume"}) {
    if (!options.given(name)) continue;
    throw Error(
        ErrorCode::kBadOption,
        "--" + std::string(name) + " is of the checkpoints in a --checkpoint FOLDER; give it too");
  }
}

}  // namespace mfpar::apps
