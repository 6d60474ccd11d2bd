// SPDX-License-Identifier: MIT
#include "compute/positives.hpp"

#include <numeric>

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPartitions = 256;

}  // namespace

Positives positives_by_user(const RatingStore& ratings, std::optional<float> relevant,
                            const std::function<float(float)>& confidence, const Workers& workers) {
  const auto counts = [&](float value) { return !relevant || value >= *relevant; };
  Positives result;
  result.offsets.resize(std::size_t{ratings.user_count()} + 1);
  const auto for_users = [&](const auto& body) {
    workers.for_each(kPartitions, [&](std::size_t partition) {
      const Range users = even_range(ratings.user_count(), kPartitions, partition);
      for (std::size_t user = users.begin; user < users.end; ++user) {
        body(user, ratings.offsets()[user], ratings.offsets()[user + 1]);
      }
    });
  };
  for_users([&](std::size_t user, std::uint64_t begin, std::uint64_t end) {
    std::uint64_t count = 0;
    ratings.for_each(begin, end, [&](ItemIndex, float value) { count += counts(value); });
    result.offsets[user + 1] = count;
  });
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.indices.resize(result.offsets.back());
  if (confidence) result.confidences.resize(result.indices.size());
  for_users([&](std::size_t user, std::uint64_t begin, std::uint64_t end) {
    std::uint64_t at = result.offsets[user];
    ratings.for_each(begin, end, [&](ItemIndex item, float value) {
      if (!counts(value)) return;
      result.indices[at] = item;
      if (confidence) result.confidences[at] = confidence(value);
      ++at;
    });
  });
  return result;
}

Positives transposed(const Positives& positives, std::uint32_t rows) {
  Positives result;
  result.offsets.resize(std::size_t{rows} + 1);
  for (const std::uint32_t index : positives.indices) ++result.offsets[index + 1];
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.indices.resize(positives.indices.size());
  result.confidences.resize(positives.confidences.size());
  std::vector<std::uint64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (std::uint32_t row = 0; row < positives.rows(); ++row) {
    for (std::uint64_t at = positives.offsets[row]; at < positives.offsets[row + 1]; ++at) {
      const std::uint64_t to = next[positives.indices[at]]++;
      result.indices[to] = row;
      if (!positives.confidences.empty()) result.confidences[to] = positives.confidences[at];
    }
  }
  return result;
}

}  // namespace mfpar
