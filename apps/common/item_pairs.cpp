// SPDX-License-Identifier: MIT
#include "common/item_pairs.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "mfpar/error.hpp"

namespace mfpar::apps {

std::vector<ItemRating> parse_pairs(const std::vector<std::string>& pairs) {
  std::vector<ItemRating> ratings;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.rfind('=');
    float value = 0.0f;
    const char* const end = pair.data() + pair.size();
    const char* const number = equals == pair.npos ? end : pair.data() + equals + 1;
    const auto [stop, error] = std::from_chars(number, end, value);
    if (equals == 0 || error != std::errc() || stop != end || !std::isfinite(value)) {
      // What is meant may be a file or a user.
      std::error_code none;
      const std::string meant = equals != pair.npos ? ""
                                : std::filesystem::exists(pair, none)
                                    ? "; ratings in a file are given by --ratings " + pair
                                    : "; a user the model was trained on, by --user " + pair;
      throw Error(ErrorCode::kBadOption, "'" + pair +
                                             "' is not a rating; it must be ITEM=RATING, the id of "
                                             "an item and a number, such as 318=4.5" +
                                             meant);
    }
    ratings.push_back({pair.substr(0, equals), value});
  }
  return ratings;
}

}  // namespace mfpar::apps
