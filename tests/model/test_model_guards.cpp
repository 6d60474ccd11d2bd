// SPDX-License-Identifier: MIT
//
// What may happen to a model file, and what must never become one.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "model_fixtures.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_guards)

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_model_stays_as_it_was_loaded_when_its_file_is_written_over) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model = random_model(40, 30, 5);
  save_model(model, path);
  const std::string good = contents(path);
  for (const std::string& over : {std::string(), good.substr(0, 100), std::string(good.size(), 'x'),
                                  good.substr(good.size() / 2), good + good}) {
    for (const bool verify : {true, false}) {
      const FactorModel loaded = load_model(path, {.verify = verify});
      folder.write("model", over);  // in place, as cp does
      BOOST_TEST(same_predictor(model, loaded));
      folder.write("model", good);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_load_model_refuses_is_saved) {
  const auto number = [](FrozenArray<float>& array, std::size_t at, float value) {
    std::vector<float> values(array.begin(), array.end());
    values.at(at) = value;
    AlignedBuffer<float> buffer(values.size());
    std::copy(values.begin(), values.end(), buffer.begin());
    array = FrozenArray<float>(std::move(buffer));
  };
  const auto lists = [](std::vector<std::uint64_t> offsets, std::vector<ItemIndex> items) {
    return ItemLists{FrozenArray<std::uint64_t>(std::move(offsets)),
                     FrozenArray<ItemIndex>(std::move(items))};
  };
  using Parts = FactorModel::Parts;
  for (const float bad : {std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(), std::nanf("")}) {
    const std::pair<const char*, std::function<void(Parts&)>> damages[] = {
        {"'user_factors'", [&](Parts& p) { number(p.users.factors, 0, bad); }},
        {"'user_factors'", [&](Parts& p) { number(p.users.factors, 34, bad); }},
        {"'item_factors'", [&](Parts& p) { number(p.items.factors, 17, bad); }},
        {"'item_factors': the padding", [&](Parts& p) { number(p.items.factors, 15, 1.0f); }},
        {"'user_biases'", [&](Parts& p) { number(p.users.biases, 2, bad); }},
        {"'item_biases'", [&](Parts& p) { number(p.items.biases, 0, bad); }},
        {"'baseline.user_biases'", [&](Parts& p) { number(p.baseline.user_biases, 1, bad); }},
        {"'baseline.item_biases'", [&](Parts& p) { number(p.baseline.item_biases, 1, bad); }},
        {"'model': the mean", [&](Parts& p) { p.mean = bad; }},
        {"'model': the mean", [&](Parts& p) { p.baseline.mean = bad; }},
        {"'model': the mean", [&](Parts& p) { p.range.lowest = bad; }},
        {"'model': the mean", [&](Parts& p) { p.range.highest = bad; }},
        {"'model': the range",
         [&](Parts& p) {
           p.range = {5.0f, 1.0f};
         }},
        {"'fold_in'", [&](Parts& p) { p.fold_in.factors = bad; }},
        {"'fold_in'", [&](Parts& p) { p.fold_in.bias = bad; }},
        {"'fold_in'", [&](Parts& p) { p.fold_in.bias = -1.0f; }},
        {"'fold_in'", [&](Parts& p) { p.fold_in.exponent = bad; }},
        {"'fold_in'", [&](Parts& p) { p.fold_in.exponent = 1.5f; }},
        {"'model': the best epoch", [&](Parts& p) { p.record.best_epoch = -1; }},
        {"'history'", [&](Parts& p) { p.record.history = {EpochReport{.epoch = -2}}; }},
        {"'trained.items'",
         [&](Parts& p) {
           p.trained = lists({0, 1, 1, 1}, {2});
         }},
        {"'held_out.items'",
         [&](Parts& p) {
           p.held_out = lists({0, 0, 2, 2}, {1, 1});
         }},
    };
    for (const auto& [where, damage] : damages) {
      const TemporaryFolder folder;
      const std::string path = folder.write("model", "what stood there");
      Parts parts = random_model(3, 2, 3).parts();
      parts.baseline.user_biases = FrozenArray<float>(std::vector<float>(3));
      parts.baseline.item_biases = FrozenArray<float>(std::vector<float>(2));
      save_model(FactorModel(parts), folder.path("good"));
      damage(parts);
      const FactorModel model(std::move(parts));
      const std::string expected = path + ": not written, since nothing could load it: section ";
      const std::string place = where;
      BOOST_CHECK_EXCEPTION(save_model(model, path), Error, [&](const Error& e) {
        const std::string message = e.what();
        BOOST_TEST(message.starts_with(expected + place), message);
        return e.code() == ErrorCode::kBadData;
      });
      BOOST_TEST(contents(path) == "what stood there");
      const auto entries = std::filesystem::directory_iterator(folder.path(""));
      BOOST_TEST(std::distance(begin(entries), end(entries)) == 2);
    }
  }
}

// The header's checksum says that something is wrong; nothing may happen on the way there.
BOOST_AUTO_TEST_CASE(a_header_with_any_word_of_zeros_is_refused) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  save_model(random_model(4, 3, 2), path);
  const std::string good = contents(path);
  for (std::size_t at = 0; at + 4 <= 64; at += 4) {
    for (const char byte : {'\0', '\xff', '\x01'}) {
      std::string bytes = good;
      bytes.replace(at, 4, 4, byte);
      if (bytes == good) continue;
      folder.write("model", bytes);
      for (const bool verify : {true, false}) {
        BOOST_CHECK_THROW(load_model(path, {.verify = verify}), Error);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
