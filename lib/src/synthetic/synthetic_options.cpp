// SPDX-License-Identifier: MIT
#include "synthetic/synthetic_options.hpp"

#include <array>
#include <sstream>
#include <string>
#include <string_view>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

struct Shape {
  std::string_view name;
  std::uint32_t users, items;
  std::uint64_t ratings;
};

constexpr std::array<Shape, 5> kShapes{{{"ml-100k", 943, 1682, 100'000},
                                        {"ml-1m", 6040, 3706, 1'000'209},
                                        {"ml-10m", 69'878, 10'677, 10'000'054},
                                        {"ml-20m", 138'493, 26'744, 20'000'263},
                                        {"netflix", 480'189, 17'770, 100'480'507}}};

constexpr std::uint32_t kMaxIds = 0xFFFFFFFEu;
constexpr std::uint32_t kMaxRank = 1024;

// Far beyond any ratings, far below what a float can hold.
constexpr double kMaxSize = 1e6;

// A steeper popularity would leave nothing but its first items.
constexpr double kMaxExponent = 10.0;

template <class T>
[[noreturn]] void refuse(const char* option, T value, const std::string& expected) {
  std::ostringstream text;
  text << option << " is " << value << "; it must be " << expected;
  throw Error(ErrorCode::kBadOption, text.str());
}

void check_count(const char* option, std::uint64_t count, std::uint64_t max) {
  if (count < 1 || count > max) refuse(option, count, "from 1 to " + std::to_string(max));
}

void check_number(const char* option, double value, double min, double max) {
  if (!(value >= min && value <= max)) {
    std::ostringstream range;
    range << "from " << min << " to " << max;
    refuse(option, value, range.str());
  }
}

}  // namespace

SyntheticOptions synthetic_shape(const std::string& name) {
  std::string known;
  for (const Shape& shape : kShapes) {
    if (shape.name == name) {
      SyntheticOptions options;
      options.users = shape.users;
      options.items = shape.items;
      options.ratings = shape.ratings;
      return options;
    }
    known.append(known.empty() ? "" : ", ").append(shape.name);
  }
  throw Error(ErrorCode::kBadOption, "the shape is '" + name + "'; it must be one of " + known);
}

void check_options(const SyntheticOptions& options) {
  check_count("users", options.users, kMaxIds);
  check_count("items", options.items, kMaxIds);
  check_count("ratings", options.ratings, std::uint64_t{options.users} * options.items);
  check_count("rank", options.rank, kMaxRank);
  check_number("mean", options.mean, -kMaxSize, kMaxSize);
  check_number("user_bias_sd", options.user_bias_sd, 0.0, kMaxSize);
  check_number("item_bias_sd", options.item_bias_sd, 0.0, kMaxSize);
  check_number("interaction_sd", options.interaction_sd, 0.0, kMaxSize);
  check_number("noise_sd", options.noise_sd, 0.0, kMaxSize);
  check_number("popularity_exponent", options.popularity_exponent, 0.0, kMaxExponent);
  check_number("step", options.step, 0.0, kMaxSize);
  check_number("lowest", options.lowest, -kMaxSize, kMaxSize);
  check_number("highest", options.highest, -kMaxSize, kMaxSize);
  if (options.highest < options.lowest) {
    refuse("highest", options.highest, "at least the lowest rating");
  }
}

}  // namespace mfpar
