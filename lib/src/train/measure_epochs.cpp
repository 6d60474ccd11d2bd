// SPDX-License-Identifier: MIT
#include "train/measure_epochs.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/stopwatch.hpp"
#include "base/system_array.hpp"
#include "compute/band_file.hpp"
#include "compute/band_store.hpp"
#include "mfpar/train.hpp"
#include "train/evaluator.hpp"
#include "train/sgd_solver.hpp"
#include "train/training_sample.hpp"

namespace mfpar {

namespace {

/// Ratings of a measurement, at least where there are so many.
constexpr std::uint64_t kMeasured = std::uint64_t{8} << 20;

/// The first of them warms up.
constexpr int kMeasuredEpochs = 4;

/// The first users of a source, under ids of their own.
RatingStore first_users(const RatingSource& ratings, UserIndex count) {
  RatingStore::Parts parts;
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), std::int64_t{0});
  parts.users = std::make_shared<const IdDictionary>(std::move(ids));
  parts.items = ratings.items();
  parts.values = ratings.frame().values;
  const auto offsets = ratings.offsets().first(std::size_t{count} + 1);
  parts.offsets =
      FrozenArray<std::uint64_t>(std::vector<std::uint64_t>(offsets.begin(), offsets.end()));
  std::vector<RatingStore::CompactEntry> compact;
  std::vector<RatingStore::WideEntry> wide;
  if (ratings.is_compact()) {
    compact.reserve(offsets.back());
  } else {
    wide.reserve(offsets.back());
  }
  ratings.for_each_piece(0, count, [&](const RatingSource::Piece& piece) {
    compact.insert(compact.end(), piece.compact.begin(), piece.compact.end());
    wide.insert(wide.end(), piece.wide.begin(), piece.wide.end());
  });
  parts.compact = in_large_pages<RatingStore::CompactEntry>(compact);
  parts.wide = in_large_pages<RatingStore::WideEntry>(wide);
  return RatingStore(std::move(parts));
}

/// A part of the ratings, and how it is trained on.
struct Measurement {
  const RatingStore training;
  const RatingStore validation;
  const TrainOptions& options;
  const KernelSet& kernels;
  const Workers workers;
  const RatingStatistics statistics;
  const std::optional<RatingStore> sample;  ///< of the training error, where it is not exact

  /// The median of some epochs over `bands`, as learn_by_epochs() goes through them.
  double seconds(std::unique_ptr<Bands> bands) const {
    const auto solver = make_sgd_solver(training, std::move(bands), statistics, options, workers);
    const TrainHooks hooks;
    const std::optional<ValidationLists> lists;
    Evaluator evaluator({*solver, sample, validation, options, hooks, kernels, statistics, lists},
                        {});
    std::vector<double> times;
    times.reserve(kMeasuredEpochs);
    for (int epoch = 1; epoch <= kMeasuredEpochs; ++epoch) {
      const Stopwatch clock;
      const PassSums sums = solver->run_epoch(epoch, [] { return false; });
      evaluator.wait();
      std::optional<FactorModel> snapshot;
      if (options.eval_every > 0 && epoch % options.eval_every == 0) snapshot = solver->snapshot();
      EpochReport report;
      report.epoch = epoch;
      evaluator.submit(report, sums, std::move(snapshot));
      if (epoch > 1) times.push_back(clock.seconds());
    }
    evaluator.finish();
    std::ranges::sort(times);
    return times[times.size() / 2];
  }
};

/// As many of the grid's first bands as are measured.
TrainingGrid measured_part(const TrainingGrid& grid, std::uint32_t in_step,
                           std::span<const std::uint64_t> offsets) {
  TrainingGrid part = grid;
  std::uint32_t bands = 0;
  while (bands < grid.band_count() && offsets[grid.bands[bands]] < kMeasured) bands += in_step;
  part.bands.resize(std::min(bands, grid.band_count()) + 1);
  return part;
}

}  // namespace

EpochTimes measure_epochs(const SourceSplit& split, const TrainOptions& requested,
                          const TrainingGrid& whole, std::uint32_t in_step,
                          const std::string& folder) {
  const TrainingGrid grid = measured_part(whole, in_step, split.training->offsets());
  const UserIndex users = grid.bands.back();
  const RatingStore training = first_users(*split.training, users);
  const double share =
      static_cast<double>(training.size()) / static_cast<double>(split.training->size());
  TrainOptions options = requested;
  options.patience = 0;
  const KernelSet& kernels = find_kernels(options.kernel);
  options.kernel = kernels.name;
  const Workers workers(options.threads);
  const RatingStatistics statistics =
      measure_ratings(training, options.loss_choice(), options.biases, workers);
  std::optional<RatingStore> sample;
  if (options.train_error != TrainError::kExact) {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(options.sample));
    sample = sample_users(StoreSource(training), statistics.user_counts,
                          std::max<std::uint64_t>(1, wanted), options.seed);
  }
  RatingStore validation;
  if (split.validation.size() > 0) validation = first_users(StoreSource(split.validation), users);
  const Measurement measurement{training,   validation, options, kernels, Workers(options.threads),
                                statistics, sample};
  EpochTimes times;
  times.in_memory = measurement.seconds(std::make_unique<BandStore>(training, statistics.scale,
                                                                    options.loss, grid, workers)) /
                    share;
  auto file = std::make_unique<BandFile>(std::make_shared<const StoreSource>(training), statistics,
                                         options.loss, grid, folder, workers);
  times.read_rate = file->read_rate();
  times.streamed = measurement.seconds(std::move(file)) / share;
  return times;
}

}  // namespace mfpar
