// SPDX-License-Identifier: MIT
#include "mfpar/recommender.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "mfpar/error.hpp"
#include "ranking/item_search.hpp"
#include "recommend/recommender_impl.hpp"
#include "recommend/refine_list.hpp"

namespace mfpar {

namespace {

constexpr float kNoRating = std::numeric_limits<float>::quiet_NaN();

void check_factors(std::span<const float> factors, std::size_t rank, const char* of) {
  if (factors.size() != rank) {
    throw Error(ErrorCode::kBadOption, "a user profile has " + std::to_string(factors.size()) +
                                           " factors" + of + "; the model's rank is " +
                                           std::to_string(rank));
  }
  if (!std::ranges::all_of(factors, [](float x) { return std::isfinite(x); })) {
    throw Error(ErrorCode::kBadOption, "a user profile has factors that are not finite");
  }
}

void check_profile(const UserProfile& profile, const FactorModel& model) {
  check_factors(profile.factors, model.rank(), "");
  if (!profile.variance.empty()) {
    check_factors(profile.variance, model.parts().variance.rank, " of the variance");
  }
  if (!std::isfinite(profile.bias)) {
    throw Error(ErrorCode::kBadOption, "a user profile has a bias that is not finite");
  }
  if (const auto& carried = model.parts().one_class) {
    check_factors(profile.one_class, carried->rank(), " of one-class feedback");
  }
  const std::size_t expected = model.cutpoints(kNoIndex).size();
  if (!profile.cutpoints.empty() && profile.cutpoints.size() != expected) {
    throw Error(ErrorCode::kBadOption, "a user profile has " +
                                           std::to_string(profile.cutpoints.size()) +
                                           " cutpoints; the model has " + std::to_string(expected));
  }
}

/// The order that the options ask for, in a model of one-class feedback alone the only one.
RankBy checked_order(const RecommendOptions& options, const FactorModel& model) {
  const RankBy rank_by = options.rank_by.value_or(usual_rank_by(model));
  for (const float weight : {rank_by.bias_weight, rank_by.interaction_weight,
                             rank_by.one_class_weight, rank_by.sd_weight}) {
    if (std::isfinite(weight)) continue;
    throw Error(ErrorCode::kBadOption, "a weight that lists are ordered by is not finite");
  }
  if (rank_by.sd_weight != 0.0f && !model.has_variance()) {
    throw Error(ErrorCode::kBadOption,
                "the model knows only what it predicts, not how far ratings lie around it, so that "
                "lists cannot go by a lower or upper bound; train with --method gibbs, or rank by "
                "rating");
  }
  if (model.feedback() == Feedback::kOneClass) return RankBy::interaction();
  if (rank_by.one_class_weight != 0.0f && !model.parts().one_class) {
    throw Error(ErrorCode::kBadOption,
                "the model was trained on ratings alone, so that lists cannot go by one-class "
                "feedback; train with --feedback both, or rank by rating or interaction");
  }
  return rank_by;
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

float dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

/// The list as the caller sees it.
std::vector<Recommendation> finished(TopList& list, const UserProfile& profile,
                                     const FactorModel& model, RankBy rank_by) {
  const float user_part = model.mean() + profile.bias;
  const bool rates = model.feedback() == Feedback::kRatings;
  std::vector<Recommendation> result;
  for (const TopList::Entry& entry : list.take()) {
    const float rating = user_part + model.parts().items.biases[entry.item] +
                         dot(model.item_row(entry.item), profile.factors);
    const float sd = profile.variance.empty()
                         ? model.sd(kNoIndex, entry.item)
                         : model.sd(profile.variance, profile.noise_variance, entry.item);
    const RatingInterval interval = model.interval_from_score(rating, sd, profile.cutpoints);
    result.push_back({.item = entry.item,
                      .score = entry.score + rank_by.bias_weight * user_part,
                      .rating = rates ? interval.mean : kNoRating,
                      .sd = interval.sd,
                      .p5 = interval.p5,
                      .p95 = interval.p95});
  }
  return result;
}

}  // namespace

Recommender::Impl::Impl(std::shared_ptr<const FactorModel> with, const std::string& kernel)
    : model(std::move(with)),
      kernels(find_kernels(kernel)),
      one_class(model->parts().one_class
                    ? std::optional<ItemTiles>(ItemVectors::of(*model->parts().one_class))
                    : std::nullopt),
      items(one_class ? ItemTiles(ItemVectors::of(*model), *one_class)
                      : ItemTiles(ItemVectors::of(*model))),
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

const ItemTiles& Recommender::Impl::both() const {
  std::call_once(both_made_, [&] {
    const FactorModel& carried = *model->parts().one_class;
    const std::size_t rank = model->rank() + std::size_t{carried.rank()};
    std::vector<float> rows;
    rows.reserve(rank * model->item_count());
    for (ItemIndex item = 0; item < model->item_count(); ++item) {
      std::ranges::copy(model->item_row(item), std::back_inserter(rows));
      std::ranges::copy(carried.item_row(item), std::back_inserter(rows));
    }
    both_.emplace(ItemVectors{.factors = rows.data(),
                              .stride = rank,
                              .rank = rank,
                              .biases = model->parts().items.biases.span()},
                  items);
  });
  return *both_;
}

const ItemTiles& Recommender::Impl::variances() const {
  std::call_once(variances_made_, [&] {
    const ScoreVariance& variance = model->parts().variance;
    const std::vector<float> no_biases(model->item_count());
    variances_.emplace(ItemVectors{.factors = variance.items.data(),
                                   .stride = variance.rank,
                                   .rank = variance.rank,
                                   .biases = no_biases},
                       items);
  });
  return *variances_;
}

SearchSpace Recommender::Impl::space(RankBy rank_by) const {
  const bool alone = rank_by == RankBy::one_class();
  const ItemTiles& searched = rank_by.one_class_weight == 0.0f ? items
                              : alone                          ? *one_class
                                                               : both();
  return {searched, kernels, rank_by.bias_weight, rank_by.sd_weight,
          rank_by.sd_weight != 0.0f ? &variances() : nullptr};
}

std::span<const float> Recommender::Impl::query(const UserProfile& profile, RankBy rank_by,
                                                std::vector<float>& memory) const {
  if (rank_by == RankBy::one_class()) return profile.one_class;
  if (rank_by.one_class_weight == 0.0f && rank_by.interaction_weight == 1.0f) {
    return profile.factors;
  }
  memory.clear();
  const auto append = [&](std::span<const float> factors, float weight) {
    for (const float x : factors) memory.push_back(weight * x);
  };
  append(profile.factors, rank_by.interaction_weight);
  if (rank_by.one_class_weight != 0.0f) append(profile.one_class, rank_by.one_class_weight);
  return memory;
}

SearchTask Recommender::Impl::task(const UserProfile& profile, RankBy rank_by,
                                   std::span<const std::uint16_t> masks, std::vector<float>& memory,
                                   TopList& list) const {
  SearchTask task{.factors = query(profile, rank_by, memory), .masks = masks, .list = &list};
  if (rank_by.sd_weight == 0.0f) return task;
  const bool known = !profile.variance.empty();
  task.variance = known ? profile.variance : model->user_variance(kNoIndex);
  task.noise_variance = known ? profile.noise_variance : model->noise_variance(kNoIndex);
  return task;
}

std::vector<Recommendation> Recommender::Impl::search(const UserProfile& profile, RankBy rank_by,
                                                      std::span<const std::uint16_t> masks,
                                                      std::size_t count) const {
  TopList list(count);
  std::vector<float> memory;
  search_one(space(rank_by), task(profile, rank_by, masks, memory, list));
  return finished(list, profile, *model, rank_by);
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
  const auto& carried = model.parts().one_class;
  return {model.user_row(user),
          model.parts().users.biases[user],
          {model.parts().trained.of(user), model.parts().held_out.of(user)},
          carried ? carried->user_row(user) : std::span<const float>(),
          model.has_variance() ? model.user_variance(user) : std::span<const float>(),
          model.has_variance() ? model.noise_variance(user) : 0.0f,
          model.cutpoints(user)};
}

std::vector<Recommendation> Recommender::recommend(const UserProfile& profile,
                                                   const RecommendOptions& options) const {
  const RankBy rank_by = checked_order(options, *impl_->model);
  check_refinement(options, *impl_->model);
  check_profile(profile, *impl_->model);
  const auto allowed = impl_->masks(options.filter);
  std::vector<std::uint16_t> masks(allowed.begin(), allowed.end());
  if (options.leave_out_rated) leave_out(profile, impl_->items, masks);
  const auto best = [&](std::size_t count) {
    return impl_->search(profile, rank_by, masks, count);
  };
  if (!needs_refining(options)) return best(options.top);
  return refine_list(options, impl_->listed_by(rank_by), best(pool_size(options)), best);
}

std::vector<std::vector<Recommendation>> Recommender::recommend_many(
    std::span<const UserProfile> profiles, const RecommendOptions& options, int threads,
    std::stop_token stop) const {
  const RankBy rank_by = checked_order(options, *impl_->model);
  check_refinement(options, *impl_->model);
  for (const UserProfile& profile : profiles) check_profile(profile, *impl_->model);
  const auto allowed = impl_->masks(options.filter);
  const Workers workers(threads);
  const SearchSpace space = impl_->space(rank_by);
  const bool refines = needs_refining(options);
  const std::size_t searched = refines ? pool_size(options) : options.top;

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
        std::vector<TopList> found(here.size(), TopList(searched));
        std::vector<SearchTask> tasks;
        std::vector<std::vector<float>> queries(here.size());
        for (std::size_t t = 0; t < here.size(); ++t) {
          const auto mine = std::span(masks).subspan(t * allowed.size(), allowed.size());
          if (options.leave_out_rated) leave_out(here[t], impl_->items, mine);
          tasks.push_back(impl_->task(here[t], rank_by, mine, queries[t], found[t]));
        }
        search_many(space, tasks);
        for (std::size_t t = 0; t < here.size(); ++t) {
          lists[begin + t] = finished(found[t], here[t], *impl_->model, rank_by);
          if (!refines) continue;
          lists[begin + t] =
              refine_list(options, impl_->listed_by(rank_by), std::move(lists[begin + t]),
                          [&](std::size_t count) {
                            return impl_->search(here[t], rank_by, tasks[t].masks, count);
                          });
        }
      });
  return lists;
}

}  // namespace mfpar
