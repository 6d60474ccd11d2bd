// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <string>

#include "common/folded_text.hpp"

using namespace mfpar::apps;

BOOST_AUTO_TEST_SUITE(test_folded_text)

BOOST_AUTO_TEST_CASE(text_is_folded) {
  struct {
    std::string text, expected;
  } const rows[] = {
      {"", ""},
      {"Toy Story (1995)", "toy story 1995"},
      {"  --  ", ""},
      {" M*A*S*H ", "m a s h"},
      {"Schindler's List", "schindlers list"},
      {"Schindler\u2019s", "schindlers"},
      {"Am\u00e9lie", "amelie"},
      {"Ame\u0301lie", "amelie"},  // a combining accent
      {"\u00c0\u00d6\u00d8\u00ff\u0100\u017d\u017f", "aooyazs"},
      {"\u00c6on, \u0152uf, Stra\u00dfe, \u00dejo\u00f0", "aeon oeuf strasse thjod"},
      {"\u00d7 \u00f7", "\u00d7 \u00f7"},                     // signs of the same block
      {"\u1e00\u1ea0\u1ef9 \u1e9e \u1eff", "aay ss \u1eff"},  // Vietnamese; the ends of the block
      {"\u0386\u03bb\u03c6\u03b1", "\u03b1\u03bb\u03c6\u03b1"},  // Greek
      {"\u03a3\u03bf\u03c2", "\u03c3\u03bf\u03c3"},              // one letter, whatever its place
      {"\u0401\u043b\u043a\u0410\u042f\u0402", "\u0435\u043b\u043a\u0430\u044f\u0452"},  // Cyrillic
      {"\u4e03\u4eba\u306e\u4f8d", "\u4e03\u4eba\u306e\u4f8d"},
      {"\U0001F3AC go", "\U0001F3AC go"},
      {"a\xff\xc3", "a\xff\xc3"},  // no UTF-8
      {"\xe4\xba", "\xe4\xba"},    // the beginning of a letter
      {"\xc3(", "\xc3"},
      {std::string("a\0b", 3), "a b"},
  };
  for (const auto& row : rows) BOOST_TEST(folded(row.text) == row.expected, row.text);
}

BOOST_AUTO_TEST_CASE(folding_again_changes_nothing) {
  // Every code point below U+2100, among letters.
  for (unsigned point = 1; point < 0x2100; ++point) {
    std::string text = "a";
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xC0 | point >> 6);
    } else {
      text += static_cast<char>(0xE0 | point >> 12);
      text += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    }
    if (point >= 0x80) text += static_cast<char>(0x80 | (point & 0x3F));
    const std::string once = folded(text + "b");
    BOOST_TEST(folded(once) == once, point);
  }
}

BOOST_AUTO_TEST_SUITE_END()
