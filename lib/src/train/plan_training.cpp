// SPDX-License-Identifier: MIT
#include "mfpar/plan_training.hpp"

#include <algorithm>

#include "base/aligned_buffer.hpp"
#include "base/available_memory.hpp"
#include "compute/band_file.hpp"
#include "compute/band_sizes.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/kernels/row_records.hpp"
#include "mfpar/error.hpp"
#include "mfpar/threads.hpp"
#include "train/measure_epochs.hpp"

namespace mfpar {

namespace {

std::uint64_t bytes_of(const IdDictionary& ids) {
  const IdDictionary::Parts& parts = ids.parts();
  return parts.integers.span().size_bytes() + parts.text_offsets.span().size_bytes() +
         parts.text.span().size_bytes() + parts.slots.span().size_bytes();
}

/// What a training touches beside its data: code, the stacks of its threads.
constexpr std::uint64_t kTouched = std::uint64_t{3} << 20;

/// Adds up what is in memory at the peaks of a training, in bytes.
class MemorySum {
 public:
  MemorySum(const SourceSplit& split, const TrainOptions& options, const PlanOptions& plan,
            const BandSizes& bands, std::uint64_t now)
      : users_(split.training->user_count()),
        rows_(users_ + split.training->item_count()),
        training_(split.training->size()),
        held_out_(split.validation.size()),
        entry_(split.training->is_compact() ? sizeof(RatingStore::CompactEntry)
                                            : sizeof(RatingStore::WideEntry)),
        ids_(bytes_of(*split.training->users()) + bytes_of(*split.training->items())),
        threads_(static_cast<std::uint64_t>(resolve_threads(options.threads))),
        evaluates_(options.eval_every > 0),
        reads_twice_(evaluates_ && options.train_error == TrainError::kExact),
        plan_(plan),
        bands_(bands),
        now_(now) {
    const auto rank = static_cast<std::size_t>(options.rank);
    records_ = rows_ * record_stride(factor_width(rank)) * sizeof(float);
    snapshot_ = rows_ * (row_stride(rank) + 1) * sizeof(float);
  }

  std::uint64_t streamed() const {
    const std::uint64_t ahead = (BandFile::kAhead + 1) * threads_;
    const std::uint64_t walk =
        bands_.piece_bytes * ahead + (reads_twice_ ? bands_.band_bytes * ahead : 0);
    const std::uint64_t sorting = 2 * threads_ * entry_ * bands_.band_ratings;
    // With what a heap keeps of the pieces that a source reads.
    const std::uint64_t now = entry_ * std::min(threads_ << 20, training_ + held_out_) + now_;
    const std::uint64_t first =
        std::max(sorting, solver() + snapshots() * snapshot_ + walk + lists(training_, held_out_));
    if (!plan_.refits) return now + first;
    const std::uint64_t again = snapshot_ + lists(training_, held_out_) + solver() + snapshot_ +
                                bands_.piece_bytes * ahead + lists(training_ + held_out_, 0);
    return now + std::max(first, again);
  }

  std::uint64_t in_memory() const {
    const std::uint64_t all = training_ + held_out_;
    // The store that is open has the ids and the positions of all users.
    const std::uint64_t open = now_ - std::min(now_, split_bytes());
    const std::uint64_t loading = ids_ + 2 * entry_ * all;
    const std::uint64_t sorting =
        std::min<std::uint64_t>(threads_, 4) * entry_ * bands_.band_ratings;
    const std::uint64_t runs = bands_.runs * (sizeof(std::uint32_t) + sizeof(std::uint64_t));
    const std::uint64_t parts = 2 * sizeof(std::uint64_t) * users_ + entry_ * all;
    const std::uint64_t first =
        parts + (plan_.refits ? entry_ * all : 0) + runs +
        std::max(sorting, solver() + snapshots() * snapshot_ + lists(0, held_out_));
    const std::uint64_t again =
        entry_ * all + runs + snapshot_ + lists(training_, held_out_) + solver() + snapshot_;
    return open + std::max({loading, first, plan_.refits ? again : 0});
  }

 private:
  /// Rows, and what is known of each: ratings, the baseline, the weight of its penalty.
  std::uint64_t solver() const {
    return records_ + 3 * sizeof(float) * rows_ + (plan_.checkpoints ? records_ + snapshot_ : 0);
  }
  /// The best so far, and one that is evaluated.
  std::uint64_t snapshots() const { return evaluates_ && held_out_ > 0 ? 2 : 1; }
  std::uint64_t lists(std::uint64_t ratings, std::uint64_t held_out) const {
    return plan_.rated_lists ? sizeof(ItemIndex) * (ratings + held_out) : 0;
  }
  /// Of a split of a source: a bit a rating, positions of users, what is held out.
  std::uint64_t split_bytes() const {
    if (held_out_ == 0) return 0;
    return (training_ + held_out_) / 8 + 2 * sizeof(std::uint64_t) * users_ + entry_ * held_out_;
  }

  std::uint64_t users_, rows_, training_, held_out_, entry_, ids_, threads_;
  bool evaluates_;
  bool reads_twice_;  ///< an epoch, once for the evaluation
  const PlanOptions& plan_;
  const BandSizes& bands_;
  std::uint64_t now_;  ///< that the process has
  std::uint64_t records_ = 0;
  std::uint64_t snapshot_ = 0;
};

/// As it will be, with its ids and lists.
std::uint64_t model_file_bytes(const SourceSplit& split, const TrainOptions& options,
                               const PlanOptions& plan) {
  const RatingSource& training = *split.training;
  const std::uint64_t users = training.user_count(), rows = users + training.item_count();
  const std::uint64_t ratings = training.size() + split.validation.size();
  const std::uint64_t stride = row_stride(static_cast<std::size_t>(options.rank));
  std::uint64_t bytes = bytes_of(*training.users()) + bytes_of(*training.items());
  bytes += rows * (stride + 2) * sizeof(float);  // and biases, of the baseline too
  if (!plan.rated_lists) return bytes;
  const bool keeps_apart = split.validation.size() > 0 && !plan.refits;
  return bytes + ratings * sizeof(ItemIndex) +
         (users + 1) * sizeof(std::uint64_t) * (keeps_apart ? 2 : 1);
}

}  // namespace

TrainingPlan plan_training(const SourceSplit& split, const TrainOptions& options,
                           const PlanOptions& plan) {
  check_options(options);
  if (options.method != Method::kSgd || options.feedback != Feedback::kRatings) {
    throw Error(ErrorCode::kBadOption, "a plan is made of ratings that are learnt by sgd only");
  }
  const int threads = resolve_threads(options.threads);
  const std::uint64_t now = resident_memory() + kTouched;
  const BandSizes bands = find_band_sizes(*split.training, options, threads);
  const MemorySum memory(split, options, plan, bands, now);
  const bool reads_twice = options.eval_every > 0 && options.train_error == TrainError::kExact;
  TrainingPlan result;
  result.in_memory.memory = memory.in_memory();
  result.streamed.memory = memory.streamed();
  result.streamed.temporary = bands.file_bytes;
  result.streamed.reads = bands.file_bytes * (reads_twice ? 2 : 1);
  result.model_bytes = model_file_bytes(split, options, plan);
  result.memory = plan.memory > 0 ? plan.memory : available_memory() + resident_memory();
  result.streams = result.in_memory.memory > result.memory;
  if (!plan.measures) return result;
  const EpochTimes times = measure_epochs(
      split, options, bands.grid,
      bands_in_step(options, split.training->user_count(), split.training->item_count(), threads),
      plan.stream.temporary);
  result.in_memory.epoch_seconds = times.in_memory;
  result.streamed.epoch_seconds = times.streamed;
  if (result.streamed.memory + bands.file_bytes > result.memory) {
    result.streamed.epoch_seconds =
        std::max(times.streamed, static_cast<double>(result.streamed.reads) / times.read_rate);
  }
  return result;
}

}  // namespace mfpar
