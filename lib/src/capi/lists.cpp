// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capi/objects.hpp"
#include "mfpar/error.hpp"

using namespace mfpar;
using namespace mfpar::capi;

namespace {

constexpr mfpar_recommend_options kDefaults{sizeof(mfpar_recommend_options),
                                            20,
                                            1.0f,
                                            1,
                                            MFPAR_USUAL_LEAST_RATINGS,
                                            nullptr,
                                            0,
                                            nullptr,
                                            0,
                                            nullptr,
                                            std::numeric_limits<float>::quiet_NaN(),
                                            0.0f,
                                            nullptr,
                                            0,
                                            0,
                                            nullptr};

/// Of the options of 0.1, which end before rank_by.
constexpr std::size_t kOldest = offsetof(mfpar_recommend_options, rank_by);

RankBy rank_by_of(const mfpar_recommend_options& options, const FactorModel& model) {
  if (options.rank_by == nullptr) {
    const bool is_usual = options.bias_weight == kDefaults.bias_weight;
    return is_usual ? usual_rank_by(model) : RankBy::blend(options.bias_weight);
  }
  if (const auto rank_by = parse_rank_by(options.rank_by)) return *rank_by;
  throw Refusal(MFPAR_BAD_OPTION, "rank_by is " + quoted(options.rank_by) +
                                      "; it must be rating, interaction, one-class, or blend:W "
                                      "or one-class:W with a number W, such as blend:0.5");
}

std::optional<SimilarBy> similar_by_of(const mfpar_recommend_options& options) {
  if (options.similar_by == nullptr) return std::nullopt;
  const std::string by = options.similar_by;
  if (by == "raters") return SimilarBy::kRaters;
  if (by == "factors") return SimilarBy::kFactors;
  throw Refusal(MFPAR_BAD_OPTION, "similar_by is " + quoted(by) + "; it must be raters or factors");
}

/// The options in terms of the library, with the filter and the groups they look at.
class ListOptions {
 public:
  /// `similar_to` is the item that others are to be similar to.
  ListOptions(const ServedModel& served, const mfpar_recommend_options* given,
              std::optional<ItemIndex> similar_to = {}) {
    const mfpar_recommend_options known = known_options(given, kDefaults, kOldest);
    options_.top = std::min(known.top, served.model->item_count());
    options_.rank_by = similar_to ? RankBy::interaction() : rank_by_of(known, *served.model);
    if (similar_to) {
      similar_by_ = similar_by_of(known).value_or(served.recommender.usual_similar_by(*similar_to));
    }
    options_.leave_out_rated = known.leave_out_rated != 0;
    if (!std::isnan(known.least_rating)) options_.least_rating = known.least_rating;
    options_.diversity = known.diversity;
    limit_groups(known, served.model->item_count());
    ItemFilter::Rules rules;
    rules.deny = array_of(known.deny, known.deny_count, "deny");
    const bool is_usual = known.least_ratings == MFPAR_USUAL_LEAST_RATINGS;
    rules.least_ratings = !is_usual    ? known.least_ratings
                          : similar_to ? usual_least_ratings(*served.model, similar_by_)
                                       : usual_least_ratings(*served.model, *options_.rank_by);
    const auto allow = array_of(known.allow, known.allow_count, "allow");
    const std::vector<ItemIndex> allowed(allow.begin(), allow.end());
    if (known.allow != nullptr) rules.allow = &allowed;
    const bool by_ratings_only = rules.allow == nullptr && rules.deny.empty();
    if (by_ratings_only && is_usual) {
      options_.filter =
          similar_to ? served.usual_filter(similar_by_) : served.usual_filter(*options_.rank_by);
    } else if (!by_ratings_only || rules.least_ratings > 0) {
      options_.filter = &filter_.emplace(served.recommender, rules);
    }
  }
  ListOptions(const ListOptions&) = delete;
  ListOptions& operator=(const ListOptions&) = delete;

  const RecommendOptions& get() const noexcept { return options_; }
  SimilarBy similar_by() const noexcept { return similar_by_; }

 private:
  void limit_groups(const mfpar_recommend_options& known, ItemIndex items) {
    const auto pairs = array_of(known.groups, known.group_count, "groups");
    if (known.at_most == 0) return;
    groups_.resize(items);
    for (const mfpar_item_group& pair : pairs) {
      if (pair.item < items) groups_[pair.item].push_back(pair.group);
    }
    limit_ = {.groups = &groups_, .at_most = known.at_most};
    options_.at_most = std::span(&limit_, 1);
  }

  ItemGroups groups_;
  GroupLimit limit_;
  SimilarBy similar_by_ = SimilarBy::kRaters;
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
  return init_options(options, size, kDefaults, kOldest);
}

mfpar_status mfpar_recommend(const mfpar_model* model, std::uint32_t user,
                             const mfpar_recommend_options* options, mfpar_recommendation* list,
                             std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const mfpar_model& known = required(model, "model");
    require_index(user, known.factors().user_count(), "user");
    const ListOptions how(*known.served, options);
    give_list(known.served->recommender.recommend(user, how.get()), list, capacity, needed);
  });
}

mfpar_status mfpar_recommend_user(const mfpar_user* user, const mfpar_recommend_options* options,
                                  mfpar_recommendation* list, std::size_t capacity,
                                  std::size_t* needed) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    const ListOptions how(*known.served, options);
    const UserProfile profile{known.row.factors,
                              known.row.bias,
                              {known.rated.items},
                              known.row.one_class,
                              known.row.cutpoints};
    give_list(known.served->recommender.recommend(profile, how.get()), list, capacity, needed);
  });
}

mfpar_status mfpar_similar_items(const mfpar_model* model, std::uint32_t item,
                                 const mfpar_recommend_options* options, mfpar_recommendation* list,
                                 std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const mfpar_model& known = required(model, "model");
    require_index(item, known.factors().item_count(), "item");
    const ListOptions how(*known.served, options, item);
    give_list(known.served->recommender.similar_items(item, how.get().top, how.get().filter,
                                                      how.similar_by()),
              list, capacity, needed);
  });
}
