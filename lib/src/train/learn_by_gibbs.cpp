// SPDX-License-Identifier: MIT
#include "train/learn_by_gibbs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/partition.hpp"
#include "base/stopwatch.hpp"
#include "compute/model_errors.hpp"
#include "compute/ordinal_cutpoints.hpp"
#include "gibbs/moments.hpp"
#include "gibbs/ordinal_ratings.hpp"
#include "gibbs/prediction_trace.hpp"
#include "gibbs/sampler.hpp"
#include "gibbs/variance_trace.hpp"
#include "train/posterior_mean.hpp"
#include "train/sampled_variance.hpp"
#include "train/store_lists.hpp"
#include "train/traced_pairs.hpp"

namespace mfpar {

namespace {

// Whether the chain has said enough is looked at from so many samples on, and then every so often.
constexpr int kLeastSamples = 50, kCheckEvery = 10;

// Of fewer samples a variance says nothing.
constexpr std::size_t kLeastOfVariance = 5;

constexpr std::size_t kPredictPartitions = 64;

class GibbsTraining {
 public:
  GibbsTraining(const RatingStore& training, const LearnSetup& setup)
      : training_(training),
        statistics_(setup.statistics),
        options_(setup.options),
        hooks_(setup.hooks),
        checkpoints_(setup.checkpoints),
        kernels_(setup.kernels),
        workers_(setup.workers),
        held_out_(setup.validation),
        validated_(held_out_.size() > 0),
        pairs_(validated_ ? pairs_of(held_out_) : crossed_pairs(training, options_.seed)),
        link_(options_.gibbs.likelihood == Likelihood::kOrdinal ? measure_ordinal_link(training)
                                                                : OrdinalLink{}),
        scale_(is_ordinal() ? TargetScale{}
                            : TargetScale{statistics_.scale.mean, statistics_.scale.deviation}),
        by_user_(ratings_by_user(
            training, [this](float value) { return target_of(value); }, workers_)),
        by_item_(transposed(by_user_, training.item_count())),
        sampler_(by_user_, by_item_, sampler_options(), kernels_, workers_),
        trace_(pairs_.size()),
        mean_(statistics_, scale_, options_, kernels_) {
    if (options_.gibbs.variance_rank > 0) variance_.emplace(by_user_, by_item_, options_.seed);
  }

  Learnt learn();

 private:
  int go_on();
  void save(int sweep) const;
  SamplerOptions sampler_options() const {
    return {.rank = static_cast<std::uint32_t>(options_.rank),
            .seed = options_.seed,
            .users = {.links = options_.gibbs.links, .features = hooks_.user_features},
            .items = {.links = options_.gibbs.links, .features = hooks_.item_features},
            .link = is_ordinal() ? &link_ : nullptr};
  }
  bool is_ordinal() const { return !link_.values.empty(); }
  float target_of(float value) const {
    return is_ordinal() ? static_cast<float>(value_position(link_.values.span(), value))
                        : scale_(value);
  }
  float link_deviation() const;
  double training_error() const;
  float rating_of(const TracedPair& pair, double score, float deviation) const;
  double held_out_error_of_mean() const;
  bool is_burnt_in(int sweep) const { return sweep > options_.gibbs.burn_in; }

  std::vector<float> predictions() const;
  double held_out_error(const std::function<double(std::size_t)>& predicted) const;
  void report(int sweep, double seconds, std::span<const float> predicted);
  bool has_said_enough() const;
  double monte_carlo_share(const Convergence& convergence) const;
  FactorModel::Parts model();
  void add_variance(FactorModel::Parts& parts);
  SamplingReport sampling_report(const PosteriorMean::Model& mean) const;

  const RatingStore& training_;
  const RatingStatistics& statistics_;
  const TrainOptions& options_;
  const TrainHooks& hooks_;
  TrainingCheckpoints* const checkpoints_;
  const KernelSet& kernels_;
  const Workers& workers_;
  const RatingStore& held_out_;
  const bool validated_;
  const std::vector<TracedPair> pairs_;
  const OrdinalLink link_;   ///< without values where ratings are numbers
  const TargetScale scale_;  ///< of scores
  const RatingsByRow by_user_;
  const RatingsByRow by_item_;

  GibbsSampler sampler_;
  PredictionTrace trace_;
  PosteriorMean mean_;
  std::optional<VarianceTrace> variance_;
  Learnt learnt_;
};

Learnt GibbsTraining::learn() {
  const int most = options_.gibbs.burn_in + options_.gibbs.samples;
  int sweep = go_on();
  bool stopping = hooks_.stop.stop_requested();
  while (sweep < most && !stopping && !has_said_enough()) {
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
      mean_.add(sampler_, workers_);
      if (variance_) variance_->add(sampler_, workers_);
    }
    if (reported) report(sweep, seconds, predicted);
    stopping = hooks_.stop.stop_requested();
    if (checkpoints_ != nullptr && (checkpoints_->is_due(sweep) || stopping)) save(sweep);
  }
  stopping = stopping || (checkpoints_ == nullptr && hooks_.stop.stop_requested());
  if (trace_.samples() == 0) mean_.add(sampler_, workers_);  // asked to stop before the first
  learnt_.best_epoch = sweep;
  learnt_.stop_reason = stopping       ? StopReason::kRequested
                        : sweep < most ? StopReason::kPatience
                                       : StopReason::kEpochs;
  learnt_.parts = model();
  if (validated_) {
    const FactorModel saved(learnt_.parts);
    learnt_.sampling->model_error =
        model_errors(saved, held_out_, kernels_, workers_).clipped_error /
        static_cast<double>(held_out_.size());
  }
  return std::move(learnt_);
}

/// From the checkpoint, if there is one; the sweep that it is of.
int GibbsTraining::go_on() {
  if (checkpoints_ == nullptr || checkpoints_->saved() == nullptr) return 0;
  const SectionReader& file = *checkpoints_->saved();
  const int sweep = checkpoints_->epoch();
  sampler_.restore(file, static_cast<std::uint64_t>(sweep));
  trace_.restore(file);
  mean_.restore(file);
  if (variance_) variance_->restore(file);
  const auto samples = static_cast<std::size_t>(std::max(0, sweep - options_.gibbs.burn_in));
  if (trace_.samples() != samples || mean_.samples() != samples ||
      (variance_ && variance_->samples() != samples)) {
    file.fail("trace.numbers", 0,
              std::to_string(samples) + " samples were expected after " + std::to_string(sweep) +
                  " sweeps");
  }
  learnt_.history = checkpoints_->take_progress(FactorModel()).history;
  return sweep;
}

void GibbsTraining::save(int sweep) const {
  SectionWriter file = TrainingCheckpoints::new_file();
  sampler_.save(file);
  trace_.save(file);
  mean_.save(file);
  if (variance_) variance_->save(file);
  TrainingProgress progress;
  progress.history = learnt_.history;
  checkpoints_->submit(std::move(file), sweep, progress);
}

/// Of the sample as it stands, scores as the model will have them.
std::vector<float> GibbsTraining::predictions() const {
  const FactorRows users = sampler_.rows(Entity::kUser), items = sampler_.rows(Entity::kItem);
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  std::vector<float> predicted(pairs_.size());
  workers_.for_each(kPredictPartitions, [&](std::size_t partition) {
    const Range range = even_range(pairs_.size(), kPredictPartitions, partition);
    for (std::size_t pair = range.begin; pair < range.end; ++pair) {
      const float* const p = users.row(pairs_[pair].user);
      const float* const q = items.row(pairs_[pair].item);
      predicted[pair] = scale_.origin + scale_.width * score_of(p, q, rank);
    }
  });
  return predicted;
}

/// The mean squared error on what was held out.
double GibbsTraining::held_out_error(const std::function<double(std::size_t)>& predicted) const {
  double total = 0.0;
  for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
    const double error = predicted(pair) - double{pairs_[pair].rating};
    total += error * error;
  }
  return total / static_cast<double>(pairs_.size());
}

/// Of the mean of the samples.
double GibbsTraining::held_out_error_of_mean() const {
  const float deviation = is_ordinal() ? link_deviation() : 0.0f;
  return held_out_error([&](std::size_t pair) {
    return double{rating_of(pairs_[pair], trace_.mean(pair), deviation)};
  });
}

/// What a score predicts, of an ordinal rating with such a deviation of latent ones.
float GibbsTraining::rating_of(const TracedPair& pair, double score, float deviation) const {
  const auto used = static_cast<float>(score);
  if (!is_ordinal()) return predict_from_score(Loss::kSquared, used, statistics_.scale.range);
  const std::size_t count = link_.values.size() - 1;
  return ordinal_mean(link_.values.span(), link_.cutpoints.span().subspan(pair.user * count, count),
                      used, deviation);
}

/// Of latent ratings around the mean of the samples: of the noise, and how uncertain scores are.
float GibbsTraining::link_deviation() const {
  if (trace_.samples() == 0) {
    return static_cast<float>(1.0 / std::sqrt(sampler_.noise_precision()));
  }
  double variance = 0.0;
  for (std::size_t pair = 0; pair < pairs_.size(); ++pair) variance += trace_.variance(pair);
  return static_cast<float>(
      std::sqrt(mean_.noise_variance() + variance / static_cast<double>(pairs_.size())));
}

/// The mean squared error of the sample as it stands on what it is drawn from.
double GibbsTraining::training_error() const {
  const auto count = static_cast<double>(statistics_.count);
  if (!is_ordinal()) {
    return double{scale_.width} * scale_.width * sampler_.squared_error() / count;
  }
  return ordinal_squared_error(by_user_, link_, sampler_.rows(Entity::kUser),
                               sampler_.rows(Entity::kItem),
                               1.0 / std::sqrt(sampler_.noise_precision()), workers_) /
         count;
}

void GibbsTraining::report(int sweep, double seconds, std::span<const float> predicted) {
  EpochReport report;
  report.epoch = sweep;
  report.train_error = training_error();
  if (validated_ && trace_.samples() > 0) {
    report.valid_error = held_out_error_of_mean();
  } else if (validated_) {
    report.valid_error = held_out_error([&](std::size_t pair) {
      return double{rating_of(pairs_[pair], double{predicted[pair]}, link_deviation())};
    });
  }
  report.seconds = seconds;
  report.updates_per_second = static_cast<double>(statistics_.count) / seconds;
  learnt_.history.push_back(report);
  if (hooks_.on_epoch) hooks_.on_epoch(report);
}

double GibbsTraining::monte_carlo_share(const Convergence& convergence) const {
  const double unit = double{statistics_.scale.deviation} * statistics_.scale.deviation;
  // A latent rating varies by 1 where a rating does by its deviation.
  const double of_scores = is_ordinal() ? unit : 1.0;
  const double error = validated_
                           ? held_out_error_of_mean()
                           : unit * mean_.noise_variance() + of_scores * convergence.variance;
  return of_scores * convergence.monte_carlo_variance / error;
}

bool GibbsTraining::has_said_enough() const {
  const auto samples = static_cast<int>(trace_.samples());
  return options_.gibbs.monte_carlo_error > 0.0 && samples >= kLeastSamples &&
         samples % kCheckEvery == 0 &&
         monte_carlo_share(trace_.convergence()) <= options_.gibbs.monte_carlo_error;
}

/// The mean of the samples.
FactorModel::Parts GibbsTraining::model() {
  PosteriorMean::Model mean = mean_.finish(training_.parts(), workers_);
  learnt_.sampling = sampling_report(mean);
  if (is_ordinal()) {
    mean.parts.link = link_;
    mean.parts.link.deviation = link_deviation();
    mean.parts.fold_in.bias *=
        share_in_biases(link_, mean.parts.users.biases.span(), statistics_.user_counts);
  }
  mean.parts.trained = item_lists_of(training_, workers_);
  if (variance_ && variance_->samples() >= kLeastOfVariance) add_variance(mean.parts);
  return std::move(mean.parts);
}

/// And what the intervals are multiplied by, so that they hold 90 % of what was held out.
void GibbsTraining::add_variance(FactorModel::Parts& parts) {
  parts.variance = sampled_variance(
      *variance_, FactorModel(parts), by_user_, by_item_, double{scale_.width},
      static_cast<std::uint32_t>(options_.gibbs.variance_rank), kernels_, workers_);
  if (!validated_) return;
  const IntervalCheck check = check_intervals(FactorModel(parts), held_out_);
  learnt_.sampling->interval_coverage = check.coverage;
  learnt_.sampling->interval_scale = check.scale;
  parts.variance = scaled(parts.variance, check.scale);
}

SamplingReport GibbsTraining::sampling_report(const PosteriorMean::Model& mean) const {
  SamplingReport report;
  report.samples = static_cast<int>(trace_.samples());
  report.rank = static_cast<int>(mean.parts.rank);
  report.dropped = mean.dropped;
  if (trace_.samples() == 0) return report;
  const Convergence convergence = trace_.convergence();
  report.r_hat = convergence.r_hat;
  report.effective_samples = convergence.effective_samples;
  report.monte_carlo_error = monte_carlo_share(convergence);
  if (validated_) {
    report.samples_error = held_out_error_of_mean();
  }
  return report;
}

}  // namespace

Learnt learn_by_gibbs(const RatingStore& training, const LearnSetup& setup) {
  return GibbsTraining(training, setup).learn();
}

}  // namespace mfpar
