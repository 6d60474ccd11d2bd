// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::apps {

// The commands of mf-data. argv[0] is the command's name; each returns the exit code.
int run_synth(int argc, const char* const* argv);
int run_inspect(int argc, const char* const* argv);
int run_pack(int argc, const char* const* argv);
int run_split(int argc, const char* const* argv);

}  // namespace mfpar::apps
