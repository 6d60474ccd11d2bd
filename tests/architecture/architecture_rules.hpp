// SPDX-License-Identifier: MIT
//
// The rules of lib/README.md that a program can check.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mfpar {

/// A file of the project. The path is relative to the project's root, with slashes.
struct SourceFile {
  std::string path;
  std::string text;
};

/// The C++ sources, scripts and CMake files under `root`.
std::vector<SourceFile> project_files(const std::filesystem::path& root);

/// What breaks a rule in `file`, each as "path:line: what, and what is right"; empty where
/// there is nothing.
std::vector<std::string> violations_of(const SourceFile& file);

}  // namespace mfpar
