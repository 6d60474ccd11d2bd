// SPDX-License-Identifier: MIT
#include "mf-train/train_page.hpp"

#include <cmath>
#include <utility>

#include "common/report/chart.hpp"
#include "common/report/markup.hpp"
#include "common/report/model_figures.hpp"
#include "common/report/prediction_figures.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

/// What was read, whatever was made of it.
std::vector<std::vector<std::string>> read_rows(const PreparedRatings& ratings) {
  return {{"duplicates merged", with_commas(ratings.duplicates)},
          {"bad lines left out", with_commas(ratings.report.bad_lines)}};
}

/// Of what is cross-validated.
ReportTable counts_table(const PreparedRatings& ratings) {
  const double pairs = static_cast<double>(ratings.users()->size()) * ratings.items()->size();
  return {{"cross-validated", ""},
          {{"ratings", with_commas(ratings.training_size())},
           {"users", with_commas(ratings.users()->size())},
           {"items", with_commas(ratings.items()->size())},
           {"share of all pairs that is rated",
            percent(static_cast<double>(ratings.training_size()) / pairs, 3)}}};
}

Figure folds_figure(const CrossValidation& folds, const ShownError& shown) {
  Figure figure{.id = "folds",
                .title = "Error on each fold",
                .caption = {},
                .svg = {},
                .table = {{"fold", "ratings", shown.metric}, {}}};
  if (shown.has_root) figure.table.head.push_back(shown.title);
  figure.table.head.insert(figure.table.head.end(), {"biases alone", "best epoch"});
  const bool intervals = !folds.folds.empty() && std::isfinite(folds.folds[0].interval_coverage);
  if (intervals) figure.table.head.push_back("within 90 %");
  std::vector<ChartPoint> model, biases;
  std::vector<std::string> names;
  for (const FoldReport& fold : folds.folds) {
    const auto x = static_cast<double>(names.size());
    const double error = shown.of(fold.valid_error);
    names.push_back(std::to_string(fold.fold));
    model.push_back({.x = x, .y = error, .words = "fold " + names.back() + ": " + fixed(error, 4)});
    biases.push_back({.x = x, .y = shown.of(fold.baseline_error)});
    std::vector<std::string> row{names.back(), with_commas(fold.ratings),
                                 fixed(fold.valid_error, 5)};
    if (shown.has_root) row.push_back(fixed(error, 5));
    row.insert(row.end(), {fixed(fold.baseline_error, 5), std::to_string(fold.best_epoch)});
    if (intervals) row.push_back(percent(fold.interval_coverage, 2));
    figure.table.rows.push_back(std::move(row));
  }
  std::vector<std::string> mean{"mean", "", fixed(folds.mean_error, 5)};
  mean.resize(figure.table.head.size());
  figure.table.rows.push_back(std::move(mean));
  Chart chart("fold", shown.title);
  chart.name_positions(std::move(names));
  chart.dots("biases alone", std::move(biases), Ink::kQuiet);
  chart.dots("this model", std::move(model), Ink::kFirst);
  figure.caption = "The mean " + shown.metric + " over " + counted(folds.folds.size(), "fold") +
                   " is " + fixed(folds.mean_error, 5) + ", with a standard deviation of " +
                   fixed(folds.sd_error, 5) +
                   ": a difference of two models that is much smaller may be chance.";
  figure.svg = chart.svg(figure.title);
  return figure;
}

}  // namespace

TrainPage::TrainPage(const TrainCommand& command, const PreparedRatings& ratings)
    : command_(command),
      data_(counts_table(ratings)),
      read_rows_(read_rows(ratings)),
      source_(ratings.report.source),
      held_out_(ratings.held_out.substr(0, ratings.held_out.find(" (--"))),
      held_out_ratings_(ratings.validation.size()) {
  if (command.train.feedback == Feedback::kOneClass && ratings.report.only_value) return;
  const auto visit_values = [&](const auto& body) {
    const auto visit = [&](const RatingSource& source) {
      source.for_each_user(0, source.user_count(),
                           [&](UserIndex, const auto& entries, std::size_t begin, std::size_t end) {
                             entries.for_each(begin, end, body);
                           });
    };
    if (ratings.streamed) {
      visit(*ratings.streamed->training);
    } else {
      visit(StoreSource(ratings.training));
    }
    ratings.validation.for_each(0, ratings.validation.size(), body);
  };
  visit_values([&](ItemIndex, float value) { bins_.tell(value); });
  counts_.resize(bins_.size());
  visit_values([&](ItemIndex, float value) { ++counts_[bins_.find(value)]; });
}

void TrainPage::judge(const TrainResult& result, const RatingStore& held_out) {
  if (held_out.size() == 0) return;
  errors_ = grouped_errors(result.model, held_out);
  sampling_ = result.sampling;
}

void TrainPage::add_data(Page& page, ReportTable counts) const {
  page.section("Data and options");
  if (counts_.size() > 1) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : counts_) all += count;
    page.add(values_figure(bins_, counts_, "the " + counted(all, "rating") + " of " + source_));
  }
  counts.rows.insert(counts.rows.end(), read_rows_.begin(), read_rows_.end());
  page.add_table("data", counts);
}

void TrainPage::write(const FactorModel& saved) const {
  Page page(command_.model_path,
            "Trained on " + source_ + "; held out for validation: " + held_out_);
  const ShownError shown(saved.loss());
  const TrainingRecord& record = saved.parts().record;
  const double ndcg = record.best_report().valid_ndcg;
  if (errors_) {
    const double error = shown.of(errors_->all.model.mean());
    page.key_figure(fixed(error, 4), shown.title + " on what was held out");
    add_gain(page, error, shown.of(errors_->all.biases.mean()));
  } else if (!std::isnan(ndcg)) {
    page.key_figure(fixed(ndcg, 4), "NDCG@" + std::to_string(command_.train.one_class.valid_top) +
                                        " on what was held out");
  }
  page.key_figure(std::to_string(record.best_epoch),
                  command_.train.method == Method::kGibbs ? "sweeps" : "epochs");
  page.key_figure(std::to_string(saved.rank()), "factors a user and item");
  if (saved.parts().constraints.any()) {
    const ZeroShares zeros = zero_shares(saved);
    page.key_figure(percent(zeros.users) + " / " + percent(zeros.items),
                    "of users' / items' factors are zero");
  }
  page.key_figure(with_commas(record.ratings), "ratings learnt from");
  if (held_out_ratings_ > 0)
    page.key_figure(with_commas(held_out_ratings_), "held out to validate");

  page.section("Learning", record.judged_ratings > 0
                               ? "How training went while some ratings were held out; what is "
                                 "saved was then learnt once more from all."
                               : "");
  std::optional<double> biases;
  if (errors_) biases = errors_->all.biases.mean();
  if (const auto figure = learning_figure(saved, biases)) page.add(*figure);
  add_model_figures(page, saved);
  if (errors_) {
    page.section("Errors on what was held out",
                 "Predicted by the model that had not learnt from it: " +
                     counted(held_out_ratings_, "rating") + ", " + held_out_ + '.');
    const bool scaled = sampling_ && std::isfinite(sampling_->interval_coverage);
    add_prediction_figures(page, saved, *errors_, "what was held out", scaled ? 0.9 : 0.0);
  } else if (saved.feedback() == Feedback::kRatings) {
    page.section("Errors",
                 "Nothing was held out, so that nothing here tells how well other ratings are "
                 "predicted: mf-eval --report does, of ratings that were not learnt from.");
  }
  add_data(page, trained_on_table(saved));
  add_options(page, saved);
  write_page(command_.report_path, page);
}

void TrainPage::write(const CrossValidation& folds) const {
  Page page(source_, "Cross-validated in " + counted(folds.folds.size(), "fold") +
                         ", each predicted by a model that had not learnt from it");
  const ShownError shown(command_.train.loss);
  page.key_figure(fixed(folds.mean_error, 5), "mean " + shown.metric);
  page.key_figure(fixed(folds.sd_error, 5), "standard deviation over folds");
  page.section("Folds");
  page.add(folds_figure(folds, shown));
  add_data(page, data_);
  add_options(page, describe_options(command_.train), command_.train.feedback, command_.train.loss);
  write_page(command_.report_path, page);
}

}  // namespace mfpar::apps
