// SPDX-License-Identifier: MIT
#include "mf-train/json_log.hpp"

#include <cmath>
#include <utility>

#include "common/json.hpp"
#include "mfpar/option_names.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

Json features_of(const PreparedFeatures& features) {
  Json columns = Json::array();
  for (const FeatureColumn& column : features.table.columns) {
    columns.push_back(
        {{"name", column.name}, {"features", column.features}, {"reading", column.reading}});
  }
  return {{"source", features.table.source}, {"features", features.table.features.names.size()},
          {"known", features.known},         {"unknown", features.rated - features.known},
          {"unrated", features.unrated()},   {"columns", columns}};
}

Json json_of(const TrainingNeeds& needs) {
  return {{"memory", needs.memory}, {"temporary", needs.temporary}, {"reads", needs.reads}};
}

}  // namespace

void JsonLog::write(std::string line) { log_.write(std::move(line)); }

void JsonLog::start(const TrainCommand& command, const PreparedRatings& ratings,
                    const std::string& resumed, const TrainingPlan* plan, int ranks) {
  loss_ = describe_loss(command.train.loss);
  seed_ = command.train.seed;
  feedback_ = command.train.feedback;
  Json options = Json::object();
  for (const auto& [name, value] : describe_options(command.train)) options[name] = value;
  const std::string& kernel = command.train.kernel;
  Json line{{"event", "start"},
            {"version", MFPAR_VERSION},
            {"seed", command.train.seed},
            {"ranks", ranks},
            {"threads", resolve_threads(command.train.threads)},
            {"kernel", kernel == "auto" ? kernel_name() : kernel},
            {"feedback", name_of(kFeedbackNames, feedback_)},
            {"method", name_of(kMethodNames, command.train.method)},
            {"loss", name_of_loss(command.train.loss_choice())},
            {"metric", feedback_ == Feedback::kOneClass ? "ndcg" : loss_.metric},
            {"options", options},
            {"data",
             {{"source", ratings.report.source},
              {"users", ratings.users()->size()},
              {"items", ratings.items()->size()},
              {"training_ratings", ratings.training_size()},
              {"validation_ratings", ratings.validation.size()},
              {"held_out", ratings.held_out},
              {"duplicates", ratings.duplicates},
              {"bad_lines", ratings.report.bad_lines},
              {"seconds", ratings.seconds}}}};
  if (!resumed.empty()) line["resumed"] = resumed;
  if (plan != nullptr) line["stream"] = json_of(plan->streamed);
  if (ratings.user_features) line["user_features"] = features_of(*ratings.user_features);
  if (ratings.item_features) line["item_features"] = features_of(*ratings.item_features);
  write(text_of(line));
}

void JsonLog::divergence(const DivergenceReport& report) {
  write(text_of(Json{{"event", "divergence"},
                     {"epoch", report.epoch},
                     {"restored_epoch", report.restored_epoch},
                     {"learning_rate", report.learning_rate},
                     {"what", report.what}}));
}

void JsonLog::start_part(const TrainOptions& part) {
  loss_ = describe_loss(part.loss);
  feedback_ = part.feedback;
  Json options = Json::object();
  for (const auto& [name, value] : describe_options(part)) options[name] = value;
  write(text_of(Json{{"event", "part"},
                     {"feedback", name_of(kFeedbackNames, feedback_)},
                     {"method", name_of(kMethodNames, part.method)},
                     {"metric", feedback_ == Feedback::kOneClass ? "ndcg" : loss_.metric},
                     {"options", options}}));
}

void JsonLog::epoch(const EpochReport& report, double elapsed) {
  const std::string metric(loss_.metric);
  const bool is_average = report.training < training_;
  training_ = report.training;
  Json line{{"event", is_average ? "average" : "epoch"}, {"epoch", report.epoch}};
  if (report.training > 0) {
    line["seed"] = seed_ + static_cast<std::uint64_t>(report.training) - 1;
  }
  if (feedback_ == Feedback::kOneClass) {
    line["objective"] = report.objective;
    line["valid_ndcg"] = report.valid_ndcg;
  } else {
    line["train_" + metric] = report.train_error;
    line["objective"] = report.objective;
    line["valid_" + metric] = report.valid_error;
    if (loss_.has_root) line["valid_r" + metric] = std::sqrt(report.valid_error);
  }
  line["seconds"] = report.seconds;
  line["updates_per_second"] = report.updates_per_second;
  line["evaluation_seconds"] = report.evaluation_seconds;
  line["wait_seconds"] = report.wait_seconds;
  line["elapsed"] = elapsed;
  write(text_of(line));
}

void JsonLog::sampling(const SamplingReport& report) {
  write(text_of(Json{{"event", "sampling"},
                     {"samples", report.samples},
                     {"r_hat", report.r_hat},
                     {"effective_samples", report.effective_samples},
                     {"monte_carlo_error", report.monte_carlo_error},
                     {"samples_mse", report.samples_error},
                     {"model_mse", report.model_error},
                     {"rank", report.rank},
                     {"dropped", report.dropped},
                     {"interval_coverage", report.interval_coverage},
                     {"interval_scale", report.interval_scale}}));
}

void JsonLog::features(double valid_error) {
  const std::string metric(loss_.metric);
  Json line{{"event", "features"}, {"valid_" + metric, valid_error}};
  if (loss_.has_root) line["valid_r" + metric] = std::sqrt(valid_error);
  write(text_of(line));
}

void JsonLog::fold(const FoldReport& report) {
  const std::string metric(loss_.metric);
  write(text_of(Json{{"event", "fold"},
                     {"fold", report.fold},
                     {"valid_" + metric, report.valid_error},
                     {"baseline_bias_" + metric, report.baseline_error},
                     {"ratings", report.ratings},
                     {"best_epoch", report.best_epoch},
                     {"interval_coverage", report.interval_coverage}}));
}

void JsonLog::folds(const CrossValidation& result) {
  const std::string metric(loss_.metric);
  write(text_of(Json{{"event", "folds"},
                     {"mean_" + metric, result.mean_error},
                     {"sd_" + metric, result.sd_error}}));
}

void JsonLog::end(const std::string& outcome, double seconds) {
  write(text_of(Json{{"event", "end"}, {"outcome", outcome}, {"seconds", seconds}}));
}

void JsonLog::end(const std::string& outcome, const FactorModel& model, bool saved,
                  double seconds) {
  Json line{
      {"event", "end"}, {"outcome", outcome}, {"best_epoch", model.parts().record.best_epoch}};
  if (const auto& carried = model.parts().one_class) {
    line["one_class_best_epoch"] = carried->parts().record.best_epoch;
  }
  if (model.parts().constraints.any()) {
    const ZeroShares zeros = zero_shares(model);
    line["zero_factors"] = Json{{"users", zeros.users}, {"items", zeros.items}};
  }
  line["refitted"] = model.parts().record.judged_ratings > 0;
  line["saved"] = saved;
  line["seconds"] = seconds;
  write(text_of(line));
}

}  // namespace mfpar::apps
