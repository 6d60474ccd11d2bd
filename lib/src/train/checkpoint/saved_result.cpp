// SPDX-License-Identifier: MIT
#include "train/checkpoint/saved_result.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "model/model_sections.hpp"
#include "model/record_sections.hpp"

namespace mfpar {

namespace {

/// Section "result.numbers"; what is of sampling is there where `sampled` is 1.
struct ResultNumbers {
  std::int64_t stop_reason;
  double error_by_features;
  std::int64_t divergences;
  std::int64_t sampled;
  std::int64_t samples;
  double r_hat;
  double effective_samples;
  double monte_carlo_error;
  std::int64_t rank;
  double dropped;
  double samples_error;
  double model_error;
  double interval_coverage;
  double interval_scale;
};
static_assert(sizeof(ResultNumbers) == 112);

ResultNumbers numbers_of(const TrainResult& result) {
  const SamplingReport sampling = result.sampling.value_or(SamplingReport{});
  return {.stop_reason = static_cast<std::int64_t>(result.stop_reason),
          .error_by_features = result.error_by_features,
          .divergences = result.divergences,
          .sampled = result.sampling ? 1 : 0,
          .samples = sampling.samples,
          .r_hat = sampling.r_hat,
          .effective_samples = sampling.effective_samples,
          .monte_carlo_error = sampling.monte_carlo_error,
          .rank = sampling.rank,
          .dropped = sampling.dropped,
          .samples_error = sampling.samples_error,
          .model_error = sampling.model_error,
          .interval_coverage = sampling.interval_coverage,
          .interval_scale = sampling.interval_scale};
}

SamplingReport sampling_of(const ResultNumbers& numbers) {
  return {.samples = static_cast<int>(numbers.samples),
          .r_hat = numbers.r_hat,
          .effective_samples = numbers.effective_samples,
          .monte_carlo_error = numbers.monte_carlo_error,
          .rank = static_cast<int>(numbers.rank),
          .dropped = numbers.dropped,
          .samples_error = numbers.samples_error,
          .model_error = numbers.model_error,
          .interval_coverage = numbers.interval_coverage,
          .interval_scale = numbers.interval_scale};
}

}  // namespace

void add_result(SectionWriter& file, const TrainResult& result, const TrainingIdentity& identity) {
  add_model_sections(file, result.model);
  file.add_value(std::string(kResultPrefix) + "numbers", numbers_of(result));
  TrainingRecord timed;
  timed.options = identity;
  timed.history = result.history;
  add_record_sections(file, timed, kResultPrefix);
  file.add(std::string(kResultPrefix) + "divergence", std::span<const char>(result.divergence));
}

TrainResult read_result(const SectionReader& file) {
  const std::string section = std::string(kResultPrefix) + "numbers";
  const FrozenArray<ResultNumbers> saved = file.array<ResultNumbers>(section);
  if (saved.size() != 1) file.fail(section, 0, "it does not hold one record");
  const ResultNumbers& numbers = saved[0];
  if (numbers.stop_reason < 0 ||
      numbers.stop_reason > static_cast<std::int64_t>(StopReason::kDiverged)) {
    file.fail(section, 0, "there is no stop reason " + std::to_string(numbers.stop_reason));
  }
  for (const std::int64_t count : {numbers.divergences, numbers.samples, numbers.rank}) {
    if (count >= 0 && count <= std::numeric_limits<int>::max()) continue;
    file.fail(section, 0, "a count of " + std::to_string(count) + " cannot be");
  }
  TrainResult result;
  result.model = read_model_sections(file, /*verify=*/true);
  result.stop_reason = static_cast<StopReason>(numbers.stop_reason);
  result.error_by_features = numbers.error_by_features;
  result.divergences = static_cast<int>(numbers.divergences);
  if (numbers.sampled != 0) result.sampling = sampling_of(numbers);
  TrainingRecord timed;
  read_record_sections(file, timed, kResultPrefix);
  result.history = std::move(timed.history);
  if (result.model.feedback() == Feedback::kOneClass) as_ndcg(result.history);
  const FrozenArray<char> text = file.array<char>(std::string(kResultPrefix) + "divergence");
  result.divergence.assign(text.begin(), text.end());
  return result;
}

}  // namespace mfpar
