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

/// The items of a file of ids that the model has, ascending.
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
      titles_(command.titles_path.empty()
                  ? ItemTitles()
                  : ItemTitles(command.titles_path, command.titles_columns, model().items())),
      group_limits_(titles_, model().item_count()),
      least_ratings_(command.least_ratings) {
  for (const std::string& note : titles_.notes()) warn(note);
  if (!command.allow_path.empty()) {
    allow_ = items_of(command.allow_path, "--allow", model(), warn);
  }
  if (!command.deny_path.empty()) deny_ = items_of(command.deny_path, "--deny", model(), warn);
  const bool lists_any = allows_any();
  if (!command.where.empty()) {
    auto matching = items_where(command.where, titles_, model().item_count());
    if (allow_) {
      std::vector<ItemIndex> both;
      std::ranges::set_intersection(*allow_, matching, std::back_inserter(both));
      matching = std::move(both);
    }
    allow_ = std::move(matching);
  }
  // That everything is denied may be so for a day.
  const ItemFilter undenied(recommender_,
                            {.allow = allow_ ? &*allow_ : nullptr,
                             .least_ratings = this->least_ratings(usual_rank_by(model()), {})});
  if (lists_any && model().item_count() > 0 && undenied.size() == 0) {
    throw Error(ErrorCode::kBadOption,
                "no item is left to list: none passes all of --where, --allow and --least-ratings");
  }
}

std::shared_ptr<const ItemFilter> Catalogue::filter(
    RankBy rank_by, std::optional<std::uint32_t> least_ratings) const {
  constexpr std::size_t kMaxKept = 64;
  const std::uint32_t least = this->least_ratings(rank_by, least_ratings);
  const std::lock_guard lock(mutex_);
  if (filters_.size() >= kMaxKept && !filters_.contains(least)) filters_.clear();
  std::shared_ptr<const ItemFilter>& filter = filters_[least];
  if (!filter) {
    filter = std::make_shared<const ItemFilter>(
        recommender_,
        ItemFilter::Rules{
            .allow = allow_ ? &*allow_ : nullptr, .deny = deny_, .least_ratings = least});
  }
  return filter;
}

std::uint32_t Catalogue::least_ratings(RankBy rank_by, std::optional<std::uint32_t> asked) const {
  if (!asked) asked = least_ratings_;
  return asked.value_or(usual_least_ratings(model(), rank_by));
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
