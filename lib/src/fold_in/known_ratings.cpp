// SPDX-License-Identifier: MIT
#include "fold_in/known_ratings.hpp"

#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

#include "compute/ordinal_cutpoints.hpp"
#include "loss/losses.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// "0.5, 1, ..., 5"; all where there are few.
std::string listed(std::span<const float> values) {
  constexpr std::size_t kFew = 6;
  std::string text;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values.size() > kFew && k == 2) text += ", ...";
    if (values.size() > kFew && k >= 2 && k + 1 < values.size()) continue;
    text += (k > 0 ? ", " : "") + shortest_decimal(values[k]);
  }
  return text;
}

}  // namespace

FixedRows fixed_rows(const FactorModel& model, Entity joining) {
  FixedRows rows{.factors = model.side(other(joining)).factors.data(),
                 .stride = model.stride(),
                 .rank = model.rank(),
                 .has_bias = model.has_biases()};
  if (model.feedback() == Feedback::kOneClass) {
    rows.prior = model.gram(other(joining)).data();
    rows.prior_weight = model.parts().one_class_weights.unobserved_weight;
  }
  return rows;
}

KnownRatings::KnownRatings(const FactorModel& model, Entity joining)
    : model_(model),
      joining_(joining),
      biases_(model.side(other(joining)).biases.span()),
      mean_(model.mean()),
      loss_(model.loss()),
      range_(model.range()),
      score_target_(score_target(loss_, range_)),
      is_one_class_(model.feedback() == Feedback::kOneClass),
      relevant_(model.parts().one_class_weights.relevant) {}

void KnownRatings::check_value(float value, const std::string& rating) const {
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::kBadData, rating + " is " + std::to_string(value) +
                                         "; a finite number was expected: leave it out");
  }
  if (describe_loss(loss_).takes_labels && value != range_.lowest && value != range_.highest) {
    throw Error(ErrorCode::kBadData,
                rating + " is " + shortest_decimal(value) + "; the model was trained on labels, " +
                    shortest_decimal(range_.lowest) + " and " + shortest_decimal(range_.highest));
  }
  const auto values = model_.parts().link.values.span();
  if (model_.has_link() && value_position(values, value) == values.size()) {
    throw Error(ErrorCode::kBadData, rating + " is " + shortest_decimal(value) +
                                         "; the model knows the values " + listed(values) +
                                         ": round it to one of them, or leave it out");
  }
}

std::vector<float> KnownRatings::cutpoints() const {
  if (!model_.has_link() || joining_ == Entity::kItem) return {};
  const auto values = model_.parts().link.values.span();
  std::vector<double> counts(values.size());
  for (const FoldInRating& rating : kept_) counts[value_position(values, rating.value)] += 1.0;
  return user_cutpoints(counts, cutpoints_before_, weight_before_);
}

void KnownRatings::continue_user(UserIndex user, std::size_t ratings) {
  if (!model_.has_link() || joining_ == Entity::kItem) return;
  cutpoints_before_ = model_.cutpoints(user);
  weight_before_ = kCutpointRatings + static_cast<double>(ratings);
}

std::vector<LatentBounds> KnownRatings::bounds() const {
  std::vector<LatentBounds> bounds;
  if (!model_.has_link()) return bounds;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto values = model_.parts().link.values.span();
  const std::vector<float> own = cutpoints();
  for (const FoldInRating& rating : kept_) {
    const std::span<const float> between =
        joining_ == Entity::kUser ? std::span<const float>(own) : model_.cutpoints(rating.index);
    const std::size_t k = value_position(values, rating.value);
    bounds.push_back({k > 0 ? double{between[k - 1]} : -kInfinity,
                      k < between.size() ? double{between[k]} : kInfinity});
  }
  return bounds;
}

void KnownRatings::take(std::span<const FoldInRating> ratings) {
  kept_.clear();
  kept_.reserve(ratings.size());
  unknown_ = duplicates_ = 0;
  cutpoints_before_ = model_.cutpoints(kNoIndex);
  weight_before_ = kCutpointRatings;
  rehash(ratings.size());
  for (std::size_t position = 0; position < ratings.size(); ++position) {
    const FoldInRating& rating = ratings[position];
    check_value(rating.value, "rating " + std::to_string(position));
    if (!knows(rating.index)) {
      ++unknown_;
    } else if (!counts(rating.value)) {
      erase(rating.index);
    } else if (put(rating)) {
      ++duplicates_;
    }
  }
}

bool KnownRatings::put(const FoldInRating& rating) {
  assert(knows(rating.index));
  if (2 * (kept_.size() + 1) > slots_.size()) rehash(2 * kept_.size() + 1);
  std::uint32_t& slot = slots_[slot_of(rating.index)];
  if (slot != 0) {
    kept_[slot - 1].value = rating.value;
    return true;
  }
  kept_.push_back(rating);
  slot = static_cast<std::uint32_t>(kept_.size());
  return false;
}

std::optional<float> KnownRatings::value_of(std::uint32_t index) const noexcept {
  if (kept_.empty()) return std::nullopt;
  const std::uint32_t slot = slots_[slot_of(index)];
  return slot == 0 ? std::nullopt : std::optional(kept_[slot - 1].value);
}

void KnownRatings::erase(std::uint32_t index) {
  if (kept_.empty()) return;
  std::size_t free = slot_of(index);
  const std::uint32_t erased = slots_[free];
  if (erased == 0) return;

  // Whatever a search would have to pass the free slot for moves into it.
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = (free + 1) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = home_of(kept_[slots_[at] - 1].index);
    if (((at - home) & mask) < ((at - free) & mask)) continue;
    slots_[free] = slots_[at];
    free = at;
  }
  slots_[free] = 0;

  kept_.erase(kept_.begin() + (erased - 1));
  for (std::uint32_t& position : slots_) position -= position > erased;
}

void KnownRatings::list(std::vector<std::uint32_t>& indices, std::vector<double>& targets) const {
  indices.resize(kept_.size());
  targets.resize(kept_.size());
  for (std::size_t s = 0; s < kept_.size(); ++s) {
    indices[s] = kept_[s].index;
    targets[s] = model_.has_link() ? 0.0 : target(kept_[s]);
  }
}

void KnownRatings::list_offsets(std::vector<double>& offsets) const {
  offsets.resize(kept_.size());
  for (std::size_t s = 0; s < kept_.size(); ++s) offsets[s] = mean_ + biases_[kept_[s].index];
}

std::size_t KnownRatings::home_of(std::uint32_t index) const noexcept {
  return (index * 0x9E3779B97F4A7C15u) >> 32 & (slots_.size() - 1);
}

std::size_t KnownRatings::slot_of(std::uint32_t index) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = home_of(index);
  while (slots_[at] != 0 && kept_[slots_[at] - 1].index != index) at = (at + 1) & mask;
  return at;
}

/// Makes room for `count` ratings: at least half of the slots stay free.
void KnownRatings::rehash(std::size_t count) {
  slots_.assign(std::bit_ceil(2 * count + 2), 0);
  for (std::size_t s = 0; s < kept_.size(); ++s) {
    slots_[slot_of(kept_[s].index)] = static_cast<std::uint32_t>(s + 1);
  }
}

}  // namespace mfpar
