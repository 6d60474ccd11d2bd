// SPDX-License-Identifier: MIT
//
// Every remedy that a message about a ratings file names is tried, as it stands there, and must
// lead to what the user meant.
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compressed_text.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_reading_remedies)

namespace {

constexpr int kUsers = 20, kItems = 30;

struct Files : TestFolder {
  /// Standard output of a shell's command in the folder.
  std::string shell(const std::string& command) const {
    const std::string line = "cd '" + path(".") + "' && " + command;
    std::FILE* const pipe = ::popen(line.c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    std::string out;
    for (int c; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    ::pclose(pipe);
    return out;
  }

  bool has(const std::string& program) const { return !shell("command -v " + program).empty(); }

  /// What the first message names as a remedy: a command up to "| ... -", or an option.
  std::string remedy(const std::string& file) const {
    const std::string message = run("mf-data inspect " + file + " --json").err;
    const std::string end = "| ... -";
    const std::size_t at = message.find(end);
    if (at == message.npos) {
      for (const std::string option : {"--columns ", "--quote ", "--missing="}) {
        const std::size_t begin = message.find(option);
        if (begin == message.npos) continue;
        const std::size_t value = begin + option.size();
        return "inspect " + file + " --json " +
               message.substr(begin, message.find_first_of(" ;\n", value) - begin);
      }
      BOOST_FAIL("no remedy in: " + message);
    }
    // Each command of the messages begins with its program.
    std::size_t begin = message.npos;
    for (const std::string program :
         {"awk ", "sed ", "unzip -p ", "tar -xOf ", "bzip2 -dc ", "xz -dc "}) {
      const std::size_t found = message.find(program);
      begin = std::min(begin, found == message.npos ? begin : message.rfind(program, at));
    }
    BOOST_REQUIRE_MESSAGE(begin != message.npos, message);
    return message.substr(begin, at - begin) + "| '" MFPAR_PROGRAMS "/mf-data' inspect - --json";
  }

  /// The report after the remedy.
  nlohmann::json report(const std::string& file) const {
    const std::string command = remedy(file);
    const std::string out =
        command.starts_with("inspect ") ? run("mf-data " + command).out : shell(command + " 2>&1");
    const auto json = nlohmann::json::parse(out, nullptr, false);
    BOOST_REQUIRE_MESSAGE(json.is_object(), command << "\n" << out);
    return json;
  }
};

bool has_rated(int user, int item) { return (user * 7 + item * 5) % 3 != 0; }
int rating(int user, int item) { return 1 + (user * 3 + item) % 5; }

/// One line for each rating.
template <class Line>
std::string rating_lines(const Line& line) {
  std::string text;
  for (int user = 1; user <= kUsers; ++user) {
    for (int item = 1; item <= kItems; ++item) {
      if (has_rated(user, item)) {
        text += line("u" + std::to_string(user), "i" + std::to_string(item),
                     std::to_string(rating(user, item))) +
                "\n";
      }
    }
  }
  return text;
}

/// One line for each user: `first` and a cell for each item.
std::string table(const std::string& header, const std::string& missing,
                  const std::string& delimiter, bool has_counts) {
  std::string text = header;
  for (int user = 1; user <= kUsers; ++user) {
    std::string cells;
    int count = 0;
    for (int item = 1; item <= kItems; ++item) {
      const bool has = has_rated(user, item);
      count += has ? 1 : 0;
      cells += delimiter + (has ? std::to_string(rating(user, item)) : missing);
    }
    text += std::to_string(has_counts ? count : 1000 + user * 3) + cells + "\r\n";
  }
  return text;
}

void check_is_all(const nlohmann::json& report) {
  std::size_t count = 0;
  double sum = 0.0;
  for (int user = 1; user <= kUsers; ++user) {
    for (int item = 1; item <= kItems; ++item) {
      count += has_rated(user, item) ? 1 : 0;
      sum += has_rated(user, item) ? rating(user, item) : 0.0;
    }
  }
  BOOST_TEST(report["users"] == kUsers);
  BOOST_TEST(report["items"] == kItems);
  BOOST_TEST(report["ratings"] == count);
  BOOST_TEST(std::abs(report["mean"].get<double>() - sum / static_cast<double>(count)) < 1e-9);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(tables_of_users_by_items_become_lines, Files) {
  for (const std::string delimiter : {",", ";", "\t", "|"}) {
    std::string names = "user";
    for (int item = 1; item <= kItems; ++item)
      names += delimiter + "Film no " + std::to_string(item);
    write("pivot.csv", table(names + "\r\n", "", delimiter, false));
    check_is_all(report("pivot.csv"));
    for (const std::string missing : {"99", ""}) {
      write("jester's.csv", table("", missing, delimiter, true));
      check_is_all(report("jester's.csv"));
    }
    write("ids.csv", table("", "", delimiter, false));
    check_is_all(report("ids.csv"));
  }
}

BOOST_FIXTURE_TEST_CASE(users_and_items_in_one_column_are_split, Files) {
  for (const std::string separator : {":", "_", "/", "-"}) {
    for (const std::string delimiter : {",", "\t", ";"}) {
      write("first.csv",
            "UserId" + separator + "ItemId" + delimiter + "Prediction\n" +
                rating_lines([&](const auto& user, const auto& item, const auto& value) {
                  return user + separator + item + delimiter + value;
                }));
      check_is_all(report("first.csv"));
      write("second.csv",
            "rating" + delimiter + "user" + separator + "item\n" +
                rating_lines([&](const auto& user, const auto& item, const auto& value) {
                  return value + delimiter + user + separator + item;
                }));
      check_is_all(report("second.csv"));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(columns_that_are_named_are_right, Files) {
  int number = 0;
  write("five.csv", rating_lines([&](const auto& user, const auto& item, const auto& value) {
          ++number;
          return std::to_string(number) + "," + user + "," + item + "," + value + "," +
                 std::to_string(978'300'760 + 86'400 * (number * 37 % 500));
        }));
  check_is_all(report("five.csv"));
}

BOOST_FIXTURE_TEST_CASE(quotes_that_are_named_are_right, Files) {
  int number = 0;
  const auto with_odd_line = [&](const std::string& quoted_id) {
    number = 0;
    return rating_lines([&](const auto& user, const auto& item, const auto& value) {
      // Behind the lines that are looked at to find the format.
      return (++number > 300 && item == "i7" ? quoted_id : "\"" + item + "\"") + ",\"" + user +
             "\"," + value;
    });
  };
  write("backslash.csv", "item,user,rating\n" + with_odd_line("\"a \\\"quoted\\\" one\""));
  BOOST_TEST(report("backslash.csv")["items"] == kItems + 1);
  write("bare.csv", "item,user,rating\n" + with_odd_line("\"quoted\" at first"));
  BOOST_TEST(report("bare.csv")["ratings"] == report("backslash.csv")["ratings"]);
}

BOOST_FIXTURE_TEST_CASE(archives_give_their_ratings, Files) {
  const std::string text = "user,item,rating\n" +
                           rating_lines([](const auto& user, const auto& item, const auto& value) {
                             return user + "," + item + "," + value;
                           });
  write("ratings.csv", text);
  write("readme.txt", "About these data, which have no ratings here, only words.\n");
  write("movies.csv", "item,title\ni1,One\n");
  if (has("tar")) {
    shell(
        "mkdir ml && cp readme.txt movies.csv ratings.csv ml && tar -cf ml.tar ml && "
        "tar -czf ml.tgz ml/ratings.csv");
    check_is_all(report("ml.tgz"));
  }
  for (const std::string program : {"bzip2", "xz"}) {
    if (!has(program)) continue;
    shell(program + " -k ratings.csv");
    check_is_all(report(program == "xz" ? "ratings.csv.xz" : "ratings.csv.bz2"));
  }
  if (has("zip") && has("unzip")) {
    shell("zip -qr ml.zip ml");
    check_is_all(report("ml.zip"));
  }
}

BOOST_FIXTURE_TEST_CASE(values_that_are_named_are_left_out, Files) {
  for (const std::string missing : {"0", "-1", "99", "2769000"}) {
    std::string text = rating_lines([](const auto& user, const auto& item, const auto& value) {
      return user + "," + item + "," + value;
    });
    const int times = missing == "2769000" ? 1 : 300;
    for (int i = 0; i < times; ++i) {
      text += "u" + std::to_string(1 + i % kUsers) + ",x" + std::to_string(i % 7) + "," + missing +
              "\n";
    }
    write("missing.csv", text);
    const Outcome before = run("mf-data inspect missing.csv");
    const std::size_t at = before.out.find("--missing=");
    BOOST_REQUIRE_MESSAGE(at != before.out.npos, before.out);
    const std::string option = before.out.substr(at, before.out.find(' ', at) - at);
    const auto json =
        nlohmann::json::parse(run("mf-data inspect missing.csv --json " + option).out);
    check_is_all(json);
    BOOST_TEST(json["missing"] == times);
    BOOST_TEST(json["notes"].empty());
  }
}

BOOST_FIXTURE_TEST_CASE(leaving_lines_out_is_offered_where_it_helps, Files) {
  const std::string good = rating_lines([](const auto& user, const auto& item, const auto& value) {
    return user + "," + item + "," + value;
  });
  const std::string offer = "--on-bad-line skip";
  write("one.csv", good + "u1,i1,oops\n" + good);
  const Outcome one = run("mf-data inspect one.csv");
  BOOST_TEST((one.err.find(offer) != one.err.npos), one.err);
  check_is_all(nlohmann::json::parse(run("mf-data inspect one.csv --json " + offer).out));
  // The first lines, and all lines.
  for (const std::string& text :
       {"1,1,oops\n" + good, "u1,i1,5\nu1,i2,oops\n" + good,
        rating_lines([](const auto&user, const auto&item, const auto&value) {
          return user + "," + item + "," + value + "%";
        })}) {
    write("first.csv", text);
    const Outcome outcome = run("mf-data inspect first.csv");
    BOOST_TEST(outcome.code == 3);
    BOOST_TEST((outcome.err.find(offer) == outcome.err.npos), outcome.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
