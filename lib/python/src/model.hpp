// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::python {

/// A model, and what finds its lists, made when it is first asked for. Safe from any number of
/// threads.
class Model {
 public:
  explicit Model(FactorModel model)
      : model_(std::make_shared<const FactorModel>(std::move(model))) {}

  const FactorModel& operator*() const noexcept { return *model_; }
  const FactorModel* operator->() const noexcept { return model_.get(); }
  const std::shared_ptr<const FactorModel>& factors() const noexcept { return model_; }

  const Recommender& recommender() const {
    std::call_once(made_, [this] { recommender_.emplace(model_); });
    return *recommender_;
  }

 private:
  std::shared_ptr<const FactorModel> model_;
  mutable std::once_flag made_;
  mutable std::optional<Recommender> recommender_;
};

/// How lists are made, by the names of mf-recommend's options.
struct ListOptions {
  std::uint32_t top = 20;
  std::optional<std::string> rank_by;
  std::optional<std::uint32_t> least_ratings;
  bool keep_rated = false;
  std::optional<float> least_rating;
  float diversity = 0.0f;
  std::optional<std::vector<ItemIndex>> only;
  std::vector<ItemIndex> exclude;
  int threads = 0;

  /// Calls body(options) with what they say to the recommender. Throws Error(kBadOption).
  template <class Body>
  auto with(const Recommender& recommender, const Body& body) const;
};

/// Of `options` as Python's keywords; ids in `only` and `exclude` are looked up. Throws
/// Error(kBadOption).
ListOptions list_options(const FactorModel& model, const py::kwargs& options);

/// Lists as two arrays, indices of items and scores, a row each; behind the end of a list stand
/// kNoIndex and NaN.
py::tuple arrays_of(const std::vector<std::vector<Recommendation>>& lists, std::size_t top);

template <class Body>
auto ListOptions::with(const Recommender& recommender, const Body& body) const {
  const FactorModel& model = recommender.model();
  RankBy by = usual_rank_by(model);
  if (rank_by) {
    const std::optional<RankBy> parsed = parse_rank_by(*rank_by);
    if (!parsed) {
      throw Error(ErrorCode::kBadOption,
                  "--rank-by is " + mfpar::quoted(*rank_by) +
                      "; it must be one of rating, interaction, one-class, blend:W, "
                      "one-class:W, lower:W and upper:W");
    }
    by = *parsed;
  }
  const ItemFilter filter(
      recommender, {.allow = only ? &*only : nullptr,
                    .deny = exclude,
                    .least_ratings = least_ratings.value_or(usual_least_ratings(model, by))});
  return body(RecommendOptions{.top = top,
                               .rank_by = by,
                               .leave_out_rated = !keep_rated,
                               .filter = &filter,
                               .least_rating = least_rating,
                               .at_most = {},
                               .diversity = diversity});
}

/// Declares Model.
void bind_model(py::module_& module);

/// Declares User, somebody who was folded in.
void bind_user(py::module_& module);

/// Declares how Model is measured.
void bind_measures(py::class_<Model, std::shared_ptr<Model>>& model);

}  // namespace mfpar::python
