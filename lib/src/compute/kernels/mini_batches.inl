// SPDX-License-Identifier: MIT
//
// The ratings of an SgdPass in the mini-batches that its kernel takes them in. Included once for
// each instruction set, inside its namespace; no include guard.

/// Up to kMiniBatch ratings of a run, decoded while another one is under way, so that their rows
/// are on the way when it is theirs. Lanes from `count` on belong to a row that stays zero.
struct MiniBatch {
  alignas(32) float values[kMiniBatch];
  float* rows[kMiniBatch];
  int count = 0;
  std::uint32_t fixed_row = 0;
  bool begins = false, ends = false;  ///< a segment of the run
};

/// Where a run under way stands: positions of its next entry, behind its segment and behind itself.
struct RunCursor {
  std::uint32_t row = 0;
  std::uint64_t at = 0, segment_end = 0, end = 0;
};

/// The runs of a pass in the order of their visits.
class RunQueue {
 public:
  explicit RunQueue(const SgdPass& pass) : pass_(pass) {
    if (pass.runs.count == 0) return;
    const VisitOrder order = visit_order(pass.order_seed, pass.runs.count);
    stride_ = order.stride;
    const auto visit = [&](std::uint64_t n) {
      return static_cast<std::size_t>((order.start + n * order.stride) % pass.runs.count);
    };
    next_ = visit(0);
    soon_ = visit(kSoon);
    later_ = visit(kLater);
  }

  /// Puts the next run that is not empty into `run`. False when there is none.
  template <class Entries>
  bool next(RunCursor& run, const Entries& entries) {
    const RatingRuns& runs = pass_.runs;
    while (visits_ < runs.count) {
      ++visits_;
      const std::size_t visited = next_;
      for (std::size_t* at : {&next_, &soon_, &later_}) {
        *at += stride_;
        if (*at >= runs.count) *at -= runs.count;
      }
      runs.prefetch(later_);
      prefetch(soon_, entries);
      run.at = run.segment_end = runs.offsets[visited];
      run.end = runs.offsets[visited + 1];
      run.row = runs.row(visited);
      if (run.at != run.end) return true;
    }
    return false;
  }

 private:
  /// How many runs ahead memory is asked for: where a run is and, nearer, its row and entries.
  static constexpr std::uint64_t kLater = 12, kSoon = 4, kFirstEntries = 64;

  template <class Entries>
  void prefetch(std::size_t run, const Entries& entries) const {
    const float* const p = pass_.fixed.row(pass_.runs.row(run));
    const std::size_t floats = record_stride(factor_width(pass_.rank));
    for (std::size_t f = 0; f < floats; f += 16) __builtin_prefetch(p + f, 1);
    const std::uint64_t begin = pass_.runs.offsets[run], end = pass_.runs.offsets[run + 1];
    for (std::uint64_t at = begin; at < std::min(end, begin + kFirstEntries); at += kMiniBatch)
      entries.prefetch(at);
  }

  const SgdPass& pass_;
  std::size_t next_ = 0, soon_ = 0, later_ = 0;
  std::size_t stride_ = 0;
  std::size_t visits_ = 0;
};

/// Cuts runs into mini-batches.
template <class Shape>
class MiniBatchReader {
 public:
  explicit MiniBatchReader(const SgdPass& pass)
      : pass_(pass),
        shape_(pass.rank),
        rows_(pass.moving.row(pass.runs.moving_base)),
        queue_(pass) {
    *reinterpret_cast<RowState*>(idle_row_ + shape_.width()) = RowState{};
  }

  /// An empty mini-batch. All its rows may be asked for.
  void clear(MiniBatch& batch) {
    batch.count = 0;
    for (float*& row : batch.rows) row = idle_row_;
  }

  /// Reads what follows in `run`, or in the next run of the queue; nothing at its end.
  void read(RunCursor& run, MiniBatch& batch) {
    if (pass_.runs.compact != nullptr) {
      read(run, batch, CompactEntries(pass_.runs));
    } else {
      read(run, batch, WideEntries(pass_.runs));
    }
  }

 private:
  static constexpr std::uint64_t kEntriesAhead = 3 * kMiniBatch;

  template <class Entries>
  [[gnu::noinline]] void read(RunCursor& run, MiniBatch& batch, const Entries entries) {
    if (run.at == run.end && !queue_.next(run, entries)) {
      batch.count = 0;
      return;
    }
    batch.begins = run.at == run.segment_end;
    if (batch.begins) run.segment_end = std::min(run.at + kMaxSegment, run.end);
    batch.count = static_cast<int>(std::min<std::uint64_t>(run.segment_end - run.at, kMiniBatch));
    batch.fixed_row = run.row;
    const auto read_one = [&](int l) __attribute__((always_inline)) {
      const DecodedEntry entry = entries[run.at + static_cast<std::uint64_t>(l)];
      float* const q = rows_ + entry.row * shape_.stride();
      batch.values[l] = entry.value;
      batch.rows[l] = q;
      __builtin_prefetch(q + shape_.width(), 1);
    };
    if (batch.count == kMiniBatch) [[likely]] {
#pragma GCC unroll 16
      for (int l = 0; l < kMiniBatch; ++l) read_one(l);
    } else {
      for (int l = 0; l < batch.count; ++l) read_one(l);
      for (int l = batch.count; l % 8 != 0; ++l) {
        batch.values[l] = 0.0f;
        batch.rows[l] = idle_row_;
      }
    }
    run.at += static_cast<std::uint64_t>(batch.count);
    batch.ends = run.at == run.segment_end;
    entries.prefetch(run.at + kEntriesAhead);
  }

  const SgdPass& pass_;
  const Shape shape_;
  float* const rows_;
  RunQueue queue_;
  alignas(64) float idle_row_[Shape::kMaxFloats] = {};
};
