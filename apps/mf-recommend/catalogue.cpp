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

using Warn = std::function<void(const std::string&)>;

/// The items of ids that the model has, ascending; `option` is what lists them.
std::vector<ItemIndex> known_items(const std::vector<std::string>& ids, const std::string& option,
                                   const FactorModel& model, const Warn& warn) {
  std::vector<std::string> warnings;
  std::vector<ItemIndex> items = items_of(ids, option, model, warnings);
  for (const std::string& warning : warnings) warn(warning);
  return items;
}

/// What --allow and --only, --where, --deny and --exclude leave; and whether the first two leave
/// anything.
ItemBounds bounds_of(const RecommendCommand& command, const FactorModel& model,
                     const ItemTitles& titles, const Warn& warn, bool& allows_any) {
  ItemBounds bounds;
  const auto confine = [&](std::vector<ItemIndex> items) {
    if (bounds.allow) {
      std::vector<ItemIndex> both;
      std::ranges::set_intersection(*bounds.allow, items, std::back_inserter(both));
      items = std::move(both);
    }
    bounds.allow = std::move(items);
  };
  if (!command.allow_path.empty()) {
    confine(
        known_items(read_ids(command.allow_path), "--allow " + command.allow_path, model, warn));
  }
  if (!command.only.empty()) confine(known_items(command.only, "--only", model, warn));
  allows_any = !bounds.allow || !bounds.allow->empty();
  if (!command.deny_path.empty()) {
    bounds.deny =
        known_items(read_ids(command.deny_path), "--deny " + command.deny_path, model, warn);
  }
  const auto excluded = known_items(command.exclude, "--exclude", model, warn);
  bounds.deny.insert(bounds.deny.end(), excluded.begin(), excluded.end());
  if (!command.where.empty()) confine(items_where(command.where, titles, model.item_count()));
  return bounds;
}

/// The id that was probably meant, or "".
std::string near_id(const std::string& id, const IdDictionary& ids) {
  // A similar number is another id; but blanks and leading zeros come from spreadsheets.
  const std::size_t begin = id.find_first_not_of(" 0"), end = id.find_last_not_of(' ');
  if (begin != id.npos) {
    std::string bare = id.substr(begin, end - begin + 1);
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

}  // namespace

std::vector<std::string> read_ids(const std::string& path) {
  std::vector<std::string> ids;
  // Cut by tabs: ids may hold all else.
  const DelimitedText file = read_delimited(path, "\t");
  for (const auto& row : file.rows) {
    if (!row.front().empty()) ids.push_back(row.front());
  }
  return ids;
}

Catalogue::Catalogue(const RecommendCommand& command,
                     const std::function<void(const std::string&)>& warn)
    : recommender_(std::make_shared<const FactorModel>(load_model(command.model_path))),
      titles_(titles_of(model(), command.titles_path, command.titles_columns, warn)),
      group_limits_(titles_, model().item_count()),
      least_ratings_(command.least_ratings),
      filters_(recommender_, titles_, bounds_of(command, model(), titles_, warn, allows_any_)) {
  // That everything is denied may be so for a day.
  const auto& allow = filters_.bounds().allow;
  const ItemFilter undenied(recommender_,
                            {.allow = allow ? &*allow : nullptr,
                             .least_ratings = this->least_ratings(usual_rank_by(model()), {})});
  if (allows_any_ && model().item_count() > 0 && undenied.size() == 0) {
    throw Error(ErrorCode::kBadOption,
                "no item is left to list: none passes all of --where, --allow, --only and "
                "--least-ratings");
  }
}

std::shared_ptr<const ItemFilter> Catalogue::filter(RankBy rank_by,
                                                    std::optional<std::uint32_t> least_ratings,
                                                    const ItemChoice& choice,
                                                    std::vector<std::string>& warnings) const {
  return filters_.filter(choice, this->least_ratings(rank_by, least_ratings), warnings);
}

std::uint32_t Catalogue::least_ratings(RankBy rank_by, std::optional<std::uint32_t> asked) const {
  if (!asked) asked = least_ratings_;
  return asked.value_or(usual_least_ratings(model(), rank_by));
}

UserIndex Catalogue::user(const std::string& id, const std::string& option,
                          const std::string& remedy) const {
  const UserIndex user = model().users().find(id);
  if (user != kNoIndex) return user;
  throw Error(ErrorCode::kBadOption, option + ": the model was not trained on a user " +
                                         mfpar::quoted(id) + "; " + remedy +
                                         hint(near_id(id, model().users())));
}

ItemIndex Catalogue::item(const std::string& id, const std::string& option) const {
  const ItemIndex item = model().items().find(id);
  if (item != kNoIndex) return item;
  std::string meant = near_id(id, model().items());
  const auto titled = [&](ItemIndex i) { return " (" + std::string(titles_.title(i)) + ")"; };
  if (!meant.empty() && !titles_.title(model().items().find(meant)).empty()) {
    meant += titled(model().items().find(meant));
  }
  // Somebody may have given a title.
  for (const ItemIndex other : items_titled(titles_, id, 3)) {
    meant += (meant.empty() ? "" : ", ") + model().items().id(other) + titled(other);
  }
  throw Error(
      ErrorCode::kBadOption,
      option + ": the model has no item " + mfpar::quoted(id) + "; expected an id such as " +
          mfpar::quoted(model().items().size() > 0 ? model().items().id(0) : "") + hint(meant));
}

}  // namespace mfpar::apps
