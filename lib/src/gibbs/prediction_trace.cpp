// SPDX-License-Identifier: MIT
#include "gibbs/prediction_trace.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "io/restore_array.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kMostBlocks = 16;
constexpr std::size_t kLeastSamples = 16;

/// Section "trace.numbers" of a checkpoint.
struct TraceNumbers {
  std::uint64_t samples;
  std::uint64_t blocks;
  std::uint64_t block_samples;
  std::uint64_t open_samples;
};
static_assert(sizeof(TraceNumbers) == 32);

}  // namespace

PredictionTrace::PredictionTrace(std::size_t pairs)
    : sums_(pairs), squares_(pairs), open_block_(pairs) {}

void PredictionTrace::add(std::span<const float> predictions) {
  assert(predictions.size() == pairs());
  for (std::size_t pair = 0; pair < pairs(); ++pair) {
    const double predicted = double{predictions[pair]};
    sums_[pair] += predicted;
    squares_[pair] += predicted * predicted;
    open_block_[pair] += predictions[pair];
  }
  ++samples_;
  if (++open_samples_ < block_samples_) return;
  blocks_.push_back(std::exchange(open_block_, std::vector<float>(pairs())));
  open_samples_ = 0;
  if (blocks_.size() < kMostBlocks) return;
  for (std::size_t block = 0; block < kMostBlocks / 2; ++block) {
    std::vector<float>& first = blocks_[2 * block];
    const std::vector<float>& second = blocks_[2 * block + 1];
    for (std::size_t pair = 0; pair < pairs(); ++pair) first[pair] += second[pair];
    if (block > 0) blocks_[block] = std::move(first);
  }
  blocks_.resize(kMostBlocks / 2);
  block_samples_ *= 2;
}

double PredictionTrace::variance(std::size_t pair) const noexcept {
  const double of_mean = mean(pair);
  return std::max(0.0, squares_[pair] / static_cast<double>(samples_) - of_mean * of_mean);
}

Convergence PredictionTrace::convergence() const {
  Convergence found;
  if (samples_ < kLeastSamples || pairs() == 0) {
    found.r_hat = found.monte_carlo_variance = std::numeric_limits<double>::infinity();
    return found;
  }
  const std::size_t half = blocks_.size() / 2;
  const double in_half = static_cast<double>(half * block_samples_);
  double between = 0.0;
  for (std::size_t pair = 0; pair < pairs(); ++pair) {
    double difference = 0.0;
    for (std::size_t block = 0; block < half; ++block) {
      difference +=
          double{blocks_[block][pair]} - double{blocks_[blocks_.size() - half + block][pair]};
    }
    between += difference / in_half * (difference / in_half);
    found.variance += variance(pair);
  }
  const auto count = static_cast<double>(pairs());
  found.variance /= count;
  // The squared difference of two means of half the samples: twice the variance of each, four times
  // that of the mean of both.
  found.monte_carlo_variance = between / count / 4.0;
  const double within = std::max(found.variance - found.monte_carlo_variance, 1e-30);
  found.r_hat = std::sqrt((within + 2.0 * found.monte_carlo_variance) / within);
  found.effective_samples = std::min(static_cast<double>(samples_),
                                     found.variance / std::max(found.monte_carlo_variance, 1e-30));
  return found;
}

void PredictionTrace::save(SectionWriter& file) const {
  file.add_value("trace.numbers",
                 TraceNumbers{samples_, blocks_.size(), block_samples_, open_samples_});
  file.add_copy("trace.sums", sums_);
  file.add_copy("trace.squares", squares_);
  file.add_copy("trace.open_block", open_block_);
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    file.add_copy("trace.block_" + std::to_string(block), blocks_[block]);
  }
}

void PredictionTrace::restore(const SectionReader& file) {
  const TraceNumbers numbers = saved_array<TraceNumbers>(file, "trace.numbers", 1)[0];
  const bool joined =
      std::has_single_bit(numbers.block_samples) && numbers.blocks >= kMostBlocks / 2;
  if (numbers.blocks >= kMostBlocks || !(numbers.block_samples == 1 || joined) ||
      numbers.open_samples >= numbers.block_samples || numbers.open_samples > numbers.samples ||
      (numbers.samples - numbers.open_samples) / numbers.block_samples != numbers.blocks ||
      (numbers.samples - numbers.open_samples) % numbers.block_samples != 0) {
    file.fail("trace.numbers", 0,
              std::to_string(numbers.samples) + " samples in " + std::to_string(numbers.blocks) +
                  " blocks cannot be");
  }
  samples_ = numbers.samples;
  block_samples_ = numbers.block_samples;
  open_samples_ = numbers.open_samples;
  restore_array(file, "trace.sums", std::span(sums_));
  restore_array(file, "trace.squares", std::span(squares_), Sign::kNotNegative);
  restore_array(file, "trace.open_block", std::span(open_block_));
  blocks_.assign(numbers.blocks, std::vector<float>(pairs()));
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    restore_array(file, "trace.block_" + std::to_string(block), std::span(blocks_[block]));
  }
}

}  // namespace mfpar
