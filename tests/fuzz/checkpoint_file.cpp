// SPDX-License-Identifier: MIT
//
// Checkpoints and results of trainings, changed as an input says, with the checksums that belong to
// them.
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "cut_off_training.hpp"
#include "expect.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "rating_fixtures.hpp"
#include "section_file.hpp"
#include "targets.hpp"

namespace mfpar::fuzz {

namespace {

/// One change of a section: 12 bytes of an input.
struct Change {
  std::uint8_t section;  ///< modulo their number
  std::uint8_t kind;
  std::uint16_t position;  ///< modulo that of the values in it
  std::array<char, 8> value;
};
static_assert(sizeof(Change) == 12);

enum class Kind { kFloat, kDouble, kFloats, kDoubles, kCut, kLonger, kSwapped, kGone };
constexpr unsigned kKinds = 8;

void put(std::string& bytes, std::size_t at, const Change& change, std::size_t width) {
  if (at + width <= bytes.size()) std::memcpy(bytes.data() + at, change.value.data(), width);
}

void apply(const Change& change, tests::SectionFile& file) {
  auto& sections = file.sections;
  if (sections.empty()) return;
  const std::size_t index = change.section % sections.size();
  std::string& bytes = sections[index].bytes;
  const auto kind = static_cast<Kind>(change.kind % kKinds);
  const std::size_t width = kind == Kind::kFloat || kind == Kind::kFloats ? 4 : 8;
  const std::size_t at = change.position % (bytes.size() / width + 1) * width;
  switch (kind) {
    case Kind::kFloat:
    case Kind::kDouble:
      put(bytes, at, change, width);
      break;
    case Kind::kFloats:
    case Kind::kDoubles:
      for (std::size_t i = at; i < bytes.size(); i += width) put(bytes, i, change, width);
      break;
    case Kind::kCut:
      bytes.resize(at);
      break;
    case Kind::kLonger:
      bytes.append(change.value.data(), width);
      break;
    case Kind::kSwapped:
      std::swap(bytes, sections[change.position % sections.size()].bytes);
      break;
    case Kind::kGone:
      sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(index));
      break;
  }
}

std::deque<tests::CutOffTraining> trainings() {
  std::deque<tests::CutOffTraining> all;
  for (const TrainOptions& options : tests::options_to_cut_off()) {
    all.emplace_back(split_random(tests::random_store({.users = 9, .items = 7}), 0.2, 1, 1),
                     options);
  }
  return all;
}

}  // namespace

void checkpoint_file(std::string_view input) {
  static std::deque<tests::CutOffTraining> all = trainings();
  if (input.empty()) return;
  const auto digit = static_cast<unsigned char>(input[0] - '0');
  tests::CutOffTraining& training = all[digit / 2 % all.size()];
  const bool is_result = digit % 2 == 1;
  tests::SectionFile file(is_result ? training.result() : training.checkpoint());
  for (input.remove_prefix(1); input.size() >= sizeof(Change);
       input.remove_prefix(sizeof(Change))) {
    Change change;
    std::memcpy(&change, input.data(), sizeof change);
    apply(change, file);
  }
  try {
    const std::string bytes = file.bytes();
    const FactorModel model = training.go_on_from(is_result ? "" : bytes, is_result ? bytes : "");
    require(!find_fault(model), "what a training ends with can be saved");
  } catch (const Error& e) {
    require(*e.what() != '\0', "an error says why");
    require(e.code() == ErrorCode::kBadFile || e.code() == ErrorCode::kBadOption ||
                e.code() == ErrorCode::kDiverged,
            "the file is to blame");
  }
}

}  // namespace mfpar::fuzz
