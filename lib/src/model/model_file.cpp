// SPDX-License-Identifier: MIT
#include "mfpar/model_file.hpp"

#include <string>

#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "model/model_sections.hpp"

namespace mfpar {

void save_model(const FactorModel& model, const std::string& path) {
  if (const auto fault = find_fault(model)) {
    throw Error(ErrorCode::kBadData,
                path + ": not written, since nothing could load it: section '" + fault->section +
                    "': " + fault->what + "; what the model was made from is too large for it");
  }
  SectionWriter file(model_kind(model));
  add_model_sections(file, model);
  file.write(path);
}

void check_writable(const std::string& path) { AtomicFile::check(path); }

FactorModel load_model(const std::string& path, const LoadOptions& options) {
  const SectionReader file(path, kModelKind, options.verify,
                           options.memory == ModelMemory::kShared ? MappedFile::Access::kRandom
                                                                  : MappedFile::Access::kCopy);
  return read_model_sections(file, options.verify);
}

}  // namespace mfpar
