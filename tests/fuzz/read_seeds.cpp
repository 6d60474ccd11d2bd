// SPDX-License-Identifier: MIT
//
// Every seed through its target, without libFuzzer, so that neither rots: read_seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "targets.hpp"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  using namespace mfpar::fuzz;
  const std::map<std::string, void (*)(std::string_view)> targets{
      {"checkpoint_file", checkpoint_file},
      {"compressed_text", compressed_text},
      {"feature_table", feature_table},
      {"http_requests", http_requests},
      {"item_titles", item_titles},
      {"json_lines", json_lines},
      {"libmf_model", libmf_model},
      {"matrix_market", matrix_market},
      {"model_file", model_file},
      {"npy_model", npy_model},
      {"packed_store", packed_store},
      {"ratings_text", ratings_text},
      {"sparse_archive", sparse_archive},
      {"text_model", text_model},
      {"values", values},
  };
  const fs::path folder(argc > 1 ? argv[1] : "");
  for (const auto& [name, read] : targets) {
    int seeds = 0;
    for (const auto& entry : fs::directory_iterator(folder / name)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input(std::istreambuf_iterator<char>(file), {});
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);  // the last one named is the one that ended the process
      read(input);
      ++seeds;
    }
    if (seeds < 2) {
      std::printf("%s has %d seeds\n", (folder / name).c_str(), seeds);
      return 1;
    }
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (targets.contains(entry.path().filename().string())) continue;
    std::printf("%s is of no target\n", entry.path().c_str());
    return 1;
  }
  return 0;
}
