// SPDX-License-Identifier: MIT
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "capi/objects.hpp"
#include "mfpar/fold_in_session.hpp"

using namespace mfpar;
using namespace mfpar::capi;

namespace {

constexpr mfpar_fold_in_options kDefaults{sizeof(mfpar_fold_in_options), MFPAR_PENALTY_TRAINING,
                                          1.0, 0.0};

FoldInOptions fold_in_options(const mfpar_fold_in_options* given) {
  const mfpar_fold_in_options known = known_options(given, kDefaults);
  FoldInOptions options;
  options.alpha = known.alpha;
  if (known.bias_alpha != 0) options.bias_alpha = known.bias_alpha;
  switch (known.penalty) {
    case MFPAR_PENALTY_TRAINING:
      options.penalty = FoldInOptions::Penalty::kTraining;
      return options;
    case MFPAR_PENALTY_FIXED:
      options.penalty = FoldInOptions::Penalty::kFixed;
      return options;
    case MFPAR_PENALTY_LEAVE_ONE_OUT:
      options.penalty = FoldInOptions::Penalty::kLeaveOneOut;
      return options;
  }
  throw Refusal(MFPAR_BAD_OPTION, "penalty is " + std::to_string(known.penalty) +
                                      "; it must be one of mfpar_penalty");
}

mfpar_user folded_in(const mfpar_model& model, RatedItems rated,
                     const mfpar_fold_in_options* options) {
  FoldedIn row = fold_in_user(model.factors(), rated.ratings, fold_in_options(options));
  return {model.served, std::move(rated), std::move(row)};
}

/// The penalties that `row` was folded in with, so that the row that ranks is explained.
FoldInOptions same_as(const FoldedIn& row) {
  constexpr double kMinAlpha = 1e-12;  // for a model that was trained without penalty
  return {.penalty = FoldInOptions::Penalty::kFixed,
          .alpha = std::max(row.alpha, kMinAlpha),
          .bias_alpha = std::max(row.bias_alpha, kMinAlpha)};
}

/// Of an item of the user's model; MFPAR_NO_INDEX: of one that is not known.
float score_of(const mfpar_user& user, std::uint32_t item) {
  const FactorModel& model = *user.served->model;
  require_index_or_none(item, model.item_count(), "item");
  const float score = model.mean() + user.row.bias;
  if (item == kNoIndex) return score;
  const auto row = model.item_row(item);
  return std::inner_product(row.begin(), row.end(), user.row.factors.begin(),
                            score + model.parts().items.biases[item]);
}

}  // namespace

mfpar_status mfpar_fold_in_options_init(mfpar_fold_in_options* options, std::size_t size) {
  return init_options(options, size, kDefaults);
}

mfpar_status mfpar_fold_in(const mfpar_model* model, const std::uint32_t* items,
                           const float* values, std::size_t count,
                           const mfpar_fold_in_options* options, mfpar_user** user) {
  return create(user, "user", [&] {
    const auto indices = array_of(items, count, "items");
    const auto given = array_of(values, count, "values");
    const mfpar_model& known = required(model, "model");
    std::vector<FoldInRating> ratings(count);
    for (std::size_t i = 0; i < count; ++i) ratings[i] = {indices[i], given[i]};
    return folded_in(known, rated_items(known.factors(), std::move(ratings)), options);
  });
}

mfpar_status mfpar_fold_in_ids(const mfpar_model* model, const char* const* items,
                               const float* values, std::size_t count,
                               const mfpar_fold_in_options* options, mfpar_user** user) {
  return create(user, "user", [&] {
    const auto ids = array_of(items, count, "items");
    const auto given = array_of(values, count, "values");
    const mfpar_model& known = required(model, "model");
    std::vector<ItemRating> ratings(count);
    for (std::size_t i = 0; i < count; ++i) {
      ratings[i] = {required_text(ids[i], "an id in items"), given[i]};
    }
    return folded_in(known, rated_items(known.factors(), ratings), options);
  });
}

void mfpar_user_free(mfpar_user* user) { delete user; }

mfpar_status mfpar_user_bias(const mfpar_user* user, float* bias) {
  return guarded([&] { required(bias, "bias") = required(user, "user").row.bias; });
}

mfpar_status mfpar_user_factors(const mfpar_user* user, float* factors, std::size_t capacity,
                                std::size_t* needed) {
  return guarded(
      [&] { hand_over<float>(required(user, "user").row.factors, factors, capacity, needed); });
}

mfpar_status mfpar_user_ratings(const mfpar_user* user, std::uint32_t* used, std::uint32_t* unknown,
                                std::uint32_t* duplicates) {
  return guarded([&] {
    const FoldedIn& row = required(user, "user").row;
    required(used, "used");
    required(unknown, "unknown");
    required(duplicates, "duplicates") = row.duplicates;
    *used = row.used;
    *unknown = row.unknown;
  });
}

mfpar_status mfpar_user_predict(const mfpar_user* user, std::uint32_t item, float* rating) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    const FactorModel& model = *known.served->model;
    const float score = score_of(known, item);
    required(rating, "rating") = model.predict_from_score(
        score, known.row.cutpoints, model.sd(known.row.variance, known.row.noise_variance, item));
  });
}

mfpar_status mfpar_user_predict_interval(const mfpar_user* user, std::uint32_t item,
                                         mfpar_interval* interval) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    const FactorModel& model = *known.served->model;
    const float score = score_of(known, item);
    const float sd = model.sd(known.row.variance, known.row.noise_variance, item);
    required(interval, "interval") =
        interval_of(model.interval_from_score(score, sd, known.row.cutpoints));
  });
}

mfpar_status mfpar_user_because(const mfpar_user* user, std::uint32_t item, mfpar_reason* reasons,
                                std::size_t capacity, std::size_t* needed) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    require_index(item, known.served->model->item_count(), "item");
    const FoldInSession session(known.served->model, known.rated.ratings, same_as(known.row));
    std::vector<mfpar_reason> result;
    const FoldInSession& explained =
        session.one_class() != nullptr ? *session.one_class() : session;
    for (const RatingInfluence& influence : explained.explain(item).influences) {
      result.push_back({influence.index, influence.value, static_cast<float>(influence.weight),
                        static_cast<float>(influence.contribution)});
    }
    hand_over<mfpar_reason>(result, reasons, capacity, needed);
  });
}

mfpar_status mfpar_user_warnings(const mfpar_user* user, char* text, std::size_t capacity,
                                 std::size_t* needed) {
  return guarded([&] {
    const mfpar_user& known = required(user, "user");
    std::string lines;
    for (const std::string& warning : rating_warnings(*known.served->model, known.rated)) {
      lines += warning + '\n';
    }
    hand_over<char>({lines.c_str(), lines.size() + 1}, text, capacity, needed);
  });
}
