// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::apps {

// The commands of mf-model. argv[0] is the command's name; each returns the exit code.
int run_info(int argc, const char* const* argv);
int run_verify(int argc, const char* const* argv);
int run_export(int argc, const char* const* argv);
int run_import(int argc, const char* const* argv);

}  // namespace mfpar::apps
