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
#include <mutex>

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
  check_link(parts_);
  if (describe_loss(parts_.loss).predicts_probability) {
    const RatingRange labels = parts_.range;
    require(labels.highest == 1.0f && (labels.lowest == 0.0f || labels.lowest == -1.0f),
            "a model of labels has the range " + shortest_decimal(labels.lowest) + " to " +
                shortest_decimal(labels.highest) + "; 0 to 1 or -1 to 1 was expected");
  }
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
  const float user_bias = user == kNoIndex ? 0.0f : parts_.users.biases[user];
  const float item_bias = item == kNoIndex ? 0.0f : parts_.items.biases[item];
  return parts_.mean + user_bias + item_bias + interaction(user, item);
}

float FactorModel::predict(UserIndex user, ItemIndex item) const noexcept {
  return predict_from_score(score(user, item), cutpoints(user));
}

float FactorModel::predict_from_score(float score,
                                      std::span<const float> cutpoints) const noexcept {
  if (!has_link()) return mfpar::predict_from_score(loss(), score, range());
  return ordinal_mean(parts_.link.values.span(),
                      cutpoints.empty() ? this->cutpoints(kNoIndex) : cutpoints, score,
                      parts_.link.deviation);
}

std::span<const float> FactorModel::cutpoints(UserIndex user) const noexcept {
  if (!has_link()) return {};
  const std::size_t count = parts_.link.values.size() - 1;
  const std::size_t row = user == kNoIndex ? user_count() : user;
  return parts_.link.cutpoints.span().subspan(row * count, count);
}

std::vector<float> FactorModel::probabilities(UserIndex user, ItemIndex item,
                                              std::optional<float> sd) const {
  std::vector<float> found(parts_.link.values.size());
  if (has_link()) {
    ordinal_probabilities(cutpoints(user), score(user, item), sd.value_or(parts_.link.deviation),
                          found);
  }
  return found;
}

}  // namespace mfpar
