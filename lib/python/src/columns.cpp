// SPDX-License-Identifier: MIT
#include "columns.hpp"

#include <charconv>

#include "mfpar/error.hpp"

namespace mfpar::python {

namespace {

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::kBadData, what); }

void require_column(const py::array& array, const char* what) {
  if (array.ndim() != 1) {
    refuse(std::string(what) + ": an array of " + std::to_string(array.ndim()) +
           " dimensions; expected one");
  }
}

std::string type_of(const py::array& array) { return py::str(array.dtype()); }

}  // namespace

Numbers::Numbers(const py::array& array, const char* what) {
  require_column(array, what);
  const auto is = [&](const py::dtype& type) { return array.dtype().equal(type); };
  if (is(py::dtype::of<float>())) {
    kind_ = Kind::kFloat;
  } else if (is(py::dtype::of<double>())) {
    kind_ = Kind::kDouble;
  } else if (is(py::dtype::of<std::int32_t>())) {
    kind_ = Kind::kInt32;
  } else if (is(py::dtype::of<std::int64_t>())) {
    kind_ = Kind::kInt64;
  } else {
    refuse(std::string(what) + ": an array of " + type_of(array) + "; expected numbers");
  }
  data_ = static_cast<const std::byte*>(array.data());
  stride_ = array.strides(0);
  size_ = static_cast<std::size_t>(array.size());
}

Ids::Ids(const py::array& array, const char* what) : size_(static_cast<std::size_t>(array.size())) {
  require_column(array, what);
  if (array.dtype().kind() == 'O') {
    take_objects(array, what);
  } else {
    if (array.dtype().kind() != 'i') {
      refuse(std::string(what) + " ids are an array of " + type_of(array) +
             "; expected whole numbers or text");
    }
    numbers_.emplace_back(array, what);
  }
}

void Ids::take_objects(const py::array& array, const char* what) {
  texts_.reserve(size_);
  owners_.reserve(size_);
  const auto* at = static_cast<const std::byte*>(array.data());
  for (std::size_t i = 0; i < size_; ++i, at += array.strides(0)) {
    auto id = py::reinterpret_borrow<py::object>(*reinterpret_cast<PyObject* const*>(at));
    const auto where = [&] { return std::string(what) + " id at position " + std::to_string(i); };
    if (PyIndex_Check(id.ptr()) != 0 && PyBool_Check(id.ptr()) == 0) {
      id = py::str(py::reinterpret_steal<py::object>(PyNumber_Index(id.ptr())));
    }
    if (PyUnicode_Check(id.ptr()) == 0) {
      refuse(where() + " is a " + std::string(py::str(py::type::of(id).attr("__name__"))) +
             "; expected a whole number or text");
    }
    Py_ssize_t size = 0;
    const char* const text = PyUnicode_AsUTF8AndSize(id.ptr(), &size);
    if (text == nullptr) throw py::error_already_set();
    if (size == 0) refuse(where() + " is empty; every rating needs a user and an item");
    texts_.emplace_back(text, static_cast<std::size_t>(size));
    owners_.push_back(std::move(id));
  }
}

std::string_view Ids::at(std::size_t position, Digits& digits) const noexcept {
  if (numbers_.empty()) return texts_[position];
  const auto number = numbers_.front().as<std::int64_t>(position);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

std::vector<std::uint32_t> indices_of(const IdDictionary& dictionary, const Ids& ids) {
  std::vector<std::uint32_t> indices(ids.size());
  Ids::Digits digits;
  for (std::size_t i = 0; i < ids.size(); ++i) indices[i] = dictionary.find(ids.at(i, digits));
  return indices;
}

}  // namespace mfpar::python
