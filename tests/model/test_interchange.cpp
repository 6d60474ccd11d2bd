// SPDX-License-Identifier: MIT
//
// Models out to arrays, text and vectors, and in from them.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/npy_file.hpp"
#include "model_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_interchange)

namespace {

namespace fs = std::filesystem;

constexpr float kTiny = std::numeric_limits<float>::denorm_min();
constexpr float kHuge = std::numeric_limits<float>::max();

/// Two users and three items with ids of every kind and numbers that are hard to print.
FactorModel hard_model(bool biases = true) {
  LiteralSide users{{"0104257", "J\xC3\xBCrgen, \"J\""},
                    {{0.1f, -0.0f, kTiny}, {-kHuge, 1.0f / 3, 16777216}},
                    {0.3f, -0.25f}};
  LiteralSide items{{"-5", "7", "2000000000000"},
                    {{1e-10f, 1e10f, 0}, {1, 2, 3}, {-1, -2, 0.7f}},
                    {kTiny, 0, -1e-7f}};
  if (!biases) users.biases = {0, 0}, items.biases = {0, 0, 0};
  return literal_model(users, items, biases ? 3.1415927f : 0.0f, {0.5f, 5.0f}, biases);
}

struct Folder {
  std::string path(const std::string& name) const { return folder.path(name); }

  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<std::string> names(const std::string& of = ".") const {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(path(of))) {
      result.push_back(entry.path().filename().string());
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  /// Rows of numbers as a file of NumPy.
  std::string npy(const std::string& name, const std::vector<std::vector<float>>& rows) const {
    AtomicFile file(path(name));
    NpyWriter numbers(file, std::array<std::uint64_t, 2>{rows.size(), rows.at(0).size()});
    for (const auto& row : rows) numbers.write(row);
    file.commit();
    return path(name);
  }

  TemporaryFolder folder;
};

/// The message `work` is refused with.
template <class Work>
std::string refusal(ErrorCode code, const Work& work) {
  try {
    work();
  } catch (const Error& e) {
    BOOST_TEST((e.code() == code), e.what());
    return e.what();
  }
  return "it was done";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(arrays_and_text_give_the_same_model_back, Folder) {
  for (const bool biases : {true, false}) {
    const FactorModel model = hard_model(biases);
    const std::string name = biases ? "biased" : "plain";
    export_npy(model, path(name));
    BOOST_TEST(same_predictor(import_npy(path(name)), model));
    BOOST_TEST(names(name).size() == (biases ? 7u : 5u));
    export_text(model, path(name + ".text"));
    BOOST_TEST(same_predictor(import_text(path(name + ".text")), model));
  }
}

BOOST_FIXTURE_TEST_CASE(text_is_a_table_with_tabs, Folder) {
  const FactorModel model = literal_model({{"Ann", "B"}, {{0.5f, -1}, {2, 0.1f}}, {1, 0}},
                                          {{"x y"}, {{3, 4}}, {-0.25f}}, 3, {1, 5});
  export_text(model, path("t"));
  BOOST_TEST(read("t/users.tsv") == "id\tbias\tf1\tf2\nAnn\t1\t0.5\t-1\nB\t0\t2\t0.1\n");
  BOOST_TEST(read("t/items.tsv") == "id\tbias\tf1\tf2\nx y\t-0.25\t3\t4\n");
  // The same with other names, blanks of Windows and no last line break; one side without biases.
  folder.write("u", "id\tp\tq\r\nAnn\t5e-1\t-1\r\nB\t2\t0.1");
  const FactorModel read_back = import_text_pair(path("u"), path("t/items.tsv"), {.mean = 3.0f});
  BOOST_TEST(read_back.user_count() == 2u);
  BOOST_TEST(read_back.score(0, 0) == 3 - 0.25f + 0.5f * 3 - 4);
  BOOST_TEST(read_back.range().highest == kUnclipped.highest);
}

BOOST_FIXTURE_TEST_CASE(a_plain_pair_becomes_a_model, Folder) {
  const std::string p = npy("P.npy", {{1, 2}, {3, 4}, {5, 600}}), q = npy("Q.npy", {{1, -1}});
  const FactorModel plain = import_npy_pair(p, q);
  BOOST_TEST(!plain.has_biases());
  BOOST_TEST(plain.users().id(2) == "2");
  BOOST_TEST(plain.predict(2, 0) == -595);  // not clipped
  BOOST_TEST(plain.predict(kNoIndex, 0) == 0);

  folder.write("users.txt", "a\nb b\n\xC3\xA9\n");
  AtomicFile biases(path("biases.npy"));
  NpyWriter(biases, std::array<std::uint64_t, 1>{3}).write(std::vector<float>{0.5f, 0, 0});
  biases.commit();
  const FactorModel told = import_npy_pair(p, q,
                                           {.range = RatingRange{1, 5},
                                            .mean = 4.0f,
                                            .user_ids = path("users.txt"),
                                            .item_ids = {},
                                            .user_biases = path("biases.npy"),
                                            .item_biases = {}});
  BOOST_TEST(told.has_biases());
  BOOST_TEST(told.users().find("b b") == 1u);
  BOOST_TEST(told.score(0, 0) == 4 + 0.5f - 1);
  BOOST_TEST(told.predict(2, 0) == 1);
  BOOST_TEST(contains(refusal(ErrorCode::kBadOption,
                              [&] {
                                import_npy_pair(p, q, {.range = RatingRange{5, 1}});
                              }),
                      "ends before it begins"));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_together_is_refused_with_both_shapes, Folder) {
  const std::string p = npy("P.npy", {{1, 2}, {3, 4}}), q = npy("Q.npy", {{1, 2, 3}});
  const auto pair = [&](const std::string& items, const ImportOptions& options = {}) {
    return refusal(ErrorCode::kBadFile, [&] { import_npy_pair(p, items, options); });
  };
  const std::string shapes = pair(q);
  BOOST_TEST(contains(shapes, p + " has 2 rows of 2 factors, but " + q + " has 1 rows of 3"));
  BOOST_TEST(!contains(shapes, "transposed"));
  BOOST_TEST(contains(pair(npy("QT.npy", {{1, 2, 3}, {4, 5, 6}})), "transposed (Q.T)"));
  const std::string good = npy("good.npy", {{1, 2}});
  folder.write("ids", "a\nb\na\n");
  ImportOptions options;
  options.user_ids = path("ids");
  BOOST_TEST(contains(pair(good, options), "ids:3:1: the id 'a' is in line 1 already"));
  folder.write("ids", "a\nb\nc\n");
  BOOST_TEST(contains(pair(good, options),
                      "has 2 rows of 2 factors, but " + path("ids") + " holds 3 ids"));
  folder.write("ids", "a\n\nc\n");
  BOOST_TEST(contains(pair(good, options), "ids:2:1: the line is empty"));
  options.user_ids.clear();
  options.item_biases = good;
  BOOST_TEST(contains(pair(good, options), "has the shape (1, 2); one dimension, a bias each"));
  BOOST_TEST(contains(pair(npy("wide.npy", {std::vector<float>(1025)})), "1 to 1024 factors"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_is_not_whole_or_was_changed_is_refused, Folder) {
  export_npy(hard_model(), path("m"));
  const auto refused = [&] { return refusal(ErrorCode::kBadFile, [&] { import_npy(path("m")); }); };
  const std::string card = read("m/model.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = card;
    text.replace(text.find(from), from.size(), to);
    folder.write("m/model.json", text);
    return refused();
  };
  BOOST_TEST(contains(with("\"users\": 2", "\"users\": 3"), "model.json says 3 users, 3 items"));
  BOOST_TEST(contains(with("\"mean\"", "\"man\""), "'mean' is missing"));
  BOOST_TEST(contains(with("3.1415927", "1e99"),
                      "'mean' is 1e+99; a number of single precision was expected"));
  BOOST_TEST(contains(with("true", "1"), "true or false was expected"));
  BOOST_TEST(contains(with("mfpar model", "mfpar vectors"), "\"mfpar model\" was expected"));
  BOOST_TEST(contains(with("\"version\": 1", "\"version\": 2"), "use a newer program"));
  BOOST_TEST(contains(with("0.5", "6"), "ends before it begins"));
  BOOST_TEST(contains(with("}", ""), "it is not JSON"));
  for (const std::size_t depth : {33, 100, 1'000, 100'000, 1'000'000}) {
    const auto nested = [&](std::string open, std::string close) {
      std::string deep;
      for (std::size_t i = 0; i < depth; ++i) deep += open;
      for (std::size_t i = 0; i < depth; ++i) deep += close;
      return deep;
    };
    for (const std::string& value :
         {nested("[", "]"), nested("[", ""), nested("{\"a\":", "}"), nested("[[", "}")}) {
      const std::string with_value = with("\"rank\": ", "\"rank\": " + value);
      BOOST_TEST(contains(with_value, ": more than 32 brackets within each other"), depth);
      BOOST_TEST(contains(with_value, "model.json: line 5, column "), with_value);
      folder.write("m/model.json", value);
      BOOST_TEST(contains(refused(), "model.json: line 1, column "));
    }
  }
  // In strings, and where there are few, brackets are harmless.
  BOOST_TEST(with("\"rank\": ", "\"x\": \"" + std::string(1'000, '[') + "\\\"{\", \"rank\": ") ==
             "it was done");
  BOOST_TEST(with("\"rank\": ", "\"x\": [[[[[{}]]]]], \"rank\": ") == "it was done");
  fs::remove(path("m/model.json"));
  BOOST_TEST(contains(refused(), "there is no model.json in the folder"));
  BOOST_TEST(contains(refusal(ErrorCode::kSystem, [&] { import_npy(path("none")); }), "none: "));
  folder.write("m/model.json", card);
  fs::remove(path("m/items.txt"));
  BOOST_TEST(contains(refusal(ErrorCode::kSystem, [&] { import_npy(path("m")); }), "items.txt"));
}

BOOST_FIXTURE_TEST_CASE(text_that_makes_no_sense_is_told_with_its_place, Folder) {
  const std::string items = folder.write("items", "id\tf1\tf2\nx\t1\t2\n");
  const struct {
    const char *text, *why;
  } cases[] = {{"", "users:1:1: the first line should name the columns"},
               {"1 2 3\n", "users:1:1: the first line should name"},
               {"id\tf1\tf2\na\t1\tx\n", "users:2:5: 'x' is no number"},
               {"id\tf1\tf2\na\t1\t2 \n", "users:2:5: '2 ' is no number"},
               {"id\tf1\tf2\na\t1\tnan\n", "users:2:5: 'nan' is not finite"},
               {"id\tf1\tf2\na\t1\t1e39\n", "users:2:5: '1e39' is not finite, or beyond"},
               {"id\tf1\tf2\na\t1\t1e999\n", "users:2:5: '1e999' is not finite, or beyond"},
               {"id\tf1\tf2\na\t1\n", "users:2:4: the line ends where a factor was expected"},
               {"id\tf1\tf2\na\t1\t2\t3\n", "users:2:7: '3' stands behind the last field"},
               {"id\tf1\tf2\n\t1\t2\n", "users:2:1: the id is empty"},
               {"id\tf1\tf2\na\t1\t2\na\t1\t2\n", "users:3:1: the id 'a' is there already"},
               {"id\tbias\n", "0 rows of 0 factors"}};
  for (const auto& c : cases) {
    const std::string users = folder.write("users", c.text);
    const std::string found = refusal(ErrorCode::kBadFile, [&] { import_text_pair(users, items); });
    BOOST_TEST(contains(found, c.why), "expected " << c.why << ": " << found);
  }
  // As few bytes as lines can have, and one that is cut short behind them.
  const std::string cut =
      folder.write("users", "id\t\t\t\t\t\t\t\t\t\t\na\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\nb\t1\n");
  BOOST_TEST(contains(refusal(ErrorCode::kBadFile, [&] { import_text_pair(cut, items); }),
                      "users:3:4: the line ends"));
  // Too small is no fault: such a number is 0.
  const std::string users = folder.write("users", "id\tf1\tf2\na\t1e-99\t-1e-50\n");
  BOOST_TEST(import_text_pair(users, items).score(0, 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(what_is_there_stays_and_nothing_half_is_left, Folder) {
  const FactorModel model = hard_model();
  fs::create_directory(path("full"));
  folder.write("full/precious", "data");
  folder.write("file", "data");
  const auto denied = [&](const std::string& name) {
    return refusal(ErrorCode::kSystem, [&] { export_npy(model, path(name)); });
  };
  BOOST_TEST(contains(denied("full"), "is there already and not empty"));
  BOOST_TEST(contains(denied("file"), "no folder"));
  BOOST_TEST(contains(denied("none/x"), "none"));
  // An id that breaks the list is found when the arrays are written already.
  for (const char* id : {"a\nb", "a\tb"}) {
    const FactorModel broken = literal_model({{id}, {{1}}, {0}}, {{"1"}, {{1}}, {0}}, 0, {0, 1});
    const auto work = [&] { export_text(broken, path("broken")); };
    BOOST_TEST(contains(refusal(ErrorCode::kBadData, work), "\"a?b\" holds a line break or tab"));
  }
  BOOST_TEST(read("full/precious") == "data");
  BOOST_TEST(names() == (std::vector<std::string>{"file", "full"}));

  check_new_folder(path("new"));
  BOOST_TEST(!fs::exists(path("new")));
  fs::create_directory(path("empty"));
  fs::create_directory_symlink(path("empty"), path("link"));
  export_npy(model, path("link/"));
  BOOST_TEST(fs::is_symlink(path("link")));
  BOOST_TEST(same_predictor(import_npy(path("empty")), model));
}

BOOST_FIXTURE_TEST_CASE(indexes_of_vectors_return_the_order_of_the_model, Folder) {
  const FactorModel model = random_model(20, 300, 7);
  const auto dot = [](const float* a, const float* b, std::size_t n) {
    return std::inner_product(a, a + n, b, 0.0);
  };
  for (const float weight : {1.0f, 0.0f, 0.3f}) {
    for (const VectorIndex index : {VectorIndex::kInnerProduct, VectorIndex::kCosine}) {
      const bool cosine = index == VectorIndex::kCosine;
      const std::string name = std::to_string(weight) + (cosine ? "c" : "i");
      export_vectors(model, path(name), {.index = index, .bias_weight = weight});
      const NpyFile user_file(path(name + "/user_vectors.npy"));
      const NpyFile item_file(path(name + "/item_vectors.npy"));
      const std::uint64_t n = item_file.columns();
      BOOST_TEST(n == 7u + (weight != 0) + cosine);
      BOOST_TEST(user_file.columns() == n);
      BOOST_TEST(read_id_list(path(name + "/items.txt")).id(299) == model.items().id(299));
      const auto users = user_file.numbers(n), items = item_file.numbers(n);
      for (UserIndex user = 0; user < model.user_count(); ++user) {
        const auto score = [&](std::size_t item) {
          const auto i = static_cast<ItemIndex>(item);
          return double{model.interaction(user, i)} +
                 double{weight} * model.parts().items.biases[i];
        };
        std::vector<double> similarity(model.item_count());
        for (std::size_t i = 0; i < similarity.size(); ++i) {
          const float *a = users.data() + user * n, *b = items.data() + i * n;
          similarity[i] = dot(a, b, n) / (cosine ? std::sqrt(dot(a, a, n) * dot(b, b, n)) : 1.0);
        }
        std::vector<std::size_t> order(similarity.size());
        std::iota(order.begin(), order.end(), 0u);
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return similarity[a] > similarity[b]; });
        for (std::size_t i = 1; i < order.size(); ++i) {
          // Scores reach to 10; what is nearer than rounding may change places.
          BOOST_REQUIRE(score(order[i]) < score(order[i - 1]) + 1e-5);
        }
      }
    }
  }
  const auto weigh = [&] { export_vectors(model, path("x"), {.bias_weight = kHuge}); };
  BOOST_TEST(contains(refusal(ErrorCode::kBadOption, weigh), "beyond what a float32 holds"));
}

BOOST_AUTO_TEST_SUITE_END()
