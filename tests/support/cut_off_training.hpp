// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mfpar/checkpoint.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "temporary_folder.hpp"

namespace mfpar::tests {

/// A tiny training that was cut off, and what comes of its checkpoints when others change them.
class CutOffTraining {
 public:
  CutOffTraining(SplitResult ratings, const TrainOptions& options)
      : ratings_(std::move(ratings)), options_(options) {
    cut_off();
    for (const auto& file : std::filesystem::directory_iterator(folder())) {
      if (file.path().extension() != ".checkpoint") continue;
      name_ = std::max(name_, file.path().filename().string());
    }
    checkpoint_ = contents(checkpoint_path());
    whole_ = go_on();
    result_ = contents(result_path());
  }

  /// What it left, and what it leaves when it is done.
  const std::string& checkpoint() const noexcept { return checkpoint_; }
  const std::string& result() const noexcept { return result_; }

  /// The model that it ends with when nothing comes between.
  const FactorModel& whole() const noexcept { return whole_; }

  /// Goes on from these files; an empty one is not there. Throws as train().
  FactorModel go_on_from(std::string_view checkpoint, std::string_view result) {
    for (const auto& file : std::filesystem::directory_iterator(folder())) {
      std::filesystem::remove(file);
    }
    if (!checkpoint.empty()) write(checkpoint_path(), checkpoint);
    if (!result.empty()) write(result_path(), result);
    return go_on();
  }

 private:
  std::string folder() const { return temporary_.path("checkpoints"); }
  std::string checkpoint_path() const { return folder() + '/' + name_; }
  std::string result_path() const { return folder() + "/training-1.model"; }

  static std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const std::string& path, std::string_view contents) {
    std::ofstream(path, std::ios::binary)
        .write(contents.data(), static_cast<std::streamsize>(contents.size()));
  }

  void cut_off() {
    Checkpoints checkpoints({.folder = folder(), .every_epochs = 1, .every_seconds = 0.0});
    TrainHooks hooks;
    hooks.checkpoints = &checkpoints;
    hooks.on_epoch = [](const EpochReport& report) {
      if (report.epoch == 3) throw std::runtime_error("cut off");
    };
    try {
      train(ratings_.training, ratings_.validation, options_, hooks);
    } catch (const std::runtime_error&) {
      return;
    }
    throw std::logic_error("the training was to be cut off");
  }

  FactorModel go_on() {
    Checkpoints checkpoints({.folder = folder(), .every_seconds = 1e6, .resume = true});
    TrainHooks hooks;
    hooks.checkpoints = &checkpoints;
    return train(ratings_.training, ratings_.validation, options_, hooks).model;
  }

  TemporaryFolder temporary_;
  SplitResult ratings_;
  TrainOptions options_;
  std::string name_, checkpoint_, result_;
  FactorModel whole_;
};

/// Small trainings by every method, reproducible ones.
inline std::vector<TrainOptions> options_to_cut_off() {
  std::vector<TrainOptions> all(2);
  all[0].schedule = Schedule::kBlocks;
  all[1] = all[0];
  all[1].step_rule = StepRule::kSgd;
  all[1].learning_rate = 100.0;  // which diverges on the way
  all.push_back(default_options(Feedback::kOneClass));
  for (const Likelihood likelihood : {Likelihood::kGaussian, Likelihood::kOrdinal}) {
    TrainOptions options = default_options(Method::kGibbs);
    options.gibbs.burn_in = 1;
    options.gibbs.samples = 4;
    options.gibbs.likelihood = likelihood;
    options.eval_every = 1;
    all.push_back(options);
  }
  for (TrainOptions& options : all) {
    options.rank = 2;
    options.epochs = 5;
    options.threads = 1;
  }
  return all;
}

}  // namespace mfpar::tests
