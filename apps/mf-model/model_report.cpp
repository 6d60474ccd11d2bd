// SPDX-License-Identifier: MIT
#include "mf-model/model_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "common/json.hpp"
#include "common/text.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar::apps {

namespace {

std::uint64_t bytes_of(const IdDictionary& ids) {
  const IdDictionary::Parts& parts = ids.parts();
  return parts.integers.span().size_bytes() + parts.text_offsets.span().size_bytes() +
         parts.text.span().size_bytes() + parts.slots.span().size_bytes();
}

std::uint64_t bytes_of(const ItemLists& lists) {
  return lists.offsets.span().size_bytes() + lists.items.span().size_bytes();
}

/// The arrays of a model and the memory they take.
std::vector<std::pair<std::string, std::uint64_t>> sizes_of(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  const FactorModel* const carried = parts.one_class.get();
  const auto factors = [](const FactorModel* of, Entity entity) {
    return of == nullptr ? std::uint64_t{0} : of->side(entity).factors.span().size_bytes();
  };
  return {
      {"one_class", factors(carried, Entity::kUser) + factors(carried, Entity::kItem)},
      {"chosen", model.one_class() == nullptr ? 0 : bytes_of(model.one_class()->parts().chosen)},
      {"user_factors", parts.users.factors.span().size_bytes()},
      {"item_factors", parts.items.factors.span().size_bytes()},
      {"user_biases", parts.users.biases.span().size_bytes()},
      {"item_biases", parts.items.biases.span().size_bytes()},
      {"cutpoints", parts.link.cutpoints.span().size_bytes()},
      {"user_ids", bytes_of(model.users())},
      {"item_ids", bytes_of(model.items())},
      {"variances", parts.variance.users.span().size_bytes() +
                        parts.variance.items.span().size_bytes() +
                        parts.variance.noise.span().size_bytes()},
      {"trained", bytes_of(parts.trained)},
      {"held_out", bytes_of(parts.held_out)},
      {"baseline", parts.baseline.user_biases.span().size_bytes() +
                       parts.baseline.item_biases.span().size_bytes()}};
}

/// How scores become probabilities of values.
std::string link_text(const OrdinalLink& link) {
  std::string text;
  for (const float value : link.values) {
    text += (text.empty() ? "probabilities of " : ", ") + shortest_decimal(value);
  }
  return text + "; noise " + fixed(link.deviation, 4);
}

/// Null where scores are ratings.
Json link_json(const FactorModel& model) {
  if (!model.has_link()) return nullptr;
  const OrdinalLink& link = model.parts().link;
  const auto cutpoints = model.cutpoints(kNoIndex);
  return {{"values", std::vector<float>(link.values.begin(), link.values.end())},
          {"deviation", link.deviation},
          {"cutpoints", std::vector<float>(cutpoints.begin(), cutpoints.end())}};
}

bool is_clipped(const FactorModel& model) {
  return model.range().lowest != kUnclipped.lowest || model.range().highest != kUnclipped.highest;
}

bool has_baseline(const FactorModel& model) {
  return !model.parts().baseline.user_biases.empty() || !model.parts().baseline.item_biases.empty();
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

std::string row(const std::string& name, const std::string& text) {
  return name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + text + '\n';
}

std::string ids_text(const IdDictionary& ids) {
  if (ids.size() == 0) return "0";
  return with_commas(ids.size()) +
         (ids.is_integer() ? ", ids are whole numbers" : ", ids are text") + ": " + ids.id(0) +
         (ids.size() > 1 ? ", " + ids.id(1) : "") + (ids.size() > 2 ? ", ..." : "");
}

std::string options_rows(const TrainingRecord& record) {
  std::string options;
  for (const auto& [name, value] : record.options) {
    options += (options.empty() ? "" : " ") + ("--" + name) + ' ' + value;
  }
  return row("seed", std::to_string(record.seed)) + row("options", options);
}

/// What was held out while errors were measured, of a model that was then learnt from all ratings.
std::string judged_row(const TrainingRecord& record) {
  if (record.judged_ratings == 0) return "";
  return row("  measured by",
             "a training on " + with_commas(record.judged_ratings) + " of them, fingerprint " +
                 fingerprint_text(record.judged_fingerprint) + "; " +
                 with_commas(record.ratings - record.judged_ratings) + " were held out");
}

/// How many were averaged.
int trainings_of(const TrainingRecord& record) {
  int most = 1;
  for (const EpochReport& report : record.history) most = std::max(most, report.training);
  return most;
}

/// `rates`: of a model of ratings.
std::string training_rows(const TrainingRecord& record, const LossInfo& loss, bool rates) {
  if (record.history.empty() && record.options.empty()) {
    return row("training", "not known; the model was not made by training");
  }
  const EpochReport best = record.best_report();
  std::string text = row("trained on", with_commas(record.ratings) + " ratings, fingerprint " +
                                           fingerprint_text(record.fingerprint));
  const int last = record.history.empty() ? record.best_epoch : record.history.back().epoch;
  const int trainings = trainings_of(record);
  text += trainings > 1
              ? row("epoch", std::to_string(record.best_epoch) + " in the mean of the best of " +
                                 std::to_string(trainings) + " trainings averaged")
              : row("epoch", std::to_string(record.best_epoch) + " of " + std::to_string(last) +
                                 " that were run");
  if (!std::isnan(best.valid_ndcg)) {
    text += row("  validation NDCG", fixed(best.valid_ndcg, 4));
  }
  text += judged_row(record);
  const std::string metric(loss.metric_title);
  if (!rates) return text + options_rows(record);
  text += row("  training " + metric, fixed(best.train_error, 4));
  text +=
      row("  validation " + metric,
          fixed(best.valid_error, 4) +
              (loss.has_root ? ", R" + metric + ' ' + fixed(std::sqrt(best.valid_error), 4) : ""));
  return text + options_rows(record);
}

std::string feedback_of(const FactorModel& model) {
  return model.parts().one_class ? "both" : name_of(kFeedbackNames, model.feedback());
}

std::string one_class_rows(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  const OneClassWeights& weights = parts.one_class_weights;
  std::string text =
      row("one-class", "rank " + std::to_string(model.rank()) + ", the model of epoch " +
                           std::to_string(parts.record.best_epoch));
  text += row("  positives", weights.relevant
                                 ? "ratings from " + shortest_decimal(*weights.relevant) + " on"
                                 : "all ratings");
  text += row("  unobserved weight", shortest_decimal(weights.unobserved_weight));
  const double ndcg = parts.record.best_report().valid_ndcg;
  return std::isnan(ndcg) ? text : text + row("  validation NDCG", fixed(ndcg, 4));
}

/// Null of a model that was learnt once.
Json judged_json(const TrainingRecord& record, const Json& value) {
  return record.judged_ratings > 0 ? value : Json(nullptr);
}

/// Null where there is no such part.
Json one_class_json(const FactorModel& model) {
  const FactorModel* const part = model.one_class();
  if (part == nullptr) return nullptr;
  const FactorModel::Parts& parts = part->parts();
  Json options = Json::object();
  for (const auto& [name, value] : parts.record.options) options[name] = value;
  const double relevant = parts.one_class_weights.relevant
                              ? double{*parts.one_class_weights.relevant}
                              : EpochReport::kNotComputed;
  return {{"rank", part->rank()},
          {"unobserved_weight", parts.one_class_weights.unobserved_weight},
          {"relevant", relevant},
          {"options", options},
          {"best_epoch", parts.record.best_epoch},
          {"valid_ndcg", parts.record.best_report().valid_ndcg}};
}

Json zeros_json(const FactorModel& model) {
  const ZeroShares zeros = zero_shares(model);
  return {{"users", zeros.users}, {"items", zeros.items}};
}

}  // namespace

std::string model_report(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  const FactorModel* const one_class = model.one_class();
  std::string text =
      row("feedback", feedback_of(model)) + row("loss", name_of_loss(model.loss_choice()));
  text += row("rank", std::to_string(model.rank()));
  text += row("users", ids_text(model.users())) + row("items", ids_text(model.items()));
  text += row("biases", model.has_biases() ? "yes, mean " + shortest_decimal(model.mean()) : "no");
  text += row("range", is_clipped(model) ? shortest_decimal(model.range().lowest) + " to " +
                                               shortest_decimal(model.range().highest)
                                         : "not known; predictions are not clipped");
  if (model.has_link()) text += row("ordinal", link_text(parts.link));
  if (parts.constraints.any()) {
    const ZeroShares zeros = zero_shares(model);
    text += row("factors", std::string(parts.constraints.nonnegative ? "not negative; " : "") +
                               "zero are " + fixed(100.0 * zeros.users, 1) + " % of users', " +
                               fixed(100.0 * zeros.items, 1) + " % of items'");
  }
  if (one_class != nullptr) text += one_class_rows(*one_class);
  if (model.has_variance()) {
    text += row("intervals", "by variances of rank " + std::to_string(parts.variance.rank));
  }
  text += row("who rated what", with_commas(parts.trained.items.size()) + " ratings, and " +
                                    with_commas(parts.held_out.items.size()) + " held out");
  text += row("baseline", has_baseline(model)
                              ? "mean " + shortest_decimal(parts.baseline.mean) + ", and biases"
                              : "none");
  text += training_rows(parts.record, describe_loss(model.loss()),
                        model.feedback() == Feedback::kRatings) +
          "\nbytes\n";
  for (const auto& [name, bytes] : sizes_of(model)) {
    char line[80];
    std::snprintf(line, sizeof line, "  %-18s%16s\n", name.c_str(), with_commas(bytes).c_str());
    text += line;
  }
  return text;
}

std::string model_json(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  const TrainingRecord& record = parts.record;
  const EpochReport best = record.best_report();
  const LossInfo& loss = describe_loss(model.loss());
  const std::string metric(loss.metric);
  Json options = Json::object(), bytes;
  for (const auto& [name, value] : record.options) options[name] = value;
  for (const auto& [name, size] : sizes_of(model)) bytes[name] = size;
  const double none = EpochReport::kNotComputed;
  return text_of(Json{{"feedback", feedback_of(model)},
                      {"loss", name_of_loss(model.loss_choice())},
                      {"rank", model.rank()},
                      {"users", model.user_count()},
                      {"items", model.item_count()},
                      {"biases", model.has_biases()},
                      {"mean", model.mean()},
                      {"clipped", is_clipped(model)},
                      {"lowest", model.range().lowest},
                      {"highest", model.range().highest},
                      {"ordinal", link_json(model)},
                      {"trained", parts.trained.items.size()},
                      {"held_out", parts.held_out.items.size()},
                      {"baseline_mean", has_baseline(model) ? double{parts.baseline.mean} : none},
                      {"training",
                       {{"options", options},
                        {"seed", record.seed},
                        {"ratings", record.ratings},
                        {"fingerprint", fingerprint_text(record.fingerprint)},
                        {"judged_ratings", judged_json(record, record.judged_ratings)},
                        {"judged_fingerprint",
                         judged_json(record, fingerprint_text(record.judged_fingerprint))},
                        {"best_epoch", record.best_epoch},
                        {"epochs", record.history.empty() ? 0 : record.history.back().epoch},
                        {"train_" + metric, best.train_error},
                        {"valid_" + metric, best.valid_error},
                        {"objective", best.objective}}},
                      {"nonnegative", parts.constraints.nonnegative},
                      {"zero_factors", zeros_json(model)},
                      {"variance_rank", parts.variance.rank},
                      {"one_class", one_class_json(model)},
                      {"bytes", bytes}}) +
         '\n';
}

}  // namespace mfpar::apps
