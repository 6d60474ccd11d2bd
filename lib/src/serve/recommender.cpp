// SPDX-License-Identifier: MIT
#include "mfpar/recommender.hpp"

#include <algorithm>
#include <cmath>

#include "base/parallel.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

struct Recommender::Impl {
  std::shared_ptr<const FactorModel> model;
  std::vector<std::uint32_t> rating_counts;
};

ItemFilter::ItemFilter(const Recommender& recommender, const Rules& rules)
    : allowed_(recommender.model().item_count(), rules.allow == nullptr) {
  if (rules.allow != nullptr) {
    for (const ItemIndex item : *rules.allow)
      if (item < allowed_.size()) allowed_[item] = true;
  }
  for (const ItemIndex item : rules.deny)
    if (item < allowed_.size()) allowed_[item] = false;
  for (ItemIndex item = 0; item < allowed_.size(); ++item) {
    if (recommender.rating_count(item) < rules.least_ratings) allowed_[item] = false;
    size_ += allowed_[item];
  }
}

Recommender::Recommender(std::shared_ptr<const FactorModel> model, const std::string&) {
  auto impl = std::make_unique<Impl>();
  impl->rating_counts.resize(model->item_count());
  for (const ItemIndex item : model->parts().trained.items) ++impl->rating_counts[item];
  impl->model = std::move(model);
  impl_ = std::move(impl);
}
Recommender::~Recommender() = default;
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;

const FactorModel& Recommender::model() const noexcept { return *impl_->model; }
std::shared_ptr<const FactorModel> Recommender::shared_model() const noexcept {
  return impl_->model;
}
std::uint32_t Recommender::rating_count(ItemIndex item) const noexcept {
  return impl_->rating_counts[item];
}

Taste Recommender::taste_of(UserIndex user) const noexcept {
  const FactorModel& model = *impl_->model;
  return {model.user_row(user),
          model.parts().user_biases[user],
          {model.parts().trained.of(user), model.parts().held_out.of(user)}};
}

std::vector<Recommendation> Recommender::recommend(const Taste& taste,
                                                   const RecommendOptions& options) const {
  const FactorModel& model = *impl_->model;
  std::vector<Recommendation> all;
  for (ItemIndex item = 0; item < model.item_count(); ++item) {
    if (options.filter != nullptr && !options.filter->allows(item)) continue;
    if (options.leave_out_rated && std::ranges::any_of(taste.rated, [&](auto list) {
          return std::binary_search(list.begin(), list.end(), item);
        })) {
      continue;
    }
    float interaction = 0.0f;
    const auto row = model.item_row(item);
    for (std::size_t k = 0; k < row.size(); ++k) interaction += row[k] * taste.factors[k];
    const float rest = model.mean() + taste.bias + model.parts().item_biases[item];
    all.push_back({item, interaction + options.rank_by.bias_weight * rest,
                   std::clamp(interaction + rest, model.range().lowest, model.range().highest)});
  }
  std::stable_sort(all.begin(), all.end(), [](const Recommendation& a, const Recommendation& b) {
    return a.score > b.score;
  });
  if (all.size() > options.top) all.resize(options.top);
  return all;
}

std::vector<std::vector<Recommendation>> Recommender::recommend_many(
    std::span<const Taste> tastes, const RecommendOptions& options, int threads,
    std::stop_token stop) const {
  std::vector<std::vector<Recommendation>> lists(tastes.size());
  Workers(threads).for_each(tastes.size(), [&](std::size_t i) {
    if (!stop.stop_requested()) lists[i] = recommend(tastes[i], options);
  });
  return lists;
}

std::vector<Recommendation> Recommender::similar_items(ItemIndex item, std::uint32_t top,
                                                       const ItemFilter* filter) const {
  const FactorModel& model = *impl_->model;
  const auto cosine = [&](ItemIndex a, ItemIndex b) {
    const auto x = model.item_row(a), y = model.item_row(b);
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      xy += x[k] * y[k];
      xx += x[k] * x[k];
      yy += y[k] * y[k];
    }
    return xx > 0 && yy > 0 ? static_cast<float>(xy / std::sqrt(xx * yy)) : 0.0f;
  };
  std::vector<Recommendation> all;
  for (ItemIndex other = 0; other < model.item_count(); ++other) {
    if (other == item || (filter != nullptr && !filter->allows(other))) continue;
    all.push_back({other, cosine(item, other),
                   std::clamp(model.mean() + model.parts().item_biases[other], model.range().lowest,
                              model.range().highest)});
  }
  std::stable_sort(all.begin(), all.end(), [](const Recommendation& a, const Recommendation& b) {
    return a.score > b.score;
  });
  if (all.size() > top) all.resize(top);
  return all;
}

}  // namespace mfpar
