// SPDX-License-Identifier: MIT
//
// lib/FORMAT.md describes what is written here byte by byte; keep the two together.
#include "mfpar/model_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "model/record_sections.hpp"

namespace mfpar {

namespace {

/// A file has the lowest version that can say what is in it: models of squares are as they were
/// before there were other losses, and older programs read them.
constexpr SectionFileKind kModelKind{.name = "model", .version = 3, .oldest = 2};
constexpr SectionFileKind kSquaredModelKind{.name = "model", .version = 2};

/// Section "model": what is one number each.
struct ModelNumbers {
  std::uint32_t rank;
  std::uint32_t biases;
  std::uint64_t stride;
  float mean;
  float lowest;
  float highest;
  float baseline_mean;
  std::uint64_t seed;
  std::uint64_t ratings;
  std::uint64_t fingerprint;
  std::int64_t best_epoch;
};
static_assert(sizeof(ModelNumbers) == 64);

/// Section "fold_in": penalties in rating units.
struct FoldInNumbers {
  float factors;
  float bias;
  float exponent;
};
static_assert(sizeof(FoldInNumbers) == 12);

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

void check_finite(const SectionReader& file, std::string_view name, std::span<const float> values) {
  constexpr std::size_t kChunk = 4096;
  for (std::size_t begin = 0; begin < values.size(); begin += kChunk) {
    const auto chunk = values.subspan(begin, std::min(kChunk, values.size() - begin));
    // Without an early exit, so that the compiler can use vector registers.
    std::uint32_t not_finite = 0;
    for (const float x : chunk)
      not_finite |= (std::bit_cast<std::uint32_t>(x) & 0x7F800000u) == 0x7F800000u;
    if (not_finite == 0) continue;
    const auto first =
        std::find_if(chunk.begin(), chunk.end(), [](float x) { return !std::isfinite(x); });
    const auto position = begin + static_cast<std::size_t>(first - chunk.begin());
    file.fail(name, position * sizeof(float), "a number is not finite");
  }
}

void check_padding(const SectionReader& file, std::string_view name, std::span<const float> rows,
                   std::size_t rank, std::size_t stride) {
  if (rank == stride) return;
  for (std::size_t row = 0; row < rows.size(); row += stride) {
    for (std::size_t k = rank; k < stride; ++k) {
      if (rows[row + k] != 0.0f) {
        file.fail(name, (row + k) * sizeof(float), "the padding of a row is not zero");
      }
    }
  }
}

void check_lists(const SectionReader& file, const std::string& name, const ItemLists& lists,
                 ItemIndex items) {
  for (std::size_t user = 0; user + 1 < lists.offsets.size(); ++user) {
    const auto list = lists.of(static_cast<UserIndex>(user));
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i] < items && (i == 0 || list[i - 1] < list[i])) continue;
      file.fail(name + ".items", (lists.offsets[user] + i) * sizeof(ItemIndex),
                "item " + std::to_string(list[i]) + " of user " + std::to_string(user) +
                    " is out of order or not below " + std::to_string(items));
    }
  }
}

/// What needs a pass over the arrays.
void check_contents(const SectionReader& file, const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  check_finite(file, "user_factors", parts.users.factors.span());
  check_finite(file, "item_factors", parts.items.factors.span());
  check_padding(file, "user_factors", parts.users.factors.span(), parts.rank, parts.stride);
  check_padding(file, "item_factors", parts.items.factors.span(), parts.rank, parts.stride);
  check_finite(file, "user_biases", parts.users.biases.span());
  check_finite(file, "item_biases", parts.items.biases.span());
  check_finite(file, "baseline.user_biases", parts.baseline.user_biases.span());
  check_finite(file, "baseline.item_biases", parts.baseline.item_biases.span());
  check_lists(file, "trained", parts.trained, model.item_count());
  check_lists(file, "held_out", parts.held_out, model.item_count());
}

ModelNumbers read_numbers(const SectionReader& file) {
  const auto section = file.array<ModelNumbers>("model");
  if (section.size() != 1) file.fail("model", 0, "it does not hold one record");
  const ModelNumbers& numbers = section[0];
  if (numbers.biases > 1) {
    file.fail("model", offsetof(ModelNumbers, biases), "the flag of biases is neither 0 nor 1");
  }
  for (const float x : {numbers.mean, numbers.lowest, numbers.highest, numbers.baseline_mean}) {
    if (!std::isfinite(x)) {
      file.fail("model", offsetof(ModelNumbers, mean), "the mean or range is not finite");
    }
  }
  if (numbers.lowest > numbers.highest) {
    file.fail("model", offsetof(ModelNumbers, lowest),
              "the range of ratings ends before it begins");
  }
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
  const auto penalty = [](float x) { return std::isfinite(x) && x >= 0.0f; };
  if (!penalty(numbers.factors) || !penalty(numbers.bias) || !penalty(numbers.exponent) ||
      numbers.exponent > 1.0f) {
    file.fail("fold_in", 0, "a penalty is not finite or below 0, or the exponent not from 0 to 1");
  }
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
  const TrainingRecord& record = parts.record;
  const ModelNumbers numbers{.rank = parts.rank,
                             .biases = parts.biases,
                             .stride = parts.stride,
                             .mean = parts.mean,
                             .lowest = parts.range.lowest,
                             .highest = parts.range.highest,
                             .baseline_mean = parts.baseline.mean,
                             .seed = record.seed,
                             .ratings = record.ratings,
                             .fingerprint = record.fingerprint,
                             .best_epoch = record.best_epoch};
  const FoldInNumbers fold_in{.factors = parts.fold_in.factors,
                              .bias = parts.fold_in.bias,
                              .exponent = parts.fold_in.exponent};
  const RecordSections sections(record);

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
  if (options.verify) check_contents(file, model);
  return model;
}

}  // namespace mfpar
