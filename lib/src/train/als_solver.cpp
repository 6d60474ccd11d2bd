// SPDX-License-Identifier: MIT
#include "train/als_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/model_errors.hpp"
#include "compute/one_class.hpp"
#include "io/restore_array.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"
#include "train/store_lists.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kAlsPartitions = 256;

std::function<float(float)> confidence_of(Confidence confidence) {
  switch (confidence) {
    case Confidence::kNone:
      return {};
    case Confidence::kValue:
      return [](float value) { return value; };
    case Confidence::kLog:
      return [](float value) { return 1.0f + std::log(value); };
  }
  return {};
}

/// Throws when nothing is positive, or counts for less than nothing or beyond single precision.
void check_positives(const RatingStore& ratings, const OneClassOptions& options) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kMostConfidence = 1e6f;
  float lowest = kInfinity, highest = -kInfinity, highest_of_all = -kInfinity;
  ratings.for_each(0, ratings.size(), [&](ItemIndex, float value) {
    highest_of_all = std::max(highest_of_all, value);
    if (options.relevant && value < *options.relevant) return;
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  });
  if (lowest == kInfinity) {
    throw Error(ErrorCode::kBadData,
                "no training rating is relevant, from " + shortest_decimal(*options.relevant) +
                    " on: the highest is " + shortest_decimal(highest_of_all) + "; lower relevant");
  }
  const auto confidence = confidence_of(options.confidence);
  if (!confidence) return;
  for (const float value : {lowest, highest}) {
    if (confidence(value) > 0.0f && confidence(value) <= kMostConfidence) continue;
    throw Error(ErrorCode::kBadData,
                "a positive has the value " + shortest_decimal(value) + ", and confidence " +
                    name_of(kConfidenceNames, options.confidence) + " makes of it " +
                    shortest_decimal(confidence(value)) + "; a confidence is above 0 and at most " +
                    shortest_decimal(kMostConfidence) +
                    ": leave such ratings out (relevant), or choose another confidence");
  }
}

OneClassCosts costs_of(const OneClassOptions& options) {
  return {.unobserved = options.unobserved_weight.value(),
          .lambda = options.lambda,
          .exponent = options.exponent};
}

class AlsSolver final : public Solver {
 public:
  AlsSolver(RatingStore training, const TrainOptions& options, const FactorModel* init,
            const Workers& workers)
      : options_(options),
        kernels_(find_kernels(options.kernel)),
        workers_(workers),
        user_ids_(training.parts().users),
        item_ids_(training.parts().items),
        users_(positives_by_user(training, options.one_class.relevant,
                                 confidence_of(options.one_class.confidence), workers),
               training.item_count(), costs_of(options.one_class), rank()),
        items_(transposed(users_.positives(), training.item_count()), training.user_count(),
               costs_of(options.one_class), rank()) {
    if (users_.positives().size() < training.size()) all_rated_ = std::move(training);
    start(users_, SeedUse::kInitUsers, init, Entity::kUser);
    start(items_, SeedUse::kInitItems, init, Entity::kItem);
  }

  PassSums run_epoch(int, const std::function<bool()>& stop) override {
    const double weight = options_.one_class.unobserved_weight.value();
    solve_side(users_, items_, weight, kernels_, workers_, stop);
    if (!stop()) solve_side(items_, users_, weight, kernels_, workers_, stop);
    return {};
  }

  FactorModel snapshot() const override;

  PassSums training_errors(const FactorModel& snapshot, const Workers& workers) const override {
    return {
        .error = one_class_error(users_.positives(), rows_of(snapshot, Entity::kUser),
                                 rows_of(snapshot, Entity::kItem),
                                 options_.one_class.unobserved_weight.value(), kernels_, workers),
        .clipped_error = EpochReport::kNotComputed};
  }
  PassSums errors_on(const RatingStore& ratings, const FactorModel& snapshot,
                     const Workers& workers) const override {
    return model_errors(snapshot, ratings, kernels_, workers);
  }
  double penalty(const FactorModel& snapshot, const Workers& workers) const override {
    return charged(users_.penalties(), rows_of(snapshot, Entity::kUser), workers) +
           charged(items_.penalties(), rows_of(snapshot, Entity::kItem), workers);
  }

  bool start_again(const FactorModel*, double) override { return false; }

  void save(SectionWriter& file) const override {
    file.add_copy("als.users", users_.values().span());
    file.add_copy("als.items", items_.values().span());
  }
  void restore(const SectionReader& file) override {
    restore_rows(file, "als.users", users_.values().span(), rank(), row_stride(rank()));
    restore_rows(file, "als.items", items_.values().span(), rank(), row_stride(rank()));
  }

  void give_lists(FactorModel::Parts& parts) override {
    Positives positives = std::move(users_).take_positives();
    ItemLists chosen{FrozenArray<std::uint64_t>(std::move(positives.offsets)),
                     FrozenArray<ItemIndex>(std::move(positives.indices))};
    if (!all_rated_) {
      parts.trained = std::move(chosen);
      return;
    }
    parts.trained = item_lists_of(*all_rated_, workers_);
    parts.chosen = std::move(chosen);
  }

 private:
  std::uint32_t rank() const { return static_cast<std::uint32_t>(options_.rank); }
  static FactorRows rows_of(const FactorModel& model, Entity of) {
    return {model.side(of).factors.data(), model.side(of).ids->size(), model.rank()};
  }
  const std::shared_ptr<const IdDictionary>& ids(Entity of) const {
    return of == Entity::kUser ? user_ids_ : item_ids_;
  }

  void start(OneClassSide& side, SeedUse use, const FactorModel* init, Entity of);
  FactorModel::Side copy(const OneClassSide& side, Entity of) const;

  // Constant after construction.
  const TrainOptions options_;
  const KernelSet& kernels_;
  const Workers& workers_;
  const std::shared_ptr<const IdDictionary> user_ids_;
  const std::shared_ptr<const IdDictionary> item_ids_;
  std::optional<RatingStore> all_rated_;  ///< where not all are positives

  OneClassSide users_;
  OneClassSide items_;
};

/// Small random factors, or those of `init`; zeros without positives.
void AlsSolver::start(OneClassSide& side, SeedUse use, const FactorModel* init, Entity of) {
  const std::size_t stride = side.rows().stride();
  workers_.for_each(kAlsPartitions, [&](std::size_t partition) {
    const Range range = even_range(side.rows().count, kAlsPartitions, partition);
    for (std::size_t at = range.begin; at < range.end; ++at) {
      const auto row = static_cast<std::uint32_t>(at);
      if (side.positives().count(row) == 0) continue;
      float* const factors = side.values().data() + at * stride;
      const std::uint32_t known =
          init != nullptr ? init->side(of).ids->find(ids(of)->id(row)) : kNoIndex;
      if (known != kNoIndex) {
        std::copy_n(init->side(of).factors.data() + known * init->stride(), rank(), factors);
        continue;
      }
      Random random(derive_seed(options_.seed, use, row));
      for (std::uint32_t f = 0; f < rank(); ++f) {
        factors[f] = static_cast<float>(options_.init_scale * random.normal());
      }
    }
  });
}

FactorModel::Side AlsSolver::copy(const OneClassSide& side, Entity of) const {
  const auto rows = std::make_shared<AlignedBuffer<float>>(side.values().size());
  workers_.for_each(kAlsPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows->size(), kAlsPartitions, partition);
    std::copy_n(side.values().data() + range.begin, range.size(), rows->data() + range.begin);
  });
  return {ids(of), FrozenArray<float>(rows, std::as_const(*rows).span()),
          FrozenArray<float>(std::vector<float>(side.rows().count))};
}

FactorModel AlsSolver::snapshot() const {
  const OneClassOptions& one_class = options_.one_class;
  FactorModel::Parts parts;
  parts.feedback = Feedback::kOneClass;
  parts.rank = rank();
  parts.stride = row_stride(rank());
  parts.biases = false;
  parts.range = {0.0f, 1.0f};
  parts.users = copy(users_, Entity::kUser);
  parts.items = copy(items_, Entity::kItem);
  parts.fold_in = {.factors = static_cast<float>(one_class.lambda),
                   .bias = static_cast<float>(one_class.lambda),
                   .exponent = static_cast<float>(1.0 - one_class.exponent)};
  parts.one_class_weights = {
      .unobserved_weight = static_cast<float>(one_class.unobserved_weight.value()),
      .relevant = one_class.relevant};
  return FactorModel(std::move(parts));
}

}  // namespace

std::unique_ptr<Solver> make_als_solver(RatingStore training, const TrainOptions& options,
                                        const FactorModel* init, const Workers& workers) {
  check_positives(training, options.one_class);
  return std::make_unique<AlsSolver>(std::move(training), options, init, workers);
}

}  // namespace mfpar
