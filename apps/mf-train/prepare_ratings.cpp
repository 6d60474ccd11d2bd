// SPDX-License-Identifier: MIT
#include "mf-train/prepare_ratings.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include "common/text.hpp"
#include "mf-train/prepare_stream.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/split.hpp"

namespace mfpar::apps {

namespace {

void split_by(const TrainCommand& command, RatingStore all, PreparedRatings& prepared) {
  const int threads = command.train.threads;
  prepared.held_out = describe_held_out(command);
  SplitResult split;
  if (command.split_by_user) {
    split = split_by_user(std::move(all), *command.split_by_user, command.train.seed, threads);
  } else if (command.split_last) {
    split = split_last(std::move(all), *command.split_last, threads);
  } else if (command.split_time) {
    split = split_at_time(std::move(all), *command.split_time, threads);
  } else if (command.folds || command.valid_fraction == 0.0) {
    prepared.training = std::move(all);
    return;
  } else {
    split = split_random(std::move(all), command.valid_fraction, command.train.seed, threads);
  }
  prepared.training = std::move(split.training);
  prepared.validation = std::move(split.validation);
}

/// Whether no user and no item of `validation` has a rating in `training`, of the same ids.
bool are_strangers(const RatingSource& training, const RatingStore& validation) {
  const auto has_some = [](std::span<const std::uint64_t> offsets, UserIndex user) {
    return offsets[user] < offsets[user + 1];
  };
  for (UserIndex user = 0; user < validation.user_count(); ++user) {
    if (has_some(validation.offsets(), user) && has_some(training.offsets(), user)) return false;
  }
  std::vector<bool> rated(training.item_count(), false);
  training.for_each_user(0, training.user_count(),
                         [&](UserIndex, const auto& entries, std::size_t begin, std::size_t end) {
                           for (std::size_t at = begin; at < end; ++at) {
                             rated[entries.item(at)] = true;
                           }
                         });
  for (std::uint64_t at = 0; at < validation.size(); ++at) {
    if (rated[validation.item(at)]) return false;
  }
  return true;
}

void join_with_validation(const TrainCommand& command, RatingTable&& ratings, RatingTable&& valid,
                          const StoreOptions& store, PreparedRatings& prepared) {
  JoinResult joined = build_joined_stores(std::move(ratings), std::move(valid), store);
  prepared.training = std::move(joined.training);
  prepared.validation = std::move(joined.validation);
  prepared.held_out =
      (command.valid_part == PackedPart::kHeldOut ? "those held out in " : "those in ") +
      command.valid_path;
  // Features tell of those whom nobody has rated.
  const bool by_ids = command.user_features_path.empty() && command.item_features_path.empty();
  if (by_ids) {
    refuse_strangers(StoreSource(prepared.training), prepared.validation, command.valid_path);
  }
  if (joined.in_both > 0) {
    prepared.warnings.push_back(
        with_commas(joined.in_both) +
        " validation ratings are of (user, item) pairs that are trained on: "
        "the validation error will be too low");
  }
}

/// As build_store(); what it refuses is said of `source`.
RatingStore build(RatingTable&& ratings, const StoreOptions& options, const std::string& source) {
  try {
    return build_store(std::move(ratings), options);
  } catch (const Error& error) {
    throw Error(error.code(), source + ": " + error.what());
  }
}

/// Reads the files of features, before the ratings: they are read sooner, and may be wrong too.
void read_features(const TrainCommand& command, PreparedRatings& prepared) {
  if (!command.user_features_path.empty()) {
    prepared.user_features.emplace().table =
        mfpar::read_features(command.user_features_path, Entity::kUser);
  }
  if (!command.item_features_path.empty()) {
    prepared.item_features.emplace().table =
        mfpar::read_features(command.item_features_path, Entity::kItem);
  }
}

/// `ratings` with the users and items of the files of features.
RatingStore join_features(RatingStore ratings, PreparedRatings& prepared) {
  for (auto* features : {&prepared.user_features, &prepared.item_features}) {
    if (*features) ratings = join(std::move(ratings), **features);
  }
  return ratings;
}

void add_warnings(const std::optional<PreparedFeatures>& features,
                  std::vector<std::string>& warnings) {
  if (!features) return;
  warnings.insert(warnings.end(), features->table.notes.begin(), features->table.notes.end());
  if (const std::string doubt = doubts(*features); !doubt.empty()) warnings.push_back(doubt);
}

}  // namespace

std::string describe_held_out(const TrainCommand& command) {
  if (command.split_by_user) {
    return "a random " + shortest_decimal(*command.split_by_user) +
           " of every user's ratings, by seed";
  }
  if (command.split_last) {
    return "the last " + with_commas(*command.split_last) + " of every user by time";
  }
  if (command.split_time) return "from timestamp " + std::to_string(*command.split_time) + " on";
  if (command.folds) return "each of " + with_commas(*command.folds) + " folds in turn";
  if (command.valid_fraction == 0.0) return "none";
  return "a random " + shortest_decimal(command.valid_fraction) +
         " of all, by seed (--valid-fraction 0 trains on everything)";
}

void refuse_only_value(const std::string& source, std::optional<float> value) {
  if (!value) return;
  throw Error(ErrorCode::kBadData,
              source + ": every rating is " + shortest_decimal(*value) +
                  ", so that there is nothing to tell apart: they say who met what (views, "
                  "purchases, likes), and a model of ratings cannot be learnt from that; "
                  "--feedback one-class learns from it who chooses what");
}

void refuse_strangers(const RatingSource& training, const RatingStore& validation,
                      const std::string& path) {
  if (validation.size() == 0 || !are_strangers(training, validation)) return;
  throw Error(ErrorCode::kBadData,
              path + ": none of its users and items has a rating to learn from; " +
                  "are the ids of the same data, in the same columns (--columns)?");
}

PreparedRatings prepare_ratings(const TrainCommand& command) {
  if (command.streams) return prepare_stream(command);
  const auto start = std::chrono::steady_clock::now();
  PreparedRatings prepared = prepare_ratings(
      command, [&] { return read_ratings(command.ratings_paths, command.read); },
      [&] {
        ReadOptions options = command.read;
        options.part = command.valid_part;
        return read_ratings(command.valid_path, options).ratings;
      });
  prepared.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return prepared;
}

PreparedRatings prepare_ratings(const TrainCommand& command,
                                const std::function<ReadResult()>& read_all,
                                const std::function<RatingTable()>& read_validation) {
  PreparedRatings prepared;
  read_features(command, prepared);
  ReadResult read = read_all();
  if (command.train.feedback == Feedback::kRatings) {
    refuse_only_value(read.report.source, read.report.only_value);
  }
  prepared.report = std::move(read.report);
  prepared.warnings = prepared.report.notes;
  const StoreOptions store{command.duplicates, command.train.seed, command.train.threads};
  if (command.valid_path.empty()) {
    RatingStore all =
        join_features(build(std::move(read.ratings), store, prepared.report.source), prepared);
    prepared.duplicates = all.parts().duplicates;
    if (refits(command) && !command.folds) prepared.all = all;
    split_by(command, std::move(all), prepared);
  } else {
    join_with_validation(command, std::move(read.ratings), read_validation(), store, prepared);
    prepared.training = join_features(std::move(prepared.training), prepared);
    for (const auto* features : {&prepared.user_features, &prepared.item_features}) {
      if (!*features) continue;
      const FeatureTable& table = (*features)->table;
      prepared.validation = with_ids(std::move(prepared.validation), table.entity, table.ids);
    }
    prepared.duplicates =
        prepared.training.parts().duplicates + prepared.validation.parts().duplicates;
  }
  prepared.duplicates += prepared.report.merged;
  for (const auto* features : {&prepared.user_features, &prepared.item_features}) {
    add_warnings(*features, prepared.warnings);
  }
  const bool wants_validation = !command.valid_path.empty() || command.split_by_user ||
                                command.split_last || command.split_time;
  if (wants_validation && prepared.validation.size() == 0) {
    prepared.warnings.push_back("nothing is held out: there are no ratings to validate on");
  }
  if (command.folds && command.learnt_from == LearntFrom::kBoth) {
    prepared.warnings.push_back(
        "--folds measures predicted ratings, and learns nothing of one-class feedback: lists are "
        "measured by mf-eval --ranking");
  }
  return prepared;
}

std::uint64_t count_trained_on(const FactorModel& model, const RatingStore& ratings) {
  std::vector<ItemIndex> items;
  for (ItemIndex item = 0; item < ratings.item_count(); ++item) {
    items.push_back(model.items().find(ratings.parts().items->id(item)));
  }
  std::uint64_t count = 0;
  for (UserIndex index = 0; index < ratings.user_count(); ++index) {
    const UserIndex user = model.users().find(ratings.parts().users->id(index));
    if (user == kNoIndex) continue;
    for (auto at = ratings.offsets()[index]; at < ratings.offsets()[index + 1]; ++at) {
      const ItemIndex item = items[ratings.item(at)];
      count += item != kNoIndex && model.parts().trained.contains(user, item);
    }
  }
  return count;
}

std::string describe(const PreparedRatings& ratings) {
  const ReadReport& report = ratings.report;
  const std::uint64_t count = ratings.training_size() + ratings.validation.size();
  const auto unrated = [](const std::optional<PreparedFeatures>& features) {
    return features ? features->unrated() : 0;
  };
  std::string text =
      report.source + ": " + with_commas(count) + " ratings of " +
      with_commas(ratings.users()->size() - unrated(ratings.user_features)) + " users and " +
      with_commas(ratings.items()->size() - unrated(ratings.item_features)) +
      (ratings.streamed ? " items, opened in " : " items, read in ") + fixed(ratings.seconds, 2) +
      " s\nduplicates: " + with_commas(ratings.duplicates) +
      (ratings.duplicates > 0 ? " (--duplicates says which one counts)\n" : "\n");
  if (report.missing > 0) {
    text += "left out: " + with_commas(report.missing) + " missing ratings\n";
  }
  if (report.bad_lines > 0) {
    text += "left out: " + with_commas(report.bad_lines) + " bad lines\n";
    for (const BadLine& bad : report.first_bad) text += "  " + bad.message + "\n";
  }
  for (const auto* features : {&ratings.user_features, &ratings.item_features}) {
    if (*features) text += describe(**features);
  }
  text += "held out for validation: " + ratings.held_out;
  if (ratings.validation.size() > 0) text += ", " + with_commas(ratings.validation.size());
  return text + "\n";
}

}  // namespace mfpar::apps
