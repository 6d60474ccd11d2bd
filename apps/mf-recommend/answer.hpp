// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/item_choice.hpp"
#include "common/item_fields.hpp"
#include "mf-recommend/catalogue.hpp"
#include "mf-recommend/new_user.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// How long a list, and what is passed over before it, may be.
inline constexpr std::uint32_t kMaxItems = 1'000'000;

/// How many of a user's ratings stand beside each item, but in an explanation.
inline constexpr std::size_t kInfluences = 3;

/// A list, and for whom.
struct Answer {
  std::string id;             ///< of the user, or of the item that others are similar to
  bool is_similar = false;    ///< a list of similar items
  bool is_new = false;        ///< a folded-in user
  std::uint32_t ratings = 0;  ///< that the user is known by
  RankBy rank_by{};           ///< what the list is ordered by
  SimilarBy similar_by{};     ///< what makes items similar
  std::vector<Recommendation> items{};
  std::vector<float> cosines{};             ///< of similar items: of their factors, one for each
  std::vector<Explanation> explanations{};  ///< one for each item, where asked for
  std::vector<std::string> warnings{};
  ItemFields fields{};
};

/// What a list is to be like.
struct ListRequest {
  std::uint32_t top = 20;
  RankBy rank_by;
  bool leave_out_rated = true;
  bool explain = false;
  std::optional<std::uint32_t> least_ratings = {};  ///< else what the catalogue was made for
  std::optional<float> least_rating = {};
  std::vector<GroupLimit> at_most = {};
  float diversity = 0.0f;
  std::uint32_t offset = 0;  ///< how many of the best are passed over
  ItemChoice choice = {};    ///< among what the command leaves
  ItemFields fields = {};    ///< of JSON
};

/// The lists of trained users, users[i] that of result[i].
std::vector<Answer> answers_for(const Catalogue& catalogue, std::span<const UserIndex> users,
                                const ListRequest& request, int threads);

/// The same for new users.
std::vector<Answer> answers_for(const Catalogue& catalogue, std::span<const NewUser> users,
                                const FoldInOptions& fold_in, const ListRequest& request,
                                int threads);

/// The items similar to `item`, by what makes them so usually unless given.
Answer similar_to(const Catalogue& catalogue, ItemIndex item, const ListRequest& request,
                  std::optional<SimilarBy> by);

}  // namespace mfpar::apps
