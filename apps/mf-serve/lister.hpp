// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "mf-serve/answers.hpp"
#include "mf-serve/new_user.hpp"
#include "mf-serve/questions.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/model_handle.hpp"

namespace mfpar::apps {

// The parts of lists. What they are made of must outlive them; none is synchronised.

/// An item of a list as JSON: all keys but those of similarity and of explanations.
Json item_of(const TitledModel& titled, const Recommendation& found, const ItemFields& fields);

/// Which items a list may hold.
class Listed {
 public:
  /// For users, and for an item. Throw HttpError(422) and Error(kBadOption) for choices that cannot
  /// be.
  Listed(const TitledModel& titled, RankBy by, const ListQuestion& list);
  Listed(const TitledModel& titled, SimilarBy by, const ListQuestion& list);

  /// Null for all items. That for users does not leave out excluded().
  const ItemFilter* filter() const { return filter_; }

  /// What is left out of the lists of users, ascending. A filter without it costs a look at all
  /// items, for a few that differ with each request.
  const std::vector<ItemIndex>& excluded() const { return excluded_; }

  /// How many are to be found for a page.
  std::uint32_t depth() const { return std::min(list_.top + list_.offset, item_count_); }

  /// What is listed of what was found.
  std::span<const Recommendation> page(std::span<const Recommendation> found) const {
    return found.subspan(std::min<std::size_t>(list_.offset, found.size()));
  }

  /// Appends what to say of the choice, and why a list is shorter than asked for.
  void warn(std::size_t listed, std::vector<std::string>& warnings) const;

 private:
  void choose(const TitledModel& titled, const ItemChoice& choice);

  const ListQuestion& list_;
  const ItemIndex item_count_;
  const std::uint32_t least_;
  const ItemFilter* filter_;
  std::vector<std::string> warnings_;
  std::shared_ptr<const ItemFilter> own_;
  std::vector<ItemIndex> excluded_;
};

/// A user in the terms of one model.
class ListedUser {
 public:
  /// Throws HttpError(404) for a trained user whom the model does not have.
  ListedUser(const ServedModel& served, const UserQuestion& question);
  ListedUser(const ListedUser&) = delete;
  ListedUser& operator=(const ListedUser&) = delete;

  const UserProfile& profile() const { return profile_; }

  /// Adds what an answer says of the user.
  void describe(Json& answer) const;

  /// What to say of the ratings of a new one.
  std::vector<std::string> warnings() const;

  /// Why an item has its score, in a list by one-class feedback or in any other.
  Explanation explain(ItemIndex item, bool by_one_class) const;

 private:
  const ServedModel& served_;
  const UserQuestion& question_;
  std::optional<NewUser> added_;
  UserIndex index_ = kNoIndex;
  UserProfile profile_;
  mutable std::optional<FoldInSession> session_;
};

/// Makes the lists of users who ask alike.
class Lister {
 public:
  /// Throws HttpError(422) and Error(kBadOption) for what cannot be asked of the model.
  Lister(const TitledModel& titled, const ListQuestion& list);

  /// What each is recommended, the items that are passed over too. Throws as above.
  std::vector<std::vector<Recommendation>> find(std::span<const UserProfile> profiles) const;

  /// Adds to an answer what was found for the user.
  void add(const ListedUser& user, std::span<const Recommendation> found, Json& answer) const;

 private:
  std::vector<std::vector<Recommendation>> find_without(
      const std::vector<ItemIndex>& excluded, std::span<const UserProfile> profiles) const;
  std::vector<std::vector<Recommendation>> find(std::span<const UserProfile> profiles,
                                                bool leave_out_rated) const;

  const TitledModel& titled_;
  const ListQuestion& list_;
  const RankBy order_;
  const std::vector<GroupLimit> limits_;
  const Listed listed_;
};

}  // namespace mfpar::apps
