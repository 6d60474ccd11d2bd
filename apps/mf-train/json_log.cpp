// SPDX-License-Identifier: MIT
#include "mf-train/json_log.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/parallel.hpp"
#include "mfpar/error.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

JsonLog::JsonLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_.reset(std::fopen(path.c_str(), "w"));
  if (!file_) throw Error(ErrorCode::kSystem, path + ": cannot be written: " + strerror(errno));
}

void JsonLog::write(const JsonObject& object) {
  if (!file_) return;
  const std::string line = object.text() + "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    throw Error(ErrorCode::kSystem, path_ + ": cannot be written: " + strerror(errno));
  }
}

void JsonLog::start(const TrainCommand& command, const PreparedRatings& ratings) {
  loss_ = describe_loss(command.train.loss);
  JsonObject options;
  for (const auto& [name, value] : describe_options(command.train)) options.add(name, value);
  JsonObject data;
  data.add("source", ratings.report.source)
      .add("users", ratings.training.user_count())
      .add("items", ratings.training.item_count())
      .add("training_ratings", ratings.training.size())
      .add("validation_ratings", ratings.validation.size())
      .add("held_out", ratings.held_out)
      .add("duplicates", ratings.duplicates)
      .add("bad_lines", ratings.report.bad_lines)
      .add("seconds", ratings.seconds);
  const std::string& kernel = command.train.kernel;
  write(JsonObject()
            .add("event", "start")
            .add("version", MFPAR_VERSION)
            .add("seed", command.train.seed)
            .add("threads", resolve_threads(command.train.threads))
            .add("kernel", kernel == "auto" ? kernel_name() : kernel)
            .add("loss", loss_.name)
            .add("metric", loss_.metric)
            .add("options", options)
            .add("data", data));
}

void JsonLog::epoch(const EpochReport& report, double elapsed) {
  const std::string metric(loss_.metric);
  JsonObject line;
  line.add("event", "epoch")
      .add("epoch", report.epoch)
      .add("train_" + metric, report.train_error)
      .add("objective", report.objective)
      .add("valid_" + metric, report.valid_error);
  if (loss_.has_root) line.add("valid_r" + metric, std::sqrt(report.valid_error));
  write(line.add("seconds", report.seconds)
            .add("updates_per_second", report.updates_per_second)
            .add("evaluation_seconds", report.evaluation_seconds)
            .add("wait_seconds", report.wait_seconds)
            .add("elapsed", elapsed));
}

void JsonLog::fold(const FoldReport& report) {
  const std::string metric(loss_.metric);
  write(JsonObject()
            .add("event", "fold")
            .add("fold", report.fold)
            .add("valid_" + metric, report.valid_error)
            .add("baseline_bias_" + metric, report.baseline_error)
            .add("ratings", report.ratings)
            .add("best_epoch", report.best_epoch));
}

void JsonLog::folds(const CrossValidation& result) {
  const std::string metric(loss_.metric);
  write(JsonObject()
            .add("event", "folds")
            .add("mean_" + metric, result.mean_error)
            .add("sd_" + metric, result.sd_error));
}

void JsonLog::end(const std::string& outcome, double seconds) {
  write(JsonObject().add("event", "end").add("outcome", outcome).add("seconds", seconds));
}

void JsonLog::end(const std::string& outcome, const FactorModel& model, double seconds) {
  write(JsonObject()
            .add("event", "end")
            .add("outcome", outcome)
            .add("best_epoch", model.parts().record.best_epoch)
            .add("seconds", seconds));
}

}  // namespace mfpar::apps
