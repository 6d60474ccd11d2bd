// SPDX-License-Identifier: MIT
#include "ratings.hpp"

#include <charconv>
#include <string>
#include <utility>

#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::python {

void Ratings::add(std::string_view user, std::string_view item, float value) {
  if (table.size() == 0) only_value = value;
  if (only_value && *only_value != value) only_value.reset();
  table.add(user, item, value);
}

namespace {

/// Who rated what and how; without values every pair is a rating of 1.
Ratings ratings_of_columns(const py::array& users, const py::array& items,
                           const std::optional<py::array>& values) {
  const Ids user_ids(users, "user"), item_ids(items, "item");
  std::optional<Numbers> numbers;
  if (values) numbers.emplace(*values, "ratings");
  if (user_ids.size() != item_ids.size() || (numbers && numbers->size() != user_ids.size())) {
    throw Error(ErrorCode::kBadData, std::to_string(user_ids.size()) + " user ids, " +
                                         std::to_string(item_ids.size()) + " item ids and " +
                                         std::to_string(numbers ? numbers->size() : 0) +
                                         " ratings; expected as many of each");
  }
  const py::gil_scoped_release without_gil;
  Ratings ratings;
  Ids::Digits of_user, of_item;
  for (std::size_t i = 0; i < user_ids.size(); ++i) {
    ratings.add(user_ids.at(i, of_user), item_ids.at(i, of_item),
                numbers ? numbers->as<float>(i) : 1.0f);
  }
  return ratings;
}

/// A matrix of users by items, row by row; ids are the numbers of rows and columns.
Ratings ratings_of_csr(const py::array& offsets, const py::array& columns,
                       const py::array& values) {
  const Numbers begins(offsets, "indptr"), items(columns, "indices"), numbers(values, "data");
  const py::gil_scoped_release without_gil;
  const auto entries = static_cast<std::int64_t>(std::min(items.size(), numbers.size()));
  Ratings ratings;
  std::array<char, 24> of_user, of_item;
  const auto digits = [](std::array<char, 24>& into, auto number) {
    const auto end = std::to_chars(into.data(), into.data() + into.size(), number).ptr;
    return std::string_view(into.data(), static_cast<std::size_t>(end - into.data()));
  };
  for (std::size_t user = 0; user + 1 < begins.size(); ++user) {
    const auto begin = begins.as<std::int64_t>(user), end = begins.as<std::int64_t>(user + 1);
    if (begin < 0 || begin > end || end > entries) {
      throw Error(ErrorCode::kBadData, "indptr of the sparse matrix leads outside its " +
                                           std::to_string(entries) + " entries at row " +
                                           std::to_string(user));
    }
    const std::string_view row = digits(of_user, user);
    for (auto at = static_cast<std::size_t>(begin); at < static_cast<std::size_t>(end); ++at) {
      ratings.add(row, digits(of_item, items.as<std::int64_t>(at)), numbers.as<float>(at));
    }
  }
  return ratings;
}

/// Those in a file, as mf-train reads them: text or a packed store.
Ratings ratings_of_file(const std::string& path) {
  const py::gil_scoped_release without_gil;
  ReadOptions options;
  options.may_lack_ratings = true;
  ReadResult read = read_ratings(path, options);
  return {std::move(read.ratings), read.report.only_value};
}

}  // namespace

void bind_ratings(py::module_& module) {
  py::class_<Ratings>(module, "Ratings")
      .def(py::init(&ratings_of_columns), py::arg("users"), py::arg("items"),
           py::arg("values") = py::none())
      .def_static("of_csr", &ratings_of_csr, py::arg("indptr"), py::arg("indices"), py::arg("data"))
      .def_static("of_file", &ratings_of_file, py::arg("path"))
      .def("__len__", [](const Ratings& ratings) { return ratings.table.size(); });
}

}  // namespace mfpar::python
