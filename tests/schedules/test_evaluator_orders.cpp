// SPDX-License-Identifier: MIT
//
// A trainer and its evaluator, who come to what they share in every order: the evaluator goes on,
// step by step, when the trainer lets it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "compute/model_errors.hpp"
#include "literal_model.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"
#include "train/evaluator.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_evaluator_orders)

namespace {

constexpr std::uint64_t kOrders = kSanitized ? 1'000 : 10'000;

/// Where the evaluator's thread stands still until the trainer's lets it go on.
class Gates {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++reached_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return opened_ >= reached_; });
  }
  /// Waits until the evaluator stands at its `gate`-th.
  void wait_for(int gate) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_ >= gate; });
  }
  /// So that it passes the first `gate`.
  void open(int gate) {
    const std::lock_guard lock(mutex_);
    opened_ = std::max(opened_, gate);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int reached_ = 0, opened_ = 0;
};

/// Of a training only what the evaluator asks for: its first gate.
class Watched final : public Solver {
 public:
  explicit Watched(Gates& gates) : gates_(gates) {}
  PassSums run_epoch(int, const std::function<bool()>&) override { return {}; }
  FactorModel snapshot() const override { return {}; }
  PassSums training_errors(const FactorModel&, const Workers&) const override {
    gates_.pass();
    return {};
  }
  PassSums errors_on(const RatingStore& ratings, const FactorModel& snapshot,
                     const Workers& workers) const override {
    return model_errors(snapshot, ratings, find_kernels("auto"), workers);
  }
  double penalty(const FactorModel&, const Workers&) const override { return 0.0; }
  bool start_again(const FactorModel*, double) override { return false; }
  void save(SectionWriter&) const override {}
  void restore(const SectionReader&) override {}
  void give_lists(FactorModel::Parts&) override {}

 private:
  Gates& gates_;
};

/// What a training is to see of its epochs, and what must be known of it at the end.
struct Course {
  explicit Course(std::uint64_t seed) {
    Random random(seed);
    patience = static_cast<int>(random.below(5));
    const std::uint32_t epochs = 1 + random.below(12);
    for (std::uint32_t epoch = 0; epoch <= epochs; ++epoch) {
      steps.push_back(random.below(5) == 0 ? -1 : static_cast<int>(random.below(9)));
    }
    if (random.below(5) == 0) fails_at = static_cast<int>(random.below(epochs + 1));

    int best = -1, since = 0;
    for (std::size_t epoch = 0; epoch < steps.size(); ++epoch) {
      last = static_cast<int>(epoch);
      if (steps[epoch] < 0) continue;
      if (best < 0 || steps[epoch] < best) {
        best = steps[epoch];
        best_epoch = last;
        since = 0;
      } else if (++since == patience) {
        runs_out = true;
        break;
      }
    }
  }

  int patience = 0;
  std::vector<int> steps;  ///< by how much an epoch's prediction is off; -1: not evaluated
  int fails_at = -1;       ///< the epoch whose report its receiver fails on

  // How it ends.
  int last = 0;  ///< that is reported
  int best_epoch = 0;
  bool runs_out = false;
};

/// Predicts 3 + step / 4 for the first item of the first user.
FactorModel model_off_by(int step) {
  return literal_model(2.0f + 0.25f * static_cast<float>(step));
}

}  // namespace

BOOST_AUTO_TEST_CASE(history_and_best_epoch_are_right_in_every_order) {
  const RatingStore validation = store_of({{0, 0, 3.0f, 0}});
  const std::optional<RatingStore> no_sample;
  const std::optional<ValidationLists> no_lists;
  RatingStatistics statistics;
  statistics.count = 1;
  int seen_out_of_patience[3] = {};  // by where the evaluator stood
  for_seeds(kOrders, [&](std::uint64_t seed) {
    const Course course(seed);
    Random random(derive_seed(seed, 1));
    Gates gates;
    const Watched solver(gates);
    TrainOptions options;
    options.threads = 1;
    options.patience = course.patience;
    std::vector<int> reported;  // by the evaluator's thread, until it is waited for
    TrainHooks hooks;
    hooks.on_epoch = [&](const EpochReport& report) {
      gates.pass();
      reported.push_back(report.epoch);
      if (report.epoch == course.fails_at) throw std::runtime_error("planted");
    };

    TrainingProgress outcome;
    bool surfaced = false, finished = false, ran_out = false;
    int submitted = -1;
    {
      Evaluator evaluator({solver, no_sample, validation, options, hooks, find_kernels("auto"),
                           statistics, no_lists});
      int passed = 0, ahead = 0;  // gates of the messages before; of this one
      int stands = 0;             // at which of these, from 1; beyond them: somewhere behind
      const auto submit = [&](int epoch) {
        const int step = course.steps[static_cast<std::size_t>(epoch)];
        EpochReport report;
        report.epoch = epoch;
        std::optional<FactorModel> snapshot;
        if (step >= 0) snapshot = model_off_by(step);
        const bool is_ignored = evaluator.out_of_patience();
        evaluator.submit(report, {}, std::move(snapshot));
        submitted = epoch;
        passed += ahead;
        ahead = is_ignored ? 0 : step >= 0 ? 2 : 1;
        stands = 1;
        if (ahead > 0) gates.wait_for(passed + 1);
      };
      const auto advance = [&] {
        if (stands > ahead) return;
        gates.open(passed + stands);
        ++stands;
        if (stands <= ahead) gates.wait_for(passed + stands);
      };
      // What out_of_patience() must say: the last but one gate is behind the judgement.
      const auto is_out = [&] {
        return course.runs_out &&
               (submitted > course.last || (submitted == course.last && stands >= 2));
      };
      try {
        submit(0);
        for (int epoch = 1; epoch < static_cast<int>(course.steps.size()); ++epoch) {
          bool stop = false;
          for (std::uint32_t asked = random.below(4); asked > 0 && !stop; --asked) {
            for (std::uint32_t steps = random.below(3); steps > 0; --steps) advance();
            stop = evaluator.out_of_patience();
            BOOST_TEST(stop == is_out());
            if (stop) ++seen_out_of_patience[std::min(stands, 3) - 1];
          }
          if (stop) break;
          if (random.below(50) == 0) throw std::logic_error("the trainer fails");
          gates.open(passed + ahead);
          evaluator.wait();
          submit(epoch);
        }
        gates.open(1 << 20);
        ran_out = evaluator.finish();
        outcome = evaluator.progress();
        finished = true;
      } catch (const std::runtime_error&) {
        surfaced = true;
      } catch (const std::logic_error&) {
      }
      gates.open(1 << 20);
    }
    // In order, none lost, none twice, all that were submitted before it ran out of patience.
    const int before_failure =
        course.fails_at < 0 ? submitted : std::min(submitted, course.fails_at);
    const int last = std::min(course.last, before_failure);
    std::vector<int> expected;
    for (int epoch = 0; epoch <= last; ++epoch) expected.push_back(epoch);
    BOOST_TEST(reported == expected, boost::test_tools::per_element());
    const bool fails = course.fails_at >= 0 && course.fails_at <= last;
    if (surfaced) BOOST_TEST(fails);
    if (!finished) return;
    BOOST_TEST(!fails);
    BOOST_REQUIRE(outcome.history.size() == reported.size());
    for (std::size_t i = 0; i < outcome.history.size(); ++i) {
      BOOST_TEST(outcome.history[i].epoch == reported[i]);
      const int step = course.steps[i];
      if (step >= 0) BOOST_TEST(outcome.history[i].valid_error == 0.0625 * step * step);
    }
    if (submitted < course.last) return;
    BOOST_TEST(ran_out == course.runs_out);
    BOOST_TEST(
        outcome.best.has_value() ==
        (*std::max_element(course.steps.begin(), course.steps.begin() + course.last + 1) >= 0));
    if (!outcome.best) return;
    BOOST_TEST(outcome.best_epoch == course.best_epoch);
    BOOST_TEST(outcome.best->mean() ==
               model_off_by(course.steps[static_cast<std::size_t>(course.best_epoch)]).mean());
  });
  if (seeds_are_chosen()) return;
  // As the evaluator gives its report to the caller, and behind that.
  BOOST_TEST(seen_out_of_patience[1] > 50);
  BOOST_TEST(seen_out_of_patience[2] > 50);
}

BOOST_AUTO_TEST_SUITE_END()
