// SPDX-License-Identifier: MIT
//
// Packed stores as users of the programs see them.
#include <boost/test/unit_test.hpp>
#include <string>

#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_data_pack)

namespace {

struct PackFolder : TestFolder {
  PackFolder() {
    done("mf-data synth --users 90 --items 60 --ratings 2000 -o r.csv");
    done("mf-data pack r.csv -o r.store");
  }

  std::string done(const std::string& command) const {
    const Outcome outcome = run(command);
    BOOST_TEST(outcome.code == 0, command << ": " << outcome.err);
    return outcome.out;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_store_is_taken_wherever_text_is, PackFolder) {
  const std::string text = done("mf-data inspect r.csv --json"),
                    store = done("mf-data inspect r.store --json");
  for (const char* key : {"users", "items", "ratings", "mean", "sd", "density", "duplicates"}) {
    BOOST_TEST(json_number(text, key) == json_number(store, key), key);
  }
  BOOST_TEST(contains(store, "\"packed\":true"), store);
  BOOST_TEST(contains(done("mf-data inspect r.store"), "packed store, proven"));
  for (const std::string of : {"csv", "store"}) {
    done("mf-train r." + of + " -q --deterministic -k 4 -t 5 -o " + of + ".model");
    done("mf-data split r." + of + " --train-out " + of + ".train --valid-out " + of + ".valid");
  }
  BOOST_TEST((read("csv.model") == read("store.model")));
  const auto predicted = [&](const std::string& of) {
    return json_number(done("mf-eval csv.model r." + of + " --json"), "mse");
  };
  BOOST_CHECK_CLOSE(predicted("csv"), predicted("store"), 1e-6);
}

BOOST_FIXTURE_TEST_CASE(a_store_is_the_same_from_pipes_files_and_gzip_and_any_memory, PackFolder) {
  const Outcome piped = run("mf-data pack - -o piped.store --threads 3 --memory 1M", read("r.csv"));
  BOOST_TEST(piped.code == 0, piped.err);
  BOOST_TEST((read("piped.store") == read("r.store")));
  const Outcome store = run("mf-train -", read("r.store"));
  BOOST_TEST(
      contains(store.err, "standard input: looks like a packed store, which is read from a file"));
  BOOST_TEST(contains(piped.out, "2,000 ratings of 90 users and 60 items"), piped.out);
}

BOOST_FIXTURE_TEST_CASE(what_is_held_out_in_a_store_is_validated_on, PackFolder) {
  BOOST_TEST(contains(done("mf-data pack r.csv -o split.store --by-user 0.2"), "held out: "));
  const auto told = [&](const std::string& command) { return run(command).err; };
  BOOST_TEST(contains(told("mf-train split.store -k 4 -t 3 -o s.model"),
                      "held out for validation: those held out in split.store, "));
  BOOST_TEST(contains(told("mf-train split.store --valid-fraction 0.1 -k 4 -t 3 -o t.model"),
                      "held out for validation: a random 0.1 of all"));
  const double all = json_number(done("mf-data inspect split.store --json"), "ratings"),
               part = json_number(done("mf-data inspect split.store --part training --json"),
                                  "ratings"),
               rest = json_number(done("mf-data inspect split.store --part held-out --json"),
                                  "ratings");
  BOOST_TEST(rest > 0);
  BOOST_TEST(part + rest == all);
}

BOOST_AUTO_TEST_SUITE_END()
