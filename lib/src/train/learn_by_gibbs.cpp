// SPDX-License-Identifier: MIT
#include "train/learn_by_gibbs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "compute/mean_of_models.hpp"
#include "gibbs/prediction_trace.hpp"
#include "gibbs/sampler.hpp"
#include "train/store_lists.hpp"

namespace mfpar {

namespace {

// Whether the chain has said enough is looked at from so many samples on, and then every so often.
constexpr int kLeastSamples = 50, kCheckEvery = 10;

// Pairs whose predictions are traced where nothing is held out.
constexpr std::uint32_t kTracedPairs = 10'000;

// Factors that are kept of the mean while samples are added, beyond those that are saved; what is
// lost of it in the end is less than all that is left out later.
constexpr std::uint32_t kSpareFactors = 32;

// The saved model keeps this share of the squares of the mean, or all that posterior-rank allows.
constexpr double kKeptShare = 0.9995;

constexpr std::size_t kPartitions = 64;

/// A user and an item, and what they were rated, if they were.
struct Pair {
  UserIndex user;
  ItemIndex item;
  float rating;
};

std::vector<Pair> pairs_of(const RatingStore& ratings) {
  std::vector<Pair> pairs;
  pairs.reserve(ratings.size());
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                     [&](ItemIndex item, float value) {
                       pairs.push_back({user, item, value});
                     });
  }
  return pairs;
}

/// The user of one rating with the item of another.
std::vector<Pair> crossed_pairs(const RatingStore& ratings, std::uint64_t seed) {
  std::vector<Pair> pairs;
  Random random(derive_seed(seed, SeedUse::kTracedPairs));
  const auto positions = [&] {
    return static_cast<std::uint64_t>(random.uniform() * static_cast<double>(ratings.size()));
  };
  const auto offsets = ratings.offsets();
  for (std::uint32_t n = 0; n < kTracedPairs; ++n) {
    const auto after = std::upper_bound(offsets.begin(), offsets.end(), positions());
    pairs.push_back({static_cast<UserIndex>(after - offsets.begin() - 1), ratings.item(positions()),
                     std::numeric_limits<float>::quiet_NaN()});
  }
  return pairs;
}

class GibbsTraining {
 public:
  GibbsTraining(const RatingStore& training, const RatingStore& validation,
                const RatingStatistics& statistics, const TrainOptions& options,
                const TrainHooks& hooks, const KernelSet& kernels, const Workers& workers)
      : training_(training),
        statistics_(statistics),
        options_(options),
        hooks_(hooks),
        kernels_(kernels),
        workers_(workers),
        validated_(validation.size() > 0),
        pairs_(validated_ ? pairs_of(validation) : crossed_pairs(training, options.seed)),
        by_user_(
            ratings_by_user(training, statistics.scale.mean, statistics.scale.deviation, workers)),
        by_item_(transposed(by_user_, training.item_count())),
        sampler_(by_user_, by_item_, sampler_options(), kernels, workers),
        trace_(pairs_.size()),
        user_weights_(statistics.user_counts.begin(), statistics.user_counts.end()),
        item_weights_(statistics.item_counts.begin(), statistics.item_counts.end()),
        mean_({.weights = user_weights_}, {.weights = item_weights_},
              static_cast<std::uint32_t>(options.gibbs.posterior_rank) + kSpareFactors, kernels) {}

  Learnt learn();

 private:
  SamplerOptions sampler_options() const {
    return {.rank = static_cast<std::uint32_t>(options_.rank),
            .seed = options_.seed,
            .users = {.links = options_.gibbs.links, .features = hooks_.user_features},
            .items = {.links = options_.gibbs.links, .features = hooks_.item_features}};
  }
  bool is_burnt_in(int sweep) const { return sweep > options_.gibbs.burn_in; }

  std::vector<float> predictions() const;
  double held_out_error(const std::function<double(std::size_t)>& predicted) const;
  void add_to_mean();
  void report(int sweep, double seconds, std::span<const float> predicted);
  bool has_said_enough() const;
  double monte_carlo_share(const Convergence& convergence) const;
  FactorModel::Parts model();
  FactorModel::Side model_side(Entity of, MeanOfModels::ModelSide side) const;
  SamplingReport sampling_report(const MeanOfModels::Model& mean) const;
  FoldInPenalty scale_for_fold_in(MeanOfModels::Model& mean) const;

  const RatingStore& training_;
  const RatingStatistics& statistics_;
  const TrainOptions& options_;
  const TrainHooks& hooks_;
  const KernelSet& kernels_;
  const Workers& workers_;
  const bool validated_;
  const std::vector<Pair> pairs_;
  const RatingsByRow by_user_;
  const RatingsByRow by_item_;

  GibbsSampler sampler_;
  PredictionTrace trace_;
  std::vector<float> user_weights_, item_weights_;  ///< ratings of each row
  MeanOfModels mean_;
  double noise_sum_ = 0.0;  ///< of the samples' noise variances
  Learnt learnt_;
};

Learnt GibbsTraining::learn() {
  const int most = options_.gibbs.burn_in + options_.gibbs.samples;
  int sweep = 0;
  while (sweep < most && !hooks_.stop.stop_requested()) {
    ++sweep;
    const Stopwatch time;
    sampler_.sweep();
    const double seconds = time.seconds();
    std::vector<float> predicted;
    const bool reported =
        options_.eval_every > 0 && (sweep % options_.eval_every == 0 || sweep == most);
    if (is_burnt_in(sweep) || reported) predicted = predictions();
    if (is_burnt_in(sweep)) {
      trace_.add(predicted);
      noise_sum_ += 1.0 / sampler_.noise_precision();
      add_to_mean();
    }
    if (reported) report(sweep, seconds, predicted);
    if (has_said_enough()) break;
  }
  if (trace_.samples() == 0) add_to_mean();  // asked to stop before the first
  learnt_.best_epoch = sweep;
  learnt_.stop_reason = hooks_.stop.stop_requested() ? StopReason::kRequested
                        : sweep < most               ? StopReason::kPatience
                                                     : StopReason::kEpochs;
  learnt_.parts = model();
  if (validated_) {
    const FactorModel saved(learnt_.parts);
    learnt_.sampling->model_error = held_out_error([&](std::size_t pair) {
      return double{saved.predict(pairs_[pair].user, pairs_[pair].item)};
    });
  }
  return std::move(learnt_);
}

/// Of the sample as it stands, in the units of ratings, not clipped.
std::vector<float> GibbsTraining::predictions() const {
  const FactorRows users = sampler_.rows(Entity::kUser), items = sampler_.rows(Entity::kItem);
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  const RatingScale& scale = statistics_.scale;
  std::vector<float> predicted(pairs_.size());
  workers_.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(pairs_.size(), kPartitions, partition);
    for (std::size_t pair = range.begin; pair < range.end; ++pair) {
      const float* const p = users.row(pairs_[pair].user);
      const float* const q = items.row(pairs_[pair].item);
      float score = p[rank] + q[rank];
      for (std::uint32_t f = 0; f < rank; ++f) score += p[f] * q[f];
      predicted[pair] = scale.mean + scale.deviation * score;
    }
  });
  return predicted;
}

/// The mean squared error on what was held out, of predictions in the range of the ratings.
double GibbsTraining::held_out_error(const std::function<double(std::size_t)>& predicted) const {
  const RatingRange& range = statistics_.scale.range;
  double total = 0.0;
  for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
    const double error = std::clamp(predicted(pair), double{range.lowest}, double{range.highest}) -
                         double{pairs_[pair].rating};
    total += error * error;
  }
  return total / static_cast<double>(pairs_.size());
}

void GibbsTraining::report(int sweep, double seconds, std::span<const float> predicted) {
  const double variance = double{statistics_.scale.deviation} * statistics_.scale.deviation;
  EpochReport report;
  report.epoch = sweep;
  report.train_error = variance * sampler_.squared_error() / static_cast<double>(statistics_.count);
  if (validated_) {
    report.valid_error = held_out_error([&](std::size_t pair) {
      return trace_.samples() > 0 ? trace_.mean(pair) : double{predicted[pair]};
    });
  }
  report.seconds = seconds;
  report.updates_per_second = static_cast<double>(statistics_.count) / seconds;
  learnt_.history.push_back(report);
  if (hooks_.on_epoch) hooks_.on_epoch(report);
}

double GibbsTraining::monte_carlo_share(const Convergence& convergence) const {
  const double variance = double{statistics_.scale.deviation} * statistics_.scale.deviation;
  const double error =
      validated_
          ? held_out_error([&](std::size_t pair) { return trace_.mean(pair); })
          : variance * noise_sum_ / static_cast<double>(trace_.samples()) + convergence.variance;
  return convergence.monte_carlo_variance / error;
}

bool GibbsTraining::has_said_enough() const {
  const auto samples = static_cast<int>(trace_.samples());
  return options_.gibbs.monte_carlo_error > 0.0 && samples >= kLeastSamples &&
         samples % kCheckEvery == 0 &&
         monte_carlo_share(trace_.convergence()) <= options_.gibbs.monte_carlo_error;
}

void GibbsTraining::add_to_mean() {
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  const float deviation = statistics_.scale.deviation;
  struct Copy {
    AlignedBuffer<float> factors;
    std::vector<float> biases;
  };
  const auto copy = [&](Entity of) {
    const FactorRows rows = sampler_.rows(of);
    Copy made{AlignedBuffer<float>(rows.count * row_stride(rank)), std::vector<float>(rows.count)};
    workers_.for_each(kPartitions, [&](std::size_t partition) {
      const Range range = even_range(rows.count, kPartitions, partition);
      for (std::size_t row = range.begin; row < range.end; ++row) {
        // Of the factors one side is in the units of ratings.
        const float unit = of == Entity::kUser ? deviation : 1.0f;
        float* const to = made.factors.data() + row * row_stride(rank);
        for (std::uint32_t f = 0; f < rank; ++f) to[f] = unit * rows.row(row)[f];
        made.biases[row] = deviation * rows.row(row)[rank];
      }
    });
    return made;
  };
  const Copy users = copy(Entity::kUser), items = copy(Entity::kItem);
  const auto side = [&](const Copy& copied) -> MeanOfModels::TermSide {
    return {{copied.factors.data(), static_cast<std::uint32_t>(copied.biases.size()), rank},
            copied.biases};
  };
  mean_.add({.mean = statistics_.scale.mean, .users = side(users), .items = side(items)}, workers_);
}

FactorModel::Side GibbsTraining::model_side(Entity of, MeanOfModels::ModelSide side) const {
  const RatingStore::Parts& store = training_.parts();
  const auto rows = std::make_shared<AlignedBuffer<float>>(std::move(side.factors));
  return {of == Entity::kUser ? store.users : store.items,
          FrozenArray<float>(rows, std::as_const(*rows).span()),
          FrozenArray<float>(std::move(side.biases))};
}

/// The mean of the samples.
FactorModel::Parts GibbsTraining::model() {
  MeanOfModels::Model mean =
      mean_.finish(static_cast<std::uint32_t>(options_.gibbs.posterior_rank), kKeptShare, workers_);
  learnt_.sampling = sampling_report(mean);
  FactorModel::Parts parts;
  parts.fold_in = scale_for_fold_in(mean);
  parts.rank = mean.rank;
  parts.stride = row_stride(mean.rank);
  parts.biases = true;
  parts.mean = mean.mean;
  parts.range = statistics_.scale.range;
  parts.users = model_side(Entity::kUser, std::move(mean.users));
  parts.items = model_side(Entity::kItem, std::move(mean.items));
  parts.trained = item_lists_of(training_, workers_);
  return parts;
}

/// A penalty alike for all factors takes them to vary alike: those of users are made to, the
/// weighted variance of each becoming c^2, and items give way, so that both sides vary by as much
/// on average. Then a user's prior precision, in units of the noise's, is noise variance / c^2.
FoldInPenalty GibbsTraining::scale_for_fold_in(MeanOfModels::Model& mean) const {
  const std::size_t stride = row_stride(mean.rank);
  double total_weight = 0.0, bias_squares = 0.0;
  std::vector<double> variances(mean.rank);
  for (std::size_t user = 0; user < user_weights_.size(); ++user) {
    const double weight = double{user_weights_[user]};
    total_weight += weight;
    bias_squares += weight * double{mean.users.biases[user]} * double{mean.users.biases[user]};
    for (std::uint32_t f = 0; f < mean.rank; ++f) {
      const double factor = double{mean.users.factors[user * stride + f]};
      variances[f] += weight * factor * factor;
    }
  }
  double squares = 0.0;
  for (double& variance : variances) {
    variance = std::max(variance / total_weight, 1e-12);
    squares += variance * variance;
  }
  const double common = std::max(std::sqrt(squares / mean.rank), 1e-12);  // c^2
  for (std::uint32_t f = 0; f < mean.rank; ++f) {
    const auto scale = static_cast<float>(std::sqrt(common / variances[f]));
    for (std::size_t at = f; at < mean.users.factors.size(); at += stride) {
      mean.users.factors[at] *= scale;
    }
    for (std::size_t at = f; at < mean.items.factors.size(); at += stride) {
      mean.items.factors[at] /= scale;
    }
  }
  const double deviation = double{statistics_.scale.deviation};
  const double noise = deviation * deviation * noise_sum_ /
                       static_cast<double>(std::max<std::size_t>(trace_.samples(), 1));
  constexpr double kLeast = 1e-6, kMost = 1e6;
  return {.factors = static_cast<float>(std::clamp(noise / common, kLeast, kMost)),
          .bias = static_cast<float>(
              std::clamp(noise * total_weight / std::max(bias_squares, 1e-12), kLeast, kMost)),
          .exponent = 1.0f};
}

SamplingReport GibbsTraining::sampling_report(const MeanOfModels::Model& mean) const {
  SamplingReport report;
  report.samples = static_cast<int>(trace_.samples());
  report.rank = static_cast<int>(mean.rank);
  report.dropped = mean.dropped;
  if (trace_.samples() == 0) return report;
  const Convergence convergence = trace_.convergence();
  report.r_hat = convergence.r_hat;
  report.effective_samples = convergence.effective_samples;
  report.monte_carlo_error = monte_carlo_share(convergence);
  if (validated_) {
    report.samples_error = held_out_error([&](std::size_t pair) { return trace_.mean(pair); });
  }
  return report;
}

}  // namespace

Learnt learn_by_gibbs(const RatingStore& training, const RatingStore& validation,
                      const RatingStatistics& statistics, const TrainOptions& options,
                      const TrainHooks& hooks, const KernelSet& kernels, const Workers& workers) {
  return GibbsTraining(training, validation, statistics, options, hooks, kernels, workers).learn();
}

}  // namespace mfpar
