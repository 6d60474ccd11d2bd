// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <string>

#include "common/display_width.hpp"
#include "common/text.hpp"

using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_display_width)

BOOST_AUTO_TEST_CASE(cells_are_counted_not_bytes) {
  BOOST_TEST(display_width("") == 0);
  BOOST_TEST(display_width("abc") == 3);
  BOOST_TEST(display_width("Am\u00e9lie") == 6);
  BOOST_TEST(display_width("Ame\u0301lie") == 6);  // a combining accent
  BOOST_TEST(display_width("\u4e03\u4eba") == 4);  // two wide characters
  BOOST_TEST(display_width("\U0001F3AC") == 2);
  BOOST_TEST(display_width("a\xFF\xC3") == 3);  // no UTF-8
}

BOOST_AUTO_TEST_CASE(long_texts_are_cut_between_characters) {
  BOOST_TEST(shortened("abcdef", 6) == "abcdef");
  BOOST_TEST(shortened("abcdef", 5) == "abcd\u2026");
  BOOST_TEST(shortened("\u00e9\u00e9\u00e9", 2) == "\u00e9\u2026");
  BOOST_TEST(shortened("\u4e03\u4eba", 3) == "\u4e03\u2026");
  BOOST_TEST(shortened("\u4e03\u4eba", 2) == "\u2026");  // a wide character is not cut in two
  BOOST_TEST(shortened("abc", 1) == "\u2026");
  BOOST_TEST(shortened("abc", 0) == "");
  BOOST_TEST(shortened("a\tb\x1B", 4) == "a b ");  // nothing that moves a terminal's cursor
}

BOOST_AUTO_TEST_CASE(things_are_counted_in_words) {
  BOOST_TEST(counted(0, "rating") == "0 ratings");
  BOOST_TEST(counted(1, "rating") == "1 rating");
  BOOST_TEST(counted(1234, "rating") == "1,234 ratings");
}

BOOST_AUTO_TEST_SUITE_END()
