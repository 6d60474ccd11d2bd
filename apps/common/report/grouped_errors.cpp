// SPDX-License-Identifier: MIT
#include "common/report/grouped_errors.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <tuple>
#include <utility>

#include "mfpar/interchange.hpp"
#include "mfpar/loss.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kCalibrationBins = 20, kLabelBins = 10;

/// Nominal coverage, and the normal quantile at half of what is left out beside that of 5 %.
constexpr double kLevels[][2] = {{0.5, 0.674490}, {0.6, 0.841621}, {0.7, 1.036433},
                                 {0.8, 1.281552}, {0.9, 1.644854}, {0.95, 1.959964},
                                 {0.99, 2.575829}};
constexpr double kNormal95 = 1.644854;

/// Adds one rating after the other to groups.
class GroupingMeter {
 public:
  GroupingMeter(const FactorModel& model, ValueBins bins);

  void add(UserIndex user, ItemIndex item, float rating);
  GroupedErrors take() { return std::move(groups_); }

 private:
  void add_coverage(UserIndex user, float rating, float score, float sd);
  std::uint64_t ratings_of_item(ItemIndex item) const {
    return item == kNoIndex ? 0 : item_counts_[item];
  }

  const FactorModel& model_;
  const BiasBaseline& baseline_;
  RatingRange range_;  // of predictions
  std::vector<std::uint64_t> item_counts_;
  GroupedErrors groups_;
};

GroupingMeter::GroupingMeter(const FactorModel& model, ValueBins bins)
    : model_(model), baseline_(model.parts().baseline), range_(model.range()) {
  const ItemLists& trained = model.parts().trained;
  const LossInfo& loss = describe_loss(model.loss());
  groups_.labels = loss.takes_labels;
  groups_.margins = loss.takes_labels && !loss.predicts_probability;
  groups_.has_counts = !trained.offsets.empty();
  groups_.has_baseline = !baseline_.user_biases.empty();
  if (range_.lowest == kUnclipped.lowest || range_.highest == kUnclipped.highest) {
    range_ = bins.range();
  }
  if (groups_.labels) range_ = {groups_.margins ? -1.0f : 0.0f, 1.0f};
  item_counts_.resize(model.item_count());
  for (const ItemIndex item : trained.items) ++item_counts_[item];
  groups_.calibration.resize(groups_.labels ? kLabelBins : kCalibrationBins);
  // A rating may lie outside of what is predicted, and a prediction outside of these ratings.
  const double widest = std::max({1e-6, double{range_.highest} - bins.range().lowest,
                                  double{bins.range().highest} - range_.lowest});
  const Spread spread = groups_.margins  ? Spread(-2.0, 2.0)
                        : groups_.labels ? Spread(0.0, 1.0)
                                         : Spread(-widest, widest);
  groups_.by_value.resize(bins.size(), {.prediction = {}, .spread = spread});
  if (model.has_variance()) {
    for (const auto& [nominal, quantile] : kLevels) {
      groups_.coverage.push_back({.nominal = nominal, .width = quantile / kNormal95});
    }
  }
  groups_.bins = std::move(bins);
}

void GroupingMeter::add(UserIndex user, ItemIndex item, float rating) {
  const float score = model_.score(user, item), sd = model_.sd(user, item);
  const float prediction = model_.predict_from_score(score, model_.cutpoints(user), sd);
  const bool is_higher = groups_.labels && rating == model_.range().highest;
  const LossChoice loss = model_.loss_choice();
  const double error = double{rating} - prediction;
  const double cost =
      model_.has_link() ? error * error : loss_of_rating(loss, rating, score, model_.range());

  GroupedErrors::Group* const to[] = {
      &groups_.all,
      &groups_.by_user[GroupedErrors::count_group(
          user == kNoIndex ? 0 : model_.parts().trained.of(user).size())],
      &groups_.by_item[GroupedErrors::count_group(ratings_of_item(item))]};
  for (GroupedErrors::Group* group : to) group->model.add(cost);
  if (groups_.has_baseline) {
    const auto without_factors = [&](float biases) {
      return loss_of_rating(loss, rating, baseline_.mean + biases, model_.range());
    };
    const float biases = (user == kNoIndex ? 0.0f : baseline_.user_biases[user]) +
                         (item == kNoIndex ? 0.0f : baseline_.item_biases[item]);
    const double of_biases = without_factors(biases);
    for (GroupedErrors::Group* group : to) group->biases.add(of_biases);
    groups_.mean_alone.add(without_factors(0.0f));
  }

  auto& calibration = groups_.calibration;
  const double width = std::max(1e-6, double{range_.highest} - range_.lowest);
  const double share = (double{prediction} - range_.lowest) / width;
  const auto bins = static_cast<double>(calibration.size());
  auto& predicted =
      calibration[static_cast<std::size_t>(std::clamp(share * bins, 0.0, bins - 1.0))];
  predicted.prediction.add(prediction);
  predicted.rating.add(groups_.labels ? (is_higher ? 1.0 : 0.0) : double{rating});

  auto& value = groups_.by_value[groups_.bins.find(rating)];
  value.prediction.add(prediction);
  value.spread.add(groups_.labels ? double{prediction} : double{rating} - prediction);
  if (!groups_.coverage.empty()) add_coverage(user, rating, score, sd);
}

void GroupingMeter::add_coverage(UserIndex user, float rating, float score, float sd) {
  const std::span<const float> cutpoints = model_.cutpoints(user);
  for (auto& level : groups_.coverage) {
    const RatingInterval interval =
        model_.interval_from_score(score, static_cast<float>(level.width) * sd, cutpoints);
    level.within += interval.p5 <= rating && rating <= interval.p95;
  }
}

std::vector<std::uint32_t> matched_ids(const IdDictionary& of_model, const IdDictionary& ids) {
  std::vector<std::uint32_t> indices(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) indices[i] = of_model.find(ids.id(i));
  return indices;
}

/// `for_each` calls what it is given with user, item and value of every rating.
template <class ForEach>
GroupedErrors group_all(const FactorModel& model, const IdDictionary& users,
                        const IdDictionary& items, const ForEach& for_each) {
  const auto user_of = matched_ids(model.users(), users),
             item_of = matched_ids(model.items(), items);
  ValueBins bins;
  for_each([&](UserIndex, ItemIndex, float value) { bins.tell(value); });
  GroupingMeter meter(model, std::move(bins));
  for_each([&](UserIndex user, ItemIndex item, float value) {
    meter.add(user_of[user], item_of[item], value);
  });
  return meter.take();
}

}  // namespace

void Spread::add(double x) {
  const double at = (x - low_) / width_;
  ++counts_[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(kBins - 1)))];
  ++count_;
}

double Spread::quantile(double share) const {
  if (count_ == 0) return EpochReport::kNotComputed;
  const double wanted = share * static_cast<double>(count_);
  double below = 0.0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const auto here = static_cast<double>(counts_[bin]);
    if (here > 0.0 && below + here >= wanted) {
      return low_ + (static_cast<double>(bin) + (wanted - below) / here) * width_;
    }
    below += here;
  }
  return low_ + static_cast<double>(kBins) * width_;
}

std::size_t GroupedErrors::count_group(std::uint64_t ratings) {
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(ratings)),
                               std::tuple_size_v<ByCount> - 1);
}

GroupedErrors grouped_errors(const FactorModel& model, const RatingTable& ratings) {
  return group_all(model, *ratings.users(), *ratings.items(), [&](const auto& body) {
    for (const Rating& rating : ratings) body(rating.user, rating.item, rating.value);
  });
}

GroupedErrors grouped_errors(const FactorModel& model, const RatingStore& ratings) {
  return group_all(model, *ratings.parts().users, *ratings.parts().items, [&](const auto& body) {
    for (UserIndex user = 0; user < ratings.user_count(); ++user) {
      ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                       [&](ItemIndex item, float value) { body(user, item, value); });
    }
  });
}

}  // namespace mfpar::apps
