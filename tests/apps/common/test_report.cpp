// SPDX-License-Identifier: MIT
//
// The pieces that reports are made of.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/progress_line.hpp"
#include "common/report/axis.hpp"
#include "common/report/chart.hpp"
#include "common/report/grouped_errors.hpp"
#include "common/report/markup.hpp"
#include "common/report/page.hpp"
#include "xml.hpp"

using namespace mfpar;
using namespace mfpar::apps;
using mfpar::tests::Xml;
using mfpar::tests::XmlReader;

BOOST_AUTO_TEST_SUITE(test_report)

BOOST_AUTO_TEST_CASE(text_is_escaped_for_xml) {
  const std::string gone = "\uFFFD";
  const std::pair<std::string, std::string> rows[] = {
      {"a < b & c > \"d\"", "a &lt; b &amp; c &gt; &quot;d&quot;"},
      {"tab\tline\n", "tab\tline\n"},
      {std::string("\0\x01\x1F\x7F", 4), gone + gone + gone + gone},
      {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"\xC3", gone},
      {"\xC0\x80", gone + gone},
      {"\xED\xA0\x80", gone + gone + gone},  // a surrogate
      {"\xEF\xBF\xBF", gone + gone + gone},  // no character
      {"\xC2\x85", gone + gone},
      {"\xF5\x80\x80\x80", gone + gone + gone + gone}};
  for (const auto& [text, expected] : rows) BOOST_TEST(escaped(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(numbers_are_short_and_grouped) {
  const std::pair<double, std::string> rows[] = {
      {0.83491, "0.8349"},    {12.3456, "12.35"}, {1234.5, "1,234"},
      {1234567, "1,234,567"}, {0.0, "0.000"},     {-0.5, "\u22120.5000"},
      {0.001234, "0.001234"}, {-0.0, "0.000"},    {std::nan(""), "-"}};
  for (const auto& [number, expected] : rows) BOOST_TEST(significant(number) == expected);
  BOOST_TEST(percent(0.1234) == "12.3\u00a0%");
  BOOST_TEST(percent(std::nan("")) == "-");
}

BOOST_AUTO_TEST_CASE(axes_have_some_round_numbers_within_them) {
  for (const double low : {0.0, -3.7, 0.8391, 1e6, -1e-7}) {
    for (const double width : {0.0, 1e-6, 0.013, 1.0, 7.5, 9e8}) {
      const AxisRange range = roomy({low, low + width});
      BOOST_TEST(range.low < range.high);
      const auto ticks = nice_ticks(range, 4);
      BOOST_TEST(ticks.size() >= 3u, low << ' ' << width);
      BOOST_TEST(ticks.size() <= 12u, low << ' ' << width);
      for (std::size_t i = 0; i < ticks.size(); ++i) {
        BOOST_TEST(ticks[i].at >= range.low - 1e-9 * (range.high - range.low));
        BOOST_TEST(ticks[i].at <= range.high + 1e-9 * (range.high - range.low));
        if (i > 0) BOOST_TEST(ticks[i].text != ticks[i - 1].text);
      }
    }
  }
  const auto shares = nice_ticks({0.0, 1.0}, 4, /*percentages=*/true);
  BOOST_TEST(shares.back().text == "100 %");
}

BOOST_AUTO_TEST_CASE(charts_are_well_formed_whatever_is_in_them) {
  const double nan = std::nan(""), huge = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<ChartPoint>> kinds{
      {},
      {{.x = 0, .y = 0}},
      {{.x = 1, .y = nan}, {.x = huge, .y = 2}},
      {{.x = 0, .y = 1, .low = 0.5, .high = 1.5, .words = "<one>"}, {.x = 1, .y = 1e9}}};
  for (const auto& points : kinds) {
    Chart chart("x < y", "\"y\"");
    chart.line("a & b", points, Ink::kFirst);
    chart.line("", points, Ink::kSecond, /*broken=*/true);
    chart.dots("dots", points, Ink::kThird);
    chart.columns(points, Ink::kFourth);
    chart.area("area", points, Ink::kQuiet);
    chart.mark_equal("same");
    chart.mark_x(0.0, "here");
    chart.mark_y(nan, "nowhere");
    chart.shade(0.0, 1.0, "shaded");
    const std::string svg = chart.svg("<what>");
    BOOST_TEST(svg.find("nan") == svg.npos, svg);
    BOOST_TEST(svg.find("inf") == svg.npos, svg);
    const Xml root = XmlReader(svg).read();
    BOOST_TEST(root.attributes.at("aria-label") == "<what>");
  }
  const std::string bars = bars_svg({{.name = "<a>", .value = nan, .text = "-"},
                                     {.name = "b", .value = 0, .text = "0"},
                                     {.name = "c", .value = 2, .text = "2", .low = 1, .high = 3}},
                                    "bars");
  BOOST_TEST(bars.find("nan") == bars.npos);
  BOOST_TEST(XmlReader(bars).read().all("rect").size() == 2u);
}

// Names at the ends of lines that meet must not cover each other.
BOOST_AUTO_TEST_CASE(names_of_series_stand_apart) {
  Chart chart("x", "y");
  for (int i = 0; i < 5; ++i) {
    chart.line("name " + std::to_string(i), {{.x = 0, .y = 1.0 * i}, {.x = 1, .y = 0.001 * i}},
               Ink::kFirst);
  }
  const Xml root = XmlReader(chart.svg("")).read();
  std::vector<double> heights;
  for (const Xml* text : root.all("text")) {
    if (text->text.starts_with("name ")) heights.push_back(std::stod(text->attributes.at("y")));
  }
  BOOST_REQUIRE(heights.size() == 5u);
  for (std::size_t i = 1; i < heights.size(); ++i) BOOST_TEST(heights[i] - heights[i - 1] >= 12.9);
}

BOOST_AUTO_TEST_CASE(spreads_give_quantiles_to_a_bin) {
  Spread spread(-2.0, 2.0);
  BOOST_TEST(std::isnan(spread.quantile(0.5)));
  for (int i = 0; i <= 1000; ++i) spread.add(-1.0 + 0.002 * i);
  for (const double share : {0.05, 0.25, 0.5, 0.75, 0.95}) {
    BOOST_TEST(std::abs(spread.quantile(share) - (-1.0 + 2.0 * share)) <= 0.011);
  }
  spread.add(100.0);  // what lies outside counts at the end
  BOOST_TEST(spread.quantile(1.0) == 2.0);
}

BOOST_AUTO_TEST_CASE(values_are_groups_until_there_are_many) {
  ValueBins few, many;
  for (const float value : {3.0f, 0.5f, 5.0f, 3.0f}) few.tell(value);
  BOOST_TEST(few.size() == 3u);
  BOOST_TEST(few.name(few.find(0.5f)) == "0.5");
  BOOST_TEST(few.name(2) == "5");
  for (int i = 0; i <= 240; ++i) many.tell(static_cast<float>(i));
  BOOST_TEST(!many.are_values());
  std::vector<int> counts(many.size());
  for (int i = 0; i <= 240; ++i) ++counts[many.find(static_cast<float>(i))];
  for (const int count : counts) BOOST_TEST((count == 20 || count == 21));
  BOOST_TEST(many.name(1) == "20.0 to 40.0");
}

BOOST_AUTO_TEST_CASE(counts_are_grouped_by_doubling) {
  const std::pair<std::uint64_t, std::size_t> rows[] = {{0, 0}, {1, 1}, {2, 2},   {3, 2},
                                                        {4, 3}, {7, 3}, {255, 8}, {256, 9}};
  for (const auto& [count, group] : rows) {
    BOOST_TEST(GroupedErrors::count_group(count) == group);
    BOOST_TEST(GroupedErrors::least_count(group) <= count);
    BOOST_TEST(GroupedErrors::least_count(group + 1) > count);
  }
}

BOOST_AUTO_TEST_CASE(progress_says_how_far_how_fast_and_how_long) {
  const struct {
    std::uint64_t done, total;
    double seconds;
    std::string text;
  } rows[] = {{0, 10, 0.0, "0 of 10 users"},
              {5, 10, 2.0, "5 of 10 users, 2.5 users/s, 0:02 passed, 0:02 to go"},
              {1000, 4000, 10.0, "1,000 of 4,000 users, 100 users/s, 0:10 passed, 0:30 to go"},
              {3'000'000, 6'000'000, 1.0,
               "3,000,000 of 6,000,000 users, 3.0 M users/s, 0:01 passed, 0:01 to go"},
              {12, 10, 4.0, "12 of 10 users, 3.0 users/s, 0:04 passed, 0:00 to go"}};
  for (const auto& row : rows) {
    BOOST_TEST(progress_text(row.done, row.total, "users", row.seconds) == row.text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
