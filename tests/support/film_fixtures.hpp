// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

namespace mfpar::tests {

/// A model of 150 users ("0" to "149") and 40 films ("0" to "39"), and the films' titles.
struct Films : TestFolder {
  Films() {
    write("ratings.csv", text_of(random_store({.users = 150, .items = 40, .density = 0.5})));
    std::string titles = "movieId,title,genres,year\n";
    for (int i = 0; i < 40; ++i) {
      titles += std::to_string(i) + ",\"Film, \"\"the\"\" " + std::to_string(i) + "\"," +
                (i % 4 == 0 ? "Children|Comedy" : "Drama") + ',' + std::to_string(1980 + i) + '\n';
    }
    write("films.csv", titles);
    const Outcome outcome = run("mf-train ratings.csv -k 4 -t 8 --deterministic -o a.model");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  }

  /// What "mf-recommend a.model ARGUMENTS" prints; it must succeed.
  std::string recommend(const std::string& arguments, const std::string& input = "") const {
    const Outcome outcome = run("mf-recommend a.model " + arguments, input);
    BOOST_TEST_REQUIRE(outcome.code == 0, arguments + ": " + outcome.err);
    return outcome.out;
  }

  /// The lines of that.
  std::vector<std::string> rows(const std::string& arguments, const std::string& input = "") const {
    return lines_of(recommend(arguments, input));
  }

  /// A column of a list as CSV, from 0.
  std::vector<std::string> column(std::size_t number, const std::string& arguments,
                                  const std::string& input = "") const {
    std::vector<std::string> column;
    const auto all = rows(arguments + " --format csv", input);
    for (std::size_t i = 1; i < all.size(); ++i) {
      std::istringstream fields(all[i]);
      std::string field;
      for (std::size_t k = 0; k <= number; ++k) std::getline(fields, field, ',');
      column.push_back(field);
    }
    return column;
  }
  std::vector<std::string> ids(const std::string& arguments, const std::string& input = "") const {
    return column(2, arguments, input);
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
};

}  // namespace mfpar::tests
