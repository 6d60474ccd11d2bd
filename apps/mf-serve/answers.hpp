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

/// The list of a trained user, or of a new one. Throws HttpError(404) for a trained user whom the
/// model does not have, HttpError(422) and Error(kBadOption) for what cannot be asked of it.
Json recommend(const TitledModel& titled, const UserQuestion& question);

/// The same for many, each answer or refusal in its place: {"model_version", "answers"}, or, where
/// the requests came a line each, these on as many lines. Lists that are asked for alike are made
/// together.
std::string recommend_batch(const TitledModel& titled, const BatchQuestion& batch);

/// The factors and bias of a new user.
Json fold_in_new(const ServedModel& served, const std::vector<ItemRating>& ratings);

/// The items most similar to an item. Throws HttpError(404) for an unknown one, and as above.
Json similar_to(const TitledModel& titled, const SimilarQuestion& question);

/// The rating of any user for any item, with whether the model knows them.
Json predict_rating(const ServedModel& served, const std::string& user, const std::string& item);

}  // namespace mfpar::apps
