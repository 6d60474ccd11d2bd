// SPDX-License-Identifier: MIT
//
// What the Python package is made of: the library's classes, with arrays in and out. What a user
// meets is in the folder mfpar.
#include <pybind11/pybind11.h>

#include "learn.hpp"
#include "mfpar/error.hpp"
#include "mfpar/version.hpp"
#include "model.hpp"
#include "ratings.hpp"

namespace {

/// Raises what Python has for errors of this kind.
void raise(const mfpar::Error& error) {
  PyObject* type = PyExc_ValueError;
  if (error.code() == mfpar::ErrorCode::kSystem) type = PyExc_OSError;
  if (error.code() == mfpar::ErrorCode::kDiverged) type = PyExc_FloatingPointError;
  PyErr_SetString(type, error.what());
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  pybind11::register_exception_translator([](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const mfpar::Error& error) {
      raise(error);
    }
  });
  module.attr("__version__") = MFPAR_VERSION;
  mfpar::python::bind_ratings(module);
  mfpar::python::bind_model(module);
  mfpar::python::bind_user(module);
  mfpar::python::bind_learning(module);
}
