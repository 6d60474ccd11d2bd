// SPDX-License-Identifier: MIT
//
// Files of who chose what, for tests of programs.
#pragma once

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

namespace mfpar::tests {

/// The same choices of 150 users as ratings, as pairs alone, and as counts.
struct Choices : TestFolder {
  Choices() {
    std::istringstream ratings(text_of(random_store({.users = 150, .items = 40, .density = 0.5})));
    std::string rated = "userId,movieId,rating\n", pairs = "userId,movieId\n",
                counts = "userId,movieId,plays\n";
    for (std::string line; std::getline(ratings, line);) {
      std::istringstream fields(line);
      std::string user, item, rating;
      std::getline(fields, user, ',');
      std::getline(fields, item, ',');
      std::getline(fields, rating, ',');
      // Users choose what is even or odd as they are, mostly.
      if ((std::stoi(user) + std::stoi(item)) % 2 == 1 && line.size() % 5 != 0) continue;
      const std::string pair = user + "," + item;
      rated += pair + "," + rating + "\n";
      pairs += pair + "\n";
      counts += pair + "," + std::to_string(1 + pair.size() % 3 * 5) + "\n";
    }
    write("ratings.csv", rated);
    write("pairs.csv", pairs);
    write("counts.csv", counts);
  }

  std::vector<std::string> train(const std::string& arguments) const {
    const Outcome outcome = run("mf-train " + arguments + " --log-json log -o model");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, arguments << ": " << outcome.err);
    return lines("log");
  }
};

inline double last_objective(const std::vector<std::string>& log) {
  return json_number(events(log, "epoch").back(), "objective");
}

}  // namespace mfpar::tests
