// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "compressed_text.hpp"
#include "io/file_descriptor.hpp"
#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_read_ratings)

namespace {

const std::string kText = "userId,movieId,rating\n1,10,4\n1,20,3.5\n2,0104257,0.5\n";

/// Replaces standard input while it lives.
class StandardInput {
 public:
  explicit StandardInput(const FileDescriptor& file) : saved_(::dup(STDIN_FILENO)) {
    ::dup2(file.number(), STDIN_FILENO);
  }
  ~StandardInput() { ::dup2(saved_.number(), STDIN_FILENO); }

 private:
  FileDescriptor saved_;
};

void check_is_text(const ReadResult& result, const std::string& source,
                   const std::string& compression) {
  BOOST_TEST(result.report.source == source);
  BOOST_TEST(result.report.compression == compression);
  BOOST_TEST(result.report.bytes == kText.size());
  BOOST_TEST(result.report.lines == 3u);
  BOOST_TEST(result.report.header);
  BOOST_TEST(result.report.columns == "user=1,item=2,rating=3");
  BOOST_TEST(result.report.seconds >= 0.0);
  BOOST_REQUIRE(result.ratings.size() == 3u);
  BOOST_TEST(result.ratings.items()->id(result.ratings.at(2).item) == "0104257");
  BOOST_TEST(result.ratings.at(2).value == 0.5f);
}

std::string failure(const std::string& path, ErrorCode code) {
  try {
    read_ratings(path);
  } catch (const Error& error) {
    BOOST_TEST((error.code() == code), error.what());
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_CASE(files_are_read_plain_and_compressed) {
  const TemporaryFolder folder;
  const auto plain = folder.write("plain", kText);
  const auto gzip = folder.write("gz", tests::gzip(kText));
  const auto zstd = folder.write("zst", tests::zstd(kText));
  check_is_text(read_ratings(plain), plain, "none");
  check_is_text(read_ratings(gzip), gzip, "gzip");
  check_is_text(read_ratings(zstd), zstd, "zstd");
}

BOOST_AUTO_TEST_CASE(standard_input_is_read_from_files_and_pipes) {
  const TemporaryFolder folder;
  for (const bool is_packed : {false, true}) {
    const std::string bytes = is_packed ? tests::gzip(kText) : kText;
    const std::string compression = is_packed ? "gzip" : "none";
    {
      const StandardInput input(open_for_reading(folder.write("file", bytes)));
      check_is_text(read_ratings("-"), "standard input", compression);
    }
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const StandardInput input(FileDescriptor{ends[0]});
    const std::jthread writer([&] {
      const FileDescriptor out(ends[1]);
      for (const char c : bytes) {
        if (::write(out.number(), &c, 1) != 1) return;
      }
    });
    check_is_text(read_ratings("-"), "standard input", compression);
  }
  // What was read of a file before is not read again.
  const auto file = open_for_reading(folder.write("offset", "skip this line\n" + kText));
  ::lseek(file.number(), 15, SEEK_SET);
  const StandardInput input(file);
  check_is_text(read_ratings("-"), "standard input", "none");
}

BOOST_AUTO_TEST_CASE(a_stream_longer_than_a_block_is_the_same_as_the_file) {
  // Lines of 640 bytes, most of them quoted behind a line break, so that blocks end within quotes.
  std::string text = "user,item,rating,comment\n";
  constexpr int kLines = 55'000;
  text.reserve(kLines * 640);
  for (int i = 0; i < kLines; ++i) {
    const std::string head = std::to_string(i % 1'000) + "," + std::to_string(i % 377) + "," +
                             std::to_string(i % 5) + ",\"a\n";
    text += head + std::string(640 - head.size() - 2, 'b') + "\"\n";
  }
  const TemporaryFolder folder;
  const auto path = folder.write("long.csv", text);
  const ReadResult mapped = read_ratings(path);
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const StandardInput input(FileDescriptor{ends[0]});
  const std::jthread writer([&] {
    const FileDescriptor out(ends[1]);
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t more = ::write(out.number(), text.data() + sent, text.size() - sent);
      if (more <= 0) return;
      sent += static_cast<std::size_t>(more);
    }
  });
  const ReadResult streamed = read_ratings("-");
  BOOST_REQUIRE(mapped.ratings.size() == kLines);
  BOOST_REQUIRE(streamed.ratings.size() == kLines);
  BOOST_TEST(streamed.report.bytes == text.size());
  for (std::uint64_t i = 0; i < kLines; ++i) {
    const Rating one = mapped.ratings.at(i), other = streamed.ratings.at(i);
    BOOST_REQUIRE(one.user == i % 1'000);
    BOOST_REQUIRE(one.item == i % 377);
    BOOST_REQUIRE(one.value == static_cast<float>(i % 5));
    BOOST_REQUIRE((one.user == other.user && one.item == other.item && one.value == other.value));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_says_why) {
  const TemporaryFolder folder;
  const auto missing = folder.path("missing");
  BOOST_TEST(failure(missing, ErrorCode::kSystem) ==
             missing + ": cannot be opened: No such file or directory");
  BOOST_TEST(failure(folder.path(""), ErrorCode::kBadData) ==
             folder.path("") + ": is a folder without files of ratings");
  const auto empty = folder.write("empty", "");
  BOOST_TEST(failure(empty, ErrorCode::kBadData) ==
             empty + ": is empty; expected lines of user, item and rating");
  BOOST_TEST(failure("/dev/null", ErrorCode::kBadData) ==
             "/dev/null: is empty; expected lines of user, item and rating");
  const auto zip = folder.write("zip", "PK\x03\x04 and so on");
  BOOST_TEST(failure(zip, ErrorCode::kBadData).starts_with(zip + ": looks like a zip archive"));
  const std::string packed = tests::gzip(kText);
  const auto cut = folder.write("cut", packed.substr(0, packed.size() - 5));
  BOOST_TEST(failure(cut, ErrorCode::kBadData).starts_with(cut + ": gzip data are damaged or cut"));
  const auto tar = folder.write("tar.gz", tests::gzip(std::string("ratings.csv\0\0", 13)));
  BOOST_TEST(failure(tar, ErrorCode::kBadData).starts_with(tar + ": looks like a binary file"));
}

BOOST_AUTO_TEST_CASE(delimited_text_is_rows_of_fields) {
  const TemporaryFolder folder;
  const auto rows_of = [&](const std::string& text, const std::string& delimiter = "") {
    const DelimitedText file = read_delimited(folder.write("rows", text), delimiter);
    std::string rows;
    for (std::size_t i = 0; i < file.rows.size(); ++i) {
      rows += std::to_string(file.lines[i]);
      for (const std::string& field : file.rows[i]) rows += '|' + field;
      rows += '/';
    }
    return file.delimiter + ' ' + rows;
  };
  BOOST_TEST(rows_of("\xEF\xBB\xBF"
                     "id,title\r\n\n1,\"a \"\"b\"\",\nc\"\n2, d \n3") ==
             ", 1|id|title/3|1|a \"b\",\nc/5|2|d/6|3/");
  BOOST_TEST(rows_of("1::Heat (1995)::Action|Crime\n2::Up, again::Comedy\n") ==
             ":: 1|1|Heat (1995)|Action|Crime/2|2|Up, again|Comedy/");
  BOOST_TEST(rows_of("one\ntwo\n\nthree\n") == "\t 1|one/2|two/4|three/");
  BOOST_TEST(rows_of("a b\tc\n", " ") == "  1|a|b|c/");
  BOOST_TEST(rows_of("") == "\t ");
  const DelimitedText file = read_delimited(folder.write("rows.gz", tests::gzip("a;b\n\nc;d\n")));
  BOOST_TEST(file.place(1) == folder.path("rows.gz") + ":3: ");
  BOOST_TEST(file.delimiter == ";");
  const auto refused = [&](const std::string& text, ErrorCode code, const std::string& words) {
    const std::string path = folder.write("bad", text);
    BOOST_CHECK_EXCEPTION(read_delimited(path, ","), Error, [&](const Error& e) {
      return e.code() == code && std::string(e.what()).find(words) != std::string::npos;
    });
  };
  refused("a,b\nc,\"d\n", ErrorCode::kBadData, "bad:2: the quote opened here is never closed");
  refused(std::string("a\0b\n", 4), ErrorCode::kBadData, "NUL");
  BOOST_CHECK_THROW(read_delimited(folder.path("none")), Error);
  BOOST_CHECK_THROW(read_delimited(folder.path("rows"), ":-:"), Error);

  const auto item_column = [](std::vector<std::string> header) { return find_item_column(header); };
  BOOST_TEST(item_column({"title", "Movie_ID", "item name"}).value() == 1u);
  BOOST_TEST(!item_column({"title", "userId"}).has_value());
}

BOOST_AUTO_TEST_CASE(real_files_come_back_whole) {
  const std::filesystem::path folder = MFPAR_TEST_DATA;
  const struct {
    std::string path, delimiter;
    std::size_t ratings, users, items, header_lines;
  } files[] = {
      {"movietweetings-100k/ratings.dat", "::", 100'000, 16'554, 10'506, 0},
      {"ml-latest-small/ratings.csv", ",", 100'836, 610, 9'724, 1},
  };
  for (const auto& file : files) {
    const std::string path = (folder / file.path).string();
    if (!std::filesystem::exists(path)) {
      BOOST_TEST_MESSAGE("skipped: there is no " << path);
      continue;
    }
    ReadOptions options;
    options.timestamps = ReadOptions::Timestamps::kRequired;
    const ReadResult result = read_ratings(path, options);
    const RatingTable& table = result.ratings;
    BOOST_TEST(table.size() == file.ratings);
    BOOST_TEST(table.users()->size() == file.users);
    BOOST_TEST(table.items()->size() == file.items);
    BOOST_TEST(result.report.delimiter == file.delimiter);
    BOOST_TEST(result.report.header == (file.header_lines == 1));
    // Put together again, every line is the one in the file.
    std::ifstream text(path);
    std::string line;
    for (std::size_t i = 0; i < file.header_lines; ++i) std::getline(text, line);
    const auto users = table.users(), items = table.items();
    for (std::uint64_t i = 0; i < table.size(); ++i) {
      std::getline(text, line);
      const Rating rating = table.at(i);
      const std::string ids =
          users->id(rating.user) + file.delimiter + items->id(rating.item) + file.delimiter;
      const std::string time = file.delimiter + std::to_string(rating.timestamp);
      BOOST_REQUIRE(line.starts_with(ids));
      BOOST_REQUIRE(line.ends_with(time));
      BOOST_REQUIRE(std::stof(line.substr(ids.size())) == rating.value);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
