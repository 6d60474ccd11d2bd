// SPDX-License-Identifier: MIT
#pragma once

#include "text/layouts.hpp"

namespace mfpar {

/// See find_layout(). Values of keys that are objects or lists are left alone.
Layout find_json_lines(std::string_view head, bool is_whole, const std::string& name,
                       const ReadOptions& options);

}  // namespace mfpar
