// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <string>

#include "compute/rating_statistics.hpp"
#include "mfpar/error.hpp"
#include "mfpar/split.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "train/als_solver.hpp"
#include "train/sgd_solver.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

constexpr SectionFileKind kStateKind{.name = "state", .version = 1};

/// A solver, and what outlives it.
class Solving {
 public:
  Solving(const RatingStore& ratings, const TrainOptions& options, const Workers& workers)
      : statistics_(measure_ratings(ratings, options.loss, options.biases, workers)),
        solver_(options.method == Method::kAls
                    ? make_als_solver(ratings, options, nullptr, workers)
                    : make_sgd_solver(ratings, statistics_, options, nullptr, workers)) {}

  Solver* operator->() const noexcept { return solver_.get(); }
  Solver& operator*() const noexcept { return *solver_; }

 private:
  const RatingStatistics statistics_;
  const std::unique_ptr<Solver> solver_;
};

void run_epochs(Solver& solver, int first, int last) {
  for (int epoch = first; epoch <= last; ++epoch) {
    solver.run_epoch(epoch, [] { return false; });
  }
}

/// Six epochs at once are the same as three, saved, restored, and three more.
void check_restored(const RatingStore& ratings, const TrainOptions& options) {
  const TemporaryFolder folder;
  const std::string path = folder.path("state");
  const Workers workers(2);
  const Solving whole(ratings, options, workers);
  run_epochs(*whole, 1, 6);

  const Solving first(ratings, options, workers);
  run_epochs(*first, 1, 3);
  SectionWriter out(kStateKind);
  first->save(out);
  out.write(path);
  const Solving second(ratings, options, workers);
  second->restore(SectionReader(path, kStateKind, /*verify=*/true));
  BOOST_TEST((numbers_of(second->snapshot()) == numbers_of(first->snapshot())));
  run_epochs(*second, 4, 6);
  BOOST_TEST((numbers_of(second->snapshot()) == numbers_of(whole->snapshot())));
  BOOST_TEST((numbers_of(second->snapshot()) != numbers_of(first->snapshot())));
}

TrainOptions quick_als_options() {
  TrainOptions options = default_options(Feedback::kOneClass);
  options.one_class.unobserved_weight = 0.3;
  options.rank = 4;
  options.threads = 2;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_solver)

BOOST_AUTO_TEST_CASE(a_restored_solver_goes_on_as_if_nothing_had_happened) {
  for (const LossInfo& info : losses()) {
    const RatingStore ratings = random_store({.labels = info.takes_labels});
    for (const StepRule rule : {StepRule::kAdaGrad, StepRule::kSgd}) {
      auto options = quick_options();
      options = with_loss_of(options, info.loss);
      options.step_rule = rule;
      options.rate_schedule = RateSchedule::kCosine;  // depends on the number of the epoch
      check_restored(ratings, options);
    }
  }
  check_restored(random_store(), quick_als_options());
}

BOOST_AUTO_TEST_CASE(a_state_of_another_training_is_refused) {
  const TemporaryFolder folder;
  const std::string path = folder.path("state");
  const Workers workers(1);
  const RatingStore ratings = random_store();
  for (TrainOptions options : {quick_options(), quick_als_options()}) {
    SectionWriter out(kStateKind);
    const Solving narrow(ratings, options, workers);
    narrow->save(out);
    out.write(path);
    options.rank = 40;
    const Solving solver(ratings, options, workers);
    BOOST_CHECK_EXCEPTION(
        solver->restore(SectionReader(path, kStateKind, true)), Error, [&](const Error& e) {
          const std::string what = e.what();
          return e.code() == ErrorCode::kBadFile && what.find(path) != std::string::npos &&
                 what.find("were expected for these ratings and options") != std::string::npos;
        });
  }
}

BOOST_AUTO_TEST_CASE(a_solver_measures_its_own_training_ratings) {
  const Workers workers(2);
  for (const LossInfo& info : losses()) {
    const RatingStore ratings = random_store({.labels = info.takes_labels});
    auto options = quick_options();
    options = with_loss_of(options, info.loss);
    const Solving solver(ratings, options, workers);
    run_epochs(*solver, 1, 3);
    const FactorModel model = solver->snapshot();
    BOOST_TEST(solver->training_errors(model, workers).clipped_error /
                       static_cast<double>(ratings.size()) ==
                   error_of(model, ratings),
               boost::test_tools::tolerance(1e-5));
  }
}

BOOST_AUTO_TEST_SUITE_END()
