// SPDX-License-Identifier: MIT
#include "mf-train/prepare_stream.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "common/memory_size.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// The value of all ratings, where they have but one: reads until there are two.
std::optional<float> only_value_of(const RatingSource& ratings) {
  std::optional<float> only;
  bool differ = false;
  const auto shards = ratings.shard_boundaries();
  for (std::size_t shard = 0; shard + 1 < shards.size() && !differ; ++shard) {
    ratings.for_each_user(shards[shard], shards[shard + 1],
                          [&](UserIndex, const auto& entries, std::size_t begin, std::size_t end) {
                            entries.for_each(begin, end, [&](ItemIndex, float value) {
                              differ |= value != only.value_or(value);
                              only = value;
                            });
                          });
  }
  return differ ? std::nullopt : only;
}

}  // namespace

PreparedRatings prepare_stream(const TrainCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  const std::string& path = command.ratings_paths[0];
  const PackedStore store(path);
  const int threads = command.train.threads;
  PreparedRatings prepared;
  ReadReport& report = prepared.report;
  report.source = path;
  report.is_packed = true;
  report.merged = prepared.duplicates = store.duplicates();
  report.held_out = store.held_out();
  report.bytes = store.bytes();
  if (command.read.part != PackedPart::kAll && store.held_out() == 0) {
    throw Error(ErrorCode::kBadOption,
                path +
                    ": was packed without held-out ratings; mf-data pack --valid-fraction "
                    "holds some out");
  }
  SourceSplit own{open_source(store), {}};
  if (command.read.part == PackedPart::kTraining) own = split_packed(store, threads);
  const std::shared_ptr<const RatingSource> all = own.training;
  report.lines = all->size();
  SourceSplit split;
  if (!command.valid_path.empty()) {
    split = std::move(own);  // what take_held_out() has found
    prepared.held_out = "those held out in " + path;
    refuse_strangers(*split.training, split.validation, path);
  } else {
    prepared.held_out = describe_held_out(command);
    if (command.split_by_user) {
      split = split_by_user(all, *command.split_by_user, command.train.seed, threads);
    } else if (command.valid_fraction > 0.0) {
      split = split_random(all, command.valid_fraction, command.train.seed, threads);
    } else {
      split = {all, {}};
    }
  }
  StreamedRatings& streamed = prepared.streamed.emplace();
  streamed.training = std::move(split.training);
  if (refits(command)) streamed.all = all;
  prepared.validation = std::move(split.validation);
  refuse_only_value(path, only_value_of(*streamed.training));
  if (command.split_by_user && prepared.validation.size() == 0) {
    prepared.warnings.push_back("nothing is held out: there are no ratings to validate on");
  }
  prepared.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return prepared;
}

TrainingPlan plan_of(const TrainCommand& command, const PreparedRatings& ratings, bool measures) {
  PlanOptions options;
  options.rated_lists = !command.no_rated_lists;
  options.refits = refits(command);
  options.checkpoints = !command.checkpoints.folder.empty();
  options.memory = command.memory.value_or(0);
  options.measures = measures;
  options.stream.temporary = command.temporary;
  return plan_training({ratings.streamed->training, ratings.validation}, command.train, options);
}

void check_memory(const TrainCommand& command, const TrainingPlan& plan) {
  if (!command.memory || plan.streamed.memory <= *command.memory) return;
  throw Error(ErrorCode::kBadOption,
              "streaming takes about " + memory_text(plan.streamed.memory) +
                  ", more than the --memory of " + memory_text(*command.memory) +
                  "; raise it, or lower --rank or --threads" +
                  (command.no_rated_lists ? "" : ", or add --no-rated-lists"));
}

}  // namespace mfpar::apps
