// SPDX-License-Identifier: MIT
#include "train/validation_lists.hpp"

#include <algorithm>
#include <numeric>

#include "mfpar/ranking_metrics.hpp"
#include "ranking/item_search.hpp"

namespace mfpar {

namespace {

/// A pair of user and item is scored about so many times as fast as a rating is learnt.
constexpr std::uint64_t kScoredForLearnt = 8;
constexpr std::uint64_t kFewestUsers = 1000;
constexpr std::uint64_t kMostUsers = 10'000;

constexpr std::size_t kUsersAtOnce = 4 * kTileQueries;

}  // namespace

ValidationLists::ValidationLists(const RatingStore& training, const RatingStore& validation,
                                 const OneClassOptions& options)
    : top_(options.valid_top) {
  const std::uint64_t most = std::clamp(
      kScoredForLearnt * training.size() / std::max<std::uint64_t>(training.item_count(), 1),
      kFewestUsers, kMostUsers);
  for (UserIndex user = 0; user < validation.user_count() && users_.size() < most; ++user) {
    User lists{.user = user, .known = {}, .relevant = {}};
    validation.for_each(validation.offsets()[user], validation.offsets()[user + 1],
                        [&](ItemIndex item, float value) {
                          if (options.relevant && value < *options.relevant) return;
                          lists.relevant.push_back(item);
                        });
    if (lists.relevant.empty()) continue;
    training.for_each(training.offsets()[user], training.offsets()[user + 1],
                      [&](ItemIndex item, float) { lists.known.push_back(item); });
    users_.push_back(std::move(lists));
  }
}

double ValidationLists::ndcg(const FactorModel& model, const KernelSet& kernels,
                             const Workers& workers) const {
  if (users_.empty()) return EpochReport::kNotComputed;
  const ItemTiles items(ItemVectors::of(model));
  const SearchSpace space{items, kernels, 0.0f};
  std::vector<double> found(users_.size());
  workers.for_each((users_.size() + kUsersAtOnce - 1) / kUsersAtOnce, [&](std::size_t partition) {
    const std::size_t begin = partition * kUsersAtOnce;
    const std::size_t count = std::min(kUsersAtOnce, users_.size() - begin);
    const std::size_t tiles = items.all().size();
    std::vector<std::uint16_t> masks;
    masks.reserve(count * tiles);
    std::vector<TopList> lists(count, TopList(top_));
    std::vector<SearchTask> tasks;
    for (std::size_t n = 0; n < count; ++n) {
      masks.insert(masks.end(), items.all().begin(), items.all().end());
      for (const ItemIndex item : users_[begin + n].known) {
        const std::uint32_t position = items.position_of(item);
        masks[n * tiles + position / kTileItems] &=
            static_cast<std::uint16_t>(~(1u << position % kTileItems));
      }
      tasks.push_back({model.user_row(users_[begin + n].user),
                       std::span(masks).subspan(n * tiles, tiles), &lists[n]});
    }
    search_many(space, tasks);
    for (std::size_t n = 0; n < count; ++n) {
      std::vector<ItemIndex> list;
      for (const TopList::Entry& entry : lists[n].take()) list.push_back(entry.item);
      found[begin + n] = ndcg_at(list, users_[begin + n].relevant, top_);
    }
  });
  return std::accumulate(found.begin(), found.end(), 0.0) / static_cast<double>(found.size());
}

}  // namespace mfpar
