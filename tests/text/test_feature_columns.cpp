// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "mfpar/read_features.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_feature_columns)

namespace {

FeatureTable read(const std::string& text) {
  const TemporaryFolder folder;
  return read_features(folder.write("f.csv", text), Entity::kItem);
}

/// A file of ids 1, 2, ... and one column, and how that is read: "categories 2".
std::string reading_of(const std::string& name, const std::vector<std::string>& cells) {
  std::string text = "id,other," + name + '\n';
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += std::to_string(i + 1) + ',' + (i % 2 == 0 ? "a" : "b") + ",\"" + cells[i] + "\"\n";
  }
  const FeatureTable table = read(text);
  const FeatureColumn& column = table.columns.at(1);
  return column.reading + ' ' + std::to_string(column.features);
}

/// `rows` cells, the i-th of them make(i).
template <class Make>
std::vector<std::string> cells(int rows, const Make& make) {
  std::vector<std::string> all;
  for (int i = 0; i < rows; ++i) all.push_back(make(i));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_column_is_read_by_what_it_holds) {
  const auto of = [](std::vector<std::string> few) {
    return [few](int i) { return few[static_cast<std::size_t>(i) % few.size()]; };
  };
  const struct {
    std::string name;
    std::vector<std::string> cells;
    std::string expected;
  } rows[] = {
      {"colour", cells(12, of({"red", "green"})), "categories 2"},
      {"colour", cells(12, of({"red", "green", "", "NA", "n/a", "NaN", "null", "\\N"})),
       "nearly every row has another value 0"},
      {"colour", cells(40, of({"red", "green", "", "NA", "n/a", "NaN", "null", "\\N"})),
       "categories 2"},
      {"colour", cells(12, of({"red"})), "it is the same in all rows 0"},
      {"colour", cells(12, of({"red", ""})), "categories 1"},
      {"comment", cells(40, [](int i) { return "no " + std::to_string(i); }),
       "nearly every row has another value 0"},
      // Two fifths of the authors have three books.
      {"author", cells(50, [](int i) { return "author " + std::to_string(i < 20 ? i % 5 : i); }),
       "categories 5"},
      {"genres", cells(12, of({"a|b", "b|c", "c"})), "lists joined by | 3"},
      {"genres", cells(12, of({"a; b", "b;c", "c"})), "lists joined by ; 3"},
      {"genres", cells(12, of({"a, b", "b, c", "c"})), "lists joined by , 3"},
      {"genres", cells(12, of({"['a', 'b']", "['b', 'c']", "[]"})), "lists joined by , 3"},
      {"title", cells(40, [](int i) { return "Film " + std::to_string(i) + ", The"; }),
       "lists joined by , 1"},
      {"title", cells(12, [](int i) { return "F " + std::to_string(i) + " (1999)"; }),
       "years in titles 1"},
      {"title", cells(12, of({"F (1999)", "G (2003-2004)", "H (2003\u20132004)"})),
       "years in titles 2"},
      {"year", cells(12, of({"1999", "1995", "2001", "2004.0"})), "years 2"},
      {"release_year", cells(40, [](int i) { return std::to_string(1900 + i); }), "years 8"},
      {"released", cells(12, of({"01-Jan-1995", "28-Feb-1999"})), "years 1"},
      {"released", cells(12, of({"2001-01-11", "1999-12-31 10:00:00"})), "years 2"},
      {"released", cells(12, of({"3/1/2001", "12/31/1999", "January 3, 1999"})), "years 2"},
      {"seen", cells(40, [](int i) { return std::to_string(978300760 + 5 * i); }),
       "it holds times 0"},
      {"seen", cells(40, [](int i) { return std::to_string(978300760123 + 5 * i); }),
       "it holds times 0"},
      {"adult", cells(12, of({"0", "1"})), "yes or no 1"},
      {"adult", cells(12, of({"False", "True", ""})), "yes or no 1"},
      {"adult", cells(12, of({"n", "y"})), "yes or no 1"},
      {"adult", cells(12, of({"0"})), "it is the same in all rows 0"},
      {"adult", cells(12, [](int i) { return i == 0 ? "1" : "0"; }), "too few rows say yes 0"},
      {"age", cells(56, of({"1", "18", "25", "35", "45", "50", "56"})), "categories 7"},
      {"age", cells(56, [](int i) { return std::to_string(20 + i * 7 % 50); }), "numbers 1"},
      // 21 codes of occupations.
      {"occupation", cells(420, [](int i) { return std::to_string(i % 21); }), "categories 21"},
      {"occupation", cells(410, [](int i) { return std::to_string(i % 21); }), "numbers 1"},
      {"stars", cells(12, of({"1.5", "2", "4.5"})), "numbers 1"},
      {"stars", cells(12, of({"2.5", ""})), "categories 1"},
      {"pages", cells(60, [](int i) { return i == 7 ? "unknown" : std::to_string(i * i); }),
       "numbers 1"},
      {"votes", cells(100, [](int i) { return std::to_string(1 + i * i * i * i / 9); }),
       "numbers 1"},
      {"votes", cells(100, [](int i) { return i == 50 ? "1e9" : std::to_string(i * 3 % 101); }),
       "numbers by rank 1"},
      {"imdbId", cells(40, [](int i) { return std::to_string(100000 + i * 37); }),
       "its numbers are names 0"},
      {"zip code", cells(40, [](int i) { return std::to_string(10000 + i * 37); }),
       "its numbers are names 0"},
      {"column", cells(40, [](int i) { return std::to_string(i); }), "it counts the rows 0"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(reading_of(row.name, row.cells) == row.expected, row.name << ' ' << row.cells[1]);
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_standardised_over_those_who_have_one) {
  const struct {
    std::string name;
    std::vector<std::string> cells;
    double most;  ///< the largest value
  } rows[] = {
      {"age", cells(60, [](int i) { return std::to_string(20 + i * 7 % 50); }), 1.8},
      {"age", cells(60, [](int i) { return i % 4 == 0 ? "" : std::to_string(20 + i * 7 % 50); }),
       1.8},
      // One of 100 at 9 standard deviations: ranks, even steps up to root 3.
      {"votes", cells(100, [](int i) { return i == 50 ? "1e9" : std::to_string(i * 3 % 101); }),
       1.7321},
  };
  for (const auto& row : rows) {
    std::string text = "id," + row.name + '\n';
    std::size_t known = 0;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      text += "u" + std::to_string(i) + ',' + row.cells[i] + '\n';
      known += !row.cells[i].empty();
    }
    const Features features = read(text).features;
    BOOST_TEST_REQUIRE(features.values.size() == known);
    double sum = 0.0, squares = 0.0, most = 0.0;
    for (const float z : features.values) {
      sum += z;
      squares += z * z;
      most = std::max(most, std::abs(double{z}));
    }
    const auto count = static_cast<double>(known);
    BOOST_TEST(std::abs(sum / count) < 1e-5);
    BOOST_TEST(std::abs(squares / count - 1.0) < 1e-5);
    BOOST_TEST(most > 1.5);
    BOOST_TEST(most < row.most);
  }
}

BOOST_AUTO_TEST_CASE(numbers_far_off_are_cut_and_farther_ones_make_ranks) {
  const struct {
    std::string far;  ///< one number beside 0, 1, ..., 29 in turn
    double z;
    std::string reading;
  } rows[] = {
      {"30", 1.78, "numbers"},
      {"40", 2.9, "numbers"},
      {"50", 3.0, "numbers"},
      {"-30", -3.0, "numbers"},
      {"1000", 1.73, "numbers by rank"},
      {"1e30", 1.73, "numbers by rank"},
      {"-5000", -1.73, "numbers by rank"},
  };
  for (const auto& row : rows) {
    std::string text = "id,x\n";
    for (int i = 0; i < 300; ++i) {
      text += "i" + std::to_string(i) + ',' + (i == 100 ? row.far : std::to_string(i % 30)) + '\n';
    }
    const FeatureTable table = read(text);
    BOOST_TEST(table.columns[0].reading == row.reading, row.far);
    BOOST_TEST(std::abs(table.features.values[100] - row.z) < 0.03,
               row.far << ' ' << table.features.values[100]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
