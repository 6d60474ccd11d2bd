// SPDX-License-Identifier: MIT
#include "model.hpp"

#include <pybind11/stl.h>

#include <limits>

#include "common/for_each.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar::python {

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// Looks at the model's own memory, which `model` keeps.
template <class T>
py::array view_of(const py::object& model, const T* data, std::vector<py::ssize_t> shape,
                  std::vector<py::ssize_t> strides = {}) {
  py::array array(py::dtype::of<T>(), std::move(shape), std::move(strides), data, model);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::object ids_of(const py::object& self, Entity entity) {
  const IdDictionary& ids = *self.cast<const Model&>()->side(entity).ids;
  if (ids.is_integer()) {
    return view_of(self, ids.parts().integers.data(), {static_cast<py::ssize_t>(ids.size())});
  }
  py::list texts(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) texts[i] = py::str(ids.id(i));
  return texts;
}

py::array factors_of(const py::object& self, Entity entity) {
  const FactorModel& model = *self.cast<const Model&>();
  const FactorModel::Side& side = model.side(entity);
  constexpr auto kSize = static_cast<py::ssize_t>(sizeof(float));
  return view_of(self, side.factors.data(),
                 {static_cast<py::ssize_t>(side.ids->size()), model.rank()},
                 {static_cast<py::ssize_t>(model.stride()) * kSize, kSize});
}

py::array biases_of(const py::object& self, Entity entity) {
  const FrozenArray<float>& biases = self.cast<const Model&>()->side(entity).biases;
  return view_of(self, biases.data(), {static_cast<py::ssize_t>(biases.size())});
}

/// Indices of users and items, one of each a pair.
struct Pairs {
  std::vector<UserIndex> users;
  std::vector<ItemIndex> items;

  Pairs(const FactorModel& model, const Ids& user_ids, const Ids& item_ids) {
    if (user_ids.size() != item_ids.size()) {
      throw Error(ErrorCode::kBadData, std::to_string(user_ids.size()) + " users and " +
                                           std::to_string(item_ids.size()) +
                                           " items; expected as many of each");
    }
    users = indices_of(model.users(), user_ids);
    items = indices_of(model.items(), item_ids);
  }

  /// Calls body(i) for each pair, on several threads.
  template <class Body>
  void for_each(int threads, const Body& body) const {
    constexpr std::size_t kTogether = 4096;
    apps::for_each_index((users.size() + kTogether - 1) / kTogether, threads, [&](std::size_t n) {
      const std::size_t end = std::min(users.size(), (n + 1) * kTogether);
      for (std::size_t i = n * kTogether; i < end; ++i) body(i);
    });
  }
};

py::array_t<float> predict(const Model& model, const py::array& users, const py::array& items,
                           int threads) {
  const Ids user_ids(users, "user"), item_ids(items, "item");
  py::array_t<float> predictions(static_cast<py::ssize_t>(user_ids.size()));
  float* const to = predictions.mutable_data();
  const py::gil_scoped_release without_gil;
  const Pairs pairs(*model, user_ids, item_ids);
  const bool is_choice = model->feedback() == Feedback::kOneClass;
  pairs.for_each(threads, [&](std::size_t i) {
    to[i] = is_choice ? model->score(pairs.users[i], pairs.items[i])
                      : model->predict(pairs.users[i], pairs.items[i]);
  });
  return predictions;
}

/// Prediction, standard deviation and the bounds of 90 %, a row a pair.
py::array_t<float> intervals(const Model& model, const py::array& users, const py::array& items,
                             int threads) {
  if (!model->has_variance()) {
    throw Error(ErrorCode::kBadOption,
                "the model does not know how uncertain its predictions are; learn it by "
                "--method gibbs, with a --variance-rank above 0");
  }
  const Ids user_ids(users, "user"), item_ids(items, "item");
  py::array_t<float> rows({static_cast<py::ssize_t>(user_ids.size()), py::ssize_t{4}});
  float* const to = rows.mutable_data();
  const py::gil_scoped_release without_gil;
  const Pairs pairs(*model, user_ids, item_ids);
  pairs.for_each(threads, [&](std::size_t i) {
    const UserIndex user = pairs.users[i];
    const ItemIndex item = pairs.items[i];
    const RatingInterval interval = model->interval(user, item);
    const float row[] = {model->predict(user, item), interval.sd, interval.p5, interval.p95};
    std::copy(std::begin(row), std::end(row), to + 4 * i);
  });
  return rows;
}

/// Throws Error(kBadData) for an id that the model does not have.
std::vector<std::uint32_t> known(const IdDictionary& dictionary, const Ids& ids, const char* what,
                                 const char* remedy) {
  std::vector<std::uint32_t> indices = indices_of(dictionary, ids);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] != kNoIndex) continue;
    Ids::Digits digits;
    throw Error(ErrorCode::kBadData, std::string("the model does not have the ") + what + ' ' +
                                         mfpar::quoted(ids.at(i, digits)) + remedy);
  }
  return indices;
}

py::tuple recommend(const Model& model, const py::array& users, const py::kwargs& kwargs) {
  const Ids ids(users, "user");
  const ListOptions options = list_options(*model, kwargs);
  std::vector<std::vector<Recommendation>> lists;
  {
    const py::gil_scoped_release without_gil;
    const Recommender& recommender = model.recommender();
    std::vector<UserProfile> profiles;
    for (const UserIndex user : known(model->users(), ids, "user",
                                      "; fold_in() makes lists by the ratings of new users")) {
      profiles.push_back(recommender.profile_of(user));
    }
    lists = options.with(recommender, [&](const RecommendOptions& how) {
      return recommender.recommend_many(profiles, how, options.threads);
    });
  }
  return arrays_of(lists, options.top);
}

py::tuple similar_items(const Model& model, const py::array& items, std::uint32_t top,
                        const std::optional<std::string>& similar_by,
                        std::optional<std::uint32_t> least_ratings, int threads) {
  std::optional<SimilarBy> by;
  if (similar_by == "raters") by = SimilarBy::kRaters;
  if (similar_by == "factors") by = SimilarBy::kFactors;
  if (similar_by && !by) {
    throw Error(ErrorCode::kBadOption, "--similar-by is " + mfpar::quoted(*similar_by) +
                                           "; it must be one of raters|factors");
  }
  const Ids ids(items, "item");
  top = std::min(top, std::max(1u, model->item_count()));
  std::vector<std::vector<Recommendation>> lists(ids.size());
  {
    const py::gil_scoped_release without_gil;
    const Recommender& recommender = model.recommender();
    const std::vector<ItemIndex> indices = known(model->items(), ids, "item", "");
    apps::for_each_index(indices.size(), threads, [&](std::size_t i) {
      const SimilarBy used = by.value_or(recommender.usual_similar_by(indices[i]));
      const ItemFilter filter(
          recommender,
          {.least_ratings = least_ratings.value_or(usual_least_ratings(*model, used))});
      lists[i] = recommender.similar_items(indices[i], top, &filter, used);
    });
  }
  return arrays_of(lists, top);
}

}  // namespace

namespace {

void take_list_option(const FactorModel& model, const std::string& name, const py::handle& value,
                      ListOptions& options) {
  const auto indices = [&] {
    return indices_of(model.items(), Ids(value.cast<py::array>(), "item"));
  };
  const auto number = [&](double low, double high) {
    const auto given = value.cast<double>();
    if (given >= low && given <= high) return given;
    throw Error(ErrorCode::kBadOption, name + " is " + shortest_decimal(given) +
                                           "; it must be from " + shortest_decimal(low) + " to " +
                                           shortest_decimal(high));
  };
  constexpr double kMost = 0xFFFFFFFF;
  if (name == "top") {
    options.top = static_cast<std::uint32_t>(number(1, kMost));
    options.top = std::min(options.top, std::max(1u, model.item_count()));
  } else if (name == "rank_by") {
    options.rank_by = value.cast<std::string>();
  } else if (name == "least_ratings") {
    options.least_ratings = static_cast<std::uint32_t>(number(0, kMost));
  } else if (name == "least_rating") {
    options.least_rating = value.cast<float>();
  } else if (name == "keep_rated") {
    options.keep_rated = value.cast<bool>();
  } else if (name == "diversity") {
    options.diversity = static_cast<float>(number(0, 1));
  } else if (name == "only") {
    options.only = indices();
  } else if (name == "exclude") {
    options.exclude = indices();
  } else if (name == "threads") {
    options.threads = value.cast<int>();
  } else {
    throw py::type_error("there is no option " + name + " of lists");
  }
}

}  // namespace

ListOptions list_options(const FactorModel& model, const py::kwargs& kwargs) {
  ListOptions options;
  for (const auto& [key, value] : kwargs) {
    if (value.is_none()) continue;
    const auto name = key.cast<std::string>();
    try {
      take_list_option(model, name, value, options);
    } catch (const py::cast_error&) {
      throw py::type_error(name + " is a " + std::string(py::str(py::type::of(value))) +
                           ", which is of another type than this option");
    }
  }
  return options;
}

py::tuple arrays_of(const std::vector<std::vector<Recommendation>>& lists, std::size_t top) {
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(lists.size()),
                                       static_cast<py::ssize_t>(top)};
  py::array_t<ItemIndex> items(shape);
  py::array_t<float> scores(shape), ratings(shape);
  for (std::size_t row = 0; row < lists.size(); ++row) {
    for (std::size_t place = 0; place < top; ++place) {
      const bool is_there = place < lists[row].size();
      const std::size_t at = row * top + place;
      items.mutable_data()[at] = is_there ? lists[row][place].item : kNoIndex;
      scores.mutable_data()[at] = is_there ? lists[row][place].score : kNone;
      ratings.mutable_data()[at] = is_there ? lists[row][place].rating : kNone;
    }
  }
  return py::make_tuple(items, scores, ratings);
}

void bind_model(py::module_& module) {
  py::class_<Model, std::shared_ptr<Model>> model(module, "Model");
  model
      .def_static(
          "load", [](const std::string& path) { return std::make_shared<Model>(load_model(path)); },
          py::arg("path"), py::call_guard<py::gil_scoped_release>())
      .def(
          "save", [](const Model& self, const std::string& path) { save_model(*self, path); },
          py::arg("path"), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("feedback",
                             [](const Model& self) {
                               const bool is_both = self->feedback() == Feedback::kRatings &&
                                                    self->one_class() != nullptr;
                               return is_both ? "both" : name_of(kFeedbackNames, self->feedback());
                             })
      .def_property_readonly("loss",
                             [](const Model& self) { return name_of_loss(self->loss_choice()); })
      .def_property_readonly("mean", [](const Model& self) { return self->mean(); })
      .def_property_readonly(
          "range",
          [](const Model& self) { return std::pair(self->range().lowest, self->range().highest); })
      .def_property_readonly("options",
                             [](const Model& self) { return self->parts().record.options; })
      .def("predict", &predict, py::arg("users"), py::arg("items"), py::arg("threads") = 0)
      .def("intervals", &intervals, py::arg("users"), py::arg("items"), py::arg("threads") = 0)
      .def("recommend", &recommend, py::arg("users"))
      .def("similar_items", &similar_items, py::arg("items"), py::arg("top"),
           py::arg("similar_by") = py::none(), py::arg("least_ratings") = py::none(),
           py::arg("threads") = 0);
  for (const auto& [entity, name] : {std::pair(Entity::kUser, "user"), {Entity::kItem, "item"}}) {
    const Entity of = entity;
    const std::string prefix = name;
    model.def_property_readonly((prefix + "_ids").c_str(),
                                [of](const py::object& self) { return ids_of(self, of); });
    model.def_property_readonly((prefix + "_factors").c_str(),
                                [of](const py::object& self) { return factors_of(self, of); });
    model.def_property_readonly((prefix + "_biases").c_str(),
                                [of](const py::object& self) { return biases_of(self, of); });
  }
  bind_measures(model);
}

}  // namespace mfpar::python
