// SPDX-License-Identifier: MIT
//
// Checkpoints and results of trainings as others may change them, checksums being put right: what
// goes on from there ends in an Error that names file or folder, or with a model that can be saved;
// from what is damaged it begins anew, and ends as it would have.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cut_off_training.hpp"
#include "forged_models.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "section_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_checkpoint_attacks)

namespace {

struct Attacked {
  explicit Attacked(const TrainOptions& options)
      : training(split_random(random_store({.users = 9, .items = 7}), 0.2, 1, 1), options),
        whole(saved(training.whole())) {}

  /// Whether it ends as it would have.
  bool goes_on(const std::string& checkpoint, const std::string& result, const std::string& what) {
    ++tried;
    refusal.clear();
    try {
      const FactorModel model = training.go_on_from(checkpoint, result);
      BOOST_TEST(!find_fault(model).has_value(), what);
      return find_fault(model) ? false : saved(model) == whole;
    } catch (const Error& e) {
      ++refused;
      refusal = e.code() == ErrorCode::kBadFile ? e.what() : "";
      BOOST_TEST((e.code() == ErrorCode::kBadFile || e.code() == ErrorCode::kBadOption ||
                  e.code() == ErrorCode::kDiverged),
                 what << ": " << e.what());
      return false;
    }
  }

  CutOffTraining training;
  std::string whole;
  int tried = 0, refused = 0;
  std::string refusal;  ///< of the last one, where it was the file's fault
};

/// Checkpoint and result of trainings by each method.
template <class Attack>
void each_file(const Attack& attack) {
  int tried = 0, refused = 0;
  for (const TrainOptions& options : options_to_cut_off()) {
    Attacked attacked(options);
    attack(attacked, attacked.training.checkpoint(),
           [&](const std::string& bytes, auto what) { return attacked.goes_on(bytes, "", what); });
    attack(attacked, attacked.training.result(),
           [&](const std::string& bytes, auto what) { return attacked.goes_on("", bytes, what); });
    tried += attacked.tried, refused += attacked.refused;
  }
  BOOST_TEST(tried > 0);
  BOOST_TEST_MESSAGE(tried << " files, of which " << refused << " were refused");
}

/// Whether the numbers of a section are doubles.
bool is_wide(std::string_view section) {
  return section.ends_with("strengths") || section.ends_with(".numbers") || section == "sgd.rate" ||
         section.ends_with(".samples") || section == "progress" || section == "trace.sums" ||
         section == "trace.squares" || section == "mean.noise" || section == "mean.user_biases" ||
         section == "mean.item_biases" || section == "variance.noise";
}

/// The section's first number, or all, being `value`.
std::string forged(SectionFile file, const std::string& section, double value, bool all) {
  std::string& bytes = file.find(section)->bytes;
  const auto narrow = static_cast<float>(value);
  const void* const from = is_wide(section) ? static_cast<const void*>(&value) : &narrow;
  const std::size_t width = is_wide(section) ? sizeof value : sizeof narrow;
  for (std::size_t at = 0; at < (all ? bytes.size() : width); at += width) {
    std::memcpy(bytes.data() + at, from, width);
  }
  return file.bytes();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_damaged_is_passed_over) {
  each_file([](Attacked&, const std::string& good, const auto& goes_on) {
    BOOST_TEST(goes_on(good, "as it was"));
    const std::size_t step = good.size() / (kSanitized ? 3 : 7);
    for (std::size_t at = 1; at < good.size(); at += step) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      BOOST_TEST(goes_on(bytes, "byte " + std::to_string(at)));
      BOOST_TEST(goes_on(good.substr(0, at), "cut at " + std::to_string(at)));
    }
  });
}

BOOST_AUTO_TEST_CASE(sections_may_be_swapped_gone_and_of_any_length) {
  each_file([](Attacked&, const std::string& good, const auto& goes_on) {
    const SectionFile parts(good);
    const std::size_t count = parts.sections.size();
    for (std::size_t i = 0; i < count; i += kSanitized ? 5 : 2) {
      const std::string& name = parts.sections[i].name;
      SectionFile swapped = parts, gone = parts, longer = parts, empty = parts;
      std::swap(swapped.sections[i].bytes, swapped.sections[(i + 1) % count].bytes);
      goes_on(swapped.bytes(), name + " is another");
      gone.sections.erase(gone.sections.begin() + static_cast<std::ptrdiff_t>(i));
      goes_on(gone.bytes(), name + " is gone");
      longer.sections[i].bytes += std::string(8, '\1');
      goes_on(longer.bytes(), name + " is longer");
      empty.sections[i].bytes.clear();
      goes_on(empty.bytes(), name + " is empty");
    }
  });
}

// A sampler that drew from some of these would end in an assertion, or never.
BOOST_AUTO_TEST_CASE(numbers_may_be_any) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const TrainOptions& options : options_to_cut_off()) {
    Attacked attacked(options);
    const SectionFile good(attacked.training.checkpoint());
    for (std::size_t i = 0; i < good.sections.size(); i += kSanitized ? 3 : 1) {
      const std::string& name = good.sections[i].name;
      if (name == "options" || name == "history" || good.sections[i].bytes.empty()) continue;
      for (const double value : {kNan, -1.0, 0.0, 3e38}) {
        for (const bool all : {false, true}) {
          const std::string what = name + (all ? ", all " : ", first ") + std::to_string(value);
          attacked.goes_on(forged(good, name, value, all), "", what);
          if (std::isfinite(value)) continue;
          const bool is_count = name.ends_with(".numbers") || name.ends_with(".samples");
          const std::string said = is_count ? "section" : "section '" + name + "'";
          BOOST_TEST(attacked.refusal.find(said) != std::string::npos,
                     what << ": " << attacked.refusal);
        }
      }
    }
  }
}

// What can be no strength, weight, sum of squares or count, though it is a number.
BOOST_AUTO_TEST_CASE(numbers_that_cannot_be_are_refused) {
  struct Row {
    std::size_t options;
    const char* section;
    double value;
    bool all;
    const char* message;
  };
  const Row rows[] = {
      {0, "sgd.rate", 0.0, false, "a number is not above 0"},
      {0, "sgd.rate", 1.5, false, "the share of the learning rate is above 1"},
      {0, "sgd.users", 0.0, true, "a sum of squares is not above 0"},
      {0, "sgd.items", 2.0, true, "the penalty is not that of a row with so many ratings"},
      {0, "best.user_factors", 1.0, true, "the padding of a row is not zero"},
      {2, "als.users", 1.0, true, "the padding of a row is not zero"},
      {2, "best.item_factors", 1.0, true, "the padding of a row is not zero"},
      {3, "gibbs.users", 1.0, true, "the padding of a row is not zero"},
      {3, "gibbs.items.values", 1.0, true, "the padding of a row is not zero"},
      {3, "gibbs.users.strengths", -1.0, false, "a number is below 0"},
      {3, "gibbs.items.strengths", 0.0, false, "a strength is not above 0"},
      {3, "gibbs.user_weights", 0.0, false, "a number is not above 0"},
      {3, "gibbs.numbers", 0.0, false, "no noise has this precision"},
      {3, "gibbs.numbers", 1e16, false, "no noise has this precision"},
      {3, "gibbs.numbers", 1.0, true, "it is of 4607182418800017408 sweeps; 2 were expected"},
      {3, "trace.squares", -1.0, false, "a number is below 0"},
      {3, "trace.numbers", 1.0, true, "blocks cannot be"},
      {3, "variance.users.squares", -1.0, false, "a number is below 0"},
      {3, "variance.noise", -1.0, false, "a number is below 0"},
      {3, "mean.noise", -1.0, false, "a number is below 0"},
      {4, "gibbs.user_weights", -1.0, true, "a number is not above 0"},
  };
  std::vector<TrainOptions> options = options_to_cut_off();
  for (std::size_t n = 0; n < options.size(); ++n) {
    Attacked attacked(options[n]);
    const SectionFile good(attacked.training.checkpoint());
    for (const Row& row : rows) {
      if (row.options != n) continue;
      attacked.goes_on(forged(good, row.section, row.value, row.all), "", row.section);
      BOOST_TEST(attacked.refusal.find(row.section) != std::string::npos, attacked.refusal);
      BOOST_TEST(attacked.refusal.find(row.message) != std::string::npos,
                 row.section << ": " << attacked.refusal);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
