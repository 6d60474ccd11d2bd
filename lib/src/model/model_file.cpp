// SPDX-License-Identifier: MIT
//
// lib/FORMAT.md describes what is written here byte by byte; keep the two together.
#include "mfpar/model_file.hpp"

#include <optional>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "model/record_sections.hpp"

namespace mfpar {

namespace {

/// A file has the lowest version that can say what is in it: models of squares are as they were
/// before there were other losses, and older programs read them.
constexpr SectionFileKind kModelKind{.name = "model", .version = 3, .oldest = 2};
constexpr SectionFileKind kSquaredModelKind{.name = "model", .version = 2};

void add_dictionary(SectionWriter& file, const std::string& name, const IdDictionary& ids) {
  const IdDictionary::Parts& parts = ids.parts();
  file.add(name + ".integers", parts.integers.span());
  file.add(name + ".text_offsets", parts.text_offsets.span());
  file.add(name + ".text", parts.text.span());
  file.add(name + ".slots", parts.slots.span());
}

std::shared_ptr<const IdDictionary> dictionary(const SectionReader& file, const std::string& name) {
  IdDictionary::Parts parts{.integers = file.array<std::int64_t>(name + ".integers"),
                            .text_offsets = file.array<std::uint64_t>(name + ".text_offsets"),
                            .text = file.array<char>(name + ".text"),
                            .slots = file.array<std::uint32_t>(name + ".slots")};
  try {
    return std::make_shared<const IdDictionary>(std::move(parts));
  } catch (const Error& e) {
    file.fail(name + ".slots", 0, e.what());
  }
}

void add_lists(SectionWriter& file, const std::string& name, const ItemLists& lists) {
  file.add(name + ".offsets", lists.offsets.span());
  file.add(name + ".items", lists.items.span());
}

ItemLists item_lists(const SectionReader& file, const std::string& name) {
  return {.offsets = file.array<std::uint64_t>(name + ".offsets"),
          .items = file.array<ItemIndex>(name + ".items")};
}

void require_none(const SectionReader& file, const std::optional<ModelFault>& fault) {
  if (fault) file.fail(fault->section, fault->position, fault->what);
}

ModelNumbers read_numbers(const SectionReader& file) {
  const auto section = file.array<ModelNumbers>("model");
  if (section.size() != 1) file.fail("model", 0, "it does not hold one record");
  const ModelNumbers& numbers = section[0];
  require_none(file, find_fault(numbers));
  return numbers;
}

/// Section "loss": its name; squares in files without one.
Loss read_loss(const SectionReader& file) {
  if (file.version() == kSquaredModelKind.version) return Loss::kSquared;
  const FrozenArray<char> bytes = file.array<char>("loss");
  const std::string_view name(bytes.data(), bytes.size());
  const std::optional<Loss> loss = find_loss(name);
  if (!loss) file.fail("loss", 0, "there is no loss called '" + std::string(name) + "'");
  return *loss;
}

FoldInPenalty read_fold_in(const SectionReader& file) {
  const auto section = file.array<FoldInNumbers>("fold_in");
  if (section.size() != 1) file.fail("fold_in", 0, "it does not hold one record");
  const FoldInNumbers& numbers = section[0];
  require_none(file, find_fault(numbers));
  return {.factors = numbers.factors, .bias = numbers.bias, .exponent = numbers.exponent};
}

TrainingRecord read_record(const SectionReader& file, const ModelNumbers& numbers) {
  TrainingRecord record;
  record.seed = numbers.seed;
  record.best_epoch =
      epoch_number(file, "model", offsetof(ModelNumbers, best_epoch), numbers.best_epoch);
  record.ratings = numbers.ratings;
  record.fingerprint = numbers.fingerprint;
  read_record_sections(file, record);
  return record;
}

}  // namespace

void save_model(const FactorModel& model, const std::string& path) {
  const FactorModel::Parts& parts = model.parts();
  if (const auto fault = find_fault(model)) {
    throw Error(ErrorCode::kBadData,
                path + ": not written, since nothing could load it: section '" + fault->section +
                    "': " + fault->what + "; what the model was made from is too large for it");
  }
  const ModelNumbers numbers = model_numbers(parts);
  const FoldInNumbers fold_in = fold_in_numbers(parts);
  const RecordSections sections(parts.record);

  const bool squared = parts.loss == Loss::kSquared;
  SectionWriter file(squared ? kSquaredModelKind : kModelKind);
  file.add("model", std::span(&numbers, 1));
  if (!squared) file.add("loss", std::span<const char>(describe_loss(parts.loss).name));
  file.add("fold_in", std::span(&fold_in, 1));
  sections.add_to(file);
  add_dictionary(file, "users", model.users());
  add_dictionary(file, "items", model.items());
  file.add("user_factors", parts.users.factors.span());
  file.add("item_factors", parts.items.factors.span());
  file.add("user_biases", parts.users.biases.span());
  file.add("item_biases", parts.items.biases.span());
  add_lists(file, "trained", parts.trained);
  add_lists(file, "held_out", parts.held_out);
  file.add("baseline.user_biases", parts.baseline.user_biases.span());
  file.add("baseline.item_biases", parts.baseline.item_biases.span());
  file.write(path);
}

void check_writable(const std::string& path) { AtomicFile::check(path); }

FactorModel load_model(const std::string& path, const LoadOptions& options) {
  const SectionReader file(path, kModelKind, options.verify,
                           options.memory == ModelMemory::kShared ? MappedFile::Access::kRandom
                                                                  : MappedFile::Access::kCopy);
  const ModelNumbers numbers = read_numbers(file);
  FactorModel::Parts parts;
  parts.loss = read_loss(file);
  parts.rank = numbers.rank;
  parts.stride = numbers.stride;
  parts.biases = numbers.biases != 0;
  parts.mean = numbers.mean;
  parts.range = {numbers.lowest, numbers.highest};
  parts.users.factors = file.array<float>("user_factors");
  parts.items.factors = file.array<float>("item_factors");
  parts.users.biases = file.array<float>("user_biases");
  parts.items.biases = file.array<float>("item_biases");
  parts.users.ids = dictionary(file, "users");
  parts.items.ids = dictionary(file, "items");
  parts.trained = item_lists(file, "trained");
  parts.held_out = item_lists(file, "held_out");
  parts.fold_in = read_fold_in(file);
  parts.baseline = {.mean = numbers.baseline_mean,
                    .user_biases = file.array<float>("baseline.user_biases"),
                    .item_biases = file.array<float>("baseline.item_biases")};
  parts.record = read_record(file, numbers);
  FactorModel model = [&] {
    try {
      return FactorModel(std::move(parts));
    } catch (const Error& e) {
      file.fail(e.what());
    }
  }();
  if (options.verify) require_none(file, find_array_fault(model.parts()));
  return model;
}

}  // namespace mfpar
