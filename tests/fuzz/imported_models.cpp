// SPDX-License-Identifier: MIT
//
// Models that other programs wrote.
#include <cmath>
#include <string>
#include <vector>

#include "expect.hpp"
#include "memory_file.hpp"
#include "mfpar/interchange.hpp"
#include "model/model_check.hpp"
#include "targets.hpp"
#include "temporary_folder.hpp"

namespace mfpar::fuzz {

namespace {

void check_imported(const FactorModel& model) {
  require(!find_fault(model), "a model that was imported can be saved");
  for (const UserIndex user : {UserIndex{0}, model.user_count() - 1, kNoIndex}) {
    for (const ItemIndex item : {ItemIndex{0}, model.item_count() - 1, kNoIndex}) {
      if (user != kNoIndex && user >= model.user_count()) continue;
      if (item != kNoIndex && item >= model.item_count()) continue;
      const float predicted = model.predict(user, item);
      require(std::isnan(predicted) ||
                  (predicted >= model.range().lowest && predicted <= model.range().highest) ||
                  model.feedback() == Feedback::kOneClass,
              "predictions are within the range");
    }
  }
}

}  // namespace

void npy_model(std::string_view input) {
  const tests::MemoryFile file(input);
  const std::string path = file.path();
  succeeds([&] { check_imported(import_npy_pair(path, path)); });
  ImportOptions options;
  options.user_ids = path;
  succeeds([&] { import_npy_pair(path, path, options); });
  options = {};
  options.item_biases = path;
  succeeds([&] { import_npy_pair(path, path, options); });
}

void libmf_model(std::string_view input) {
  const tests::MemoryFile file(input);
  succeeds([&] { check_imported(import_libmf(file.path())); });
}

// The files of a folder, one behind the other: users.tsv, items.tsv, model.json.
void text_model(std::string_view input) {
  static const TemporaryFolder folder;
  constexpr std::string_view kBreak = "====\n";
  for (const char* name : {"users.tsv", "items.tsv", "model.json"}) {
    const std::size_t end = input.find(kBreak);
    folder.write(name, input.substr(0, end));
    input.remove_prefix(end == input.npos ? input.size() : end + kBreak.size());
  }
  succeeds([&] { check_imported(import_text(folder.path(""))); });
  succeeds([&] {
    check_imported(import_text_pair(folder.path("users.tsv"), folder.path("items.tsv")));
  });
}

}  // namespace mfpar::fuzz
