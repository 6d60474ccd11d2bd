// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace mfpar::apps {

/// openapi.json of this folder.
extern const std::string_view kOpenApi;

}  // namespace mfpar::apps
