// SPDX-License-Identifier: MIT
//
// mf-model as its users see it.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_model)

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// A model and the ratings it was trained on.
struct Trained : TestFolder {
  Trained() {
    write("r.csv", text_of(random_store({.users = 80, .items = 30, .density = 0.5})));
    succeed("mf-train r.csv -q -k 4 -t 5 -o a.model");
  }

  std::string succeed(const std::string& command) const {
    const Outcome outcome = run(command);
    BOOST_REQUIRE_MESSAGE(outcome.code == 0, command << ": " << outcome.err);
    return outcome.out;
  }

  /// What mf-eval predicts with a model.
  std::string predictions(const std::string& model) const {
    succeed("mf-eval " + model + " r.csv --predictions p.csv");
    return read("p.csv");
  }

  void refused(const std::string& command, int code, const std::string& why) const {
    const auto before = files();
    const Outcome outcome = run("mf-model " + command);
    BOOST_TEST(outcome.code == code, command << ": " << outcome.err);
    BOOST_TEST(contains(outcome.err, why), command << ": " << outcome.err);
    BOOST_TEST(outcome.out == "");
    BOOST_TEST((files() == before), command);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(info_shows_what_was_trained, Trained) {
  const std::string json = succeed("mf-model info a.model --json");
  BOOST_TEST(json_number(json, "rank") == 4);
  BOOST_TEST(json_number(json, "users") == 80);
  BOOST_TEST(json_number(json, "items") == 30);
  BOOST_TEST(json_number(json, "lowest") == 0.5);
  BOOST_TEST(json_number(json, "highest") == 5);
  const auto ratings = lines("r.csv").size();
  BOOST_TEST(json_number(json, "trained") + json_number(json, "held_out") ==
             static_cast<double>(ratings));
  BOOST_TEST(json_number(json, "ratings") == json_number(json, "trained"));
  BOOST_TEST(contains(json, "\"options\":{\"rank\":\"4\""));
  BOOST_TEST(json_number(json, "user_factors") == 80 * 16 * 4);
  const std::string report = succeed("mf-model info a.model");
  BOOST_TEST(contains(report, "rank                4\n"));
  BOOST_TEST(contains(report, "range               0.5 to 5\n"));
  BOOST_TEST(contains(report, " of 5 that were run\n"));
}

BOOST_FIXTURE_TEST_CASE(verify_says_ok_or_what_is_wrong, Trained) {
  BOOST_TEST(succeed("mf-model verify a.model").starts_with("a.model: ok: "));
  std::string bytes = read("a.model");
  bytes[bytes.size() / 2] ^= 1;
  write("flipped", bytes);
  refused("verify flipped", 4, "does not match its checksum");
  write("short", read("a.model").substr(0, 1000));
  refused("verify short", 4, "truncated");
  refused("verify r.csv", 4, "a model file was expected");
  refused("verify none", 4, "none: ");
  refused("info flipped", 4, "does not match its checksum");
}

BOOST_FIXTURE_TEST_CASE(every_way_out_and_in_predicts_the_same, Trained) {
  const std::string expected = predictions("a.model");
  for (const std::string format : {"npy", "text"}) {
    const std::string given = " --format " + format;
    succeed("mf-model export a.model -o " + format + given);
    succeed("mf-model import " + format + given + " -o b.model");
    BOOST_TEST(predictions("b.model") == expected, format);
  }
  // Folded into factors, sums are rounded in another order; predict to four figures all the same.
  succeed("mf-model export a.model --format libmf -o m.txt");
  succeed("mf-model import m.txt --format libmf --range 0.5:5 -o c.model");
  const std::string a = succeed("mf-eval a.model r.csv --json");
  const std::string c = succeed("mf-eval c.model r.csv --json");
  BOOST_TEST(std::abs(json_number(a, "mse") - json_number(c, "mse")) < 1e-5);
  // A model that does not know what it was trained on knows all the same whom it has factors of.
  BOOST_TEST(json_number(c, "coverage") == 1);
  BOOST_TEST(contains(succeed("mf-model info c.model"), "the model was not made by training"));
}

BOOST_FIXTURE_TEST_CASE(a_pair_of_arrays_takes_the_rest_from_options, Trained) {
  succeed("mf-model export a.model -o npy");
  const std::string mean =
      std::to_string(json_number(succeed("mf-model info a.model --json"), "mean"));
  succeed(
      "mf-model import npy/P.npy npy/Q.npy --user-ids npy/users.txt --item-ids npy/items.txt "
      "--user-biases npy/user_biases.npy --item-biases npy/item_biases.npy --range 0.5:5 --mean " +
      mean + " -o b.model");
  const std::string a = succeed("mf-eval a.model r.csv --json");
  const std::string b = succeed("mf-eval b.model r.csv --json");
  BOOST_TEST(std::abs(json_number(a, "mse") - json_number(b, "mse")) < 1e-5);
  succeed("mf-model import npy/P.npy npy/Q.npy -o plain.model");
  const std::string info = succeed("mf-model info plain.model");
  BOOST_TEST(contains(info, "range               not known; predictions are not clipped\n"));
  BOOST_TEST(contains(info, "biases              no\n"));
}

BOOST_FIXTURE_TEST_CASE(vectors_are_as_long_as_they_are_asked_for, Trained) {
  const auto dimensions = [&](const std::string& name, const std::string& options) {
    succeed("mf-model export a.model --format vectors -o " + name + ' ' + options);
    const std::string text = read(name + "/vectors.json");
    const std::string key = "\"dimensions\": ";
    return std::stoi(text.substr(text.find(key) + key.size()));
  };
  BOOST_TEST(dimensions("v1", "") == 5);
  BOOST_TEST(dimensions("v2", "--rank-by interaction") == 4);
  BOOST_TEST(dimensions("v3", "--index cosine --rank-by blend:0.5") == 6);
  BOOST_TEST(contains(read("v3/vectors.json"), "\"bias_weight\": 0.5"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_done_is_refused_and_harms_nothing, Trained) {
  succeed("mf-model export a.model -o npy");
  const auto arrays = [&] { return read("npy/P.npy") + read("npy/model.json"); };
  const std::string before = arrays();
  refused("export a.model -o npy", 4, "is there already and not empty");
  refused("export a.model", 2, "--output (-o) is missing");
  refused("export a.model --format libmf -o a.model", 2, "would replace a file that is to be read");
  refused("export a.model --index cosine -o x", 2, "--index belongs to --format vectors");
  refused("export a.model --ids same -o x", 2, "--ids belongs to --format libmf");
  refused("export a.model --format vectors --rank-by blend:x -o x", 2, "such as blend:0.5");
  refused("export r.csv -o x", 4, "a model file was expected");
  refused("import npy", 2, "--output (-o) is missing");
  refused("import npy -o npy/P.npy", 2, "would stand among the files that are to be read");
  refused("import npy/P.npy -o x", 4, "name the file of the items too");
  refused("import npy/P.npy npy/Q.npy -o a.model --user-ids a.model", 2, "would replace a file");
  write("m.npz", std::string("PK\x03\x04\0\0\0\0", 8));
  for (const std::string arguments :
       {"m.npz", "m.npz m.npz", "npy/P.npy m.npz", "m.npz --format text",
        "m.npz m.npz --format text", "npy/P.npy npy/Q.npy --user-ids m.npz",
        "npy/P.npy npy/Q.npy --item-biases m.npz", "m.npz --format libmf"}) {
    refused("import " + arguments + " -o x", 4,
            "m.npz: " +
                std::string(contains(arguments, "text") || contains(arguments, "ids") ||
                                    contains(arguments, "libmf") || arguments == "m.npz"
                                ? ""
                                : "at byte 0: ") +
                "it is an archive (.npz); save each array by itself, with numpy.save");
  }
  write("objects.npy", std::string("\x93NUMPY\x01\0\x40\0", 10) +
                           "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }       \n12");
  refused("import npy/P.npy npy/Q.npy --user-ids objects.npy -o x", 4,
          "objects.npy: ids of type '|O' are not read; ids are whole numbers or text: convert the "
          "array first, with .astype(str)");
  refused("import npy/P.npy npy/Q.npy --user-biases objects.npy -o x", 4,
          "objects.npy: numbers of type '|O' are not read; convert the array first, with "
          ".astype('float32')");
  refused("import npy --range 5 -o x", 2, "such as 0.5:5");
  refused("import npy --mean inf -o x", 2, "--mean is 'inf'");
  refused("import a b --format libmf -o x", 2, "a model of LIBMF is one file");
  refused("import a --format libmf --mean 1 -o x", 2, "--mean belongs to --format npy and text");
  refused("import a --format text --user-ids a -o x", 2, "--user-ids belongs to");
  refused("import npy -o none/x", 4, "none/x: cannot be written");
  BOOST_TEST(arrays() == before);
  for (const auto& [name, contents] : files()) BOOST_TEST(!contains(name, ".tmp"), name);
}

BOOST_AUTO_TEST_SUITE_END()
