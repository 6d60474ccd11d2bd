// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/features.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What tuning works on: parts of one store, with the same users and items, as the functions of
/// split.hpp make them.
struct TuneRatings {
  RatingStore training;
  RatingStore validation;  ///< decides which options are best
  RatingStore test;        ///< what the search never sees; may be empty
  RatingStore refit;       ///< training and validation together; empty: nothing is learnt once more
};

/// Holds out `test_fraction` of the ratings at random for the test, and then, as mf-train does,
/// `valid_fraction` of the others. Throws as split_random().
MFPAR_API TuneRatings split_for_tuning(RatingStore ratings, double test_fraction,
                                       double valid_fraction, std::uint64_t seed, int threads = 0);

/// How to search, besides what from.
struct TuneOptions {
  /// The options of the first trial, so that nothing worse is found, and what is not searched:
  /// feedback, loss, biases, step rule, epochs or samples at most, patience, schedule, kernel. All
  /// trials have its seed, and together its threads; what is learnt once more at the end has all
  /// its seeds (of SGD).
  TrainOptions start = {};

  /// Names of options, as describe_options() has them, that stay as they are in `start`, too. With
  /// "method" among them no other method is tried.
  std::vector<std::string> fixed = {};

  /// The budget, above 0: of the search and of what is learnt once more at the end.
  double seconds = 60.0;

  /// Trials at most; at least 1.
  std::size_t trials = std::numeric_limits<std::size_t>::max();

  /// Bytes that trials may take together; 0: four fifths of what the system has left. Fewer run at
  /// once, and of smaller rank, where that is little; one always runs.
  std::uint64_t memory = 0;
};

/// The names of the options that are searched of a method, as describe_options() has them.
MFPAR_API std::vector<std::string> tuned_options(Method method);

/// Why a trial ended: as StopReason, too far behind others, at the end of the time, or for lack of
/// memory.
enum class TrialEnd { kEpochs, kPatience, kBehind, kTime, kRequested, kDiverged, kMemory };

/// "patience", "behind", ...
MFPAR_API std::string name_of(TrialEnd end);

/// One training with options of its own.
struct TuneTrial {
  std::size_t number = 0;  ///< in the order in which they began; 0 has the start's options
  TrainOptions options = {};
  int epochs = 0;  ///< that were evaluated; of Gibbs sampling sweeps
  int best_epoch = 0;
  /// The validation error of the best epoch as in EpochReport (where features are given, of its
  /// rows as fitted to them; of Gibbs sampling of the mean of all samples), or NDCG of one-class
  /// feedback; NaN where no epoch was better than the start, or nothing was sampled after burn-in.
  double valid = EpochReport::kNotComputed;
  double seconds = 0.0;
  TrialEnd end = TrialEnd::kEpochs;
};

/// Whether `a` is the better of two results: the lower error, or the higher NDCG. NaN is the worst.
MFPAR_API bool is_better(Feedback feedback, double a, double b) noexcept;

/// How the search stands.
struct TuneProgress {
  double seconds = 0.0;  ///< since it began
  std::size_t ended = 0;
  std::size_t running = 0;  ///< none: the best is being learnt once more
  std::size_t epochs = 0;   ///< that were evaluated, of all trials
  std::optional<TuneTrial> best = {};
};

/// What the caller gives besides options and ratings. Callbacks come from the thread that called
/// tune(); one that throws ends the search with its exception.
struct TuneHooks {
  std::function<void(const TuneTrial&)> on_trial = {};        ///< when one has ended
  std::function<void(const TuneProgress&)> on_progress = {};  ///< some times a second

  /// A request ends the search, which then has the best so far.
  std::stop_token stop = {};

  /// As in TrainHooks, of all trials.
  const Features* user_features = nullptr;
  const Features* item_features = nullptr;

  /// Seconds since some time in the past, for tests; the steady clock unless it is set.
  std::function<double()> clock = {};
};

/// What comes of a search.
struct TuneResult {
  std::vector<TuneTrial> trials;  ///< by number
  std::optional<std::size_t> best;
  FactorModel model;       ///< by the best options
  bool refitted = false;   ///< it has learnt from the validation ratings, too
  bool requested = false;  ///< a stop was

  /// Errors of the test ratings, as EpochReport has those of validation (or NDCG), of the model and
  /// of one by the start's options that was made the same way; NaN without test ratings.
  double test = EpochReport::kNotComputed;
  double start_test = EpochReport::kNotComputed;
};

/// Searches the options that do best on the validation ratings, by trials in parallel on the same
/// ratings.
///
/// A trial is a training as train() does it, whose early stopping finds the number of epochs. The
/// first one has the start's options and all threads, and so has the next one, by the defaults of
/// the other method that learns the same (of ratings SGD or Gibbs sampling) beside what is fixed.
/// A method whose best result is 3 % behind is not tried again. The other trials take one thread
/// each where the time is enough for several rounds of them, else more. Options of the first two
/// fifths (by time or number) are drawn at random, of numbers on a logarithmic scale, half of them
/// in a wide circle around the start's; those of the others around one of the best so far, the
/// closer the later. Nothing is tried twice; where nothing else is found, the search ends. After 4,
/// 6, 8, ... evaluations a trial ends that would be worse than half of those of its method that
/// have ended even if it gained as much again as since half as many: a median rule (Golovin,
/// Solnik, Moitra et al. 2017, "Google Vizier") that lets small steps take their time. In the end
/// the best options, and the start's, learn once more from training and validation ratings
/// together, as refit() does, the time for which is kept back, and meet the test ratings.
///
/// No trial begins whose expected time is beyond the budget, and those that run then, or could not
/// be learnt once more if they went on, are stopped within a fraction of an epoch, or a sweep. For
/// one thread, a number of trials and time enough the result is the same for the same seed;
/// otherwise it depends on the clock. Throws Error(kBadOption) for options out of range, without
/// validation ratings and where the time is too short for an epoch, Error(kDiverged) where all
/// trials did, and as train().
MFPAR_API TuneResult tune(const TuneRatings& ratings, const TuneOptions& options,
                          const TuneHooks& hooks = {});

}  // namespace mfpar
