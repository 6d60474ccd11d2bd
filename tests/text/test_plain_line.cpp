// SPDX-License-Identifier: MIT
//
// The fast path against the strict one: whatever it takes, it takes as they would.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "base/random.hpp"
#include "text/byte_masks.hpp"
#include "text/field_values.hpp"
#include "text/line_scanner.hpp"
#include "text/plain_line.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_plain_line)

namespace {

const std::string kTail(PlainLineReader::kLookahead, '\n');

/// What the fast path makes of one line: `id|id|rating|timestamp|bytes`, or "not plain".
std::string plain(const std::string& line, const std::string& delimiter, std::size_t fields) {
  const PlainLineReader reader(delimiter, fields, true);
  const std::string text = line + kTail;
  PlainLine found;
  PlainLineReader::Window window(text.data());
  const char* const next = reader.read(text.data(), window, found);
  if (next == nullptr) return "not plain";
  return std::to_string(found.first_id) + "|" + std::to_string(found.second_id) + "|" +
         std::string(reinterpret_cast<const char*>(&found.rating),
                     length_of_short_text(found.rating)) +
         "|" + std::to_string(found.timestamp) + "|" + std::to_string(next - text.data());
}

/// The same by the strict path, for a line with `fields` fields whose ids and timestamp are
/// integers.
std::string strict(const std::string& line, const std::string& delimiter) {
  LineScanner scanner(delimiter);
  const std::string text = line + kTail;
  const auto cut = scanner.scan(text.data(), text.data() + text.size(), true);
  std::string found;
  for (const Field& field : scanner.fields()) found += std::string(field.text) + "|";
  if (scanner.fields().size() == 3) found += "0|";
  return found + std::to_string(cut.next - text.data());
}

}  // namespace

BOOST_AUTO_TEST_CASE(masks_agree_with_their_scalar_twin_and_with_the_characters) {
  Random random(1);
  std::string text(64, ' ');
  for (int round = 0; round < 2'000; ++round) {
    // Half of the rounds draw from the characters of ratings, half from all.
    for (char& c : text) {
      c = round % 2 == 0 ? "0123456789:,.\r\n-"[random.below(16)]
                         : static_cast<char>(random.below(256));
    }
    const ByteMasks masks = masks_of(text.data()), words = masks_by_words(text.data());
    BOOST_TEST(masks.line_breaks == words.line_breaks);
    BOOST_TEST(masks.others == words.others);
    for (std::size_t i = 0; i < 64; ++i) {
      BOOST_REQUIRE(((masks.line_breaks >> i) & 1) == (text[i] == '\n' ? 1u : 0u));
      BOOST_REQUIRE(((masks.others >> i) & 1) == (text[i] >= '0' && text[i] <= '9' ? 0u : 1u));
    }
  }
}

BOOST_AUTO_TEST_CASE(plain_lines_are_read) {
  BOOST_TEST(plain("1::1193::5::978300760\n", "::", 4) == "1|1193|5|978300760|22");
  BOOST_TEST(plain("1,2,3.5\n", ",", 3) == "1|2|3.5|0|8");
  BOOST_TEST(plain("1,2,3.5\r\n", ",", 3) == "1|2|3.5|0|9");
  BOOST_TEST(plain("12345678\t123456789\t-10.25\t1\r\n", "\t", 4) ==
             "12345678|123456789|-10.25|1|29");
  BOOST_TEST(plain("1234567890123456 0 1e-3\n", " ", 3) == "1234567890123456|0|1e-3|0|24");
}

BOOST_AUTO_TEST_CASE(lines_that_share_a_window_are_what_they_are_alone) {
  Random random(3);
  std::string text;
  for (int i = 0; i < 1'000; ++i) {
    // Short ones and long ones; some that are not plain, after which a window begins anew.
    const int bits = 1 + static_cast<int>(random.below(40));
    const auto id = [&] { return std::to_string(random.next() >> (63 - bits)); };
    text += id() + (random.below(20) == 0 ? ";" : ",") + id() + ",4.5\n";
  }
  const char* const end = text.data() + text.size();
  text += kTail;
  const PlainLineReader reader(",", 3, false);
  PlainLineReader::Window shared(text.data());
  int plain = 0;
  for (const char* p = text.data(); p < end;) {
    PlainLine line, alone;
    PlainLineReader::Window fresh(p);
    const char* const next = reader.read(p, shared, line);
    BOOST_REQUIRE(next == reader.read(p, fresh, alone));
    if (next != nullptr) {
      BOOST_TEST(line.first_id == alone.first_id);
      BOOST_TEST(line.second_id == alone.second_id);
      BOOST_TEST(line.rating == alone.rating);
      ++plain;
    }
    p = std::find(p, end, '\n') + 1;
    if (next == nullptr) shared = PlainLineReader::Window(p);
  }
  BOOST_TEST(plain > 800);
}

BOOST_AUTO_TEST_CASE(other_lines_are_left_to_the_strict_path) {
  const std::string lines[] = {
      "\n",
      "1,2\n",
      "1,2,\n",
      "1,,3\n",
      ",2,3\n",
      "01,2,3\n",
      "1,02,3\n",
      "-1,2,3\n",
      "1, 2,3\n",
      "1 ,2,3\n",
      "a,2,3\n",
      "\"1\",2,3\n",
      "12345678901234567,2,3\n",
      "1,2,12345678\n",
      "1234567890123456,1234567890123456,1234567 plus more than sixty-four characters\n",
  };
  for (const std::string& line : lines) BOOST_TEST(plain(line, ",", 3) == "not plain", line);
  for (const char* line : {"1,2,3\n", "1,2,3,\n", "1,2,3,x\n", "1,2,3,-5\n", "1,2,3,4,5\n",
                           "1,2,3,4 \n", "1,2,3,12345678901234567\n"}) {
    BOOST_TEST(plain(line, ",", 4) == "not plain", line);
  }
  for (const char* line : {"1:2:3\n", "1::2:3\n", "1:::2::3\n", "1::2,3\n"}) {
    BOOST_TEST(plain(line, "::", 3) == "not plain", line);
  }
}

BOOST_AUTO_TEST_CASE(what_is_taken_is_what_the_strict_path_says) {
  Random random(2);
  const std::string alphabet = "01234567890123456789,,,..:-\r\n \"e";
  int taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    const std::size_t fields = 3 + random.below(2);
    // A plain line with up to two characters changed.
    std::string line = std::to_string(random.next() >> random.below(64)) + "," +
                       std::to_string(random.next() >> random.below(64)) + "," +
                       std::to_string(random.below(11)) + (random.below(2) ? ".5" : "");
    if (fields == 4) line += "," + std::to_string(random.next() >> random.below(64));
    for (std::uint32_t changes = random.below(3); changes > 0; --changes) {
      line[random.below(static_cast<std::uint32_t>(line.size()))] =
          alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
    }
    line += "\n";
    const std::string fast = plain(line, ",", fields);
    if (fast == "not plain") continue;
    // The rating's text is judged by parse_rating on both paths, which refuses all but a number,
    // and on this one must be a field.
    const std::size_t rating = fast.find('|', fast.find('|') + 1) + 1;
    const std::string text = fast.substr(rating, fast.find('|', rating) - rating);
    if (parse_rating(text).fault != Fault::kNone || text.find(',') != text.npos) continue;
    ++taken;
    const std::string expected = strict(line, ",");
    // Timestamps may have leading zeros, which are no part of a number.
    if (fields == 4 && line.find(",0") != line.npos) continue;
    BOOST_REQUIRE_MESSAGE(fast == expected, line << fast << " but " << expected);
  }
  BOOST_TEST(taken > 20'000);
}

BOOST_AUTO_TEST_SUITE_END()
