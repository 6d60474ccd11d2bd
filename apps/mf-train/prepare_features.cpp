// SPDX-License-Identifier: MIT
#include "mf-train/prepare_features.hpp"

#include <algorithm>
#include <utility>

#include "common/text.hpp"

namespace mfpar::apps {

namespace {

std::string name_of(Entity entity) { return entity == Entity::kUser ? "user" : "item"; }

}  // namespace

void add_feature_options(Options& options, std::string& item_path, std::string& user_path) {
  options.group("What is known beside ratings");
  options.text(
      "item-features", "FILE", item_path,
      "What is known of items, a line each with an id: a movies.csv with genres and years, "
      "or any columns of categories, lists joined by |, numbers and years, told apart by "
      "what they hold. Items are held towards what it makes likely, and those without "
      "ratings to train on, or in FILE only, are predicted by it.");
  options.text("user-features", "FILE", user_path, "The same of users: age, gender, occupation.");
}

RatingStore join(RatingStore ratings, PreparedFeatures& features) {
  const Entity entity = features.table.entity;
  const auto ids = [&] {
    return entity == Entity::kUser ? ratings.parts().users : ratings.parts().items;
  };
  features.rated = ids()->size();
  features.known = count_known(features.table, *ids());
  ratings = with_ids(std::move(ratings), entity, features.table.ids);
  features.rows = align(features.table, *ids());
  return ratings;
}

std::string doubts(const PreparedFeatures& features) {
  if (2 * std::uint64_t{features.known} >= features.rated) return "";
  const std::string name = name_of(features.table.entity);
  return features.table.source + " has features of " + with_commas(features.known) + " of the " +
         with_commas(features.rated) + " " + name +
         "s that have ratings: of the others nothing is known but their ratings (are the ids of "
         "both files the same?)";
}

std::string describe(const PreparedFeatures& features) {
  const FeatureTable& table = features.table;
  const std::string name = name_of(table.entity);
  std::string text = name + " features: " + table.source + ", for " + with_commas(features.known) +
                     " of " + counted(features.rated, name);
  if (features.unrated() > 0) {
    text += " and " + with_commas(features.unrated()) + " without ratings";
  }
  constexpr std::size_t kShown = 8;
  std::string used, unused;
  std::size_t shown = 0;
  for (const FeatureColumn& column : table.columns) {
    if (++shown > kShown) continue;
    std::string& list = column.features > 0 ? used : unused;
    list += list.empty() ? "" : ", ";
    if (column.features > 0) list += with_commas(column.features) + " of ";
    list += column.name + " (" + column.reading + ')';
  }
  text += ": " + used;
  if (shown > kShown) text += " and of " + counted(shown - kShown, "other column");
  if (!unused.empty()) text += "; left out: " + unused;
  return text + '\n';
}

}  // namespace mfpar::apps
