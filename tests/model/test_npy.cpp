// SPDX-License-Identifier: MIT
//
// Files of .npy, made byte by byte as numpy.lib.format describes them.
#include <algorithm>
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"
#include "model/npy_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_npy)

namespace {

/// The bytes of numbers, most significant last ('<') or first ('>').
template <class T>
std::string bytes_of(const std::vector<T>& values, char order = '<') {
  std::string bytes;
  for (const T value : values) {
    std::string one(sizeof value, '\0');
    std::memcpy(one.data(), &value, sizeof value);
    const bool native = (std::endian::native == std::endian::little) == (order == '<');
    if (!native) std::reverse(one.begin(), one.end());
    bytes += one;
  }
  return bytes;
}

std::string file_of(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string file("\x93NUMPY");
  file += static_cast<char>(version);
  file += '\0';
  file += static_cast<char>(dictionary.size());
  file += '\0';
  if (version > 1) file.append(2, '\0');
  return file + dictionary + data;
}

std::string dictionary_of(const std::string& type, const std::string& shape,
                          const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

struct Folder {
  NpyFile npy(const std::string& contents) const { return NpyFile(folder.write("a", contents)); }

  std::vector<float> numbers(const std::string& contents, std::size_t stride) const {
    const auto buffer = npy(contents).numbers(stride);
    return {buffer.begin(), buffer.end()};
  }

  std::vector<std::string> ids(const std::string& contents) const {
    const IdDictionary ids = npy(contents).ids();
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < ids.size(); ++i) result.push_back(ids.id(i));
    return result;
  }

  /// What reading `contents` as numbers is refused with.
  std::string refusal(const std::string& contents) const {
    try {
      npy(contents).numbers(16);
    } catch (const Error& e) {
      BOOST_TEST((e.code() == ErrorCode::kBadFile));
      BOOST_TEST(std::string(e.what()).starts_with(folder.path("a") + ":"), e.what());
      return e.what();
    }
    return "it was read";
  }

  TemporaryFolder folder;
};

using Strings = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_CASE(numbers_of_every_layout_read_the_same, Folder) {
  // 2 x 3: by rows 1 2 3 | 4 5 6, rows padded to 4.
  const std::vector<float> expected{1, 2, 3, 0, 4, 5, 6, 0};
  const std::vector<float> by_rows{1, 2, 3, 4, 5, 6}, by_columns{1, 4, 2, 5, 3, 6};
  const std::vector<double> wide(by_rows.begin(), by_rows.end());
  const std::vector<double> wide_columns(by_columns.begin(), by_columns.end());
  for (const int version : {1, 2, 3}) {
    const auto same = [&](const std::string& type, const std::string& fortran,
                          const std::string& data) {
      const std::string file = file_of(dictionary_of(type, "(2, 3)", fortran), data, version);
      BOOST_TEST(numbers(file, 4) == expected, boost::test_tools::per_element());
    };
    same("<f4", "False", bytes_of(by_rows));
    same(">f4", "False", bytes_of(by_rows, '>'));
    same("<f8", "False", bytes_of(wide));
    same(">f8", "False", bytes_of(wide, '>'));
    same("<f4", "True", bytes_of(by_columns));
    same(">f8", "True", bytes_of(wide_columns, '>'));
  }
}

BOOST_FIXTURE_TEST_CASE(dictionaries_may_be_written_in_other_ways, Folder) {
  const std::string data = bytes_of<float>({1, 2});
  for (const char* dictionary :
       {"{'shape':(2,),'fortran_order':False,'descr':'<f4'}",
        "{ \"descr\" : \"<f4\" , \"fortran_order\" : False , \"shape\" : ( 2L , ) , }   \n"}) {
    BOOST_TEST(numbers(file_of(dictionary, data), 1) == (std::vector<float>{1, 2}),
               boost::test_tools::per_element());
  }
}

BOOST_FIXTURE_TEST_CASE(large_arrays_by_columns_are_turned_around, Folder) {
  // More rows than a block, and not a multiple of it.
  constexpr std::uint32_t kRows = 1001, kColumns = 5;
  std::vector<float> by_columns;
  for (std::uint32_t c = 0; c < kColumns; ++c) {
    for (std::uint32_t r = 0; r < kRows; ++r) by_columns.push_back(static_cast<float>(r * 10 + c));
  }
  const auto found =
      numbers(file_of(dictionary_of("<f4", "(1001, 5)", "True"), bytes_of(by_columns)), 16);
  for (std::uint32_t r = 0; r < kRows; ++r) {
    for (std::uint32_t c = 0; c < 16; ++c) {
      const float expected = c < kColumns ? static_cast<float>(r * 10 + c) : 0.0f;
      BOOST_REQUIRE(found[r * 16 + c] == expected);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(ids_are_whole_numbers_or_text, Folder) {
  BOOST_TEST(
      ids(file_of(dictionary_of("<i8", "(3,)"), bytes_of<std::int64_t>({7, -5, 1LL << 40}))) ==
      (Strings{"7", "-5", "1099511627776"}));
  BOOST_TEST(ids(file_of(dictionary_of(">i4", "(2,)"), bytes_of<std::int32_t>({-1, 258}, '>'))) ==
             (Strings{"-1", "258"}));
  BOOST_TEST(ids(file_of(dictionary_of("|u1", "(2,)"), bytes_of<std::uint8_t>({0, 255}))) ==
             (Strings{"0", "255"}));
  BOOST_TEST(ids(file_of(dictionary_of("<u8", "(1,)"), bytes_of<std::uint64_t>({~0ULL}))) ==
             (Strings{"18446744073709551615"}));
  BOOST_TEST(ids(file_of(dictionary_of("|S3", "(2,)"), std::string("abcd\0\0", 6))) ==
             (Strings{"abc", "d"}));
  // One character each of 1, 2, 3 and 4 bytes of UTF-8.
  const std::vector<std::uint32_t> text{'a', 0xFC, 0x20AC, 0x1F600, 'b', 0, 0, 0};
  for (const char order : {'<', '>'}) {
    const std::string file =
        file_of(dictionary_of(std::string(1, order) + "U4", "(2,)"), bytes_of(text, order));
    BOOST_TEST(ids(file) == (Strings{"a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80", "b"}));
  }
}

BOOST_FIXTURE_TEST_CASE(ids_that_cannot_be_are_refused, Folder) {
  const auto refused = [&](const std::string& type, const std::string& shape,
                           const std::string& data, const std::string& why) {
    try {
      ids(file_of(dictionary_of(type, shape), data));
      BOOST_ERROR("read: " + why);
    } catch (const Error& e) {
      BOOST_TEST((e.code() == ErrorCode::kBadFile));
      BOOST_TEST(std::string(e.what()).find(why) != std::string::npos, e.what());
    }
  };
  refused("|S1", "(2,)", "aa", "\"a\" is there twice, at positions 0 and 1");
  refused("<f4", "(1,)", bytes_of<float>({1}), "ids of type '<f4' are not read; ids are whole");
  refused("<f8", "(1,)", bytes_of<double>({1}), "with .astype('int64')");
  for (const char* type : {"|O", "|b1", "<M8[D]", "<c8", "<f2", "|V8", "|S0", "<i3", "O"}) {
    refused(type, "(1,)", "12345678",
            std::string("ids of type '") + type +
                "' are not read; ids are whole numbers or text: "
                "convert the array first, with .astype(str)");
  }
  refused("|u1", "(1, 1)", "a", "has the shape (1, 1); one dimension");
  refused("<U1", "(1,)", bytes_of<std::uint32_t>({0xD800}), "no Unicode");
}

BOOST_FIXTURE_TEST_CASE(each_way_to_be_bad_has_its_sentence, Folder) {
  const std::string good = dictionary_of("<f4", "(2,)"), data = bytes_of<float>({1, 2});
  BOOST_TEST(refusal(file_of(good, data)) == "it was read");
  const std::string whole = file_of(good, data);
  const struct {
    std::string file, why;
  } cases[] = {
      {"", "the file is empty"},
      {"user,item\n", "begins with other bytes"},
      {std::string("PK\x03\x04....", 8), "(.npz)"},
      {whole.substr(0, 9), "cut off within its header"},
      {whole.substr(0, 40), "at byte 8: the file is cut off within its header, which announces"},
      {"\x93NUMPY\x04" + whole.substr(7), "at byte 6: the format is 4.0"},
      {whole.substr(0, whole.size() - 1), "takes 8 bytes, but 7 follow; the file is cut off"},
      {whole + whole, "is there more than one array"},
      {file_of(dictionary_of("<f2", "(2,)"), "1234"), "type '<f2' are not read"},
      {file_of(dictionary_of("<c8", "(1,)"), data), "type '<c8' are not read"},
      {file_of(dictionary_of("|O", "(1,)"), data), "type '|O' are not read"},
      {file_of(dictionary_of("|S0", "(2,)"), ""), "type '|S0' are not read"},
      {file_of(dictionary_of("|b1", "(2,)"), "12"), "numbers of type '|b1' are not read"},
      {file_of(dictionary_of("<U3", "(2,)"), std::string(24, 'a')), "type '<U3' are not read"},
      {file_of(dictionary_of("<i4", "(2,)"), data),
       "numbers of type '<i4' are not read; convert the array first, with .astype('float32')"},
      {file_of("{'descr': [('a', '<f4')], }", data), "records of several fields"},
      {file_of("{'descr': '<f4', 'shape': (2,)}", data), "does not give 'fortran_order'"},
      {file_of("{'colour': 1}", data), "unknown key 'colour'"},
      {file_of(dictionary_of("<f4", "(2,)", "Maybe"), data), "True or False was expected"},
      {file_of(dictionary_of("<f4", "(-2,)"), data), "a whole number was expected"},
      {file_of(dictionary_of("<f4", "2"), data), "'(' was expected"},
      {file_of("{'descr': '<f4", data), "a quote is not closed"},
      {file_of(dictionary_of("<f4", "(4294967296, 4294967296)"), data), "more than 2^64 bytes"},
      {file_of(dictionary_of("<f4", "(9223372036854775808,)"), data), "more than 2^64 bytes"},
  };
  for (const auto& c : cases) {
    const std::string found = refusal(c.file);
    BOOST_TEST(found.find(c.why) != std::string::npos, "expected " << c.why << ": " << found);
  }
}

BOOST_FIXTURE_TEST_CASE(a_number_that_is_not_finite_is_told_with_its_place, Folder) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::string rows = dictionary_of("<f4", "(2, 2)");
  // The data begin at byte 10 + the dictionary; row 1, column 0 is the third number.
  const std::string place = "at byte " + std::to_string(10 + rows.size() + 8) + ", row 1, column 0";
  BOOST_TEST(refusal(file_of(rows, bytes_of<float>({1, 2, nan, 4}))).find(place) !=
             std::string::npos);
  // By columns it is the second.
  const std::string columns = dictionary_of("<f4", "(2, 2)", "True");
  const std::string there =
      "at byte " + std::to_string(10 + columns.size() + 4) + ", row 1, column 0";
  BOOST_TEST(refusal(file_of(columns, bytes_of<float>({1, nan, 3, 4}))).find(there) !=
             std::string::npos);
  const std::string wide = file_of(dictionary_of("<f8", "(1, 1)"), bytes_of<double>({1e300}));
  BOOST_TEST(refusal(wide).find("beyond what a float32 holds") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_written_reads_back, Folder) {
  const std::vector<float> rows{1, -0.0f, std::numeric_limits<float>::denorm_min(), 3e38f, 5, 6};
  AtomicFile written(folder.path("b"));
  NpyWriter writer(written, std::array<std::uint64_t, 2>{3, 2});
  for (std::size_t row = 0; row < 3; ++row) writer.write(std::span(rows).subspan(2 * row, 2));
  written.commit();
  const NpyFile file(folder.path("b"));
  BOOST_TEST(file.shape_text() == "(3, 2)");
  const auto found = file.numbers(2);
  BOOST_TEST(std::memcmp(found.data(), rows.data(), 6 * sizeof(float)) == 0);
  // The data begin on a multiple of 64 bytes, behind blanks and a line break.
  const std::string text(MappedFile(folder.path("b")).text());
  BOOST_TEST((text.size() - 6 * sizeof(float)) % 64 == 0u);
  BOOST_TEST(text[text.size() - 6 * sizeof(float) - 1] == '\n');

  AtomicFile empty(folder.path("c"));
  NpyWriter(empty, std::array<std::uint64_t, 1>{0});
  empty.commit();
  BOOST_TEST(NpyFile(folder.path("c")).shape_text() == "(0,)");
}

BOOST_AUTO_TEST_SUITE_END()
