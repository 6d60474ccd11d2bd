// SPDX-License-Identifier: MIT
#pragma once

#include "columns.hpp"

namespace mfpar::python {

/// Declares learn(), which trains as mf-train does, and option_names().
void bind_learning(py::module_& module);

}  // namespace mfpar::python
