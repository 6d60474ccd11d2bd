// SPDX-License-Identifier: MIT
#include "mfpar/recommender.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "mfpar/error.hpp"
#include "ranking/item_search.hpp"
#include "recommend/recommender_impl.hpp"

namespace mfpar {

namespace {

void check_profile(const UserProfile& profile, std::size_t rank) {
  if (profile.factors.size() != rank) {
    throw Error(ErrorCode::kBadOption, "a user profile has " +
                                           std::to_string(profile.factors.size()) +
                                           " factors; the model's rank is " + std::to_string(rank));
  }
  const auto finite = [](float x) { return std::isfinite(x); };
  if (!std::ranges::all_of(profile.factors, finite) || !finite(profile.bias)) {
    throw Error(ErrorCode::kBadOption, "a user profile has factors or a bias that are not finite");
  }
}

void check_options(const RecommendOptions& options) {
  if (std::isfinite(options.rank_by.bias_weight)) return;
  throw Error(ErrorCode::kBadOption, "the weight of biases is not finite");
}

/// Clears the lanes of what the user has rated.
void leave_out(const UserProfile& profile, const ItemTiles& items, std::span<std::uint16_t> masks) {
  for (const auto list : profile.rated) {
    for (const ItemIndex item : list) {
      if (item >= items.item_count()) continue;
      const std::uint32_t position = items.position_of(item);
      masks[position / kTileItems] &= static_cast<std::uint16_t>(~(1u << position % kTileItems));
    }
  }
}

/// The list as the caller sees it.
std::vector<Recommendation> finished(TopList& list, const UserProfile& profile,
                                     const FactorModel& model, float bias_weight) {
  const float user_part = model.mean() + profile.bias;
  std::vector<Recommendation> result;
  for (const TopList::Entry& entry : list.take()) {
    const auto q = model.item_row(entry.item);
    const float interaction = std::inner_product(q.begin(), q.end(), profile.factors.begin(), 0.0f);
    const float rating = user_part + model.parts().items.biases[entry.item] + interaction;
    result.push_back({.item = entry.item,
                      .score = entry.score + bias_weight * user_part,
                      .rating = model.predict_from_score(rating)});
  }
  return result;
}

}  // namespace

Recommender::Impl::Impl(std::shared_ptr<const FactorModel> with, const std::string& kernel)
    : model(std::move(with)),
      kernels(find_kernels(kernel)),
      items(*model),
      rating_counts(model->item_count()) {
  for (const ItemIndex item : model->parts().trained.items) ++rating_counts[item];
}

std::span<const std::uint16_t> Recommender::Impl::masks(const ItemFilter* filter) const {
  if (filter == nullptr) return items.all();
  if (filter->owner_ != this) {
    throw Error(ErrorCode::kBadOption,
                "the filter was made for another recommender; make one for this");
  }
  return filter->tile_masks_;
}

Recommender::Recommender(std::shared_ptr<const FactorModel> model, const std::string& kernel)
    : impl_(std::make_unique<const Impl>(std::move(model), kernel)) {}
Recommender::~Recommender() = default;
Recommender::Recommender(Recommender&&) noexcept = default;
Recommender& Recommender::operator=(Recommender&&) noexcept = default;

const FactorModel& Recommender::model() const noexcept { return *impl_->model; }
std::shared_ptr<const FactorModel> Recommender::shared_model() const noexcept {
  return impl_->model;
}

std::uint32_t Recommender::rating_count(ItemIndex item) const noexcept {
  assert(item < impl_->rating_counts.size());
  return impl_->rating_counts[item];
}

UserProfile Recommender::profile_of(UserIndex user) const noexcept {
  const FactorModel& model = *impl_->model;
  return {model.user_row(user),
          model.parts().users.biases[user],
          {model.parts().trained.of(user), model.parts().held_out.of(user)}};
}

std::vector<Recommendation> Recommender::recommend(const UserProfile& profile,
                                                   const RecommendOptions& options) const {
  check_options(options);
  check_profile(profile, impl_->model->rank());
  const auto allowed = impl_->masks(options.filter);
  std::vector<std::uint16_t> masks(allowed.begin(), allowed.end());
  if (options.leave_out_rated) leave_out(profile, impl_->items, masks);
  TopList list(options.top);
  const float bias_weight = options.rank_by.bias_weight;
  search_one({impl_->items, impl_->kernels, bias_weight}, {profile.factors, masks, &list});
  return finished(list, profile, *impl_->model, bias_weight);
}

std::vector<std::vector<Recommendation>> Recommender::recommend_many(
    std::span<const UserProfile> profiles, const RecommendOptions& options, int threads,
    std::stop_token stop) const {
  check_options(options);
  for (const UserProfile& profile : profiles) check_profile(profile, impl_->model->rank());
  const auto allowed = impl_->masks(options.filter);
  const Workers workers(threads);
  const SearchSpace space{impl_->items, impl_->kernels, options.rank_by.bias_weight};

  // Some partitions a thread, so that none waits long for the last; whole tiles of queries each.
  constexpr std::size_t kMaxTiles = 16, kPartitionsEach = 4;
  const std::size_t tiles = (profiles.size() + kTileQueries - 1) / kTileQueries;
  const std::size_t tiles_each = std::clamp<std::size_t>(
      tiles / (kPartitionsEach * static_cast<std::size_t>(workers.threads())), 1, kMaxTiles);
  const std::size_t profiles_each = tiles_each * kTileQueries;
  std::vector<std::vector<Recommendation>> lists(profiles.size());
  workers.for_each(
      (profiles.size() + profiles_each - 1) / profiles_each, [&](std::size_t partition) {
        if (stop.stop_requested()) return;
        const std::size_t begin = partition * profiles_each;
        const auto here = profiles.subspan(begin, std::min(profiles_each, profiles.size() - begin));
        std::vector<std::uint16_t> masks;
        masks.reserve(here.size() * allowed.size());
        for (std::size_t t = 0; t < here.size(); ++t) {
          masks.insert(masks.end(), allowed.begin(), allowed.end());
        }
        std::vector<TopList> found(here.size(), TopList(options.top));
        std::vector<SearchTask> tasks;
        for (std::size_t t = 0; t < here.size(); ++t) {
          const auto mine = std::span(masks).subspan(t * allowed.size(), allowed.size());
          if (options.leave_out_rated) leave_out(here[t], impl_->items, mine);
          tasks.push_back({here[t].factors, mine, &found[t]});
        }
        search_many(space, tasks);
        for (std::size_t t = 0; t < here.size(); ++t) {
          lists[begin + t] = finished(found[t], here[t], *impl_->model, space.bias_weight);
        }
      });
  return lists;
}

std::vector<Recommendation> Recommender::similar_items(ItemIndex item, std::uint32_t top,
                                                       const ItemFilter* filter) const {
  const FactorModel& model = *impl_->model;
  const ItemTiles& items = impl_->items;
  assert(item < model.item_count());
  const auto allowed = impl_->masks(filter);
  std::vector<std::uint16_t> masks(items.count());
  std::transform(allowed.begin(), allowed.end(), items.directed().begin(), masks.begin(),
                 std::bit_and());
  const std::uint32_t own = items.position_of(item);
  masks[own / kTileItems] &= static_cast<std::uint16_t>(~(1u << own % kTileItems));

  TopList list(items.inverse_norms()[own] == 0.0f ? 0 : top);
  constexpr std::size_t kTogether = 8;
  std::array<std::uint32_t, kTogether> tiles;
  alignas(kRowAlignment) std::array<float, kTogether * kTileItems> cosines;
  std::array<std::uint32_t, kTogether * kTileItems> found;
  for (std::size_t first = 0; first < items.count(); first += kTogether) {
    const std::size_t count = std::min(kTogether, items.count() - first);
    std::iota(tiles.begin(), tiles.end(), static_cast<std::uint32_t>(first));
    impl_->kernels.score_chosen(items.pass(0.0f), model.item_row(item).data(), tiles.data(), count,
                                cosines.data());
    const float* const inverse_norms = items.inverse_norms().data() + first * kTileItems;
    for (std::size_t i = 0; i < count * kTileItems; ++i) {
      cosines[i] *= inverse_norms[i] * items.inverse_norms()[own];
    }
    const std::size_t reaching = impl_->kernels.find_reaching(
        cosines.data(), count, masks.data() + first, list.threshold(), found.data());
    for (std::size_t i = 0; i < reaching; ++i) {
      // Rounding may take the cosine of like directions past 1.
      list.offer(std::clamp(cosines[found[i]], -1.0f, 1.0f),
                 items.item_at(first * kTileItems + found[i]));
    }
  }
  std::vector<Recommendation> result;
  for (const TopList::Entry& entry : list.take()) {
    const float rating = model.mean() + model.parts().items.biases[entry.item];
    result.push_back(
        {.item = entry.item, .score = entry.score, .rating = model.predict_from_score(rating)});
  }
  return result;
}

}  // namespace mfpar
