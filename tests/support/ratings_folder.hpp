// SPDX-License-Identifier: MIT
//
// A file of ratings, for tests of mf-train.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

namespace mfpar::tests {

/// About 3,000 ratings of 150 users and 40 items with a planted structure, in ratings.csv.
struct Ratings : TestFolder {
  static constexpr std::uint32_t kUsers = 150;

  Ratings() : text(text_of(random_store({.users = kUsers, .items = 40, .density = 0.5}))) {
    write("ratings.csv", text);
  }

  /// Runs mf-train with --log-json log; all must go well.
  std::vector<std::string> train(const std::string& arguments) const {
    const Outcome outcome = run("mf-train ratings.csv --log-json log " + arguments);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, arguments << ": " << outcome.err);
    return lines("log");
  }

  double count() const { return static_cast<double>(std::count(text.begin(), text.end(), '\n')); }

  std::string text;
};

}  // namespace mfpar::tests
