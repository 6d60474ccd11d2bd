// SPDX-License-Identifier: MIT
#include <pybind11/stl.h>

#include <algorithm>

#include "mfpar/error.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/rated_items.hpp"
#include "model.hpp"

namespace mfpar::python {

namespace {

/// Somebody who was folded in, and whose ratings may change.
class User {
 public:
  User(std::shared_ptr<Model> model, const py::array& items, const std::optional<py::array>& values)
      : model_(std::move(model)), session_(model_->factors()) {
    const Ids ids(items, "item");
    std::optional<Numbers> numbers;
    if (values) numbers.emplace(*values, "ratings");
    if (numbers && numbers->size() != ids.size()) {
      throw Error(ErrorCode::kBadData, std::to_string(ids.size()) + " items and " +
                                           std::to_string(numbers->size()) +
                                           " ratings; expected as many of each");
    }
    std::vector<ItemRating> given;
    Ids::Digits digits;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      given.push_back({.item = std::string(ids.at(i, digits)),
                       .value = numbers ? numbers->as<float>(i) : chosen()});
    }
    const RatedItems rated = rated_items(**model_, given);
    warnings_ = rating_warnings(**model_, rated, given);
    session_ = FoldInSession(model_->factors(), rated.ratings);
  }

  const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  bool rate(const py::array& item, std::optional<float> value) {
    return session_.rate(index_of(item), value ? *value : chosen());
  }

  bool remove(const py::array& item) { return session_.remove(index_of(item)); }

  std::vector<std::pair<ItemIndex, float>> ratings() const {
    std::vector<std::pair<ItemIndex, float>> ratings;
    for (const FoldInRating& rating : session_.ratings()) {
      ratings.emplace_back(rating.index, rating.value);
    }
    return ratings;
  }

  std::vector<float> factors() const { return session_.row().factors; }
  float bias() const noexcept { return session_.row().bias; }

  py::tuple recommend(const py::kwargs& kwargs) const {
    const ListOptions options = list_options(**model_, kwargs);
    return arrays_of({options.with(model_->recommender(),
                                   [&](const RecommendOptions& how) { return list(how); })},
                     options.top);
  }

  /// What is predicted of each item; NaN for one that the model does not have.
  py::array_t<float> predict(const py::array& items) const {
    const std::vector<ItemIndex> indices = indices_of((*model_)->items(), Ids(items, "item"));
    const ItemFilter filter(model_->recommender(), {.allow = &indices});
    const bool is_choice = (*model_)->feedback() == Feedback::kOneClass;
    std::vector<float> predictions((*model_)->item_count(),
                                   std::numeric_limits<float>::quiet_NaN());
    for (const Recommendation& item : list({.top = std::max(1u, filter.size()),
                                      .rank_by = usual_rank_by(**model_),
                                      .leave_out_rated = false,
                                      .filter = &filter})) {
      predictions[item.item] = is_choice ? item.score : item.rating;
    }
    py::array_t<float> result(static_cast<py::ssize_t>(indices.size()));
    for (std::size_t i = 0; i < indices.size(); ++i) {
      result.mutable_data()[i] = indices[i] == kNoIndex ? std::numeric_limits<float>::quiet_NaN()
                                                        : predictions[indices[i]];
    }
    return result;
  }

 private:
  /// What an item counts as that was chosen and not rated.
  float chosen() const {
    const FactorModel* const one_class = (*model_)->one_class();
    if ((*model_)->feedback() == Feedback::kOneClass) {
      return one_class->parts().one_class_weights.relevant.value_or(1.0f);
    }
    throw Error(ErrorCode::kBadData,
                "items without ratings; the model learnt from ratings, and folds users in from "
                "these");
  }

  ItemIndex index_of(const py::array& item) const {
    return indices_of((*model_)->items(), Ids(item, "item")).at(0);
  }

  std::vector<Recommendation> list(const RecommendOptions& how) const {
    std::vector<ItemIndex> rated;
    for (const FoldInRating& rating : session_.ratings()) rated.push_back(rating.index);
    std::sort(rated.begin(), rated.end());
    return model_->recommender().recommend(profile_of(session_.row(), rated), how);
  }

  std::shared_ptr<Model> model_;
  FoldInSession session_;
  std::vector<std::string> warnings_;
};

}  // namespace

void bind_user(py::module_& module) {
  py::class_<User>(module, "User")
      .def(py::init<std::shared_ptr<Model>, const py::array&, const std::optional<py::array>&>(),
           py::arg("model"), py::arg("items"), py::arg("values") = py::none())
      .def_property_readonly("warnings", &User::warnings)
      .def_property_readonly("ratings", &User::ratings)
      .def_property_readonly("factors", &User::factors)
      .def_property_readonly("bias", &User::bias)
      .def("rate", &User::rate, py::arg("item"), py::arg("value") = py::none())
      .def("remove", &User::remove, py::arg("item"))
      .def("recommend", &User::recommend)
      .def("predict", &User::predict, py::arg("items"));
}

}  // namespace mfpar::python
