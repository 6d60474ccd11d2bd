// SPDX-License-Identifier: MIT
//
// What tests of mf-eval --ranking share.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

namespace mfpar::tests {

inline std::vector<std::string> fields_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> fields;
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

/// The number at keys within each other; each is the first of its name behind the one before.
inline double number_at(const std::string& json, const std::vector<std::string>& keys) {
  std::string rest = json;
  for (std::size_t k = 0; k + 1 < keys.size(); ++k) {
    const std::size_t at = rest.find('"' + keys[k] + "\":{");
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, keys[k] + " in " + rest);
    rest = rest.substr(at);
  }
  return json_number(rest, keys.back());
}

/// A model of 150 users and 40 items, and ratings that came later. Users from 120 on are new to
/// b.model.
struct RankingFiles : TestFolder {
  RankingFiles() {
    std::istringstream all(text_of(random_store({.users = 150, .items = 40, .density = 0.5})));
    std::string training, old_users, new_users;
    int n = 0;
    for (std::string line; std::getline(all, line);) {
      line = line.substr(0, line.rfind(','));
      if (++n % 4 == 0) {
        test += line + '\n';
        continue;
      }
      training += line + '\n';
      (std::stoi(line) < 120 ? old_users : new_users) += line + '\n';
    }
    write("training.csv", training);
    write("old-users.csv", old_users);
    write("new-users.csv", new_users);
    write("test.csv", test);
    for (const char* command : {"mf-train training.csv -k 4 -t 8 --deterministic -o a.model",
                                "mf-train old-users.csv -k 3 -t 5 --deterministic -o b.model"}) {
      const Outcome outcome = run(command);
      BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    }
  }

  /// What is printed without a word on standard error.
  std::string json(const std::string& arguments, const std::string& input = "") const {
    const Outcome outcome = run("mf-eval " + arguments + " --ranking --json", input);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.err == "", arguments);
    BOOST_TEST(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1);
    return outcome.out;
  }

  std::string test;
};

}  // namespace mfpar::tests
