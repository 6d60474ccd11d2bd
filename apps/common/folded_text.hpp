// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar::apps {

/// Text (UTF-8) as it is searched: words apart by one blank each, letters small and without accents
/// ("Amélie (2001)" and "AMELIE 2001" are "amelie 2001", "Œuf" is "oeuf"), apostrophes dropped,
/// all other signs of ASCII being blanks. Latin, Greek and Cyrillic capitals become small; other
/// scripts, and bytes that are no UTF-8, stay as they are.
std::string folded(std::string_view text);

}  // namespace mfpar::apps
