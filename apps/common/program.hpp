// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/options.hpp"

namespace mfpar::apps {

/// What the programs exit with.
enum ExitCode : int {
  kDone = 0,
  kBug = 1,
  kUsage = 2,
  kData = 3,
  kSystemFailure = 4,
  kDivergedTraining = 5,
  kInterrupted = 130,
};

struct Example {
  std::string command;
  std::string explanation;
};

/// What a program's manual page says besides its options.
struct ProgramInfo {
  std::string name;         ///< "mf-eval", or "mf-data synth" for a command of a program
  std::string purpose;      ///< one line without a full stop
  std::string synopsis;     ///< what follows the name: "MODEL RATINGS [OPTION]..."
  std::string description;  ///< paragraphs with an empty line between them; filled when shown
  std::vector<Example> examples;
  std::function<std::string()> kernel;  ///< the instruction set --version prints; may be empty
};

/// The frame of a program: adds --quiet (unless it is there), -h, --help and --version to
/// `options`, parses the arguments, calls `body` and returns its exit code. Whatever fails is
/// reported on standard error as "NAME: error: ..." and becomes the exit code of its kind. Output
/// that could not be written is a failure too.
int run_program(const ProgramInfo& info, Options& options, int argc, const char* const* argv,
                const std::function<int()>& body);

/// One of the commands of a program that has several.
struct Command {
  std::string name;
  std::string purpose;
  std::function<int(int argc, const char* const* argv)> run;  ///< given argv from the command on
};

/// The frame of a program with commands: "NAME COMMAND ...", "NAME --help", "NAME --version".
int run_commands(const ProgramInfo& info, std::span<const Command> commands, int argc,
                 const char* const* argv);

}  // namespace mfpar::apps
