// SPDX-License-Identifier: MIT
//
// p, q: rows of the user and item factors; mu: the mean; b: biases.
#include "mfpar/factor_model.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>

#include "base/aligned_buffer.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kLanes = kRowAlignment / sizeof(float);

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorCode::kBadFile, message);
}

void require_size(const std::string& name, std::size_t found, std::uint64_t expected) {
  require(found == expected, name + " has " + std::to_string(found) + " elements; " +
                                 std::to_string(expected) + " were expected");
}

void check_side(const std::string& name, const FactorModel::Side& side, std::size_t stride) {
  require_size(name + " factors", side.factors.size(), std::uint64_t{side.ids->size()} * stride);
  require_size(name + " biases", side.biases.size(), side.ids->size());
  require(
      reinterpret_cast<std::uintptr_t>(side.factors.data()) % kRowAlignment == 0,
      name + " factors do not start on a multiple of " + std::to_string(kRowAlignment) + " bytes");
}

void check_lists(const std::string& name, const ItemLists& lists, std::uint64_t users) {
  const auto offsets = lists.offsets.span();
  if (offsets.empty()) return require_size(name, lists.items.size(), 0);
  require_size(name, offsets.size(), users + 1);
  require(offsets.front() == 0 && std::is_sorted(offsets.begin(), offsets.end()),
          name + " has offsets that do not rise from 0");
  require_size(name, lists.items.size(), offsets.back());
}

void check_one_class(const FactorModel::Parts& parts) {
  if (parts.feedback == Feedback::kOneClass) {
    require(!parts.biases && parts.loss == Loss::kSquared && !parts.one_class,
            "a model of one-class feedback has no biases, no loss but squares, and carries no "
            "other model");
  } else if (parts.one_class) {
    const FactorModel& carried = *parts.one_class;
    require(carried.feedback() == Feedback::kOneClass, "a model of ratings is carried by another");
    require_size("the users of the one-class part", carried.user_count(), parts.users.ids->size());
    require_size("the items of the one-class part", carried.item_count(), parts.items.ids->size());
  }
}

void check_variance(const FactorModel::Parts& parts) {
  const ScoreVariance& variance = parts.variance;
  const std::uint64_t rank = variance.rank, some = rank > 0;
  const std::uint64_t users = parts.users.ids->size(), items = parts.items.ids->size();
  require(rank == 0 || parts.feedback == Feedback::kRatings,
          "a model of one-class feedback has variances, of which it knows none");
  require_size("variance of users", variance.users.size(), (users + 1) * rank);
  require_size("variance of items", variance.items.size(), (items + 1) * rank);
  require_size("noise of users", variance.noise.size(), (users + 1) * some);
  for (const auto* fold_in : {&variance.user_fold_in, &variance.item_fold_in}) {
    require_size("variance of fold-in", fold_in->size(), rank * (std::uint64_t{parts.rank} + 2));
  }
}

void check_link(const FactorModel::Parts& parts) {
  const OrdinalLink& link = parts.link;
  const auto values = link.values.span(), cutpoints = link.cutpoints.span();
  if (values.empty()) return require_size("cutpoints", cutpoints.size(), 0);
  require(parts.feedback == Feedback::kRatings && parts.loss == Loss::kSquared,
          "a model has an ordinal link that is not one of ratings under squared errors");
  require(values.size() >= 2 && values.size() <= kMaxOrdinalValues &&
              std::ranges::adjacent_find(values, std::greater_equal<>()) == values.end(),
          "the values of the ordinal link are not from 2 to " + std::to_string(kMaxOrdinalValues) +
              " ascending ones");
  require(std::isfinite(link.deviation) && link.deviation > 0.0f,
          "the deviation of the ordinal link is not a number above 0");
  require_size("cutpoints", cutpoints.size(),
               (std::uint64_t{parts.users.ids->size()} + 1) * (values.size() - 1));
}

/// The standard deviation of a rating of which the latent one is normal.
float ordinal_deviation(std::span<const float> values, std::span<const float> cutpoints,
                        float score, float deviation) {
  std::array<float, kMaxOrdinalValues> probabilities;
  ordinal_probabilities(cutpoints, score, deviation, std::span(probabilities).first(values.size()));
  double mean = 0.0, squares = 0.0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    mean += double{probabilities[k]} * double{values[k]};
    squares += double{probabilities[k]} * double{values[k]} * double{values[k]};
  }
  return static_cast<float>(std::sqrt(std::max(0.0, squares - mean * mean)));
}

/// What a latent rating stands for: halfway between two values at their cutpoint, on straight lines
/// between; the outermost values half as far beyond their cutpoint as the next one is away.
float ordinal_value(std::span<const float> values, std::span<const float> cutpoints, float latent) {
  if (std::isnan(latent)) return latent;  // of a score that overflowed: between no two cutpoints
  const std::size_t last = cutpoints.size() - 1;
  const auto middle = [&](std::size_t k) { return (values[k] + values[k + 1]) / 2.0f; };
  const auto beyond = [&](std::size_t k, std::size_t next, float outermost) {
    const float reach = last > 0 ? std::abs(cutpoints[next] - cutpoints[k]) / 2.0f : 1.0f;
    const float share = std::min(1.0f, std::abs(latent - cutpoints[k]) / std::max(reach, 1e-6f));
    return middle(k) + share * (outermost - middle(k));
  };
  if (latent <= cutpoints.front()) return beyond(0, std::min<std::size_t>(1, last), values.front());
  if (latent >= cutpoints.back()) return beyond(last, last > 0 ? last - 1 : 0, values.back());
  const auto above = std::ranges::upper_bound(cutpoints, latent);
  const auto k = static_cast<std::size_t>(above - cutpoints.begin());
  const float width = std::max(cutpoints[k] - cutpoints[k - 1], 1e-6f);
  return middle(k - 1) + (latent - cutpoints[k - 1]) / width * (middle(k) - middle(k - 1));
}

}  // namespace

struct FactorModel::Grams {
  struct Gram {
    std::once_flag made;
    std::vector<double> sums;
  };
  Gram users, items;
};

FactorModel::FactorModel() : FactorModel(Parts{}) {}

FactorModel::FactorModel(Parts parts)
    : parts_(std::move(parts)), grams_(std::make_shared<Grams>()) {
  for (Side* side : {&parts_.users, &parts_.items}) {
    if (!side->ids) side->ids = std::make_shared<const IdDictionary>();
  }
  constexpr std::size_t kMaxStride = std::size_t{1} << 24;  // keeps products within 64 bits
  require(
      parts_.stride >= parts_.rank && parts_.stride % kLanes == 0 && parts_.stride <= kMaxStride,
      "the stride of factors is " + std::to_string(parts_.stride) + "; a multiple of " +
          std::to_string(kLanes) + " from the rank, " + std::to_string(parts_.rank) +
          ", was expected");
  const std::uint64_t users = user_count(), items = item_count();
  check_side("user", parts_.users, parts_.stride);
  check_side("item", parts_.items, parts_.stride);
  check_lists("the list of trained ratings", parts_.trained, users);
  check_lists("the list of held-out ratings", parts_.held_out, users);
  check_lists("the list of what users chose", parts_.chosen, users);
  check_one_class(parts_);
  check_variance(parts_);
  if (parts_.titles.rows() > item_count()) {
    throw Error(ErrorCode::kBadFile, "there are titles of more items than the model has");
  }
  check_link(parts_);
  if (describe_loss(parts_.loss).takes_labels) {
    const RatingRange labels = parts_.range;
    require(labels.highest == 1.0f && (labels.lowest == 0.0f || labels.lowest == -1.0f),
            "a model of labels has the range " + shortest_decimal(labels.lowest) + " to " +
                shortest_decimal(labels.highest) + "; 0 to 1 or -1 to 1 was expected");
  }
  require(!parts_.constraints.any() || (parts_.feedback == Feedback::kRatings && !has_link()),
          "rows are held by more than squares in models of ratings alone, without an ordinal link");
  require(parts_.huber_delta > 0.0f && std::isfinite(parts_.huber_delta),
          "delta of the loss is " + shortest_decimal(parts_.huber_delta) +
              "; a finite number above 0 was expected");
  const BiasBaseline& baseline = parts_.baseline;
  if (!baseline.user_biases.empty() || !baseline.item_biases.empty()) {
    require_size("user biases of the baseline", baseline.user_biases.size(), users);
    require_size("item biases of the baseline", baseline.item_biases.size(), items);
  }
}

UserIndex FactorModel::user_count() const noexcept { return parts_.users.ids->size(); }
ItemIndex FactorModel::item_count() const noexcept { return parts_.items.ids->size(); }

std::span<const float> FactorModel::user_row(UserIndex user) const noexcept {
  assert(user < user_count());
  return parts_.users.factors.span().subspan(user * parts_.stride, parts_.rank);
}

std::span<const float> FactorModel::item_row(ItemIndex item) const noexcept {
  assert(item < item_count());
  return parts_.items.factors.span().subspan(item * parts_.stride, parts_.rank);
}

std::span<const double> FactorModel::gram(Entity of) const {
  using Rows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>, 0,
                          Eigen::OuterStride<>>;
  Grams::Gram& gram = of == Entity::kUser ? grams_->users : grams_->items;
  std::call_once(gram.made, [&] {
    constexpr Eigen::Index kTogether = 256;  // as doubles within the second-level cache
    const FactorModel::Side& rows = side(of);
    const auto rank = static_cast<Eigen::Index>(parts_.rank);
    const auto count = static_cast<Eigen::Index>(rows.biases.size());
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(rank, rank);
    for (Eigen::Index first = 0; first < count && rank > 0; first += kTogether) {
      const Rows some(rows.factors.data() + first * static_cast<Eigen::Index>(parts_.stride), rank,
                      std::min(kTogether, count - first),
                      Eigen::OuterStride<>(static_cast<Eigen::Index>(parts_.stride)));
      sums.selfadjointView<Eigen::Lower>().rankUpdate(some.cast<double>().eval());
    }
    sums.triangularView<Eigen::StrictlyUpper>() = sums.transpose();
    gram.sums.assign(sums.data(), sums.data() + sums.size());
  });
  return gram.sums;
}

// The padding of a row is zero, so whole rows can be multiplied. One sum per lane lets the compiler
// use vector registers without reordering a sum: the result is the same on every machine of a kind.
float FactorModel::interaction(UserIndex user, ItemIndex item) const noexcept {
  if (user == kNoIndex || item == kNoIndex) return 0.0f;
  assert(user < user_count() && item < item_count());
  const float* p = parts_.users.factors.data() + user * parts_.stride;
  const float* q = parts_.items.factors.data() + item * parts_.stride;
  std::array<float, kLanes> sums{};
  for (std::size_t k = 0; k < parts_.stride; k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += p[k + lane] * q[k + lane];
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

float FactorModel::score(UserIndex user, ItemIndex item) const noexcept {
  const BiasBaseline& known = parts_.baseline;
  if ((user == kNoIndex || item == kNoIndex) && !parts_.biases && !known.user_biases.empty()) {
    return known.mean + (user == kNoIndex ? 0.0f : known.user_biases[user]) +
           (item == kNoIndex ? 0.0f : known.item_biases[item]);
  }
  const float user_bias = user == kNoIndex ? 0.0f : parts_.users.biases[user];
  const float item_bias = item == kNoIndex ? 0.0f : parts_.items.biases[item];
  return parts_.mean + user_bias + item_bias + interaction(user, item);
}

float FactorModel::predict(UserIndex user, ItemIndex item) const noexcept {
  if (!has_link()) return predict_from_score(score(user, item));
  return predict_from_score(score(user, item), cutpoints(user), sd(user, item));
}

float FactorModel::predict_from_score(float score, std::span<const float> cutpoints,
                                      float sd) const noexcept {
  if (!has_link()) return mfpar::predict_from_score(loss(), score, range());
  return ordinal_mean(parts_.link.values.span(),
                      cutpoints.empty() ? this->cutpoints(kNoIndex) : cutpoints, score,
                      sd > 0.0f ? sd : parts_.link.deviation);
}

std::span<const float> FactorModel::cutpoints(UserIndex user) const noexcept {
  if (!has_link()) return {};
  const std::size_t count = parts_.link.values.size() - 1;
  const std::size_t row = user == kNoIndex ? user_count() : user;
  return parts_.link.cutpoints.span().subspan(row * count, count);
}

std::vector<float> FactorModel::probabilities(UserIndex user, ItemIndex item) const {
  std::vector<float> found(parts_.link.values.size());
  if (has_link()) {
    ordinal_probabilities(cutpoints(user), score(user, item),
                          has_variance() ? sd(user, item) : parts_.link.deviation, found);
  }
  return found;
}

std::span<const float> FactorModel::user_variance(UserIndex user) const noexcept {
  const std::size_t row = user == kNoIndex ? user_count() : user;
  return parts_.variance.users.span().subspan(row * parts_.variance.rank, parts_.variance.rank);
}

std::span<const float> FactorModel::item_variance(ItemIndex item) const noexcept {
  const std::size_t row = item == kNoIndex ? item_count() : item;
  return parts_.variance.items.span().subspan(row * parts_.variance.rank, parts_.variance.rank);
}

float FactorModel::noise_variance(UserIndex user) const noexcept {
  return parts_.variance.noise[user == kNoIndex ? user_count() : user];
}

float FactorModel::sd(UserIndex user, ItemIndex item) const noexcept {
  if (!has_variance()) return std::numeric_limits<float>::quiet_NaN();
  return sd(user_variance(user), noise_variance(user), item);
}

float FactorModel::sd(std::span<const float> user_variance, float noise,
                      ItemIndex item) const noexcept {
  if (!has_variance()) return std::numeric_limits<float>::quiet_NaN();
  const auto row = item_variance(item);
  const float variance = std::inner_product(row.begin(), row.end(), user_variance.begin(), 0.0f);
  return std::sqrt(std::max(variance, 0.0f) + noise);
}

RatingInterval FactorModel::interval_from_score(float score, float sd,
                                                std::span<const float> cutpoints) const noexcept {
  constexpr float kNormal95 = 1.6448536f;
  const float mean = predict_from_score(score, cutpoints, sd);
  if (std::isnan(sd)) return {.mean = mean, .sd = sd, .p5 = sd, .p95 = sd};
  const float low = score - kNormal95 * sd, high = score + kNormal95 * sd;
  if (!has_link()) {
    return {.mean = mean, .sd = sd, .p5 = predict_from_score(low), .p95 = predict_from_score(high)};
  }
  const auto values = parts_.link.values.span();
  if (cutpoints.empty()) cutpoints = this->cutpoints(kNoIndex);
  return {.mean = mean,
          .sd = ordinal_deviation(values, cutpoints, score, sd),
          .p5 = ordinal_value(values, cutpoints, low),
          .p95 = ordinal_value(values, cutpoints, high)};
}

FactorModel with_titles(const FactorModel& model, ItemTitles titles) {
  FactorModel::Parts parts = model.parts();
  parts.titles = std::move(titles);
  return FactorModel(std::move(parts));
}

}  // namespace mfpar
