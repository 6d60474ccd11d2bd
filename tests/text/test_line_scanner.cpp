// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <string_view>

#include "mfpar/error.hpp"
#include "text/field_values.hpp"
#include "text/line_scanner.hpp"

using namespace mfpar;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(test_line_scanner)

namespace {

/// All lines of `text`: fields as <..>, lines apart with /, and what is not a line in words.
std::string scan_all(std::string_view text, std::string_view delimiter, bool is_last = true,
                     Quote quote = Quote::kRfc) {
  LineScanner scanner(delimiter, quote);
  std::string seen, scratch;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    const auto line = scanner.scan(p, end, is_last);
    switch (line.outcome) {
      case LineScanner::Outcome::kFields:
        for (const Field& field : scanner.fields()) {
          seen += "<" + std::string(text_of(field, scratch)) + ">";
        }
        break;
      case LineScanner::Outcome::kEmpty:
        seen += "empty";
        break;
      case LineScanner::Outcome::kFault:
        seen += line.fault.fault == Fault::kQuoteNeverClosed ? "open"
                : line.fault.fault == Fault::kQuoteRunsOn
                    ? "on(" + std::string(line.fault.found) + ")"
                : line.fault.fault == Fault::kTextAfterQuote
                    ? "after(" + std::string(line.fault.found) + ")"
                : line.fault.fault == Fault::kBackslashBeforeQuote
                    ? "backslash(" + std::string(line.fault.found) + ")"
                    : "long";
        seen += "@" + std::to_string(line.fault.at - text.data());
        break;
      case LineScanner::Outcome::kUnfinished:
        return seen + "unfinished@" + std::to_string(p - text.data());
    }
    seen += "/";
    p = line.next;
  }
  return seen;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lines_are_cut_at_every_delimiter) {
  BOOST_TEST(scan_all("a,b,c\nd,e,f\n", ",") == "<a><b><c>/<d><e><f>/");
  BOOST_TEST(scan_all("a\tb\tc", "\t") == "<a><b><c>/");
  BOOST_TEST(scan_all("a::b::c\n", "::") == "<a><b><c>/");
  BOOST_TEST(scan_all("a:b::c:::d\n", "::") == "<a:b><c><:d>/");
  BOOST_TEST(scan_all("a;b;c\n", ";") == "<a><b><c>/");
  BOOST_TEST(scan_all("a|b|c\n", "|") == "<a><b><c>/");
  BOOST_TEST(scan_all("  a \t b  c  \n", " ") == "<a><b><c>/");
}

BOOST_AUTO_TEST_CASE(empty_fields_count_and_empty_lines_do_not) {
  BOOST_TEST(scan_all(",,\n", ",") == "<><><>/");
  BOOST_TEST(scan_all("a,\n", ",") == "<a><>/");
  BOOST_TEST(scan_all("a,", ",") == "<a><>/");
  BOOST_TEST(scan_all("a::\n", "::") == "<a><>/");
  BOOST_TEST(scan_all("\n\r\n  \n \t \r\na,b\n\n", ",") == "empty/empty/empty/empty/<a><b>/empty/");
}

BOOST_AUTO_TEST_CASE(line_ends_and_blanks_are_no_part_of_a_field) {
  BOOST_TEST(scan_all("a,b\r\nc,d\r\n", ",") == "<a><b>/<c><d>/");
  BOOST_TEST(scan_all("a,b\r", ",") == "<a><b>/");
  BOOST_TEST(scan_all("a\rb,c\n", ",") == "<a\rb><c>/");
  BOOST_TEST(scan_all(" a b , c\t\n", ",") == "<a b><c>/");
  BOOST_TEST(scan_all(" a \t\t b\n", "\t") == "<a><><b>/");
  BOOST_TEST(scan_all("1 2 3 \r\n", " ") == "<1><2><3>/");
}

BOOST_AUTO_TEST_CASE(quotes_keep_what_they_hold) {
  BOOST_TEST(scan_all("\"a,b\",\"c\nd\",\" e \"\nf,g,h\n", ",") == "<a,b><c\nd>< e >/<f><g><h>/");
  BOOST_TEST(scan_all("\"say \"\"hi\"\"\",\"\"\"\",\"\"\n", ",") == "<say \"hi\"><\"><>/");
  BOOST_TEST(scan_all("\"a\"\r\n\"b\"", ",") == "<a>/<b>/");
  BOOST_TEST(scan_all(" \"a\" , \"b\" \n", ",") == "<a><b>/");
  BOOST_TEST(scan_all("\"a\r\nb\";c\n", ";") == "<a\r\nb><c>/");
  // A quote elsewhere is a character as any other.
  BOOST_TEST(scan_all("5\" disk,b\"\n", ",") == "<5\" disk><b\">/");
  BOOST_TEST(scan_all("\"a::b\"::c\n", "::") == "<a::b><c>/");
  BOOST_TEST(scan_all("\"a b\" c \"\"\n", " ") == "<a b><c><>/");
  BOOST_TEST(scan_all(" \"a\"\t \"b\" \r\n\"c\"", " ") == "<a><b>/<c>/");
}

BOOST_AUTO_TEST_CASE(quotes_mean_what_they_are_said_to) {
  BOOST_TEST(scan_all("\"a\",\"b,c\"\n", ",", true, Quote::kNone) == "<\"a\"><\"b><c\">/");
  BOOST_TEST(scan_all("\"say \\\"hi\\\"\",b\n", ",", true, Quote::kBackslash) ==
             "<say \"hi\"><b>/");
  BOOST_TEST(scan_all("\"a \"\"b\"\"\",\"c\\\\\",\"d\\e\"\n", ",", true, Quote::kBackslash) ==
             "<a \"b\"><c\\><d\\e>/");
  BOOST_TEST(scan_all("\"a\\\"\nb\",c", ",", true, Quote::kBackslash) == "<a\"\nb><c>/");
  BOOST_TEST(scan_all("\"a\\\",b\n", ",", true, Quote::kBackslash) == "open@0/");
  BOOST_TEST(scan_all("\"a\\", ",", false, Quote::kBackslash) == "unfinished@0");
  BOOST_TEST(scan_all("\"a\\\"b\",c\n", ",") == "backslash(b\")@4/");
}

BOOST_AUTO_TEST_CASE(quotes_that_enclose_no_field_are_text_where_quoting_is_no_custom) {
  for (const std::string delimiter : {"\t", "::", "|"}) {
    const auto line = [&](std::string text) {
      for (std::size_t at; (at = text.find(',')) != text.npos;) text.replace(at, 1, delimiter);
      return text;
    };
    BOOST_TEST(scan_all(line("\"a\" and b,c\n"), delimiter) == "<\"a\" and b><c>/");
    BOOST_TEST(scan_all(line("\"a,b\n\"c\",d\n"), delimiter) == "<\"a><b>/<c><d>/");
    BOOST_TEST(scan_all(line("a,\"b\n"), delimiter) == "<a><\"b>/");
    BOOST_TEST(scan_all(line("\"a,b\",c\n"), delimiter) == "<" + line("a,b") + "><c>/");
    BOOST_TEST(scan_all(line("\"a"), delimiter, false) == "unfinished@0");
  }
}

BOOST_AUTO_TEST_CASE(broken_quotes_cost_their_first_line_only) {
  BOOST_TEST(scan_all("a,\"b\nc,d\ne,f", ",") == "open@2/<c><d>/<e><f>/");
  BOOST_TEST(scan_all("\"a", ",") == "open@0/");
  BOOST_TEST(scan_all("\"a\"b,c\nd,e\n", ",") == "after(b)@3/<d><e>/");
  BOOST_TEST(scan_all("\"a\nb\" x y,c\nd,e\n", ",") == "on(x y)@0/<b\" x y><c>/<d><e>/");
}

BOOST_AUTO_TEST_CASE(a_text_that_goes_on_leaves_its_last_line_alone) {
  BOOST_TEST(scan_all("a,b\nc,d", ",", false) == "<a><b>/unfinished@4");
  BOOST_TEST(scan_all("a,b\n\"c\nd", ",", false) == "<a><b>/unfinished@4");
  BOOST_TEST(scan_all("a,b\n\"c\"", ",", false) == "<a><b>/unfinished@4");
  BOOST_TEST(scan_all("a,b\n\"c\"d", ",", false) == "<a><b>/unfinished@4");
  BOOST_TEST(scan_all("a,b\r", ",", false) == "unfinished@0");
  BOOST_TEST(scan_all("a:", "::", false) == "unfinished@0");
  BOOST_TEST(scan_all("  ", ",", false) == "unfinished@0");
}

BOOST_AUTO_TEST_CASE(no_line_is_longer_than_the_longest) {
  const std::string most(kLongestLine - 1, 'x');
  BOOST_TEST((scan_all(most + "\na\n", ",") == "<" + most + ">/<a>/"));
  BOOST_TEST(scan_all(most + "xx\na\n", ",") == "long@0/");
  BOOST_TEST(scan_all(most + "xx", ",", false) == "long@0/");
  // A quote is not searched for its end beyond that.
  BOOST_TEST(scan_all("\"\n" + most + "\"\n", ",").starts_with("open@0/"));
}

BOOST_AUTO_TEST_CASE(ratings_are_plain_decimal_numbers) {
  const struct {
    std::string_view text;
    float value;
  } good[] = {{"4", 4},
              {"3.5", 3.5},
              {"+2", 2},
              {"-10", -10},
              {".5", 0.5},
              {"5.", 5},
              {"1e1", 10},
              {"1E-2", 0.01f},
              {"0.1", 0.1f},
              {"-0", 0},
              {"007", 7},
              {"16777217", 16777216},
              {"3.4e38", 3.4e38f},
              {"4,5", 4.5f},
              {"-0,25", -0.25f},
              {"1,0000", 1},
              {"\xC2\xA0"
               "4",
               4},
              {"4,5\xC2\xA0", 4.5f}};
  for (const auto& [text, value] : good) {
    const auto parsed = parse_rating(text);
    BOOST_TEST((parsed.fault == Fault::kNone), text);
    BOOST_TEST(parsed.number == value, text);
  }
  BOOST_TEST(!std::signbit(parse_rating("-0.0").number));
  const struct {
    std::string_view text;
    Fault fault;
    std::size_t at;
  } bad[] = {{"", Fault::kNotANumber, 0},          {"abc", Fault::kNotANumber, 0},
             {"-", Fault::kNotANumber, 0},         {"+-1", Fault::kNotANumber, 0},
             {"nan", Fault::kNotFinite, 0},        {"-inf", Fault::kNotFinite, 0},
             {"Infinity", Fault::kNotFinite, 0},   {"info", Fault::kNotANumber, 0},
             {"4.5x", Fault::kTextAfterNumber, 3}, {"1,000", Fault::kTextAfterNumber, 1},
             {"4,", Fault::kTextAfterNumber, 1},   {"4,5,6", Fault::kTextAfterNumber, 1},
             {"0x10", Fault::kTextAfterNumber, 1}, {"4 5", Fault::kTextAfterNumber, 1},
             {"1e99", Fault::kOutOfRange, 0},      {" 4", Fault::kNotANumber, 0},
             {"5\0"sv, Fault::kTextAfterNumber, 1}};
  for (const auto& [text, fault, at] : bad) {
    const auto parsed = parse_rating(text);
    BOOST_TEST((parsed.fault == fault), text);
    BOOST_TEST(parsed.bad_at == at, text);
  }
}

BOOST_AUTO_TEST_CASE(timestamps_are_seconds_or_dates) {
  const struct {
    std::string_view text;
    std::int64_t seconds;
  } good[] = {{"1365029107", 1365029107},
              {"-5", -5},
              {"978300760.0", 978300760},
              {"1.5", 1},
              {"978300760123", 978300760123},
              {"1970-01-01", 0},
              {"2001-01-11", 979171200},
              {"2001/1/11", 979171200},
              {"2001-01-11 10:00:00", 979207200},
              {"2001-01-11T10:00", 979207200},
              {"2001-01-11T10:00:00Z", 979207200},
              {"2001-01-11T10:00:00.123+01:00", 979203600},
              {"2001-01-11 10:00:00 UTC", 979207200},
              {"2001-01-11 10:00:00-0330", 979219800},
              {"2000-02-29", 951782400}};
  for (const auto& [text, seconds] : good) {
    BOOST_TEST((parse_timestamp(text).fault == Fault::kNone), text);
    BOOST_TEST(parse_timestamp(text).number == seconds, text);
  }
  for (const std::string_view text :
       {"", "x", "12 ", "1.", "1.5x", "9223372036854775808", "2001-02-29", "2001-13-01",
        "01/11/2001", "2001-01", "2001-01-11x", "2001-01-11 25:00", "2001-01-11 10",
        "2001-01-11T10:00:00 CET"}) {
    BOOST_TEST((parse_timestamp(text).fault == Fault::kNoTime), text);
  }
}

BOOST_AUTO_TEST_CASE(utf8_is_that_of_rfc_3629) {
  for (const std::string_view text :
       {""sv, "abc"sv, "\xC3\xA9"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x98\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv, "\xE0\xA0\x80"sv, "\xF0\x90\x80\x80"sv}) {
    BOOST_TEST(is_utf8(text), text);
  }
  for (const std::string_view text :
       {"\xFF"sv, "\x80"sv, "a\xC3"sv, "\xC3z"sv, "\xC0\xAF"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv,
        "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv,
        "\xE2\x82"sv, "\xF0\x9F\x98"sv, "\xE2\x82z"sv, "\xF0\x9F\x98z"sv}) {
    BOOST_TEST(!is_utf8(text), quoted(text));
  }
}

BOOST_AUTO_TEST_SUITE_END()
