// SPDX-License-Identifier: MIT
//
// Readers of a model that is reloaded: what each does, one after the other, in orders drawn from a
// seed. How locks of the handle interleave is in test_handoff_orders.cpp.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "literal_model.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/model_handle.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_orders)

namespace {

constexpr std::uint64_t kOrders = kSanitized ? 500 : 2'000;

/// Files of models, each of another mean, and one that is none.
struct Files : TemporaryFolder {
  Files() {
    for (const float mean : kMeans) save_model(literal_model(mean), file_of(mean));
    bad = write("bad.model", "no model\n");
  }
  std::string file_of(float mean) const { return path(std::to_string(mean)); }

  static constexpr float kMeans[] = {2.0f, 2.5f, 3.0f};
  std::string bad;
};

/// A version as it was when it was made.
struct Version {
  std::weak_ptr<const ServedModel> served;
  std::weak_ptr<const FactorModel> model;
  float mean;
  int readers = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(readers_see_whole_versions_that_never_go_back, Files) {
  for_seeds(kOrders, [&](std::uint64_t seed) {
    Random random(seed);
    const auto any = [&] { return kMeans[random.below(3)]; };
    struct Reader {
      std::shared_ptr<const ServedModel> holds;
      std::uint64_t last = 0;
    };
    std::vector<Reader> readers(1 + random.below(4));
    float mean = any();
    auto handle = std::make_unique<ModelHandle>(
        file_of(mean),
        LoadOptions{.memory = random.below(2) == 0 ? ModelMemory::kPrivate : ModelMemory::kShared});
    std::vector<Version> versions;
    const auto note = [&](const std::shared_ptr<const ServedModel>& served) {
      versions.push_back({served, served->model, mean});
      BOOST_TEST(served->version == versions.size());
      BOOST_TEST(served->path == file_of(mean));
    };
    note(handle->current());
    const auto let_go = [&](Reader& reader) {
      if (!reader.holds) return;
      --versions[reader.holds->version - 1].readers;
      reader.holds.reset();
    };
    for (std::uint32_t steps = 5 + random.below(30); steps > 0; --steps) {
      Reader& reader = readers[random.below(static_cast<std::uint32_t>(readers.size()))];
      switch (random.below(8)) {
        case 0:
          if (handle) note(handle->reload());
          break;
        case 1:
          mean = any();
          if (handle) note(handle->reload(file_of(mean)));
          break;
        case 2:
          if (handle) BOOST_CHECK_THROW(handle->reload(bad), Error);
          break;
        case 3:
          let_go(reader);
          break;
        case 4:
          if (random.below(20) == 0) handle.reset();
          break;
        default:
          if (!handle) break;
          let_go(reader);
          reader.holds = handle->current();
          BOOST_TEST(reader.holds->version == versions.size());
          BOOST_TEST(reader.holds->version >= reader.last);
          reader.last = reader.holds->version;
          ++versions.back().readers;
      }
      for (const Reader& one : readers) {
        if (!one.holds) continue;
        const float expected = versions[one.holds->version - 1].mean;
        BOOST_TEST(one.holds->model->mean() == expected);
        BOOST_TEST(one.holds->recommender.recommend(0, {.top = 1}).at(0).score == expected + 1.25f);
      }
      for (std::size_t i = 0; i < versions.size(); ++i) {
        const bool lives = versions[i].readers > 0 || (handle && i + 1 == versions.size());
        BOOST_TEST(versions[i].served.expired() == !lives);
        BOOST_TEST(versions[i].model.expired() == !lives);
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
