// SPDX-License-Identifier: MIT
//
// What a loss makes of scores, apart from the walks over ratings: those are compiled for each width
// of rows, these once for each loss, and a walk calls them by pointer, a call for many ratings.
// Included once for each instruction set, inside its namespace; no include guard.

template <int kParts>
using Errors = Batch<8, kParts>;

/// Puts the pulls of a mini-batch, 0 where `mask` is, into `pulls`, and adds its errors to `sums`.
/// (It returns none: GCC 12 clears the upper halves of vectors that are returned from under a
/// target pragma.)
template <class LossPolicy, int kParts>
[[gnu::noinline]] void take_pulls(const SgdPass& pass, const Errors<kParts>& values,
                                  const Errors<kParts>& residual, const Errors<kParts>& mask,
                                  Errors<kParts>& pulls, PassSums& sums) {
  const auto policy = policy_of<LossPolicy>(pass.delta);
  const auto errors = policy.error(values, residual) * mask;
  const auto error = static_cast<double>(sum(errors.folded())[0]);
  sums.error += error;
  if constexpr (LossPolicy::kClips) {
    const auto clipped = values - clamp(values - residual, pass.lowest, pass.highest);
    const auto clipped_errors = policy.error(values, clipped) * mask;
    sums.clipped_error += static_cast<double>(sum(clipped_errors.folded())[0]);
  } else {
    sums.clipped_error += error;
  }
  pulls = policy.pull(values, residual) * mask;
}

/// What SgdWalk needs to know of a loss other than squares.
struct LossPulls {
  template <int kParts>
  using Take = void (*)(const SgdPass&, const Errors<kParts>&, const Errors<kParts>&,
                        const Errors<kParts>&, Errors<kParts>&, PassSums&);
  Take<1> take_narrow;
  Take<2> take_wide;
  float max_curvature;

  template <int kParts>
  Take<kParts> take() const {
    if constexpr (kParts == 1) return take_narrow;
    if constexpr (kParts == 2) return take_wide;
  }
};

template <class LossPolicy>
constexpr LossPulls kPulls{&take_pulls<LossPolicy, 1>, &take_pulls<LossPolicy, 2>,
                           LossPolicy::kMaxCurvature};

/// Targets and the scores beside them, whose errors are taken together.
struct ScoredRatings {
  static constexpr int kCapacity = 64;
  alignas(64) float values[kCapacity] = {};
  alignas(64) float scores[kCapacity] = {};
  int count = 0;
};

/// Adds the errors of `scored` to `sums`.
template <class LossPolicy>
[[gnu::noinline]] void add_errors(const ErrorPass& pass, const ScoredRatings& scored,
                                  PassSums& sums) {
  const auto policy = policy_of<LossPolicy>(pass.delta);
  Errors<2> errors(0.0f), clipped_errors(0.0f);
  for (int at = 0; at < scored.count; at += kMiniBatch) {
    const auto mask = Errors<2>::ones(std::min(scored.count - at, kMiniBatch));
    const auto values = Errors<2>::load(scored.values + at) * mask;
    const auto scores = Errors<2>::load(scored.scores + at) * mask;
    errors = errors + policy.error(values, values - scores) * mask;
    if constexpr (LossPolicy::kClips) {
      const auto clipped = clamp(scores, pass.lowest, pass.highest);
      clipped_errors = clipped_errors + policy.error(values, values - clipped) * mask;
    }
  }
  const auto error = static_cast<double>(sum(errors.folded())[0]);
  sums.error += error;
  if constexpr (LossPolicy::kClips) {
    sums.clipped_error += static_cast<double>(sum(clipped_errors.folded())[0]);
  } else {
    sums.clipped_error += error;
  }
}

using AddErrors = void (*)(const ErrorPass&, const ScoredRatings&, PassSums&);
