// SPDX-License-Identifier: MIT
//
// What is lost where the variance of scores is kept as a product of small rows, in place of the
// samples: intervals RATINGS [SAMPLES] holds out a fifth of the ratings and prints, for each way of
// knowing the variance, the mean log likelihood of what was held out, the share within 90 %
// intervals, and bytes a row.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "compute/rating_statistics.hpp"
#include "gibbs/sampler.hpp"
#include "gibbs/variance_trace.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/split.hpp"

namespace {

using namespace mfpar;

constexpr std::uint32_t kRank = 15;
constexpr int kBurnIn = 40;
constexpr int kFew[] = {8, 16, 32};  // samples that are kept, evenly spaced

/// A held-out rating, in the units of the sampler, and the moments of its score.
struct HeldOut {
  UserIndex user;
  ItemIndex item;
  double rating;
  double sum = 0.0, squares = 0.0;
  double few_sums[3] = {}, few_squares[3] = {};
};

double variance_of(double sum, double squares, int count) {
  const double mean = sum / count;
  return std::max(0.0, (squares / count - mean * mean) * count / (count - 1.0));
}

class Comparison {
 public:
  Comparison(std::vector<HeldOut> ratings, const std::vector<float>& noise, int samples)
      : ratings_(std::move(ratings)), noise_(noise), samples_(samples) {}

  /// variance(r) is that of the score of the r-th.
  template <class Variance>
  void print(const std::string& name, double bytes, const Variance& variance) const {
    constexpr double kNormal95 = 1.6448536, kPi = 3.14159265358979;
    double likelihood = 0.0, within = 0.0;
    for (std::size_t r = 0; r < ratings_.size(); ++r) {
      const double square = variance(r) + double{noise_[ratings_[r].user]};
      const double error = ratings_[r].rating - ratings_[r].sum / samples_;
      likelihood -= 0.5 * (std::log(2.0 * kPi * square) + error * error / square);
      within += error * error <= kNormal95 * kNormal95 * square;
    }
    const auto count = static_cast<double>(ratings_.size());
    std::printf("| %-24s | %8.4f | %5.1f %% | %8.0f |\n", name.c_str(), likelihood / count,
                100.0 * within / count, bytes);
  }

  const std::vector<HeldOut>& ratings() const { return ratings_; }

 private:
  std::vector<HeldOut> ratings_;
  const std::vector<float>& noise_;
  int samples_;
};

void run(const std::string& path, int samples) {
  SplitResult split = split_random(build_store(read_ratings(path).ratings), 0.2, 1);
  const Workers workers(0);
  const KernelSet& kernels = find_kernels("auto");
  const RatingStatistics statistics =
      measure_ratings(split.training, Loss::kSquared, true, workers);
  const RatingScale& scale = statistics.scale;
  const RatingsByRow by_user = ratings_by_user(split.training, scale.target, workers);
  const RatingsByRow by_item = transposed(by_user, split.training.item_count());
  std::vector<HeldOut> held_out;
  for (UserIndex user = 0; user < split.validation.user_count(); ++user) {
    split.validation.for_each(
        split.validation.offsets()[user], split.validation.offsets()[user + 1],
        [&](ItemIndex item, float rating) {
          if (by_user.who.count(user) == 0 || by_item.who.count(item) == 0) return;
          held_out.push_back({user, item, double{(rating - scale.mean) / scale.deviation}});
        });
  }

  GibbsSampler sampler(
      by_user, by_item,
      {.rank = kRank, .seed = 1, .users = {.links = true}, .items = {.links = true}}, kernels,
      workers);
  VarianceTrace trace(by_user, by_item, 1);
  for (int n = 0; n < kBurnIn; ++n) sampler.sweep();
  for (int n = 0; n < samples; ++n) {
    sampler.sweep();
    trace.add(sampler, workers);
    const FactorRows users = sampler.rows(Entity::kUser), items = sampler.rows(Entity::kItem);
    for (HeldOut& pair : held_out) {
      const float* const p = users.row(pair.user);
      const float* const q = items.row(pair.item);
      const double score = std::inner_product(p, p + kRank, q, double{p[kRank]} + double{q[kRank]});
      pair.sum += score;
      pair.squares += score * score;
      for (int k = 0; k < 3; ++k) {
        if (n * kFew[k] / samples == (n - 1) * kFew[k] / samples && n > 0) continue;
        pair.few_sums[k] += score;
        pair.few_squares[k] += score * score;
      }
    }
  }

  const VarianceFactors full = trace.finish(1, kernels);
  const Comparison comparison(std::move(held_out), full.noise, samples);
  const auto& ratings = comparison.ratings();
  const auto by_samples = [&](std::size_t r) {
    return variance_of(ratings[r].sum, ratings[r].squares, samples);
  };
  std::printf(
      "| variance of scores        | log likelihood | within | bytes a row |\n|---|---|---|---|\n");
  double mean = 0.0;
  for (std::size_t r = 0; r < ratings.size(); ++r) {
    mean += by_samples(r) / static_cast<double>(ratings.size());
  }
  const double noise = std::accumulate(full.noise.begin(), full.noise.end(), 0.0) /
                       static_cast<double>(full.noise.size());
  comparison.print("the same, noise too", 0, [&](std::size_t r) {
    return mean + noise - double{full.noise[ratings[r].user]};
  });
  comparison.print("the same for all", 0, [&](std::size_t) { return mean; });
  for (int k = 0; k < 3; ++k) {
    comparison.print(
        std::to_string(kFew[k]) + " samples", 2.0 * (kRank + 1) * kFew[k], [&](std::size_t r) {
          return variance_of(ratings[r].few_sums[k], ratings[r].few_squares[k], kFew[k]);
        });
  }
  comparison.print("all samples", 2.0 * (kRank + 1) * samples, by_samples);
  for (const std::uint32_t rank : {1u, 2u, 4u, 8u, 16u}) {
    const VarianceFactors factors = trace.finish(rank, kernels);
    comparison.print("product of rank " + std::to_string(rank), 4.0 * rank, [&](std::size_t r) {
      const float* const w = factors.users.data() + ratings[r].user * factors.rank;
      const float* const z = factors.items.data() + ratings[r].item * factors.rank;
      return double{std::max(0.0f, std::inner_product(w, w + factors.rank, z, 0.0f))};
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: intervals RATINGS [SAMPLES]\n");
    return 2;
  }
  try {
    run(argv[1], argc > 2 ? std::max(50, std::atoi(argv[2])) : 300);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "intervals: %s\n", e.what());
    return 1;
  }
}
