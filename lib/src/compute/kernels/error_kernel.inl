// SPDX-License-Identifier: MIT
//
// The sums of an ErrorPass. Included once for each instruction set, inside its
// namespace; no include guard. Nothing races here: the rows are a snapshot's.

/// Four ratings of a run are scored together, so that their dot products share one reduction.
template <int kLanes, int kVectors, class Entries>
class ErrorWalk {
  using Shape = RowShape<kLanes, kVectors>;
  using Vector = typename Shape::Vector;

 public:
  ErrorWalk(const ErrorPass& pass, AddErrors add_errors)
      : pass_(pass),
        add_errors_(add_errors),
        entries_(pass.runs),
        shape_(pass.rank, pass.stride),
        moving_rows_(pass.moving_rows + std::size_t{pass.runs.moving_base} * shape_.stride()),
        moving_biases_(pass.moving_biases + pass.runs.moving_base) {}

  [[gnu::noinline]] PassSums operator()() {
    const std::uint64_t last = pass_.runs.offsets[pass_.runs.count];
    for (std::size_t run = 0; run < pass_.runs.count; ++run) {
      std::uint64_t at = pass_.runs.offsets[run];
      const std::uint64_t end = pass_.runs.offsets[run + 1];
      if (at == end) continue;
      begin_run(run);
      for (; at + 4 <= end; at += 4) {
        for (std::uint64_t ahead = at + kAhead; ahead < at + kAhead + 4; ++ahead) {
          if (ahead < last) prefetch(entries_.row(ahead));
        }
        const Scored a = score(at), b = score(at + 1), c = score(at + 2), d = score(at + 3);
        add(Vec4{a.value, b.value, c.value, d.value}, Vec4{a.bias, b.bias, c.bias, d.bias},
            sums_of(a.products, b.products, c.products, d.products), 4);
      }
      for (; at < end; ++at) {
        const Scored a = score(at);
        add(Vec4{a.value}, Vec4{a.bias}, sums_of(a.products, Vec4{}, Vec4{}, Vec4{}), 1);
      }
    }
    add_errors_(pass_, scored_, sums_);
    return sums_;
  }

 private:
  /// How many ratings ahead rows are fetched.
  static constexpr std::uint64_t kAhead = 8;

  struct Scored {
    float value;
    float bias;     ///< of the moving row
    Vec4 products;  ///< p.q, before its last additions
  };

  void begin_run(std::size_t run) {
    const std::uint32_t row = pass_.runs.row(run);
    const float* const p = pass_.fixed_rows + std::size_t{row} * shape_.stride();
    for (int v = 0; v < shape_.count(); ++v) p_[v] = load_owned<kLanes>(p + v * kLanes);
    base_ = broadcast<4>(pass_.mean + pass_.fixed_biases[row]);
  }

  [[gnu::always_inline]] void prefetch(std::uint32_t row) const {
    const auto* begin = reinterpret_cast<const char*>(moving_rows_ + row * shape_.stride());
    __builtin_prefetch(&moving_biases_[row]);
    for (int line = 0; line < shape_.count() * kLanes * 4; line += 64) {
      __builtin_prefetch(begin + line);
    }
  }

  [[gnu::always_inline]] Scored score(std::uint64_t at) const {
    const DecodedEntry entry = entries_[at];
    const float* const q = moving_rows_ + entry.row * shape_.stride();
    Vector products{};
    for (int v = 0; v < shape_.count(); ++v) products += p_[v] * load_owned<kLanes>(q + v * kLanes);
    return {entry.value, moving_biases_[entry.row], fold(products)};
  }

  /// Adds what the first `count` lanes hold.
  [[gnu::always_inline]] void add(Vec4 values, Vec4 biases, Vec4 dots, int count) {
    if (scored_.count + 4 > ScoredRatings::kCapacity) {
      add_errors_(pass_, scored_, sums_);
      scored_.count = 0;
    }
    store_anywhere(scored_.values + scored_.count, values);
    store_anywhere(scored_.scores + scored_.count, base_ + biases + dots);
    scored_.count += count;
  }

  const ErrorPass pass_;
  const AddErrors add_errors_;
  const Entries entries_;
  const Shape shape_;
  const float* const moving_rows_;
  const float* const moving_biases_;
  Vector p_[Shape::kCapacity];
  Vec4 base_;
  ScoredRatings scored_;
  PassSums sums_;
};
