// SPDX-License-Identifier: MIT
//
// What the library computes with loops is the same in every order of their tasks, bit for bit.
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/ease.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/recommender.hpp"
#include "mfpar/split.hpp"
#include "mfpar/synthetic.hpp"
#include "mfpar/train.hpp"
#include "played_order.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"
#include "store/rating_table_impl.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_loop_orders)

namespace {

constexpr std::uint64_t kOrders = kSanitized ? 40 : 200;

/// Numbers of any kind, one behind the other.
class Bytes {
 public:
  template <class Number>
  Bytes& operator<<(std::span<const Number> numbers) {
    const auto bytes = std::as_bytes(numbers);
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return *this;
  }
  Bytes& operator<<(double number) { return *this << std::span<const double>(&number, 1); }
  Bytes& operator<<(const std::vector<float>& numbers) { return *this << std::span(numbers); }

  Bytes& operator<<(const RatingStore& store) {
    const RatingStore::Parts& parts = store.parts();
    for (UserIndex user = 0; user < store.user_count(); ++user) text_ += parts.users->id(user);
    for (ItemIndex item = 0; item < store.item_count(); ++item) text_ += parts.items->id(item);
    return *this << parts.offsets.span() << parts.compact.span() << parts.values.span()
                 << parts.timestamps.span() << static_cast<double>(parts.duplicates);
  }
  Bytes& operator<<(const FactorModel& model) {
    const FactorModel::Parts& parts = model.parts();
    for (const FactorModel::Side* side : {&parts.users, &parts.items}) {
      *this << side->factors.span() << side->biases.span();
    }
    for (const EpochReport& report : parts.record.history) {
      *this << report.epoch << report.train_error << report.objective << report.valid_error
            << report.valid_ndcg;
    }
    return *this << parts.baseline.user_biases.span() << parts.baseline.item_biases.span()
                 << parts.trained.items.span() << parts.held_out.items.span() << parts.mean
                 << parts.variance.users.span() << parts.variance.items.span()
                 << static_cast<double>(parts.record.fingerprint >> 11);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The same ratings, some given twice, in chunks of at most `size`.
RatingTable table(std::size_t size = 1'000) {
  Random random(4);
  RatingTable whole;
  for (int i = 0; i < 300; ++i) {
    const std::string user = std::to_string(random.below(24)),
                      item = std::to_string(random.below(17));
    const float value = 0.5f * static_cast<float>(random.below(10)) - 2.0f;
    whole.add(user, item, value, random.below(50));
  }
  std::vector<RatingChunk> chunks;
  for (const RatingChunk& full : whole.impl().chunks) {
    for (std::size_t i = 0; i < full.size(); ++i) {
      if (i % size == 0) chunks.emplace_back().code_values = full.code_values;
      chunks.back().users.push_back(full.users[i]);
      chunks.back().compact.push_back(full.compact.at(i));
      chunks.back().timestamps.push_back(full.timestamps.at(i));
    }
  }
  whole.impl().chunks = std::move(chunks);
  return whole;
}

RatingStore store() { return build_store(table(), {.threads = 1}); }

SplitResult split() { return split_random(store(), 0.2, 3, 1); }

TrainOptions options_of(Method method, int threads) {
  TrainOptions options;
  options.method = method;
  if (method == Method::kAls) options.feedback = Feedback::kOneClass;
  options.schedule = Schedule::kBlocks;
  options.rank = 3;
  options.epochs = 4;
  options.patience = 2;
  options.threads = threads;
  options.gibbs.samples = 6;
  options.gibbs.burn_in = 1;
  options.gibbs.posterior_rank = 4;
  options.gibbs.variance_rank = 2;
  return options;
}

FactorModel learnt(const TrainOptions& options) {
  const SplitResult parts = split();
  return train(parts.training, parts.validation, options).model;
}

const FactorModel& model() {
  static const FactorModel one = learnt(options_of(Method::kSgd, 1));
  return one;
}

/// What is computed, and how; `chance` decides nothing that the result depends on.
struct Computation {
  const char* name;
  Bytes (*run)(int threads, Random& chance);
};

const Computation kComputations[] = {
    {"store",
     [](int threads, Random& chance) {
       return Bytes() << build_store(table(1 + chance.below(50)), {.threads = threads});
     }},
    {"mean of duplicates",
     [](int threads, Random& chance) {
       return Bytes() << build_store(table(1 + chance.below(50)),
                                     {.duplicates = Duplicates::kMean, .threads = threads});
     }},
    {"joined stores",
     [](int threads, Random& chance) {
       const JoinResult joined = build_joined_stores(
           table(1 + chance.below(50)), table(1 + chance.below(90)), {.threads = threads});
       return Bytes() << joined.training << joined.validation;
     }},
    {"splits",
     [](int threads, Random&) {
       Bytes bytes;
       for (const SplitResult& parts :
            {split_random(store(), 0.3, 1, threads), split_by_user(store(), 0.3, 1, threads),
             split_last(store(), 2, threads), split_at_time(store(), 30, threads),
             split_fold(store(), 3, 1, 1, threads)}) {
         bytes << parts.training << parts.validation;
       }
       const UserSplitResult users = split_users(store(), 0.3, 0.5, 1, threads);
       return bytes << users.training << users.given << users.validation;
     }},
    {"synthetic ratings",
     [](int threads, Random&) {
       SyntheticRatings made = make_synthetic(
           {.users = 30, .items = 20, .ratings = 200, .rank = 2, .threads = threads});
       return Bytes() << build_store(std::move(made.ratings), {.threads = 1}) << made.floor_mse;
     }},
    {"fingerprint",
     [](int threads, Random&) {
       return Bytes() << static_cast<double>(rating_fingerprint(store(), threads) >> 11);
     }},
    {"SGD",
     [](int threads, Random&) { return Bytes() << learnt(options_of(Method::kSgd, threads)); }},
    {"absolute errors",
     [](int threads, Random&) {
       TrainOptions options = options_of(Method::kSgd, threads);
       options.loss = Loss::kAbsolute;
       return Bytes() << learnt(options);
     }},
    {"averaged seeds",
     [](int threads, Random&) {
       TrainOptions options = options_of(Method::kSgd, threads);
       options.seeds = 2;
       return Bytes() << learnt(options);
     }},
    {"ALS",
     [](int threads, Random&) { return Bytes() << learnt(options_of(Method::kAls, threads)); }},
    {"Gibbs sampling",
     [](int threads, Random&) { return Bytes() << learnt(options_of(Method::kGibbs, threads)); }},
    {"ordinal Gibbs sampling",
     [](int threads, Random&) {
       TrainOptions options = options_of(Method::kGibbs, threads);
       options.gibbs.likelihood = Likelihood::kOrdinal;
       return Bytes() << learnt(options);
     }},
    {"cross-validation",
     [](int threads, Random&) {
       CrossValidationOptions folds;
       folds.folds = 2;
       const CrossValidation result =
           cross_validate(store(), options_of(Method::kSgd, threads), folds);
       return Bytes() << result.mean_error << result.sd_error;
     }},
    {"evaluation",
     [](int threads, Random&) {
       std::vector<float> predictions;
       const Evaluation result = evaluate(model(), table(), threads, &predictions);
       return Bytes() << result.all.mse << result.all.mae << result.known.mse
                      << result.baseline_bias_error << static_cast<double>(result.trained_on)
                      << predictions;
     }},
    {"lists and fold-in",
     [](int threads, Random&) {
       const Recommender recommender(std::make_shared<const FactorModel>(model()));
       const std::vector<FoldInRating> given[] = {{{0, 4.0f}, {3, 1.0f}}, {}, {{5, 2.5f}}};
       const std::vector<std::span<const FoldInRating>> spans(std::begin(given), std::end(given));
       Bytes bytes;
       std::vector<UserProfile> profiles;
       const std::vector<FoldedIn> rows = fold_in_users(model(), spans, {}, threads);
       for (const FoldedIn& row : rows) {
         bytes << row.factors << row.bias;
         profiles.push_back({.factors = row.factors, .bias = row.bias});
       }
       for (UserIndex user = 0; user < 20; ++user) profiles.push_back(recommender.profile_of(user));
       for (const auto& list : recommender.recommend_many(profiles, {.top = 5}, threads)) {
         for (const Recommendation& one : list) bytes << one.item << one.score;
       }
       return bytes;
     }},
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_order_gives_the_bytes_of_the_serial_one) {
  std::vector<std::string> serial;
  for (const Computation& computation : kComputations) {
    Random chance(0);
    serial.push_back(computation.run(1, chance).text());
    BOOST_TEST(!serial.back().empty(), computation.name);
  }
  for_seeds(kOrders, [&](std::uint64_t seed) {
    Random chance(seed);
    const std::size_t which = chance.below(static_cast<std::uint32_t>(std::size(kComputations)));
    const int threads = 2 + static_cast<int>(chance.below(7));
    const PlayedOrder order(seed);
    BOOST_TEST((kComputations[which].run(threads, chance).text() == serial[which]),
               kComputations[which].name << " on " << threads << " threads");
  });
}

BOOST_AUTO_TEST_SUITE_END()
