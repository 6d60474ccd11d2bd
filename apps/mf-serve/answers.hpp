// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "common/json.hpp"
#include "mf-serve/questions.hpp"
#include "mf-serve/served_titles.hpp"
#include "mfpar/model_handle.hpp"

namespace mfpar::apps {

// What a model answers, as JSON that begins with the model's version. An answer comes from one
// model, whatever is loaded meanwhile. All are safe from many threads at once.

/// Who answers about items: a model, and what they are called, or null.
struct TitledModel {
  const ServedModel& served;
  const Titles* titles;
};

/// The state of the service.
Json health(const ServedModel& served);

/// The list of a trained user. Throws HttpError(404) for another.
Json recommend_known(const TitledModel& titled, const std::string& user, const ListQuestion& list);

/// The list of a new user. `id` is repeated, where there is one.
Json recommend_new(const TitledModel& titled, const std::string& id,
                   const std::vector<ItemRating>& ratings, const ListQuestion& list);

/// The factors and bias of a new user.
Json fold_in_new(const ServedModel& served, const std::vector<ItemRating>& ratings);

/// The items nearest to an item. Throws HttpError(404) for an unknown one.
Json similar_to(const TitledModel& titled, const std::string& item, const ListQuestion& list);

/// The rating of any user for any item, with whether the model knows them.
Json predict_rating(const ServedModel& served, const std::string& user, const std::string& item);

}  // namespace mfpar::apps
