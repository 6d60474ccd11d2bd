// SPDX-License-Identifier: MIT
//
// Text as spreadsheets and old programs write it: every encoding, line end and quoting gives the
// same ratings.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/delimited_text.hpp"
#include "mfpar/read_ratings.hpp"
#include "parsed_text.hpp"
#include "temporary_folder.hpp"
#include "text/text_encoding.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_text_encoding)

namespace {

constexpr std::size_t kFewLines = 40;

/// `lines` lines of `user,item,rating` with text for ids, some of it not ASCII.
std::string ratings(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text += "u" + std::to_string(i % 7) + ",caf\xC3\xA9 " + std::to_string(i % 11) +
            (i % 3 == 0 ? " \xF0\x9F\x98\x80" : "") + "," + std::to_string(1 + i % 5) + "\n";
  }
  return text;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// UTF-8 without characters beyond U+10FFFF as UTF-16.
std::string utf16(std::string_view text, bool is_big_endian) {
  std::string result;
  const auto unit = [&](unsigned value) {
    const char high = static_cast<char>(value >> 8), low = static_cast<char>(value & 0xFF);
    result += is_big_endian ? high : low;
    result += is_big_endian ? low : high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t j) {
      return static_cast<unsigned>(static_cast<unsigned char>(text[i + j]));
    };
    if (byte(0) < 0x80) {
      unit(byte(0));
      i += 1;
    } else if (byte(0) < 0xE0) {
      unit((byte(0) & 0x1F) << 6 | (byte(1) & 0x3F));
      i += 2;
    } else if (byte(0) < 0xF0) {
      unit((byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F));
      i += 3;
    } else {
      const unsigned character = (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 |
                                 (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
      unit(0xD800 + ((character - 0x10000) >> 10));
      unit(0xDC00 + ((character - 0x10000) & 0x3FF));
      i += 4;
    }
  }
  return result;
}

/// What a stage of buffers of `size` bytes makes of `text`.
std::string converted(std::string_view text, std::size_t size) {
  const auto conversion = find_encoding(text).conversion;
  BOOST_REQUIRE(conversion != nullptr);
  std::string out;
  for (std::size_t begin = 0, length = size;;) {
    const bool is_last = begin + length >= text.size();
    const std::size_t taken = conversion->convert(text.substr(begin, length), is_last, out);
    if (is_last) return out;
    length = taken == 0 ? length + size : size;
    begin += taken;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(utf_16_is_read_with_a_mark_and_without) {
  const std::string plain = ratings(kFewLines);
  const std::string expected = parsed(plain);
  const std::string header = "user,item,rating\n";
  for (const std::string& text : {plain, header + plain, with(header + plain, "\n", "\r\n"),
                                  with(header + plain, "\n", "\r"), with(plain, ",", "\t")}) {
    for (const bool is_big_endian : {false, true}) {
      for (const std::string mark : {"", "\xEF\xBB\xBF"}) {
        BOOST_TEST(parsed(utf16(mark + text, is_big_endian)) == expected);
        const TemporaryFolder folder;
        const auto path = folder.write("f", utf16(mark + text, is_big_endian));
        BOOST_TEST(shown(read_ratings(path).ratings) == expected);
      }
    }
  }
  const auto report = parse_ratings(utf16(header + plain, false), "f").report;
  BOOST_REQUIRE(report.notes.size() == 1u);
  BOOST_TEST(report.notes[0] == "the text is UTF-16, and is read as such");
  // Half a character is no id.
  const std::string text = utf16(plain + "u,i", false) + "\x3D\xD8" + utf16(",3\n", false);
  BOOST_TEST((parsed(text).find(":41:3: item id \"i\\xff\" is not valid UTF-8") != text.npos),
             parsed(text));
}

BOOST_AUTO_TEST_CASE(lines_may_end_with_a_lone_cr) {
  const std::string plain = ratings(kFewLines);
  for (const std::string header : {"", "user,item,rating\n"}) {
    const std::string text = header + plain;
    BOOST_TEST(parsed(with(text, "\n", "\r")) == parsed(text));
    // Of a longer file, whose first bytes have no LF, the rest may have some.
    BOOST_TEST(parsed(with(header + ratings(10'000), "\n", "\r") + "u,i,5\r\nu,j,5\r\n") ==
               parsed(header + ratings(10'000) + "u,i,5\nu,j,5\n"));
  }
  const ReadReport report = parse_ratings(with(plain, "\n", "\r"), "f").report;
  BOOST_TEST(report.lines == kFewLines);
  BOOST_REQUIRE(report.notes.size() == 1u);
  BOOST_TEST(report.notes[0] == "lines end with a lone CR, and are read as lines");
  BOOST_TEST(parsed(with(plain + "u,i,x\n", "\n", "\r")).starts_with("f:41:5: rating \"x\""));
}

BOOST_AUTO_TEST_CASE(no_break_spaces_separate_fields_where_nothing_else_does) {
  const std::string plain = with(with(ratings(kFewLines), "caf\xC3\xA9 ", "i"), " ", "_");
  BOOST_TEST(parsed(with(plain, ",", "\xC2\xA0")) == parsed(plain));
  BOOST_TEST(parsed(with("user,item,rating\n" + plain, ",", "\xC2\xA0\xC2\xA0")) == parsed(plain));
  // Elsewhere they are part of an id, or of nothing around a number.
  BOOST_TEST(parsed("a\xC2\xA0"
                    "b,c,3\n") ==
             "a\xC2\xA0"
             "b c 3/");
  BOOST_TEST(parsed("a,c,\xC2\xA0"
                    "3\n") == "a c 3/");
}

BOOST_AUTO_TEST_CASE(conversions_do_not_depend_on_buffers) {
  const std::string plain = ratings(kFewLines);
  const std::string blanks = with(with(plain, " ", "_"), ",", "\xC2\xA0");
  for (const std::string& text :
       {utf16(plain, false), utf16(plain, true), utf16(with(plain, "\n", "\r"), false),
        with(plain, "\n", "\r"), blanks}) {
    const std::string whole = converted(text, text.size());
    for (const std::size_t size : {1, 2, 3, 5, 7, 64, 1'000}) {
      // The first buffer must show what the text is.
      if (size < 64 && find_encoding(text).note.find("16") != std::string::npos) continue;
      BOOST_TEST((converted(text, size) == whole), size);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_way_to_quote_gives_the_same_ids) {
  const std::vector<std::string> ids{"plain", "a b", "say \"hi\"", "5\" disk", "c,d;e"};
  for (const std::string delimiter : {",", ";", "\t", "|", "::", " "}) {
    for (const bool has_backslashes : {false, true}) {
      std::string text = "\"user\"" + delimiter + "\"item\"" + delimiter + "\"rating\"\n", expected;
      for (int line = 0; line < 50; ++line) {
        const std::string& id = ids[static_cast<std::size_t>(line) % ids.size()];
        const std::string user = "u" + std::to_string(line % 6);
        text += "\"" + user + "\"" + delimiter + "\"" +
                with(id, "\"", has_backslashes ? "\\\"" : "\"\"") + "\"" + delimiter + "4\n";
        expected += user + " " + id + " 4/";
      }
      BOOST_TEST(parsed(text) == expected, delimiter << (has_backslashes ? "\\" : ""));
      ReadOptions options;
      options.delimiter = delimiter;
      options.quote = has_backslashes ? Quote::kBackslash : Quote::kRfc;
      BOOST_TEST(parsed(text, options) == expected, delimiter);
    }
  }
}

BOOST_AUTO_TEST_CASE(bare_quotes_in_text_of_tabs_are_letters_and_noted) {
  std::string text = "user\titem\trating\n", expected;
  for (int line = 0; line < 200; ++line) {
    const std::string item = line % 20 == 19  ? "\"Odd " + std::to_string(line) + "\" and friends"
                             : line % 20 == 9 ? "\"Heroes"
                                              : "i" + std::to_string(line % 9);
    text += "u" + std::to_string(line % 6) + "\t" + item + "\t3\n";
    expected += "u" + std::to_string(line % 6) + " " + item + " 3/";
  }
  for (const std::string delimiter : {"\t", "::", "|"}) {
    const std::string written = with(text, "\t", delimiter);
    BOOST_TEST(parsed(written) == expected);
    const auto notes = parse_ratings(written, "f").report.notes;
    BOOST_REQUIRE(notes.size() == 1u);
    BOOST_TEST(notes[0].starts_with("line 11: item id \"\"Heroes\" begins with a quote"));
  }
  // With a comma it is an error, and the option it names reads it.
  const std::string commas = with(text, "\t", ",");
  BOOST_TEST((parsed(commas).find("--quote none takes quotes as any other character") !=
              std::string::npos),
             parsed(commas));
  ReadOptions options;
  options.quote = Quote::kNone;
  BOOST_TEST(parsed(commas, options) == expected);
}

BOOST_AUTO_TEST_CASE(a_backslash_before_a_quote_has_its_remedy) {
  // Only a line behind those that are looked at has one.
  std::string text;
  for (int line = 0; line < 200; ++line) text += "\"1\",\"2\",\"3\"\n";
  text += "\"say \\\"hi\\\" now\",\"2\",\"3\"\n";
  const std::string message = parsed(text);
  BOOST_TEST((message.find("f:201:8: a backslash before a quote") == 0), message);
  BOOST_TEST((message.find("--quote backslash") != message.npos), message);
  ReadOptions options;
  options.quote = Quote::kBackslash;
  BOOST_TEST(parsed(text, options).ends_with("say \"hi\" now 2 3/"));
}

BOOST_AUTO_TEST_CASE(what_spreadsheets_put_in_front_is_passed_over) {
  const std::string expected = "1 10 4.5/2 11 3/2 10 0.5/";
  for (const std::string text : {
           "sep=;\nuser;item;rating\n1;10;4,5\n2;11;3\n2;10;0,5\n",
           "\"sep=;\"\r\nuser;item;rating\r\n1;10;4,5\r\n2;11;3,0\r\n2;10;,5\r\n",
           "\xEF\xBB\xBFSEP=,\nuser,item,rating\n1,10,\"4,5\"\n2,11,3\n2,10,0.5\n",
           "sep=\t\nuser\titem\trating\n1\t10\t4,5\n2\t11\t3\n2\t10\t0,5\n",
           "sep=;\nrating;user;item\n4,5;1;10\n3;2;11\n0,5;2;10\n",
           "# made on Monday\n# by hand\nuser,item,rating\n1,10,4.5\n2,11,3\n2,10,0.5\n",
           "#user,item,rating\n1,10,4.5\n2,11,3\n2,10,0.5\n",
           "# rating user item\n4.5 1 10\n3 2 11\n0.5 2 10\n",
           "% a matrix\n%\n1 10 4.5\n2 11 3\n2 10 0.5\n",
           "# first\nuser;item;rating\n1;10;4.5\n# between\n2;11;3\n2;10;0.5\n# last\n",
       }) {
    BOOST_TEST(parsed(text) == expected, text);
  }
  // Ids may begin with # where all do.
  BOOST_TEST(parsed("#1,10,4.5\n#2,11,3\n") == "#1 10 4.5/#2 11 3/");
}

BOOST_AUTO_TEST_CASE(ids_that_a_spreadsheet_rounded_are_named) {
  for (const std::string id : {"9.78044E+12", "9,78044E+12", "1E+11", "1.5e+10"}) {
    const auto notes =
        parse_ratings("user;isbn;rating\n1;" + id + ";4\n2;" + id + ";5\n", "f").report.notes;
    BOOST_REQUIRE(notes.size() == 1u);
    BOOST_TEST(notes[0].starts_with("line 2: item id \"" + id + "\" is a longer number"), notes[0]);
  }
  for (const std::string id : {"C++", "E+1x", "+49", "a1E+2", "1E2"}) {
    BOOST_TEST(parse_ratings("user;isbn;rating\n1;" + id + ";4\n2;x;5\n", "f").report.notes.empty(),
               id);
  }
}

BOOST_AUTO_TEST_CASE(titles_come_in_the_same_ways) {
  const TemporaryFolder folder;
  const std::string expected = "1|Caf\xC3\xA9 au lait/2|\xE2\x80\x9CQuoted\xE2\x80\x9D/";
  const auto rows_of = [&](const std::string& text) {
    std::string rows;
    for (const auto& row : read_delimited(folder.write("titles", text)).rows) {
      rows += row[0] + "|" + row[1] + "/";
    }
    return rows;
  };
  const std::string utf8 = "1::Caf\xC3\xA9 au lait\n2::\xE2\x80\x9CQuoted\xE2\x80\x9D\n";
  BOOST_TEST(rows_of(utf8) == expected);
  BOOST_TEST(rows_of(with(utf8, "\n", "\r")) == expected);
  BOOST_TEST(rows_of(utf16("\xEF\xBB\xBF" + utf8, false)) == expected);
  BOOST_TEST(rows_of("# titles\n" + utf8) == expected);
  BOOST_TEST(rows_of("sep=;\n" + with(utf8, "::", ";")) == expected);
  const std::string windows = "1|Caf\xE9 au lait\n2|\x93Quoted\x94\n";
  BOOST_TEST(rows_of(windows) == expected);
  const DelimitedText file = read_delimited(folder.write("titles", windows));
  BOOST_REQUIRE(file.notes.size() == 1u);
  BOOST_TEST(file.notes[0] == "is not UTF-8, and is read as Windows-1252 (Latin-1)");
  BOOST_TEST(read_delimited(folder.write("titles", utf8)).notes.empty());
  BOOST_TEST(from_windows_1252("\x80\xA3\xFF") == "\xE2\x82\xAC\xC2\xA3\xC3\xBF");
}

BOOST_AUTO_TEST_SUITE_END()
