// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/feedback.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// How parameters are learnt. SGD: from ratings, one after the other. ALS, alternating least
/// squares: from one-class feedback, all users' factors and then all items' to where the objective
/// is lowest for the other side as it is (see OneClassOptions); the same bytes for any number of
/// threads. Gibbs sampling: from ratings, by averaging what many models predict that are drawn from
/// the posterior (see GibbsOptions); takes longer than SGD, and is more accurate; the same bytes
/// for any number of threads.
enum class Method { kSgd, kAls, kGibbs };

/// What a positive counts beside the others: 1, its value (how often somebody listened, say), or 1
/// plus the natural logarithm of its value.
enum class Confidence { kNone, kValue, kLog };

/// One-class feedback (see Feedback). Over the positives (u, i), of confidence c_ui, and over all
/// pairs of user and item, this is minimised:
///
///   sum over positives c_ui (1 - p_u.q_i)^2 + unobserved_weight sum over all pairs (p_u.q_i)^2
///     + lambda (sum_u (n_u + unobserved_weight |items|)^exponent |p_u|^2
///               + sum_i (n_i + unobserved_weight |users|)^exponent |q_i|^2),
///
/// n being how many positives a row has (Rendle, Krichene, Zhang, Koren, "Revisiting the
/// performance of iALS on item recommendation benchmarks", 2021).
struct OneClassOptions {
  /// Ratings from this on are positives; all are when it is not set. The others still count as
  /// known: they stand in the model's lists, and are not recommended.
  std::optional<float> relevant;

  /// Above 0; usual_unobserved_weight() of the training ratings when it is not set.
  std::optional<double> unobserved_weight;

  double lambda = 0.007;
  double exponent = 1.0;  ///< from 0, a penalty alike for all rows, to 1
  Confidence confidence = Confidence::kNone;

  /// Validation measures NDCG of the first so many items of each user's list.
  std::uint32_t valid_top = 10;
};

/// What Gibbs sampling takes ratings for. Gaussian: numbers, normal around their scores. Ordinal:
/// values in an order, as many as OrdinalLink allows, which normal latent ratings reach as they
/// pass the cutpoints of their user: the model knows the probability of each value.
enum class Likelihood { kGaussian, kOrdinal };

/// Gibbs sampling of Bayesian matrix factorisation (Salakhutdinov, Mnih 2008): every sweep draws
/// all users, all items, what they have in common and the noise, each given all else, and so visits
/// models as often as they are likely. The mean of what the samples predict is saved as a model of
/// rank posterior_rank; nothing is left to tune. Prior means depend on who rated what, and on
/// features where there are some (see TrainHooks).
struct GibbsOptions {
  /// Most samples, one a sweep, that are averaged, and sweeps before the first of them.
  int samples = 300;
  int burn_in = 40;

  /// Sampling ends before when what more samples would still take from the squared error of
  /// predictions is at most this share of it; 0: never. Looked at after 50 samples and then every
  /// ten.
  double monte_carlo_error = 0.002;

  /// Which items a user rated says what ratings to expect of them, and which users an item what
  /// ratings it gets.
  bool links = true;

  Likelihood likelihood = Likelihood::kGaussian;

  /// Most factors of the model that is saved, 1 to 1024. From 24 on little is lost.
  int posterior_rank = 32;

  /// Numbers a row by which the model knows how uncertain its predictions are (ScoreVariance), 0 to
  /// 16; 0: it does not.
  int variance_rank = 4;
};

/// 3.3 times the root of the share of all pairs of user and item that are rated, at most 0.35. What
/// is best falls with that share: 0.3 to 0.4 for 1 to 3 % (MovieLens latest-small and 1M), 0.1 for
/// 0.4 % (20M), 0.02 to 0.1 for 0.1 % (songs) and less. On MovieTweetings 100K, 0.05 %, NDCG@10 is
/// .131 with 0.1, .122 with 0.02 and .108 with 0.35.
MFPAR_API double usual_unobserved_weight(std::uint64_t ratings, std::uint64_t users,
                                         std::uint64_t items) noexcept;

/// Hogwild: shards of users in parallel, lock-free on the shared item rows (Recht, Re, Wright, Niu
/// 2011). Blocks: a grid of users x items in which no two threads ever share a row, and whose order
/// of updates is fixed by the seed: the same bytes for any number of threads.
enum class Schedule { kHogwild, kBlocks };

/// How far a row moves against its gradient. AdaGrad: the learning rate divided by the root of the
/// mean squares of the row's gradients so far, penalty apart (Duchi, Hazan, Singer 2011, one
/// accumulator a row). SGD: the learning rate alone, following a RateSchedule over the epochs.
enum class StepRule { kAdaGrad, kSgd };

/// The learning rate of SGD in epoch t = 0, 1, ... of T: constant r; exponential r decay^t;
/// inverse square root r / sqrt(1 + t); cosine r (1 + cos(pi t / T)) / 2. AdaGrad multiplies its
/// steps by the same schedule, constant unless chosen.
enum class RateSchedule { kConstant, kExponential, kInverseSqrt, kCosine };

/// The L2 penalty of a row with n ratings at each of its updates is lambda n^-e (|row|^2 / 2 in the
/// loss of one rating): per rating e = 0, the row pays n times in an epoch; total e = 1, lambda
/// |row|^2 once an epoch (the textbook's loss); square root e = 1/2 lies between.
enum class Penalty { kPerRating, kSquareRoot, kTotal };

/// Where the training error of an epoch's report comes from. Exact: a pass of the evaluator over
/// all training ratings. Running: the errors the workers saw just before each update; epoch 0,
/// which has no workers, is sampled. Sample: the exact error of a fixed subset, a seeded run of
/// whole users.
enum class TrainError { kExact, kRunning, kSample };

/// Epochs to run when nothing is held out that would tell when to stop, with the other options at
/// their defaults. The test error is lowest after 12 to 15 epochs on MovieLens latest-small, flat
/// from 15 on on MovieTweetings 100K and lowest at 15 on a million synthetic ratings; ranks from 16
/// to 128 and absolute errors differ little. 60 epochs cost 2 % on the first. Without biases 60
/// are none too many.
inline constexpr int kEpochsUnvalidated = 15;

/// Everything that decides what training does. Ratings are standardised inside (mean 0 if there are
/// biases, standard deviation 1; labels become 0 and 1, or -1 and 1; counts are divided by their
/// mean), and rates, penalties and initial scale are in those units: one setting serves scales from
/// 1 to 5, 0 to 10 and -10 to 10. Where nothing else is said, an option is for ratings and SGD, and
/// does nothing for one-class feedback; default_options() has other defaults for that.
struct TrainOptions {
  /// One-class feedback is learnt by ALS, ratings by SGD or Gibbs sampling.
  Feedback feedback = Feedback::kRatings;
  Method method = Method::kSgd;
  OneClassOptions one_class = {};
  GibbsOptions gibbs = {};

  Loss loss = Loss::kSquared;
  double huber_delta = 1.0;  ///< of Loss::kHuber, in the units of ratings; above 0
  LossChoice loss_choice() const { return {loss, static_cast<float>(huber_delta)}; }

  /// Factors a user and an item, 1 to 1024; of Gibbs sampling 1 to 256, in each sample. Time and
  /// memory grow with it. By any method.
  int rank = 64;

  /// Most passes over the training ratings, by any method. All are run when there are no
  /// validation ratings: see kEpochsUnvalidated.
  int epochs = 60;

  StepRule step_rule = StepRule::kAdaGrad;
  double learning_rate = 0.05;
  RateSchedule rate_schedule = RateSchedule::kConstant;
  double decay = 0.9;  ///< of the exponential schedule

  Penalty penalty = Penalty::kSquareRoot;
  double lambda_factors = 0.7;
  double lambda_biases = 0.4;

  /// Penalties on magnitudes beside the squares: of a row l1 n^-e |row|_1, with the same n^-e,
  /// users' and items' apart. They make factors, or biases, zero that are worth too little.
  struct L1Penalty {
    double users = 0.0;
    double items = 0.0;
    bool operator==(const L1Penalty&) const = default;
  };
  L1Penalty l1_factors = {}, l1_biases = {};

  /// No factor is below 0: each step is projected. Under squared errors this is non-negative matrix
  /// factorisation; biases may be of any sign. Loss::kPoisson needs it, and no biases: see
  /// default_options(Loss). Without biases factors start where p.q is the mean rating on average.
  bool nonnegative = false;

  /// Learn mu, b_u and b_i beside the factors. Without, the model is p.q alone.
  bool biases = true;

  /// Standard deviation of the initial factors; 0 leaves them at zero, from where they cannot
  /// learn. By any method.
  double init_scale = 0.01;

  Schedule schedule = Schedule::kHogwild;

  /// Trainings from the seeds `seed`, `seed` + 1, ... whose scores are averaged (of labels before
  /// they become probabilities), 1 to 1000: errors of chance, of first factors and of orders,
  /// cancel. Time grows with it, accuracy the less the more there are. The model is one as any
  /// other, of a rank of at most twice `rank`; of `seeds` times `rank`, which is at most 1024,
  /// where factors are nonnegative or have a penalty on magnitudes, and stay so. It takes 32 `rank`
  /// bytes a user and item (4 `seeds` `rank`) beside what one training takes, and 8 a rating, as
  /// trainings share the ratings.
  int seeds = 1;

  // What follows is for any method.

  /// 0 is all cores. More threads than cores run, and gain nothing.
  int threads = 0;

  /// The instruction set of the kernels: "auto" is the best this processor has (see kernel_name()),
  /// or "avx512", "avx2", "neon", "baseline". Results of different sets differ by rounding.
  std::string kernel = "auto";

  std::uint64_t seed = 1;

  /// Evaluate after every so many epochs (and after the last); 0: never.
  int eval_every = 1;
  TrainError train_error = TrainError::kExact;  ///< of ratings
  std::uint64_t sample = 100'000;               ///< ratings in the subset of TrainError::kSample

  /// Stop when so many evaluations in a row have not lowered the best validation error (raised the
  /// best NDCG, of one-class feedback), and keep the best epoch's factors; 0: run all epochs (the
  /// best epoch's factors are kept all the same).
  int patience = 5;
};

/// The defaults for learning from `feedback`: of one-class feedback ALS, rank 256 and 16 epochs,
/// after which NDCG changes little.
MFPAR_API TrainOptions default_options(Feedback feedback);

/// The defaults for learning by `method`: Gibbs sampling is evaluated every ten sweeps, and has
/// rank 15, so that factors and bias fill a cache line.
MFPAR_API TrainOptions default_options(Method method);

/// The defaults for ratings by SGD under `loss`: of counts non-negative factors without biases.
MFPAR_API TrainOptions default_options(Loss loss);

/// Throws Error(kBadOption), naming the option, its value and its range, if `options` cannot be
/// used.
MFPAR_API void check_options(const TrainOptions& options);

/// The options as the command line writes them, name and value, for records and logs; all but the
/// threads, on which no result depends by intention.
MFPAR_API std::vector<std::pair<std::string, std::string>> describe_options(
    const TrainOptions& options);

/// The instruction set that "auto" means on this processor.
MFPAR_API std::string kernel_name();

}  // namespace mfpar
