// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include "capi/objects.hpp"

using namespace mfpar;
using namespace mfpar::capi;

namespace {

constexpr mfpar_recommend_options kDefaults{
    sizeof(mfpar_recommend_options), 20, 1.0f, 1, 0, nullptr, 0, nullptr, 0};

/// The options in terms of the library, with the filter they look at.
class ListOptions {
 public:
  ListOptions(const Recommender& recommender, const mfpar_recommend_options* given) {
    const mfpar_recommend_options known = known_options(given, kDefaults);
    options_.top = std::min(known.top, recommender.model().item_count());
    options_.rank_by = RankBy::blend(known.bias_weight);
    options_.leave_out_rated = known.leave_out_rated != 0;
    ItemFilter::Rules rules;
    rules.deny = array_of(known.deny, known.deny_count, "deny");
    rules.least_ratings = known.least_ratings;
    const auto allow = array_of(known.allow, known.allow_count, "allow");
    const std::vector<ItemIndex> allowed(allow.begin(), allow.end());
    if (known.allow != nullptr) rules.allow = &allowed;
    if (rules.allow == nullptr && rules.deny.empty() && rules.least_ratings == 0) return;
    options_.filter = &filter_.emplace(recommender, rules);
  }
  ListOptions(const ListOptions&) = delete;
  ListOptions& operator=(const ListOptions&) = delete;

  const RecommendOptions& get() const noexcept { return options_; }

 private:
  std::optional<ItemFilter> filter_;
  RecommendOptions options_;
};

void give_list(const std::vector<Recommendation>& found, mfpar_recommendation* list,
               std::size_t capacity, std::size_t* needed) {
  std::vector<mfpar_recommendation> result;
  result.reserve(found.size());
  for (const Recommendation& r : found) result.push_back({r.item, r.score, r.rating});
  hand_over<mfpar_recommendation>(result, list, capacity, needed);
}

}  // namespace

mfpar_status mfpar_recommend_options_init(mfpar_recommend_options* options, std::size_t size) {
  return init_options(options, size, kDefaults);
}

mfpar_status mfpar_recommend(const mfpar_model* model, std::uint32_t user,
                             const mfpar_recommend_options* options, mfpar_recommendation* list,
                             std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const mfpar_model& known = required(model, "model");
    require_index(user, known.factors().user_count(), "user");
    const Recommender& recommender = known.served->recommender;
    const ListOptions how(recommender, options);
    give_list(recommender.recommend(user, how.get()), list, capacity, needed);
  });
}

mfpar_status mfpar_recommend_user(const mfpar_user* user, const mfpar_recommend_options* options,
                                  mfpar_recommendation* list, std::size_t capacity,
                                  std::size_t* needed) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    const Recommender& recommender = known.served->recommender;
    const ListOptions how(recommender, options);
    const UserProfile profile{known.row.factors, known.row.bias, {known.rated.items}};
    give_list(recommender.recommend(profile, how.get()), list, capacity, needed);
  });
}

mfpar_status mfpar_similar_items(const mfpar_model* model, std::uint32_t item,
                                 const mfpar_recommend_options* options, mfpar_recommendation* list,
                                 std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const mfpar_model& known = required(model, "model");
    require_index(item, known.factors().item_count(), "item");
    const Recommender& recommender = known.served->recommender;
    const ListOptions how(recommender, options);
    give_list(recommender.similar_items(item, how.get().top, how.get().filter), list, capacity,
              needed);
  });
}
