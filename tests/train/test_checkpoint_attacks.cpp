// SPDX-License-Identifier: MIT
//
// Checkpoints and results of trainings as others may change them, checksums being put right: what
// goes on from there ends in an Error that names file or folder, or with a model that can be saved;
// from what is damaged it begins anew, and ends as it would have.
#include <boost/test/unit_test.hpp>
#include <string>
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
    try {
      const FactorModel model = training.go_on_from(checkpoint, result);
      BOOST_TEST(!find_fault(model).has_value(), what);
      return find_fault(model) ? false : saved(model) == whole;
    } catch (const Error& e) {
      ++refused;
      BOOST_TEST((e.code() == ErrorCode::kBadFile || e.code() == ErrorCode::kBadOption ||
                  e.code() == ErrorCode::kDiverged),
                 what << ": " << e.what());
      return false;
    }
  }

  CutOffTraining training;
  std::string whole;
  int tried = 0, refused = 0;
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

BOOST_AUTO_TEST_SUITE_END()
