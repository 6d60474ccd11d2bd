// SPDX-License-Identifier: MIT
#include "mf-train/json_log.hpp"

#include <cerrno>
#include <cstring>

#include "common/json.hpp"
#include "mfpar/error.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

JsonLog::JsonLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_.reset(std::fopen(path.c_str(), "w"));
  if (!file_) throw Error(ErrorCode::kSystem, path + ": cannot be written: " + strerror(errno));
}

void JsonLog::write(std::string line) {
  if (!file_) return;
  line += '\n';
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    throw Error(ErrorCode::kSystem, path_ + ": cannot be written: " + strerror(errno));
  }
}

void JsonLog::start(const TrainCommand& command, const PreparedRatings& ratings) {
  Json options = Json::object();
  for (const auto& [name, value] : describe_options(command.train)) options[name] = value;
  const std::string& kernel = command.train.kernel;
  write(text_of(Json{{"event", "start"},
                     {"version", MFPAR_VERSION},
                     {"seed", command.train.seed},
                     {"threads", resolve_threads(command.train.threads)},
                     {"kernel", kernel == "auto" ? kernel_name() : kernel},
                     {"options", options},
                     {"data",
                      {{"source", ratings.report.source},
                       {"users", ratings.training.user_count()},
                       {"items", ratings.training.item_count()},
                       {"training_ratings", ratings.training.size()},
                       {"validation_ratings", ratings.validation.size()},
                       {"held_out", ratings.held_out},
                       {"duplicates", ratings.duplicates},
                       {"bad_lines", ratings.report.bad_lines},
                       {"seconds", ratings.seconds}}}}));
}

void JsonLog::epoch(const EpochReport& report, double elapsed) {
  write(text_of(Json{{"event", "epoch"},
                     {"epoch", report.epoch},
                     {"train_mse", report.train_mse},
                     {"objective", report.objective},
                     {"valid_mse", report.valid_mse},
                     {"valid_rmse", report.valid_rmse()},
                     {"seconds", report.seconds},
                     {"updates_per_second", report.updates_per_second},
                     {"evaluation_seconds", report.evaluation_seconds},
                     {"wait_seconds", report.wait_seconds},
                     {"elapsed", elapsed}}));
}

void JsonLog::fold(const FoldReport& report) {
  write(text_of(Json{{"event", "fold"},
                     {"fold", report.fold},
                     {"valid_mse", report.valid_mse},
                     {"baseline_bias_mse", report.baseline_mse},
                     {"ratings", report.ratings},
                     {"best_epoch", report.best_epoch}}));
}

void JsonLog::folds(const CrossValidation& result) {
  write(
      text_of(Json{{"event", "folds"}, {"mean_mse", result.mean_mse}, {"sd_mse", result.sd_mse}}));
}

void JsonLog::end(const std::string& outcome, double seconds) {
  write(text_of(Json{{"event", "end"}, {"outcome", outcome}, {"seconds", seconds}}));
}

void JsonLog::end(const std::string& outcome, const FactorModel& model, double seconds) {
  write(text_of(Json{{"event", "end"},
                     {"outcome", outcome},
                     {"best_epoch", model.parts().record.best_epoch},
                     {"seconds", seconds}}));
}

}  // namespace mfpar::apps
