// SPDX-License-Identifier: MIT
#include "recommend/co_ratings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mfpar {

namespace {

/// How many ratings of an item's raters are walked, a few milliseconds' worth.
constexpr std::uint64_t kMostWalked = 4'000'000;

/// x log x, with which entropies are made.
double x_log_x(double x) { return x > 0.0 ? x * std::log(x) : 0.0; }

/// What `f` does for each item that `user` rated.
template <class F>
void for_each_rated(const FactorModel::Parts& parts, UserIndex user, const F& f) {
  for (const ItemIndex item : parts.trained.of(user)) f(item);
  for (const ItemIndex item : parts.held_out.of(user)) f(item);
}

}  // namespace

CoRatings::CoRatings(const FactorModel& model)
    : parts_(model.parts()), offsets_(std::size_t{model.item_count()} + 1, 0) {
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    std::uint64_t rated = 0;
    for_each_rated(parts_, user, [&](ItemIndex item) {
      ++offsets_[std::size_t{item} + 1];
      ++rated;
    });
    users_ += rated > 0 ? 1.0 : 0.0;
  }
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  raters_.resize(offsets_.back());
  std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    for_each_rated(parts_, user, [&](ItemIndex item) { raters_[next[item]++] = user; });
  }
}

std::span<const UserIndex> CoRatings::raters(ItemIndex item) const noexcept {
  return std::span(raters_).subspan(offsets_[item], offsets_[item + 1] - offsets_[item]);
}

/// How many rated both, by item; estimated for the most popular.
std::vector<double> CoRatings::common_raters(ItemIndex item) const {
  const auto all = raters(item);
  std::uint64_t walked = 0;
  for (const UserIndex user : all) {
    walked += parts_.trained.of(user).size() + parts_.held_out.of(user).size();
  }
  const std::size_t step = static_cast<std::size_t>(walked / kMostWalked) + 1;
  std::vector<std::uint32_t> counts(offsets_.size() - 1, 0);
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i < all.size(); i += step, ++looked_at) {
    for_each_rated(parts_, all[i], [&](ItemIndex other) { ++counts[other]; });
  }
  std::vector<double> common(counts.size());
  const double share = static_cast<double>(looked_at) / static_cast<double>(all.size());
  for (std::size_t i = 0; i < counts.size(); ++i) common[i] = counts[i] / share;
  return common;
}

std::vector<float> CoRatings::similarities(ItemIndex item) const {
  constexpr double kOwn = 0.75;  // README.md of bench has figures
  std::vector<float> similar(offsets_.size() - 1, std::numeric_limits<float>::quiet_NaN());
  const auto raters_of = [&](ItemIndex of) { return static_cast<double>(raters(of).size()); };
  const double a = raters_of(item);
  if (a == 0.0) return similar;
  const std::vector<double> common = common_raters(item);
  // Entropies and information in nats, times users_.
  const double all = x_log_x(users_);
  const auto part_of = [&](double raters) {
    return x_log_x(raters) + x_log_x(std::max(users_ - raters, 0.0));
  };
  const double own_part = part_of(a);
  const double own = std::pow(std::max(all - own_part, 0.0), kOwn);
  for (ItemIndex other = 0; other < similar.size(); ++other) {
    if (other == item || common[other] == 0.0) continue;
    const double b = raters_of(other);
    // An estimate, or an item that stands in both lists of a user, may be beyond either.
    const double both = std::min({common[other], a, b});
    const double neither = std::max(users_ - a - b + both, 0.0);
    const double other_part = part_of(b);
    const double information = all + x_log_x(both) + x_log_x(a - both) + x_log_x(b - both) +
                               x_log_x(neither) - own_part - other_part;
    const double scale = own * std::pow(std::max(all - other_part, 0.0), 1.0 - kOwn);
    const double sign = both * users_ < a * b ? -1.0 : 1.0;
    const double share = scale > 0.0 ? std::max(information, 0.0) / scale : 0.0;
    similar[other] = static_cast<float>(sign * std::min(share, 1.0));
  }
  return similar;
}

}  // namespace mfpar
