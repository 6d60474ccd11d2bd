// SPDX-License-Identifier: MIT
#include <pybind11/stl.h>

#include <algorithm>

#include "common/error_table.hpp"
#include "common/json.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/ranking_baselines.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "model.hpp"
#include "ratings.hpp"

namespace mfpar::python {

namespace {

using apps::Json;

/// As `mf-eval --json` reports errors.
std::string errors(const Model& model, const Ratings& ratings, int threads) {
  const Evaluation e = evaluate(*model, ratings.table, threads);
  const LossInfo& loss = describe_loss(model->loss());
  const std::string metric(loss.metric);
  Json json = apps::error_json(e.all, loss);
  json["known"] = apps::error_json(e.known, loss);
  json["cold_user"] = apps::error_json(e.cold_user, loss);
  json["cold_item"] = apps::error_json(e.cold_item, loss);
  json["cold_both"] = apps::error_json(e.cold_both, loss);
  json["trained_on"] = e.trained_on;
  json["is_training_set"] = e.is_training_set;
  json["baseline_mean_" + metric] = e.baseline_mean_error;
  json["baseline_bias_" + metric] = e.baseline_bias_error;
  return text_of(json);
}

/// Users of ratings whom the model has, and the items relevant to each that it was not trained on.
struct Relevant {
  std::vector<UserIndex> users;
  std::vector<std::vector<ItemIndex>> items;
  std::uint64_t unknown_users = 0;
};

Relevant relevant_of(const Model& model, const RatingTable& ratings, std::optional<float> least) {
  const auto users = ratings.users(), items = ratings.items();
  std::vector<ItemIndex> known(items->size());
  for (ItemIndex i = 0; i < known.size(); ++i) known[i] = model->items().find(items->id(i));
  std::vector<std::vector<ItemIndex>> by_user(users->size());
  for (const Rating& rating : ratings) {
    if (least && rating.value < *least) continue;
    by_user[rating.user].push_back(known[rating.item]);
  }
  Relevant relevant;
  for (UserIndex u = 0; u < by_user.size(); ++u) {
    const UserIndex user = model->users().find(users->id(u));
    if (user == kNoIndex) {
      ++relevant.unknown_users;
      continue;
    }
    std::vector<ItemIndex>& of_user = by_user[u];
    std::erase_if(of_user, [&](ItemIndex item) {
      const FactorModel::Parts& parts = model->parts();
      return item == kNoIndex || parts.trained.contains(user, item) ||
             parts.held_out.contains(user, item);
    });
    std::sort(of_user.begin(), of_user.end());
    of_user.erase(std::unique(of_user.begin(), of_user.end()), of_user.end());
    if (of_user.empty()) continue;
    relevant.users.push_back(user);
    relevant.items.push_back(std::move(of_user));
  }
  return relevant;
}

/// As `mf-eval --ranking --json` reports the model's lists.
std::string ranking(const Model& model, const Ratings& ratings,
                    const std::vector<std::uint32_t>& cuts, std::optional<float> least,
                    const std::optional<std::string>& rank_by,
                    std::optional<std::uint32_t> least_ratings, int threads) {
  const Relevant relevant = relevant_of(model, ratings.table, least);
  if (relevant.users.empty()) {
    throw Error(ErrorCode::kBadData,
                "no lists to measure: no user of these ratings has relevant items that the model "
                "has and was not trained on");
  }
  const Recommender& recommender = model.recommender();
  const RankingBaselines baselines(model->parts().trained, model->item_count());
  RankingMeasures measures(cuts, baselines.raters(), model->user_count());
  ListOptions options;
  options.top = cuts.back();
  options.rank_by = rank_by;
  options.least_ratings = least_ratings;
  constexpr std::size_t kUsersAtOnce = 16384;
  for (std::size_t begin = 0; begin < relevant.users.size(); begin += kUsersAtOnce) {
    const std::size_t end = std::min(relevant.users.size(), begin + kUsersAtOnce);
    std::vector<UserProfile> profiles;
    for (std::size_t u = begin; u < end; ++u) {
      profiles.push_back(recommender.profile_of(relevant.users[u]));
    }
    const auto lists = options.with(recommender, [&](const RecommendOptions& how) {
      return recommender.recommend_many(profiles, how, threads);
    });
    for (std::size_t u = begin; u < end; ++u) {
      std::vector<ItemIndex> list;
      for (const Recommendation& place : lists[u - begin]) list.push_back(place.item);
      measures.add(list, relevant.items[u]);
    }
  }
  Json json{{"users", measures.users()}, {"users_unknown", relevant.unknown_users}};
  for (std::size_t metric = 0; metric < kRankingMetricNames.size(); ++metric) {
    Json by_cut = Json::object();
    for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
      by_cut[std::to_string(cuts[cut])] = measures.mean(static_cast<RankingMetric>(metric), cut);
    }
    json[std::string(kRankingMetricNames[metric])] = by_cut;
  }
  using Measure = double (RankingMeasures::*)(std::size_t) const;
  const std::pair<const char*, Measure> of_lists[] = {{"coverage", &RankingMeasures::coverage},
                                                      {"gini", &RankingMeasures::gini}};
  for (const auto& [name, measure] : of_lists) {
    Json by_cut = Json::object();
    for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
      by_cut[std::to_string(cuts[cut])] = (measures.*measure)(cut);
    }
    json[name] = by_cut;
  }
  return text_of(json);
}

}  // namespace

void bind_measures(py::class_<Model, std::shared_ptr<Model>>& model) {
  model
      .def("errors", &errors, py::arg("ratings"), py::arg("threads") = 0,
           py::call_guard<py::gil_scoped_release>())
      .def("ranking", &ranking, py::arg("ratings"), py::arg("top"),
           py::arg("relevant") = py::none(), py::arg("rank_by") = py::none(),
           py::arg("least_ratings") = py::none(), py::arg("threads") = 0,
           py::call_guard<py::gil_scoped_release>());
}

}  // namespace mfpar::python
