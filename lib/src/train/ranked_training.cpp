// SPDX-License-Identifier: MIT
#include "train/ranked_training.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/system_array.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "mfpar/error.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/train_on_ranks.hpp"
#include "mfpar/version.hpp"
#include "train/check_input.hpp"
#include "train/learn_by_epochs.hpp"

namespace mfpar {

namespace {

/// What differs between the trainings of a command, and what rank 0 has found out.
struct Job {
  bool is_one = false;  ///< false: there are no more
  int epochs = 0;
  int eval_every = 0;
  int threads = 0;  ///< of rank 0: the grid's
  double learning_rate = 0.0;
  std::uint64_t seed = 0;
  std::uint64_t count = 0;  ///< ratings
  RatingScale scale;
};

std::string text_of(const TrainOptions& options) {
  std::string text;
  for (const auto& [name, value] : describe_options(options)) text += name + " " + value + "\n";
  return text;
}

/// `options` with what the job says. Throws Error(kBadOption) where they are not rank 0's then.
TrainOptions options_of(const Job& job, const TrainOptions& options, const RankChannel& all) {
  TrainOptions here = options;
  here.epochs = job.epochs;
  here.eval_every = job.eval_every;
  here.learning_rate = job.learning_rate;
  here.seed = job.seed;
  here.seeds = 1;
  all.broadcast(here.kernel);
  here.kernel = find_kernels(here.kernel).name;
  std::string there;
  all.broadcast(there);
  if (text_of(here) == there) return here;
  throw Error(ErrorCode::kBadOption,
              "rank " + std::to_string(all.rank()) +
                  " was started with other options than rank 0, which has\n" + there +
                  "and here they are\n" + text_of(here) + "start all ranks with the same");
}

/// Makes the store of one rank: `counts` and entries of its users come range by range.
class PartOfStore {
 public:
  explicit PartOfStore(std::shared_ptr<const IdDictionary> users,
                       std::shared_ptr<const IdDictionary> items, std::vector<float> values)
      : counts_(users->size()) {
    parts_.users = std::move(users);
    parts_.items = std::move(items);
    parts_.values = FrozenArray<float>(std::move(values));
  }

  std::span<std::uint32_t> counts(Range users) {
    return std::span(counts_).subspan(users.begin, users.size());
  }
  std::uint64_t ratings(Range users) {
    const auto of = counts(users);
    return std::accumulate(of.begin(), of.end(), std::uint64_t{0});
  }
  /// Room for `size` more.
  template <class Entry>
  static std::span<Entry> more(std::vector<Entry>& entries, std::uint64_t size) {
    entries.resize(entries.size() + size);
    return std::span(entries).last(size);
  }
  std::vector<RatingStore::CompactEntry> compact;
  std::vector<RatingStore::WideEntry> wide;

  RatingStore build() && {
    std::vector<std::uint64_t> offsets{0};
    offsets.reserve(counts_.size() + 1);
    for (const std::uint32_t count : counts_) offsets.push_back(offsets.back() + count);
    parts_.offsets = FrozenArray<std::uint64_t>(std::move(offsets));
    parts_.compact = in_large_pages<RatingStore::CompactEntry>(compact);
    parts_.wide = in_large_pages<RatingStore::WideEntry>(wide);
    return RatingStore(std::move(parts_));
  }

 private:
  RatingStore::Parts parts_;
  std::vector<std::uint32_t> counts_;
};

std::vector<std::uint32_t> counts_in(const RatingStore& store, Range users) {
  std::vector<std::uint32_t> counts;
  for (std::size_t user = users.begin; user < users.end; ++user) {
    counts.push_back(static_cast<std::uint32_t>(store.offsets()[user + 1] - store.offsets()[user]));
  }
  return counts;
}

template <class Entry>
std::span<const Entry> entries_in(const FrozenArray<Entry>& all, const RatingStore& store,
                                  Range users) {
  const std::uint64_t begin = store.offsets()[users.begin], end = store.offsets()[users.end];
  return all.span().subspan(begin, end - begin);
}

/// Sends every rank its part of `store`, and returns rank 0's.
RatingStore deal(const RatingStore& store, const RankShare& share) {
  const RankChannel all = share.channel(kTrainerTag);
  std::uint64_t size = store.size();
  all.broadcast(size);
  if (size == 0) return {};
  const RatingStore::Parts& parts = store.parts();
  bool is_compact = store.is_compact();
  all.broadcast(is_compact);
  std::vector<float> values(parts.values.begin(), parts.values.end());
  all.broadcast(values);
  for (int to = 1; to < all.count(); ++to) {
    for (const Range users : share.users_of(to)) {
      all.send(to, std::span<const std::uint32_t>(counts_in(store, users)));
      if (is_compact) {
        all.send(to, entries_in(parts.compact, store, users));
      } else {
        all.send(to, entries_in(parts.wide, store, users));
      }
    }
  }
  PartOfStore own(parts.users, parts.items, std::move(values));
  for (const Range users : share.users()) {
    std::ranges::copy(counts_in(store, users), own.counts(users).begin());
    const auto keep = [&](const auto& from, auto& to) {
      const auto entries = entries_in(from, store, users);
      to.insert(to.end(), entries.begin(), entries.end());
    };
    is_compact ? keep(parts.compact, own.compact) : keep(parts.wide, own.wide);
  }
  return std::move(own).build();
}

RatingStore dealt(const RankShare& share, const std::shared_ptr<const IdDictionary>& users,
                  const std::shared_ptr<const IdDictionary>& items) {
  const RankChannel all = share.channel(kTrainerTag);
  std::uint64_t size = 0;
  all.broadcast(size);
  if (size == 0) return {};
  bool is_compact = true;
  all.broadcast(is_compact);
  std::vector<float> values;
  all.broadcast(values);
  PartOfStore own(users, items, std::move(values));
  for (const Range range : share.users()) {
    all.receive(0, own.counts(range));
    if (is_compact) {
      all.receive(0, PartOfStore::more(own.compact, own.ratings(range)));
    } else {
      all.receive(0, PartOfStore::more(own.wide, own.ratings(range)));
    }
  }
  return std::move(own).build();
}

/// Ids that nobody asks for: what they are called is rank 0's affair.
std::shared_ptr<const IdDictionary> numbers_as_ids(std::size_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), std::int64_t{0});
  return std::make_shared<const IdDictionary>(std::move(ids));
}

void train_share(const Job& job, const RankChannel& all, Ranks& ranks, const TrainOptions& given) {
  const TrainOptions options = options_of(job, given, all);
  RatingStatistics statistics;
  statistics.count = job.count;
  statistics.scale = job.scale;
  all.broadcast(statistics.user_counts);
  all.broadcast(statistics.item_counts);
  const RankShare share = share_of_ranks(ranks, statistics, options, job.threads);
  const auto users = numbers_as_ids(statistics.user_counts.size());
  const auto items = numbers_as_ids(statistics.item_counts.size());
  RatingStore training = dealt(share, users, items);
  const RatingStore validation = dealt(share, users, items);
  const Workers workers(options.threads);
  const TrainHooks hooks;
  try {
    learn_by_epochs({.store = std::move(training)}, {.validation = validation,
                                                     .statistics = statistics,
                                                     .options = options,
                                                     .hooks = hooks,
                                                     .share = &share,
                                                     .kernels = find_kernels(options.kernel),
                                                     .workers = workers});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kDiverged) throw;  // all ranks have come to that
  }
}

}  // namespace

void check_for_ranks(const TrainOptions& options, const TrainHooks& hooks) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorCode::kBadOption,
                "several ranks cannot " + what + "; start one, with threads");
  };
  if (options.feedback == Feedback::kOneClass) refuse("learn from one-class feedback yet");
  if (options.method != Method::kSgd) refuse("sample by Gibbs yet");
  if (hooks.warm_start != nullptr) refuse("start from a model (warm-start) yet");
}

RankShare share_of_ranks(Ranks& ranks, const RatingStatistics& statistics,
                         const TrainOptions& options, int threads) {
  return {ranks, cut_grid_for_ranks(statistics, options, ranks.count(), threads)};
}

RatingsOfRank deal_ratings(RatingStore training, const RatingStore& validation,
                           const RatingStatistics& statistics, const TrainOptions& options,
                           const RankShare& share) {
  const RankChannel all = share.channel(kTrainerTag);
  Job job{.is_one = true,
          .epochs = options.epochs,
          .eval_every = options.eval_every,
          .threads = resolve_threads(options.threads),
          .learning_rate = options.learning_rate,
          .seed = options.seed,
          .count = statistics.count,
          .scale = statistics.scale};
  all.broadcast(job);
  std::string kernel = options.kernel, text = text_of(options);
  all.broadcast(kernel);
  all.broadcast(text);
  std::vector<std::uint32_t> counts = statistics.user_counts;
  all.broadcast(counts);
  counts = statistics.item_counts;
  all.broadcast(counts);
  RatingStore own = deal(training, share);
  return {std::move(own), deal(validation, share)};
}

bool begin_ranks(Ranks& ranks, const std::optional<std::string>& command) {
  const RankChannel all(ranks, kTrainerTag);
  if (!all.agree(command.has_value())) return false;
  std::string version = MFPAR_VERSION, first = *command;
  all.broadcast(version);
  all.broadcast(first);
  const std::string rank = "rank " + std::to_string(ranks.rank()) + " ";
  if (version != MFPAR_VERSION) {
    throw Error(ErrorCode::kBadOption, rank + "is mfpar " + MFPAR_VERSION + ", and rank 0 is " +
                                           version + "; start the same on all machines");
  }
  if (first != *command) {
    throw Error(ErrorCode::kBadOption, rank + "was started with \"" + *command +
                                           "\", and rank 0 with \"" + first +
                                           "\"; start all ranks with the same options");
  }
  return true;
}

void train_beside(Ranks& ranks, const TrainOptions& options) {
  const RankChannel all(ranks, kTrainerTag);
  Job job;
  for (all.broadcast(job); job.is_one; all.broadcast(job)) train_share(job, all, ranks, options);
}

bool dismiss_ranks(Ranks& ranks) {
  if (ranks.is_training) return false;
  Job none;
  RankChannel(ranks, kTrainerTag).broadcast(none);
  return true;
}

}  // namespace mfpar
