// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

namespace mfpar::tests {

/// About 3,000 ratings of 150 users and 40 items with a planted structure, in r.csv, and a model
/// that was learnt from them.
struct Attacked : TestFolder {
  Attacked() : text(text_of(random_store({.users = 150, .items = 40, .density = 0.5}))) {
    write("r.csv", text);
    const Outcome outcome = run("mf-train r.csv -k 4 -t 2 -q -o old.model");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    old = read("old.model");
  }

  /// Runs a script of the shell, which knows the programs by name.
  Outcome shell(const std::string& script, const std::string& input = "") const {
    return Process("/bin/sh", {"-c", "PATH=" MFPAR_PROGRAMS ":$PATH\n" + script}, path("."), input)
        .wait();
  }

  /// Whether nothing of a temporary file or folder is left.
  bool is_tidy() const {
    for (const auto& [name, contents] : files()) {
      if (name.find(".tmp") != name.npos) return false;
    }
    return true;
  }

  bool verifies(const std::string& model) const {
    return run("mf-model verify " + model).code == 0;
  }

  std::string text, old;
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace mfpar::tests
