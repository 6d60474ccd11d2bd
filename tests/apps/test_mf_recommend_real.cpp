// SPDX-License-Identifier: MIT
//
// On real films: somebody who gives five stars to ten children's films, somebody who does to ten
// dramas.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "mfpar/model_file.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_recommend_real)

namespace {

constexpr int kTop = 20;

/// A model made of MovieLens latest-small by the defaults. `is_there` is false without the data.
struct MovieLens : TestFolder {
  MovieLens() {
    const std::filesystem::path folder = std::filesystem::path(MFPAR_TEST_DATA) / "ml-latest-small";
    is_there = std::filesystem::exists(folder / "movies.csv");
    if (!is_there) {
      BOOST_TEST_MESSAGE("skipped: there is no " << folder);
      return;
    }
    titles = (folder / "movies.csv").string();
    const Outcome outcome =
        run("mf-train " + (folder / "ratings.csv").string() + " --deterministic -o films.model");
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  }

  /// "1=5 2=5 ..." for the first ten films of a genre that the model knows.
  std::string ten_of(const std::string& genre) const {
    const FactorModel model = load_model(path("films.model"));
    std::ifstream file(titles);
    std::string pairs;
    int found = 0;
    for (std::string line; found < 10 && std::getline(file, line);) {
      const std::string id = line.substr(0, line.find(','));
      if (line.substr(line.rfind(',')).find(genre) == line.npos) continue;
      if (model.items().find(id) == kNoIndex) continue;
      pairs += id + "=5 ";
      ++found;
    }
    return pairs;
  }

  /// How many films of the list are of the genre.
  int count(const std::string& genre, const std::string& arguments) const {
    const Outcome outcome = run("mf-recommend films.model " + ten_of(genre) + "--titles " + titles +
                                " --format csv " + arguments);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
    std::istringstream lines(outcome.out);
    int all = -1, of_genre = 0;  // the header is no film
    for (std::string line; std::getline(lines, line); ++all) {
      of_genre += line.substr(line.rfind(',')).find(genre) != line.npos;
    }
    BOOST_TEST(all == kTop);
    return of_genre;
  }

  bool is_there = false;
  std::string titles;
};

}  // namespace

// Of the films, 7 % are for children and 45 % are dramas.
BOOST_FIXTURE_TEST_CASE(interaction_brings_what_this_user_likes, MovieLens) {
  if (!is_there) return;
  const int children = count("Children", "--rank-by interaction");
  BOOST_TEST(children >= 5);
  // The films that everybody rates highly, in every list, among them hardly one for children.
  BOOST_TEST(count("Children", "--rank-by rating") < children);
  BOOST_TEST(count("Drama", "--rank-by rating") >= 10);
}

BOOST_FIXTURE_TEST_CASE(a_genre_can_be_asked_for, MovieLens) {
  if (!is_there) return;
  BOOST_TEST(count("Children", "--where genres~children") == kTop);
  BOOST_TEST(count("Drama", "--where genres!~Drama") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
