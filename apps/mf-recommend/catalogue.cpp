// SPDX-License-Identifier: MIT
#include "mf-recommend/catalogue.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include "common/options.hpp"
#include "common/text.hpp"
#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

/// Factors learnt from fewer ratings are mostly noise, and no bias outweighs it; README.md has
/// figures.
constexpr std::uint32_t kMinRatingsByInteraction = 10;

/// The items of a file of ids that the model has, ascending. Throws Error(kBadData) when it has
/// none.
std::vector<ItemIndex> items_of(const std::string& path, const std::string& option,
                                const FactorModel& model,
                                const std::function<void(const std::string&)>& warn) {
  std::vector<ItemIndex> items;
  std::size_t unknown = 0;
  std::string first_unknown;
  for (const std::string& id : read_ids(path)) {
    const ItemIndex item = model.items().find(id);
    if (item != kNoIndex) {
      items.push_back(item);
    } else if (unknown++ == 0) {
      first_unknown = id;
    }
  }
  if (items.empty()) {
    throw Error(ErrorCode::kBadData, path + ": none of the " + with_commas(unknown) + " ids (" +
                                         quoted(first_unknown) +
                                         ", ...) is an item of the model; expected ids such as " +
                                         quoted(model.items().id(0)) + ", one a line");
  }
  if (unknown > 0) {
    warn(option + " " + path + ": the model does not have " + with_commas(unknown) +
         " of the items (" + quoted(first_unknown) + (unknown > 1 ? ", ...)" : ")"));
  }
  std::ranges::sort(items);
  return items;
}

/// The id that was probably meant, or "".
std::string near_id(const std::string& id, const IdDictionary& ids) {
  // A similar number is another id; but blanks and leading zeros come from spreadsheets.
  const std::size_t begin = id.find_first_not_of(" 0"), end = id.find_last_not_of(' ');
  if (begin != id.npos) {
    const std::string bare = id.substr(begin, end - begin + 1);
    if (ids.find(bare) != kNoIndex) return bare;
  }
  if (ids.is_integer()) return "";
  std::vector<std::string> all(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) all[i] = ids.id(i);
  return nearest(id, all);
}

std::string hint(const std::string& meant) {
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

/// Models of other programs do not contain who rated what.
bool knows_ratings(const FactorModel& model) { return !model.parts().trained.items.empty(); }

}  // namespace

std::vector<std::string> read_ids(const std::string& path) {
  std::vector<std::string> ids;
  // Cut by tabs: ids may hold all else.
  const DelimitedText file = read_delimited(path, "\t");
  for (const auto& row : file.rows) {
    if (!row.front().empty()) ids.push_back(row.front());
  }
  if (ids.empty()) {
    throw Error(ErrorCode::kBadData, file.name + " is empty; expected ids, one a line");
  }
  return ids;
}

Catalogue::Catalogue(const RecommendCommand& command,
                     const std::function<void(const std::string&)>& warn)
    : recommender_(std::make_shared<const FactorModel>(load_model(command.model_path))),
      titles_(command.titles_path.empty()
                  ? ItemTitles()
                  : ItemTitles(command.titles_path, command.titles_columns, model().items())),
      least_by_rating_(command.least_ratings.value_or(0)),
      least_by_interaction_(
          command.least_ratings.value_or(knows_ratings(model()) ? kMinRatingsByInteraction : 0)) {
  by_rating_.emplace(make_filter(command, least_by_rating_, warn));
  if (by_rating_->size() == 0 && model().item_count() > 0) {
    throw Error(ErrorCode::kBadOption,
                "no item is left to list: none passes all of --where, --allow, --deny and "
                "--least-ratings");
  }
  if (least_by_interaction_ != least_by_rating_) {
    by_interaction_.emplace(make_filter(command, least_by_interaction_, [](const auto&) {}));
  }
}

ItemFilter Catalogue::make_filter(const RecommendCommand& command, std::uint32_t least_ratings,
                                  const std::function<void(const std::string&)>& warn) const {
  std::optional<std::vector<ItemIndex>> allow;
  if (!command.allow_path.empty()) {
    allow = items_of(command.allow_path, "--allow", model(), warn);
  }
  if (!command.where.empty()) {
    const auto matching = items_where(command.where, titles_, model().item_count());
    if (allow) {
      std::vector<ItemIndex> both;
      std::ranges::set_intersection(*allow, matching, std::back_inserter(both));
      allow = std::move(both);
    } else {
      allow = matching;
    }
  }
  std::vector<ItemIndex> deny;
  if (!command.deny_path.empty()) deny = items_of(command.deny_path, "--deny", model(), warn);
  return ItemFilter(
      recommender_,
      {.allow = allow ? &*allow : nullptr, .deny = deny, .least_ratings = least_ratings});
}

bool Catalogue::goes_by_interaction(RankBy rank_by) const {
  return rank_by.bias_weight < 1.0f || !model().has_biases();
}

const ItemFilter& Catalogue::filter(RankBy rank_by) const {
  return goes_by_interaction(rank_by) && by_interaction_ ? *by_interaction_ : *by_rating_;
}

std::uint32_t Catalogue::least_ratings(RankBy rank_by) const {
  return goes_by_interaction(rank_by) ? least_by_interaction_ : least_by_rating_;
}

UserIndex Catalogue::user(const std::string& id, const std::string& option) const {
  const UserIndex user = model().users().find(id);
  if (user != kNoIndex) return user;
  throw Error(ErrorCode::kBadOption,
              option + ": the model was not trained on a user " + quoted(id) +
                  "; recommend for a new user by ratings (ITEM=RATING, --ratings)" +
                  hint(near_id(id, model().users())));
}

ItemIndex Catalogue::item(const std::string& id, const std::string& option) const {
  const ItemIndex item = model().items().find(id);
  if (item != kNoIndex) return item;
  std::string meant = near_id(id, model().items());
  if (!meant.empty() && !titles_.title(model().items().find(meant)).empty()) {
    meant += " (" + titles_.title(model().items().find(meant)) + ")";
  }
  // Somebody may have given a title.
  for (const ItemIndex titled : titles_.titled(id, 3)) {
    meant += (meant.empty() ? "" : ", ") + model().items().id(titled) + " (" +
             titles_.title(titled) + ")";
  }
  throw Error(ErrorCode::kBadOption,
              option + ": the model has no item " + quoted(id) + "; expected an id such as " +
                  quoted(model().items().size() > 0 ? model().items().id(0) : "") + hint(meant));
}

}  // namespace mfpar::apps
