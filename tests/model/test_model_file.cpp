// SPDX-License-Identifier: MIT
#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "forged_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_file)

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <class T>
FrozenArray<T> frozen(std::vector<T> values) {
  return FrozenArray<T>(std::move(values));
}

/// Rows of `rank` numbers that all differ, padded to 16.
FrozenArray<float> factors(std::size_t rows, std::size_t rank, float first) {
  AlignedBuffer<float> buffer(rows * 16);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < rank; ++k) {
      buffer[row * 16 + k] = first + static_cast<float>(row) + 0.1f * static_cast<float>(k);
    }
  }
  return FrozenArray<float>(std::move(buffer));
}

/// Three users with text ids and two items with integer ids.
FactorModel::Parts sample_parts() {
  FactorModel::Parts parts;
  parts.rank = 3;
  parts.stride = 16;
  parts.biases = true;
  parts.mean = 3.5f;
  parts.range = {0.5f, 5.0f};
  parts.users.factors = factors(3, 3, 0.25f);
  parts.items.factors = factors(2, 3, -0.75f);
  parts.users.biases = frozen<float>({0.1f, -0.0f, std::numeric_limits<float>::denorm_min()});
  parts.items.biases = frozen<float>({0.5f, -0.25f});
  parts.users.ids = std::make_shared<const IdDictionary>(
      std::vector<std::string>{"0104257", "J\xc3\xbcrgen, \"J\"", "7"});
  parts.items.ids =
      std::make_shared<const IdDictionary>(std::vector<std::int64_t>{-5, 2'000'000'000'000});
  parts.trained = {.offsets = frozen<std::uint64_t>({0, 2, 2, 3}),
                   .items = frozen<ItemIndex>({0, 1, 1})};
  parts.held_out = {.offsets = frozen<std::uint64_t>({0, 0, 1, 1}),
                    .items = frozen<ItemIndex>({0})};
  parts.baseline = {.mean = 3.25f,
                    .user_biases = frozen<float>({1.0f, 2.0f, 3.0f}),
                    .item_biases = frozen<float>({4.0f, 5.0f})};
  const std::string text = "F\xc3\xbcnfDramaSix";
  parts.titles = ItemTitles({.columns = {"title", "genres"},
                             .offsets = frozen<std::uint64_t>({0, 5, 10, 13, 13}),
                             .text = frozen<char>({text.begin(), text.end()})});
  EpochReport before, after;
  before.train_error = 1.5;
  after.epoch = 7;
  after.objective = 0.1;
  after.valid_error = 0.7;
  after.wait_seconds = 1e-9;
  parts.record = {.options = {{"rank", "3"}, {"empty", ""}, {"text", std::string("a\0b\n", 4)}},
                  .seed = 0xFFFFFFFFFFFFFFFFu,
                  .history = {before, after},
                  .best_epoch = 7,
                  .ratings = 3,
                  .fingerprint = 0x123456789ABCDEF0u,
                  .judged_ratings = 2,
                  .judged_fingerprint = 7};
  return parts;
}

template <class T>
void check_same_bits(const FrozenArray<T>& a, const FrozenArray<T>& b) {
  BOOST_REQUIRE(a.size() == b.size());
  BOOST_TEST((a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0));
}

void check_same(const IdDictionary& a, const IdDictionary& b) {
  BOOST_REQUIRE(a.size() == b.size());
  BOOST_TEST(a.is_integer() == b.is_integer());
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    BOOST_TEST(a.id(i) == b.id(i));
    BOOST_TEST(b.find(a.id(i)) == i);
  }
}

void check_same(const FactorModel& model, const FactorModel& loaded) {
  const FactorModel::Parts &a = model.parts(), &b = loaded.parts();
  BOOST_TEST(a.rank == b.rank);
  BOOST_TEST(a.stride == b.stride);
  BOOST_TEST(a.biases == b.biases);
  BOOST_TEST(a.mean == b.mean);
  BOOST_TEST(a.range.lowest == b.range.lowest);
  BOOST_TEST(a.range.highest == b.range.highest);
  check_same_bits(a.users.factors, b.users.factors);
  check_same_bits(a.items.factors, b.items.factors);
  check_same_bits(a.users.biases, b.users.biases);
  check_same_bits(a.items.biases, b.items.biases);
  check_same(*a.users.ids, *b.users.ids);
  check_same(*a.items.ids, *b.items.ids);
  check_same_bits(a.trained.offsets, b.trained.offsets);
  check_same_bits(a.trained.items, b.trained.items);
  check_same_bits(a.held_out.offsets, b.held_out.offsets);
  check_same_bits(a.held_out.items, b.held_out.items);
  BOOST_TEST(a.baseline.mean == b.baseline.mean);
  check_same_bits(a.baseline.user_biases, b.baseline.user_biases);
  check_same_bits(a.baseline.item_biases, b.baseline.item_biases);
  BOOST_TEST((a.titles.columns() == b.titles.columns()));
  check_same_bits(a.titles.parts().offsets, b.titles.parts().offsets);
  check_same_bits(a.titles.parts().text, b.titles.parts().text);
  BOOST_TEST((a.record.options == b.record.options));
  BOOST_TEST(a.record.seed == b.record.seed);
  BOOST_TEST(a.record.best_epoch == b.record.best_epoch);
  BOOST_TEST(a.record.ratings == b.record.ratings);
  BOOST_TEST(a.record.fingerprint == b.record.fingerprint);
  BOOST_TEST(a.record.judged_ratings == b.record.judged_ratings);
  BOOST_TEST(a.record.judged_fingerprint == b.record.judged_fingerprint);
  BOOST_REQUIRE(a.record.history.size() == b.record.history.size());
  for (std::size_t i = 0; i < a.record.history.size(); ++i) {
    const EpochReport &x = a.record.history[i], &y = b.record.history[i];
    BOOST_TEST(x.epoch == y.epoch);
    const auto numbers = [](const EpochReport& r) {
      return std::vector<double>{r.train_error, r.objective,          r.valid_error,
                                 r.seconds,     r.updates_per_second, r.evaluation_seconds,
                                 r.wait_seconds};
    };
    const auto p = numbers(x), q = numbers(y);
    BOOST_TEST(std::memcmp(p.data(), q.data(), p.size() * sizeof(double)) == 0);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_part_comes_back_bit_for_bit) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model(sample_parts());
  save_model(model, path);
  for (const bool verify : {true, false}) {
    for (const ModelMemory memory : {ModelMemory::kPrivate, ModelMemory::kShared}) {
      check_same(model, load_model(path, {.verify = verify, .memory = memory}));
    }
  }

  const FactorModel loaded = load_model(path);
  BOOST_TEST(loaded.users().find("0104257") == 0u);
  BOOST_TEST(loaded.users().find("104257") == kNoIndex);
  BOOST_TEST(loaded.items().id(1) == "2000000000000");
  // The same model makes the same bytes.
  BOOST_TEST((saved(loaded) == bytes_of(path)));
}

BOOST_AUTO_TEST_CASE(models_at_the_edges_come_back) {
  FactorModel::Parts plain = sample_parts();
  plain.biases = false;
  plain.mean = 0.0f;
  plain.baseline = {};
  plain.trained = {};
  plain.held_out = {};
  plain.record = {};
  FactorModel::Parts factorless = sample_parts();
  factorless.rank = 0;
  factorless.stride = 0;
  factorless.users.factors = factorless.items.factors = {};
  const FactorModel models[] = {FactorModel(), FactorModel(plain), FactorModel(factorless)};
  for (const FactorModel& model : models) {
    const TemporaryFolder folder;
    save_model(model, folder.path("model"));
    check_same(model, load_model(folder.path("model")));
  }
}

BOOST_AUTO_TEST_CASE(a_model_outlives_its_file) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model(sample_parts());
  save_model(model, path);
  const FactorModel loaded = load_model(path);
  save_model(FactorModel(), path);  // replaced, not overwritten
  std::filesystem::remove(path);
  check_same(model, loaded);
}

BOOST_AUTO_TEST_CASE(no_truncation_gets_through) {
  const std::string good = saved(FactorModel(sample_parts()));
  const TemporaryFolder folder;
  const std::string path = folder.write("file", good);
  for (std::size_t length = good.size(); length-- > 0;) {
    std::filesystem::resize_file(path, length);
    for (const bool verify : {true, false}) {
      BOOST_CHECK_THROW(load_model(path, {.verify = verify}), Error);
      BOOST_CHECK_THROW(load_model(path, {.verify = verify, .memory = ModelMemory::kShared}),
                        Error);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_flipped_byte_gets_through) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  save_model(FactorModel(sample_parts()), path);
  const std::string good = bytes_of(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t position, char byte) {
    file.seekp(static_cast<std::streamoff>(position)).put(byte).flush();
    BOOST_REQUIRE(file.good());
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    put(i, static_cast<char>(good[i] ^ 0x10));
    BOOST_CHECK_THROW(load_model(path), Error);
    put(i, good[i]);
  }
  load_model(path);
}

BOOST_AUTO_TEST_CASE(each_forged_content_has_its_message) {
  const std::string good = saved(FactorModel(sample_parts()));
  const std::uint64_t huge = std::uint64_t{1} << 62;
  const struct {
    std::string bytes, message;
    bool only_verified;  // found by the pass over the arrays
  } cases[] = {
      {forged(good, "model", 0, std::uint32_t{17}), "the stride of factors is 16", false},
      {forged(good, "model", 4, std::uint32_t{2}), "neither 0 nor 1", false},
      {forged(good, "model", 8, std::uint64_t{20}), "the stride of factors is 20", false},
      {forged(good, "model", 8, std::uint64_t{32}), "user factors has 48 elements; 96", false},
      {forged(good, "model", 8, huge), "the stride of factors is 4611686018427387904", false},
      {forged(good, "model", 16, std::nanf("")), "the mean or range is not finite", false},
      {forged(good, "model", 20, 6.0f), "the range of ratings ends before it begins", false},
      {forged(good, "model", 56, std::int64_t{-1}), "epoch -1 cannot be", false},
      {forged(good, "history", 64, std::int64_t{1} << 40), "epoch 1099511627776 cannot be", false},
      {forged(good, "options", 0, 0xFFFFFFFFu), "a text of 4294967295 bytes is cut off", false},
      {forged(good, "options", 0, std::uint32_t{86}), "a length is cut off", false},
      {forged(good, "options", 64, 'x'), "judged-ratings is 'x', no whole number", false},
      {forged(good, "users.text_offsets", 8, huge), "section 'users.slots': id dictionary", false},
      {forged(good, "users.slots", 0, std::uint32_t{3}), "section 'users.slots'", false},
      {forged(good, "trained.offsets", 0, std::uint64_t{1}), "offsets that do not rise", false},
      {forged(good, "trained.offsets", 8, huge), "offsets that do not rise", false},
      {forged(good, "trained.offsets", 24, std::uint64_t{4}), "trained ratings has 3", false},
      {forged(good, "trained.items", 4, std::uint32_t{0}), "item 0 of user 0 is out of order",
       true},
      {forged(good, "trained.items", 8, std::uint32_t{2}), "item 2 of user 2 is out of order",
       true},
      {forged(good, "held_out.items", 0, kNoIndex), "of user 1 is out of order or not below 2",
       true},
      {forged(good, "titles.columns", 12, 'x'), "the last name is not ended by a zero", false},
      {forged(good, "titles.columns", 2, '\0'), "titles of items: the last row has not", false},
      {forged(good, "titles.offsets", 0, std::uint64_t{1}), "do not ascend from 0 to", false},
      {forged(good, "titles.offsets", 8, std::uint64_t{11}), "do not ascend from 0 to", false},
      {forged(good, "titles.offsets", 32, huge), "do not ascend from 0 to", false},
      {forged(good, "user_factors", 64, kInfinity), "'user_factors': a number is not finite", true},
      {forged(good, "item_factors", 8, std::nanf("")), "'item_factors': a number is not", true},
      {forged(good, "item_factors", 12, 1.0f), "the padding of a row is not zero", true},
      {forged(good, "user_biases", 8, -kInfinity), "'user_biases': a number is not finite", true},
      {forged(good, "baseline.item_biases", 0, kInfinity), "'baseline.item_biases': a num", true},
  };
  for (const auto& c : cases) {
    const std::string message = refusal(c.bytes);
    BOOST_TEST(message.find(c.message) != std::string::npos,
               "'" << message << "' lacks '" << c.message << "'");
    BOOST_TEST((refusal(c.bytes, false) == "") == c.only_verified, c.message);
  }
}

BOOST_AUTO_TEST_CASE(parts_that_contradict_each_other_are_refused) {
  const std::function<void(FactorModel::Parts&)> breaks[] = {
      [](auto& p) { p.stride = 3; },
      [](auto& p) { p.users.factors = factors(2, 3, 1.0f); },
      [](auto& p) { p.items.factors = {}; },
      [](auto& p) { p.users.biases = {}; },
      [](auto& p) {
        p.items.biases = frozen<float>({1, 2, 3});
      },
      [](auto& p) { p.users.ids.reset(); },
      [](auto& p) { p.trained.offsets = {}; },
      [](auto& p) {
        p.held_out.offsets = frozen<std::uint64_t>({0, 1});
      },
      [](auto& p) { p.baseline.user_biases = {}; },
      [](auto& p) {  // of three items, which are two
        p.titles = ItemTitles(
            {.columns = {"title"}, .offsets = frozen<std::uint64_t>({0, 0, 0, 0}), .text = {}});
      },
  };
  for (const auto& damage : breaks) {
    FactorModel::Parts parts = sample_parts();
    damage(parts);
    BOOST_CHECK_THROW(FactorModel(std::move(parts)), Error);
  }
}

BOOST_AUTO_TEST_CASE(predictions_use_what_is_known) {
  FactorModel::Parts parts = sample_parts();
  parts.users.biases = frozen<float>({0.5f, 0.0f, 0.0f});
  const FactorModel model(std::move(parts));
  // Rows by hand: p = (.25, .35, .45), q = (-.75, -.65, -.55).
  const double interaction = 0.25 * -0.75 + 0.35 * -0.65 + 0.45 * -0.55;
  BOOST_TEST(model.interaction(0, 0) == interaction, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(model.score(0, 0) == 3.5 + 0.5 + 0.5 + interaction,
             boost::test_tools::tolerance(1e-6));
  BOOST_TEST(model.score(kNoIndex, 0) == 4.0f);
  BOOST_TEST(model.score(0, kNoIndex) == 4.0f);
  BOOST_TEST(model.score(kNoIndex, kNoIndex) == 3.5f);
  BOOST_TEST(model.interaction(kNoIndex, 0) == 0.0f);
  BOOST_TEST(model.user_row(2).size() == 3u);
  BOOST_TEST(model.user_row(2)[0] == 2.25f);
  BOOST_TEST(model.item_row(1)[0] == 0.25f);

  FactorModel::Parts narrow = sample_parts();
  narrow.range = {3.0f, 3.75f};
  const FactorModel clipped(std::move(narrow));
  BOOST_TEST(clipped.predict(kNoIndex, 0) == 3.75f);
  BOOST_TEST(clipped.predict(0, 0) == 3.4375f, boost::test_tools::tolerance(0.01f));
}

BOOST_AUTO_TEST_CASE(a_failed_save_leaves_the_model_that_was_there) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  const FactorModel model(sample_parts());
  save_model(model, path);
  // A disk that is full for root too; SIGXFSZ would end the process.
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit limit{512, old.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  std::string message;
  try {
    save_model(FactorModel(), path);
  } catch (const Error& e) {
    message = e.what();
  }
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  BOOST_TEST(message == path + ": cannot be written: File too large");
  check_same(model, load_model(path));
  const auto folder_entries = std::filesystem::directory_iterator(folder.path(""));
  BOOST_TEST(std::distance(begin(folder_entries), end(folder_entries)) == 1);
  BOOST_CHECK_THROW(check_writable(folder.path("")), Error);
  check_writable(path);
}

BOOST_AUTO_TEST_SUITE_END()
