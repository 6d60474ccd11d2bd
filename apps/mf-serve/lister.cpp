// SPDX-License-Identifier: MIT
#include "mf-serve/lister.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "common/json_ratings.hpp"
#include "mf-serve/http_message.hpp"

namespace mfpar::apps {

namespace {

/// For what goes by columns where there are no titles.
[[noreturn]] void refuse_column(const std::string& key) {
  throw HttpError(422, key +
                           " is for columns of titles; start the service with --titles FILE, or "
                           "train with it");
}

/// The limits that a list is to keep. Throws HttpError(422) for those that cannot be.
std::vector<GroupLimit> limits_of(const TitledModel& titled, const ListQuestion& list) {
  std::vector<GroupLimit> limits;
  for (const std::string& text : list.at_most) {
    if (titled.titles == nullptr) refuse_column("at_most");
    std::ranges::copy(titled.titles->limits.parse(text, "at_most"), std::back_inserter(limits));
  }
  return limits;
}

/// Adds where the score comes from, and those of the user's ratings that speak for it most.
void add_reasons(const ServedModel& served, const Explanation& why, Json& item) {
  constexpr std::size_t kMaxReasons = 3;
  Json reasons = Json::array();
  for (const RatingInfluence& influence : why.influences) {
    if (reasons.size() == kMaxReasons || !(influence.contribution > 0)) break;
    const std::string id = served.model->items().id(influence.index);
    reasons.push_back({{"item", id},
                       {"id", id},
                       {"rating", influence.value},
                       {"weight", static_cast<float>(influence.weight)},
                       {"contribution", static_cast<float>(influence.contribution)}});
  }
  item["because"] = std::move(reasons);
  item["explanation"] = {{"mean", why.mean},
                         {"user_bias", why.user_bias},
                         {"item_bias", why.item_bias},
                         {"interaction", why.interaction}};
}

}  // namespace

Json item_of(const TitledModel& titled, const Recommendation& r, const ItemFields& fields) {
  constexpr std::size_t kUsualKeys = 8;
  const std::string id = titled.served.model->items().id(r.item);
  Json item = Json::object();
  item.get_ref<Json::object_t&>().reserve(kUsualKeys);
  item["item"] = id;
  item["id"] = id;
  const bool with_titles = titled.titles != nullptr && fields.titles;
  if (with_titles) item["title"] = titled.titles->titles.title(r.item);
  item["score"] = r.score;
  item["rating"] = r.rating;
  if (!std::isnan(r.sd)) {
    item["sd"] = r.sd;
    item["p5"] = r.p5;
    item["p95"] = r.p95;
  }
  if (!with_titles || !fields.has("columns")) return item;
  const ItemTitles& titles = titled.titles->titles;
  if (titles.columns().size() < 2) return item;
  Json& columns = item["columns"] = Json::object();
  for (std::size_t i = 1; i < titles.columns().size(); ++i) {
    columns[titles.columns()[i]] = titles.text(r.item, i);
  }
  return item;
}

Listed::Listed(const TitledModel& titled, RankBy by, const ListQuestion& list)
    : list_(list),
      item_count_(titled.served.model->item_count()),
      least_(list.least_ratings.value_or(usual_least_ratings(*titled.served.model, by))),
      filter_(titled.served.usual_filter(by)) {
  choose(titled, {.where = list.choice.where, .only = list.choice.only});
  excluded_ = items_of(list.choice.exclude, "exclude", *titled.served.model, warnings_);
}

Listed::Listed(const TitledModel& titled, SimilarBy by, const ListQuestion& list)
    : list_(list),
      item_count_(titled.served.model->item_count()),
      least_(list.least_ratings.value_or(usual_least_ratings(*titled.served.model, by))),
      filter_(titled.served.usual_filter(by)) {
  choose(titled, list.choice);
}

void Listed::choose(const TitledModel& titled, const ItemChoice& choice) {
  if (choice == ItemChoice() && !list_.least_ratings) return;
  if (titled.titles != nullptr) {
    own_ = titled.titles->filters.filter(choice, least_, warnings_);
  } else {
    if (!choice.where.empty()) refuse_column("where");
    const ItemTitles none;
    own_ = ItemFilters(titled.served.recommender, none).filter(choice, least_, warnings_);
  }
  filter_ = own_.get();
}

void Listed::warn(std::size_t listed, std::vector<std::string>& warnings) const {
  warnings.insert(warnings.end(), warnings_.begin(), warnings_.end());
  if (listed >= list_.top) return;
  const bool is_filtered =
      !excluded_.empty() || (filter_ != nullptr && filter_->size() < item_count_);
  warnings.push_back(short_list_warning(listed,
                                        {.least_ratings = is_filtered ? least_ : 0,
                                         .least_rating = list_.least_rating,
                                         .limits_groups = !list_.at_most.empty()},
                                        "least_ratings", "least_rating", "at_most"));
}

ListedUser::ListedUser(const ServedModel& served, const UserQuestion& question)
    : served_(served), question_(question) {
  if (question.ratings) {
    added_.emplace(*served.model, *question.ratings);
    profile_ = added_->profile();
    return;
  }
  index_ = served.model->users().find(question.id);
  if (index_ == kNoIndex) {
    throw HttpError(404, "the model has no user '" + question.id +
                             "'; for a new user, POST /recommend with their ratings");
  }
  profile_ = served.recommender.profile_of(index_);
}

void ListedUser::describe(Json& answer) const {
  if (!question_.id.empty()) answer["user"] = question_.id;
  if (!added_) {
    answer["ratings"] = profile_.rated[0].size();
    return;
  }
  answer["ratings"] = added_->row.used;
  answer["ratings_used"] = added_->row.used;
  answer["unknown_items"] = added_->unknown;
}

std::vector<std::string> ListedUser::warnings() const {
  return added_ ? added_->warnings : std::vector<std::string>();
}

Explanation ListedUser::explain(ItemIndex item, bool by_one_class) const {
  if (added_) {
    if (!session_) session_.emplace(served_.model, added_->rated.ratings);
    return (by_one_class ? *session_->one_class() : *session_).explain(item);
  }
  const FactorModel& model = by_one_class ? *served_.model->one_class() : *served_.model;
  return {.mean = model.mean(),
          .user_bias = model.parts().users.biases[index_],
          .item_bias = model.parts().items.biases[item],
          .interaction = model.interaction(index_, item),
          .influences = {}};
}

Lister::Lister(const TitledModel& titled, const ListQuestion& list)
    : titled_(titled),
      list_(list),
      order_(list.rank_by.value_or(usual_rank_by(*titled.served.model))),
      limits_(limits_of(titled, list)),
      listed_(titled, order_, list) {}

std::vector<std::vector<Recommendation>> Lister::find(std::span<const UserProfile> profiles) const {
  const std::vector<ItemIndex>& excluded = listed_.excluded();
  if (!excluded.empty()) return find_without(excluded, profiles);
  return find(profiles, !list_.keep_rated);
}

std::vector<std::vector<Recommendation>> Lister::find_without(
    const std::vector<ItemIndex>& excluded, std::span<const UserProfile> profiles) const {
  std::vector<UserProfile> others(profiles.begin(), profiles.end());
  std::vector<std::vector<ItemIndex>> left_out(others.size());
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (list_.keep_rated) {
      others[i].rated = {excluded, {}};
      continue;
    }
    // The other list, of items rated for validation, is shorter.
    std::ranges::set_union(others[i].rated[1], excluded, std::back_inserter(left_out[i]));
    others[i].rated[1] = left_out[i];
  }
  return find(others, /*leave_out_rated=*/true);
}

std::vector<std::vector<Recommendation>> Lister::find(std::span<const UserProfile> profiles,
                                                      bool leave_out_rated) const {
  const RecommendOptions options{.top = listed_.depth(),
                                 .rank_by = list_.rank_by,
                                 .leave_out_rated = leave_out_rated,
                                 .filter = listed_.filter(),
                                 .least_rating = list_.least_rating,
                                 .at_most = limits_,
                                 .diversity = list_.diversity};
  const Recommender& recommender = titled_.served.recommender;
  if (profiles.size() == 1) return {recommender.recommend(profiles.front(), options)};
  // Other requests need the other cores.
  return recommender.recommend_many(profiles, options, /*threads=*/1);
}

void Lister::add(const ListedUser& user, std::span<const Recommendation> found,
                 Json& answer) const {
  user.describe(answer);
  std::vector<std::string> warnings = user.warnings();
  Json items = Json::array();
  for (const Recommendation& r : listed_.page(found)) {
    Json item = item_of(titled_, r, list_.fields);
    if (list_.explain) {
      const bool by_one_class = order_.one_class_weight != 0.0f;
      add_reasons(titled_.served, user.explain(r.item, by_one_class), item);
    }
    list_.fields.confine(item);
    items.push_back(std::move(item));
  }
  listed_.warn(items.size(), warnings);
  answer["items"] = std::move(items);
  answer["warnings"] = std::move(warnings);
}

}  // namespace mfpar::apps
