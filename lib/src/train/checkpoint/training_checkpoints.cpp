// SPDX-License-Identifier: MIT
#include "train/checkpoint/training_checkpoints.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "io/restore_array.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "model/model_sections.hpp"
#include "model/record_sections.hpp"
#include "train/checkpoint/checkpoint_store.hpp"

namespace mfpar {

namespace {

constexpr SectionFileKind kCheckpointKind{.name = "ckpt", .version = 1};

/// Section "progress".
struct ProgressNumbers {
  std::int64_t epoch;
  std::int64_t best_epoch;
  double best_error;
  std::int64_t evaluations_since_best;
  std::int64_t divergences;
};
static_assert(sizeof(ProgressNumbers) == 40);

void add_best(SectionWriter& file, const FactorModel::Parts& best) {
  file.add_copy("best.user_factors", best.users.factors.span());
  file.add_copy("best.item_factors", best.items.factors.span());
  file.add_copy("best.user_biases", best.users.biases.span());
  file.add_copy("best.item_biases", best.items.biases.span());
}

/// A copy, since what is read keeps the whole file in memory.
FrozenArray<float> copied(const SectionReader& file, const std::string& section, std::size_t size) {
  const auto copy = std::make_shared<AlignedBuffer<float>>(size);
  restore_array(file, section, copy->span());
  return {copy, std::as_const(*copy).span()};
}

}  // namespace

TrainingCheckpoints::TrainingCheckpoints(Checkpoints& all, TrainingIdentity identity)
    : all_(all.store()), identity_(std::move(identity)), training_(++all_.trainings) {
  find_result();
  if (result_) return;
  find_checkpoint();
  // What is left of later trainings is of another run, which had a result that is lost.
  all_.folder.remove_from(training_ + 1);
}

TrainingCheckpoints::~TrainingCheckpoints() { all_.wait(); }

SectionWriter TrainingCheckpoints::new_file() { return SectionWriter(kCheckpointKind); }

void TrainingCheckpoints::check_identity(const SectionReader& file,
                                         const std::string& prefix) const {
  TrainingRecord saved;
  read_record_sections(file, saved, prefix);
  std::string differences;
  const auto value_in = [](const TrainingIdentity& all, const std::string& name) {
    const auto found = std::ranges::find(all, name, [](const auto& pair) { return pair.first; });
    return found == all.end() ? std::string("not set") : found->second;
  };
  const auto compare = [&](const std::string& name) {
    const std::string was = value_in(saved.options, name), is = value_in(identity_, name);
    if (was == is) return;
    differences += (differences.empty() ? "" : ", ") + name + " was " + was + " and is " + is;
  };
  for (const auto& [name, value] : identity_) compare(name);
  for (const auto& [name, value] : saved.options) {
    if (value_in(identity_, name) == "not set") compare(name);
  }
  if (differences.empty()) return;
  throw Error(ErrorCode::kBadOption, all_.folder.path() + ": training " +
                                         std::to_string(training_) +
                                         " cannot go on from there: " + differences +
                                         "; give what it began with, or another folder");
}

void TrainingCheckpoints::find_result() {
  const std::string path = all_.folder.model_path(training_);
  if (!std::filesystem::exists(path)) return;
  try {
    const SectionReader file(path, kModelKind, /*verify=*/true);
    check_identity(file, kResultPrefix);
    result_ = read_result(file);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kBadFile) throw;
    all_.warnings.push_back(std::string(e.what()) + "; training " + std::to_string(training_) +
                            " goes on from its last checkpoint");
    all_.folder.remove_from(training_ + 1);
  }
}

void TrainingCheckpoints::find_checkpoint() {
  std::vector<CheckpointFolder::Place> places = all_.folder.checkpoints();
  std::ranges::reverse(places);
  for (const CheckpointFolder::Place place : places) {
    if (place.training != training_) continue;
    try {
      SectionReader file(all_.folder.checkpoint_path(place), kCheckpointKind, /*verify=*/true);
      check_identity(file, "");
      saved_.emplace(std::move(file));
      epoch_ = place.epoch;
      return;
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kBadFile) throw;
      all_.warnings.push_back(std::string(e.what()) + "; it is passed over");
    }
  }
}

TrainingProgress TrainingCheckpoints::take_progress(const FactorModel& like) {
  const SectionReader file = *std::exchange(saved_, std::nullopt);
  const FrozenArray<ProgressNumbers> saved = saved_array<ProgressNumbers>(file, "progress", 1);
  const ProgressNumbers& numbers = saved[0];
  if (numbers.epoch != epoch_) {
    file.fail("progress", offsetof(ProgressNumbers, epoch),
              "it is of epoch " + std::to_string(numbers.epoch) + "; epoch " +
                  std::to_string(epoch_) + " was expected, by the name of the file");
  }
  const auto count = [&](std::size_t position, std::int64_t number) {
    constexpr std::int64_t kMost = 1 << 30;
    if (number >= 0 && number <= kMost) return static_cast<int>(number);
    file.fail("progress", position, "a count of " + std::to_string(number) + " cannot be");
  };
  TrainingProgress progress;
  progress.best_epoch =
      epoch_number(file, "progress", offsetof(ProgressNumbers, best_epoch), numbers.best_epoch);
  progress.best_error = numbers.best_error;
  const bool has_best = file.has("best.user_factors");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (progress.best_epoch > epoch_ || (progress.best_error > -kInfinity) != has_best) {
    file.fail("progress", offsetof(ProgressNumbers, best_epoch),
              "a best epoch " + std::to_string(progress.best_epoch) + " with the error " +
                  std::to_string(progress.best_error) + " cannot be");
  }
  progress.evaluations_since_best =
      count(offsetof(ProgressNumbers, evaluations_since_best), numbers.evaluations_since_best);
  progress.divergences = count(offsetof(ProgressNumbers, divergences), numbers.divergences);
  TrainingRecord record;
  read_record_sections(file, record);
  progress.history = std::move(record.history);
  for (std::size_t i = 0; i < progress.history.size(); ++i) {
    if (progress.history[i].epoch > epoch_) {
      file.fail("history", i * sizeof(HistoryRow), "it is of a later epoch");
    }
  }
  if (like.feedback() == Feedback::kOneClass) as_ndcg(progress.history);
  if (!has_best) return progress;
  FactorModel::Parts parts = like.parts();
  parts.users.factors = copied(file, "best.user_factors", parts.users.factors.size());
  parts.items.factors = copied(file, "best.item_factors", parts.items.factors.size());
  parts.users.biases = copied(file, "best.user_biases", parts.users.biases.size());
  parts.items.biases = copied(file, "best.item_biases", parts.items.biases.size());
  if (const auto fault = find_array_fault(parts)) {
    file.fail("best." + fault->section, fault->position, fault->what);
  }
  progress.best = FactorModel(std::move(parts));
  return progress;
}

bool TrainingCheckpoints::is_due(int epoch) {
  const CheckpointOptions& options = all_.options;
  const bool by_epochs = options.every_epochs > 0 && epoch % options.every_epochs == 0;
  const bool by_time =
      options.every_seconds > 0.0 && since_last_.seconds() >= options.every_seconds;
  if (!by_epochs && !by_time) return false;
  since_last_ = Stopwatch();
  return true;
}

void TrainingCheckpoints::submit(SectionWriter file, int epoch, const TrainingProgress& progress) {
  TrainingRecord record;
  record.options = identity_;
  record.history = progress.history;
  add_record_sections(file, record);
  file.add_value("progress",
                 ProgressNumbers{.epoch = epoch,
                                 .best_epoch = progress.best_epoch,
                                 .best_error = progress.best_error,
                                 .evaluations_since_best = progress.evaluations_since_best,
                                 .divergences = progress.divergences});
  if (progress.best) add_best(file, progress.best->parts());
  all_.write({training_, epoch}, std::move(file));
}

void TrainingCheckpoints::go_back(int epoch) {
  all_.wait();
  all_.folder.remove_after({training_, epoch});
}

void TrainingCheckpoints::keep(const TrainResult& result) {
  all_.wait();
  try {
    all_.folder.set_finished(false);
    SectionWriter file(model_kind(result.model));
    add_result(file, result, identity_);
    file.write(all_.folder.model_path(training_));
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kSystem) throw;
    all_.note_failure(e.what());
  }
}

}  // namespace mfpar
