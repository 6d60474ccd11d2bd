// SPDX-License-Identifier: MIT
#include "common/duration.hpp"

#include <charconv>
#include <string_view>

#include "common/options.hpp"

namespace mfpar::apps {

double parse_seconds(const std::string& value) {
  double number = 0.0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const double scale = unit == "s" ? 1.0 : unit == "m" ? 60.0 : unit == "h" ? 3600.0 : 0.0;
  constexpr double kMost = 1e7;
  if (error != std::errc() || !(number * scale > 0.0 && number * scale <= kMost)) {
    Options::reject("a time such as 60s, 10m or 1h, above 0 and below 4 months");
  }
  return number * scale;
}

}  // namespace mfpar::apps
