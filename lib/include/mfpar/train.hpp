// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mfpar/epoch_report.hpp"
#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/features.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

class Checkpoints;
class Ranks;

/// An epoch of SGD that left the finite numbers, or whose error exploded; or all epochs, where none
/// was better than the start. Training goes on from the best epoch so far, or from its start where
/// nothing is held out, with half the learning rate; at most 20 times.
struct DivergenceReport {
  int epoch = 0;
  int restored_epoch = 0;      ///< what comes next are the epochs after this one; 0: the start
  double learning_rate = 0.0;  ///< from now on
  std::string what;            ///< "the error exploded", "no epoch was better than the start"
};

/// What the caller gives besides options and ratings. Callbacks come one at a time, from one thread
/// or another; one that throws ends the training with its exception.
struct TrainHooks {
  std::function<void(const EpochReport&)> on_epoch;
  std::function<void(const DivergenceReport&)> on_divergence = {};

  /// A request ends the training within a fraction of an epoch, with checkpoints at the end of the
  /// epoch, which is saved; train() then returns the model so far.
  std::stop_token stop;

  /// Where training saves what it takes to go on after it was cut off, and goes on from; null
  /// without. Outlives the training.
  Checkpoints* checkpoints = nullptr;

  /// Other processes that share the work, and are in train_beside(); null, or of one rank, without.
  /// This is rank 0. Of ratings by SGD, from no model. With Schedule::kBlocks the same bytes as
  /// without, for at most as many ranks as there are panels (16, or as many as users or items). A
  /// stop request ends the training at the end of the epoch.
  Ranks* ranks = nullptr;

  /// Start from this model's factors and biases where ids match; rank and feedback must be the
  /// options', of the model or of the one that it carries. Others start as ever, unless they were
  /// folded in first: with_folded_in().
  const FactorModel* warm_start = nullptr;

  /// What is known of users and of items beside their ratings, rows as in the store (see align()).
  /// For models of ratings. The method sgd learns from ratings alone; then a ridge regression of
  /// the rows of a side on their features says what is likely of each, which users and items
  /// without ratings become (see with_ids()), and towards which all others are fitted anew
  /// (squared loss; where validation ratings are predicted no worse then). The ratings are held
  /// twice. What they point to outlives the training.
  const Features* user_features = nullptr;
  const Features* item_features = nullptr;

  /// Whether the model knows who rated what: 4 bytes a rating in memory and in its file. Without,
  /// lists do not leave out what a user has rated, and what asks for it says so. Not for models of
  /// one-class feedback, which lists by it.
  bool rated_lists = true;
};

/// How ratings are trained on that stay on disk.
struct StreamOptions {
  /// The folder for the ratings in training's order, in a file without a name: 4 bytes a rating (8
  /// in the wide form) and 8 for each item of a band, at most.
  std::string temporary = ".";
};

/// Why training ended: all epochs done, no better for a while (of samples: as sure as was asked
/// for), asked to, or diverged after an epoch that was worth keeping.
enum class StopReason { kEpochs, kPatience, kRequested, kDiverged };

/// How a chain of Gibbs sampling went.
struct SamplingReport {
  int samples = 0;  ///< that were averaged

  /// Of the predictions for what was held out; without that, for the users of some training ratings
  /// and the items of others. Split R-hat: 1 where the halves of the chain agree, 1.05 and more
  /// says that it was too short. How many independent samples it is worth. And what more samples
  /// would still take from the squared error, as a share of it.
  double r_hat = EpochReport::kNotComputed;
  double effective_samples = 0.0;
  double monte_carlo_error = EpochReport::kNotComputed;

  /// The mean of the samples becomes a model of this rank, which leaves out this share of the
  /// mean's squares.
  int rank = 0;
  double dropped = 0.0;

  /// On what was held out: of the mean of the samples, and of the model that it became.
  double samples_error = EpochReport::kNotComputed;
  double model_error = EpochReport::kNotComputed;

  /// Of what was held out, the share within the 90 % intervals as the samples give them, and what
  /// all standard deviations were then multiplied by so that it is 90 %; 1 without such.
  double interval_coverage = EpochReport::kNotComputed;
  double interval_scale = 1.0;
};

/// What training gives: the model of the best epoch, and how it went.
struct TrainResult {
  FactorModel model;
  std::vector<EpochReport> history;  ///< as reported, with times; the model's record has it without
  StopReason stop_reason = StopReason::kEpochs;
  /// Where features were given, the mean error on the validation ratings after the last epoch's
  /// rows were fitted to them; the history has that before. NaN without features or validation.
  double error_by_features = EpochReport::kNotComputed;
  std::string divergence;  ///< of kDiverged: what happened, in which epoch, and the remedy
  /// How often it diverged and went on with half the learning rate, see DivergenceReport.
  int divergences = 0;
  std::optional<SamplingReport> sampling;  ///< of Gibbs sampling
};

/// Learns a model from `training` and validates it on `validation` (may be empty; both must share
/// indices, as the functions of split.hpp make them). Throws Error(kBadOption) for options out of
/// range, Error(kBadData) for no ratings, or ratings that leave the finite numbers.
///
/// Where a lower rate does not help either, as DivergenceReport tells, the model of the best epoch
/// before comes back with StopReason::kDiverged. Where there is none (no validation, or no epoch
/// better than the start), Error(kDiverged) is thrown. A model that comes back can be saved.
///
/// A training store that is moved in, and that nobody else holds, gives its memory to the training:
/// the ratings are then held once.
MFPAR_API TrainResult train(RatingStore training, const RatingStore& validation,
                            const TrainOptions& options = {}, const TrainHooks& hooks = {});

/// The same from ratings that are not held in memory: the method sgd, for models of ratings. They
/// are read several times before the first epoch, to be measured, and sorted into a
/// temporary file, which every epoch reads once, and once more where it is evaluated with
/// TrainError::kExact. In memory are rows, snapshots, and up to three bands for each worker (blocks
/// of bands under Schedule::kBlocks), twice while the evaluator reads too. The model is that of the
/// same ratings in memory, to the byte where that is reproducible. Throws besides Error(kBadOption)
/// for what needs all ratings in memory: features, several seeds, other methods; and
/// Error(kSystem), Error(kBadFile) where the source or the temporary file cannot be read.
MFPAR_API TrainResult train(std::shared_ptr<const RatingSource> training,
                            const RatingStore& validation, const TrainOptions& options,
                            const TrainHooks& hooks, const StreamOptions& stream);

/// Learns once more, from `all` ratings, those that were held out with the others: for as many
/// epochs as were best when they were. `validated` comes back with that model, whose record keeps
/// the history that it was judged by, and what it was judged without; as it was where no epoch was
/// better than the start, or after a stop request. If learning from all diverges, it comes back as
/// it was with StopReason::kDiverged. A tenth more ratings lower the error on others more than the
/// choice of any option does: the MSE on MovieLens latest-small by 1 %.
/// REQUIRES: `all` has the users and items that `validated` was trained on.
MFPAR_API TrainResult refit(RatingStore all, TrainResult validated, const TrainOptions& options,
                            const TrainHooks& hooks = {});
MFPAR_API TrainResult refit(std::shared_ptr<const RatingSource> all, TrainResult validated,
                            const TrainOptions& options, const TrainHooks& hooks,
                            const StreamOptions& stream);

}  // namespace mfpar
