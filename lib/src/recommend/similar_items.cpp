// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "mfpar/error.hpp"
#include "recommend/recommender_impl.hpp"

namespace mfpar {

namespace {

/// What a list of similar items is offered.
struct Search {
  ItemIndex item;
  std::span<const std::uint16_t> allowed;  // a bit for each lane of each tile
};

bool is_allowed(std::span<const std::uint16_t> masks, std::uint32_t position) {
  return (masks[position / kTileItems] >> position % kTileItems & 1u) != 0;
}

void offer_by_raters(const CoRatings& ratings, const ItemTiles& items, const Search& search,
                     TopList& list) {
  const std::vector<float> similarities = ratings.similarities(search.item);
  for (ItemIndex other = 0; other < similarities.size(); ++other) {
    const float similarity = similarities[other];
    if (std::isnan(similarity) || similarity < list.threshold()) continue;
    if (is_allowed(search.allowed, items.position_of(other))) list.offer(similarity, other);
  }
}

void offer_by_factors(const ItemTiles& items, const KernelSet& kernels, std::span<const float> row,
                      const Search& search, TopList& list) {
  const std::uint32_t own = items.position_of(search.item);
  const float own_inverse = items.inverse_norms()[own];
  if (own_inverse == 0.0f) return;
  std::vector<std::uint16_t> masks(items.count());
  std::transform(search.allowed.begin(), search.allowed.end(), items.directed().begin(),
                 masks.begin(), std::bit_and());
  masks[own / kTileItems] &= static_cast<std::uint16_t>(~(1u << own % kTileItems));

  constexpr std::size_t kTogether = 8;
  std::array<std::uint32_t, kTogether> tiles;
  alignas(kRowAlignment) std::array<float, kTogether * kTileItems> cosines;
  std::array<std::uint32_t, kTogether * kTileItems> found;
  for (std::size_t first = 0; first < items.count(); first += kTogether) {
    const std::size_t count = std::min(kTogether, items.count() - first);
    std::iota(tiles.begin(), tiles.end(), static_cast<std::uint32_t>(first));
    kernels.score_chosen(items.pass(0.0f), row.data(), tiles.data(), count, cosines.data());
    const float* const inverse_norms = items.inverse_norms().data() + first * kTileItems;
    for (std::size_t i = 0; i < count * kTileItems; ++i) {
      cosines[i] *= inverse_norms[i] * own_inverse;
    }
    const std::size_t reaching = kernels.find_reaching(cosines.data(), count, masks.data() + first,
                                                       list.threshold(), found.data());
    for (std::size_t i = 0; i < reaching; ++i) {
      // Rounding may take the cosine of like directions past 1.
      list.offer(std::clamp(cosines[found[i]], -1.0f, 1.0f),
                 items.item_at(first * kTileItems + found[i]));
    }
  }
}

}  // namespace

const CoRatings& Recommender::Impl::co_ratings() const {
  std::call_once(co_ratings_made_, [&] { co_ratings_.emplace(*model); });
  return *co_ratings_;
}

SimilarBy Recommender::usual_similar_by(ItemIndex item) const {
  return rating_count(item) > 0 ? SimilarBy::kRaters : SimilarBy::kFactors;
}

std::vector<Recommendation> Recommender::similar_items(ItemIndex item, std::uint32_t top,
                                                       const ItemFilter* filter,
                                                       std::optional<SimilarBy> by) const {
  const FactorModel& model = *impl_->model;
  assert(item < model.item_count());
  const Search search{item, impl_->masks(filter)};
  TopList list(top);
  if (by.value_or(usual_similar_by(item)) == SimilarBy::kFactors) {
    offer_by_factors(impl_->usual_items(), impl_->kernels, impl_->usual_model().item_row(item),
                     search, list);
  } else if (model.parts().trained.items.empty()) {
    throw Error(ErrorCode::kBadOption,
                "the model does not contain who rated what, so that similar items cannot go by "
                "raters; ask for them by factors");
  } else {
    offer_by_raters(impl_->co_ratings(), impl_->items, search, list);
  }
  std::vector<Recommendation> result;
  const bool rates = model.feedback() == Feedback::kRatings;
  for (const TopList::Entry& entry : list.take()) {
    const float rating = model.mean() + model.parts().items.biases[entry.item];
    result.push_back({.item = entry.item,
                      .score = entry.score,
                      .rating = rates ? model.predict_from_score(rating)
                                      : std::numeric_limits<float>::quiet_NaN()});
  }
  return result;
}

float Recommender::cosine(ItemIndex a, ItemIndex b) const noexcept {
  const FactorModel& model = impl_->usual_model();
  const ItemTiles& items = impl_->usual_items();
  const auto p = model.item_row(a), q = model.item_row(b);
  const float dot = std::inner_product(p.begin(), p.end(), q.begin(), 0.0f);
  const auto inverse_norm = [&](ItemIndex item) {
    return items.inverse_norms()[items.position_of(item)];
  };
  return std::clamp(dot * inverse_norm(a) * inverse_norm(b), -1.0f, 1.0f);
}

}  // namespace mfpar
