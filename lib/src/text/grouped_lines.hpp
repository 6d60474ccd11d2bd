// SPDX-License-Identifier: MIT
#pragma once

#include "text/layouts.hpp"

namespace mfpar {

/// Lines of an item ("101:", as in the Netflix prize) and below each its lines of user, rating and
/// perhaps date; or of a user and a count ("7|3", as in the KDD Cup of 2011) and below each so many
/// lines of item and rating. See find_layout().
Layout find_grouped_lines(std::string_view head, const std::string& name,
                          const ReadOptions& options);

}  // namespace mfpar
