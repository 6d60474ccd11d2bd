// SPDX-License-Identifier: MIT
//
// The text model of LIBMF, out and in. The twin below reads it as LIBMF's mf-predict does.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_libmf_model)

namespace {

/// Rows by label ("p0", "q3"); those that were never trained are left out.
struct LibmfTwin {
  explicit LibmfTwin(const std::string& path) {
    std::ifstream file(path);
    std::string name, label, mark;
    file >> name >> kind >> name >> users >> name >> items >> name >> rank >> name >> average;
    for (int row = 0; row < users + items; ++row) {
      std::vector<float> numbers(rank);
      file >> label >> mark;
      for (float& x : numbers) file >> x;
      if (mark == "T") rows[label] = numbers;
    }
    whole = static_cast<bool>(file);
  }

  float predict(int user, int item) const {
    const auto p = rows.find("p" + std::to_string(user)), q = rows.find("q" + std::to_string(item));
    if (p == rows.end() || q == rows.end()) return average;
    float sum = 0;
    for (std::size_t k = 0; k < rank; ++k) sum += p->second[k] * q->second[k];
    return sum;
  }

  int kind = -1, users = 0, items = 0;
  std::size_t rank = 0;
  float average = 0;
  bool whole = false;
  std::map<std::string, std::vector<float>> rows;
};

struct Folder {
  std::string path(const std::string& name) const { return folder.path(name); }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// What importing `text` is refused with.
  std::string refusal(const std::string& text) const {
    folder.write("bad", text);
    try {
      import_libmf(path("bad"));
    } catch (const Error& e) {
      BOOST_TEST((e.code() == ErrorCode::kBadFile));
      return e.what();
    }
    return "it was read";
  }
  TemporaryFolder folder;
};

const std::string kSmall =
    "f 0\nm 3\nn 2\nk 2\nb 3.5\n"
    "p0 T 1 2 \np1 F 0 0 \np2 T 0.5 -1 \nq0 T 2 1 \nq1 F nan nan \n";

}  // namespace

BOOST_FIXTURE_TEST_CASE(ids_are_rows_and_biases_are_factors, Folder) {
  const FactorModel model =
      literal_model({{"2", "0"}, {{0.5f}, {-1}}, {0.25f, 0}}, {{"1"}, {{2}}, {-0.5f}}, 3, {1, 5});
  export_libmf(model, path("m"), LibmfIds::kSame);
  BOOST_TEST(read("m") ==
             "f 0\nm 3\nn 2\nk 3\nb 3\n"
             "p0 T -1 3 1\np1 F 0 0 0\np2 T 0.5 3.25 1\n"
             "q0 F 0 0 0\nq1 T 2 1 -0.5\n");
  BOOST_TEST(!std::filesystem::exists(path("m.users")));
  // Without biases there is nothing to add.
  const FactorModel plain =
      literal_model({{"0"}, {{0.5f}}, {0}}, {{"0"}, {{2}}, {0}}, 0, {1, 5}, false);
  export_libmf(plain, path("m"), LibmfIds::kSame);
  BOOST_TEST(read("m") == "f 0\nm 1\nn 1\nk 1\nb 0\np0 T 0.5\nq0 T 2\n");
}

BOOST_FIXTURE_TEST_CASE(mf_predict_gives_our_scores, Folder) {
  const FactorModel model = random_model(30, 40, 9);
  export_libmf(model, path("m"), LibmfIds::kSame);
  const LibmfTwin libmf(path("m"));
  BOOST_TEST(libmf.whole);
  BOOST_TEST(libmf.users == 40);  // ids begin at 10
  BOOST_TEST(libmf.rank == 11u);
  for (int user = 10; user < 40; ++user) {
    for (int item = 10; item < 50; ++item) {
      const UserIndex u = model.users().find(std::to_string(user));
      const ItemIndex i = model.items().find(std::to_string(item));
      BOOST_REQUIRE(std::abs(libmf.predict(user, item) - model.score(u, i)) < 1e-5);
    }
  }
  BOOST_TEST(libmf.predict(3, 20) == model.mean());
}

BOOST_FIXTURE_TEST_CASE(other_ids_are_numbered_and_listed, Folder) {
  const FactorModel model =
      literal_model({{"b", "a"}, {{1}, {2}}, {0, 0}},
                    {{"007", "-1", "x y"}, {{1}, {2}, {3}}, {0, 0, 0}}, 0, {1, 5}, false);
  const auto same = [&](const FactorModel& exported) {
    try {
      export_libmf(exported, path("m"), LibmfIds::kSame);
    } catch (const Error& e) {
      BOOST_TEST((e.code() == ErrorCode::kBadData));
      BOOST_TEST(!std::filesystem::exists(path("m")));
      return std::string(e.what());
    }
    return std::string("it was written");
  };
  BOOST_TEST(same(model).find("the id \"b\" is no such number") != std::string::npos);
  for (const auto& [id, why] : std::map<std::string, std::string>{
           {"-1", "there is the id -1"}, {"9000000000", "the highest id of 1 is 9000000000"}}) {
    const LiteralSide side{{id}, {{1}}, {0}};
    const std::string found = same(literal_model(side, side, 0, {0, 1}));
    BOOST_TEST(found.find(why) != std::string::npos, found);
    BOOST_TEST(found.find("--ids numbered") != std::string::npos);
  }

  export_libmf(model, path("m"), LibmfIds::kNumbered);
  BOOST_TEST(read("m.users") == "b\na\n");
  BOOST_TEST(read("m.items") == "007\n-1\nx y\n");
  ImportOptions ids;
  ids.user_ids = path("m.users");
  ids.item_ids = path("m.items");
  ids.range = RatingRange{1, 5};
  BOOST_TEST(same_predictor(import_libmf(path("m"), ids), model));
  ids.item_ids = path("m.users");
  BOOST_CHECK_THROW(import_libmf(path("m"), ids), Error);
}

BOOST_FIXTURE_TEST_CASE(what_mf_train_wrote_predicts_as_mf_predict, Folder) {
  folder.write("m", kSmall);
  const LibmfTwin libmf(path("m"));
  const FactorModel model = import_libmf(path("m"));
  BOOST_TEST(model.user_count() == 2u);  // p1 was never trained
  BOOST_TEST(model.item_count() == 1u);
  for (int user = 0; user < 5; ++user) {
    for (int item = 0; item < 4; ++item) {
      const float found = model.predict(model.users().find(std::to_string(user)),
                                        model.items().find(std::to_string(item)));
      BOOST_TEST(found == libmf.predict(user, item), "user " << user << ", item " << item);
    }
  }
  // The ids of a list go with the rows; those of rows that were never trained are dropped.
  folder.write("users", "a\nb\nc\n");
  ImportOptions options;
  options.user_ids = path("users");
  const FactorModel named = import_libmf(path("m"), options);
  BOOST_TEST(named.users().id(1) == "c");
  BOOST_TEST(named.users().find("b") == kNoIndex);
  // What comes in goes out with the same predictions.
  export_libmf(model, path("again"), LibmfIds::kSame);
  const LibmfTwin again(path("again"));
  BOOST_TEST(again.predict(2, 0) == libmf.predict(2, 0));
  BOOST_TEST(again.predict(1, 0) == 3.5f);
}

BOOST_FIXTURE_TEST_CASE(an_average_of_0_needs_no_factor, Folder) {
  folder.write("m", "f 10\nm 1\nn 1\nk 1\nb 0\np0 T 2\nq0 T 3\n");
  const FactorModel model = import_libmf(path("m"));
  BOOST_TEST(model.rank() == 1u);
  BOOST_TEST(!model.has_biases());
  BOOST_TEST(model.predict(0, 0) == 6);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_model_of_libmf_is_refused, Folder) {
  BOOST_TEST(refusal(kSmall) == "it was read");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = kSmall;
    text.replace(text.find(from), from.size(), to);
    return refusal(text);
  };
  const struct {
    const char *from, *to, *why;
  } cases[] = {
      {"f 0", "x 0", "bad:1:1: 'f NUMBER' was expected"},
      {"f 0", "f 3", "a model of kind f 3 is not read"},
      {"m 3", "m -3", "bad:2:3: 'm' is to be a whole number"},
      {"m 3", "m 2000000000", "announces 2000000002 rows of 2 factors"},
      {"k 2", "k 900", "900 factors, more than the file has bytes for"},
      {"k 2", "k 1", "bad:6:8: '2' stands behind the last field"},
      {"b 3.5", "b nan", "bad:5:3: 'nan' is not finite"},
      {"p1 F", "p2 F", "the row p1 was expected"},
      {"p2 T", "p2 X", "T or F was expected"},
      {"0.5 -1", "0.5 inf", "bad:8:10: 'inf' is not finite"},
      {"0.5 -1", "0.5", "the line ends where a factor was expected"},
      {"q1 F nan nan \n", "", "the file ends before the row q1; it is cut off"},
      {"q1 F nan nan \n", "q1 F 0 0\nq2 T 1 2\n", "more lines than were announced"},
  };
  for (const auto& c : cases) {
    const std::string found = with(c.from, c.to);
    BOOST_TEST(found.find(c.why) != std::string::npos, "expected " << c.why << ": " << found);
  }
}

BOOST_AUTO_TEST_SUITE_END()
