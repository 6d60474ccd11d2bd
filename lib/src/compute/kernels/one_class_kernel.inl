// SPDX-License-Identifier: MIT
//
// The conjugate gradients of a OneClassPass. Included once for each instruction set, inside its
// namespace; no include guard.
//
// x: the row that is moved; q: fixed rows of its positives; r: the residual; d: the direction
// of a step, and the matrix times it: its image.

using OneClassVec = Vec<kMaxLanes>;

/// Positives that are looked at together: their products hide one another's chains of additions,
/// and the row that is added to is loaded and stored once for all.
constexpr std::size_t kPositivesAtOnce = 8;

/// The sums of the lanes of kCount vectors.
template <std::size_t kCount>
inline void lane_sums(const OneClassVec (&vectors)[kCount], float (&sums)[kCount]) {
  if constexpr (kCount % 4 == 0) {
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kCount; n += 4) {
      const Vec4 four = sums_of(fold(vectors[n]), fold(vectors[n + 1]), fold(vectors[n + 2]),
                                fold(vectors[n + 3]));
#pragma GCC unroll 4
      for (std::size_t lane = 0; lane < 4; ++lane) sums[n + lane] = four[lane];
    }
  } else {
    for (std::size_t n = 0; n < kCount; ++n) sums[n] = sum(vectors[n])[0];
  }
}

/// Calls visit<kCount>(at) for positives [begin, end), kCount from `at` on each time: a few sizes
/// that are known when this is compiled.
template <class Visit>
[[gnu::always_inline]] inline void visit_positives(std::uint64_t begin, std::uint64_t end,
                                                   Visit visit) {
  std::uint64_t at = begin;
  for (; at + kPositivesAtOnce <= end; at += kPositivesAtOnce) {
    visit.template operator()<kPositivesAtOnce>(at);
  }
  if (at + 4 <= end) {
    visit.template operator()<4>(at);
    at += 4;
  }
  if (at + 2 <= end) {
    visit.template operator()<2>(at);
    at += 2;
  }
  if (at < end) visit.template operator()<1>(at);
}

/// kCount positives from `at` on: their rows, and their products with x.
template <std::size_t kCount>
struct PositiveProducts {
  const float* q[kCount];
  float products[kCount];

  [[gnu::always_inline]] PositiveProducts(const PositiveRuns& runs, std::uint64_t at,
                                          std::size_t floats, const float* x) {
    OneClassVec sums[kCount] = {};
    for (std::size_t n = 0; n < kCount; ++n) {
      q[n] = runs.fixed + std::size_t{runs.positives[at + n]} * runs.stride;
    }
    for (std::size_t f = 0; f < floats; f += kMaxLanes) {
      const OneClassVec of_x = load_owned<kMaxLanes>(x + f);
#pragma GCC unroll 8
      for (std::size_t n = 0; n < kCount; ++n) sums[n] += load_owned<kMaxLanes>(q[n] + f) * of_x;
    }
    lane_sums(sums, products);
  }
};

inline std::size_t padded_rank(std::uint32_t rank) {
  return (rank + kMaxLanes - 1) / kMaxLanes * kMaxLanes;
}

/// One row's system.
class OneClassRow {
 public:
  OneClassRow(const OneClassPass& pass, std::uint32_t row)
      : pass_(pass),
        begin_(pass.runs.offsets[row]),
        end_(pass.runs.offsets[row + 1]),
        penalty_(pass.penalties[row]),
        x_(pass.moving + row * pass.runs.stride),
        floats_(padded_rank(pass.runs.rank)) {}

  std::uint64_t solve() {
    if (begin_ == end_) {
      each([&](std::size_t f) { store(x_ + f, OneClassVec{}); });
      return 0;
    }
    each([&](std::size_t f) {
      store(inverse_ + f, 1.0f / diagonal(f));
      store(r_ + f, -diagonal(f) * load(x_ + f));
      store(d_ + f, OneClassVec{});
    });
    add_positives<true>(x_, r_);
    float left = residual();
    turn(0.0f);
    const float enough = pass_.tolerance * total_confidence();
    std::uint64_t steps = 0;
    while (steps < pass_.most_steps && left > enough) {
      ++steps;
      each([&](std::size_t f) { store(image_ + f, diagonal(f) * load(d_ + f)); });
      add_positives<false>(d_, image_);
      OneClassVec curvature{};
      each([&](std::size_t f) { curvature += load(d_ + f) * load(image_ + f); });
      const float step = left / sum(curvature)[0];
      each([&](std::size_t f) {
        store(x_ + f, load(x_ + f) + step * load(d_ + f));
        store(r_ + f, load(r_ + f) - step * load(image_ + f));
      });
      const float before = left;
      left = residual();
      turn(left / before);
    }
    return steps;
  }

 private:
  static OneClassVec load(const float* from) { return load_owned<kMaxLanes>(from); }
  static void store(float* to, OneClassVec v) { store_owned<kMaxLanes>(to, v); }

  template <class Body>
  [[gnu::always_inline]] void each(Body body) const {
    for (std::size_t f = 0; f < floats_; f += kMaxLanes) body(f);
  }

  OneClassVec diagonal(std::size_t f) const { return load(pass_.unobserved + f) + penalty_; }

  /// r'r/D
  float residual() const {
    OneClassVec squares{};
    each([&](std::size_t f) { squares += load(r_ + f) * (load(r_ + f) * load(inverse_ + f)); });
    return sum(squares)[0];
  }

  /// d becomes r/D + kept d.
  void turn(float kept) {
    each([&](std::size_t f) {
      store(d_ + f, load(r_ + f) * load(inverse_ + f) + kept * load(d_ + f));
    });
  }

  float total_confidence() const {
    if (pass_.runs.confidences == nullptr) return static_cast<float>(end_ - begin_);
    float total = 0.0f;
    for (std::uint64_t at = begin_; at < end_; ++at) total += pass_.runs.confidences[at];
    return total;
  }

  /// sums += sum_j w_j q_j, with w_j = c_j (1 - q_j.x) or, for a direction, c_j q_j.x.
  template <bool kResidual>
  void add_positives(const float* x, float* sums) const {
    visit_positives(begin_, end_, [&]<std::size_t kCount>(std::uint64_t at) {
      if (kResidual) prefetch(at + kCount);
      PositiveProducts<kCount> some(pass_.runs, at, floats_, x);
      for (std::size_t n = 0; n < kCount; ++n) {
        float& weight = some.products[n];
        if (kResidual) weight = 1.0f - weight;
        if (pass_.runs.confidences != nullptr) weight *= pass_.runs.confidences[at + n];
      }
      each([&](std::size_t f) {
        OneClassVec total = load(sums + f);
#pragma GCC unroll 8
        for (std::size_t n = 0; n < kCount; ++n) total += load(some.q[n] + f) * some.products[n];
        store(sums + f, total);
      });
    });
  }

  /// Rows of positives lie anywhere: their first pass waits for memory, unless it was told before.
  void prefetch(std::uint64_t at) const {
    const std::uint64_t end = at + kPositivesAtOnce < end_ ? at + kPositivesAtOnce : end_;
    for (; at < end; ++at) {
      const float* const q =
          pass_.runs.fixed + std::size_t{pass_.runs.positives[at]} * pass_.runs.stride;
      for (std::size_t f = 0; f < floats_; f += 16) __builtin_prefetch(q + f);
    }
  }

  const OneClassPass& pass_;
  const std::uint64_t begin_, end_;
  const float penalty_;
  float* const x_;
  const std::size_t floats_;
  alignas(64) float r_[kMaxRank];
  alignas(64) float d_[kMaxRank];
  alignas(64) float image_[kMaxRank];
  alignas(64) float inverse_[kMaxRank];  ///< of D
};

inline std::uint64_t one_class_kernel(const OneClassPass& pass) {
  std::uint64_t steps = 0;
  for (std::uint32_t row = pass.runs.first_row; row < pass.runs.first_row + pass.runs.count;
       ++row) {
    steps += OneClassRow(pass, row).solve();
  }
  return steps;
}

inline double positive_error_kernel(const PositiveRuns& runs, const float* moving) {
  const std::size_t floats = padded_rank(runs.rank);
  double error = 0.0;
  for (std::uint32_t row = runs.first_row; row < runs.first_row + runs.count; ++row) {
    visit_positives(
        runs.offsets[row], runs.offsets[row + 1], [&]<std::size_t kCount>(std::uint64_t at) {
          const PositiveProducts<kCount> some(runs, at, floats, moving + row * runs.stride);
          for (std::size_t n = 0; n < kCount; ++n) {
            const float miss = 1.0f - some.products[n];
            const float c = runs.confidences != nullptr ? runs.confidences[at + n] : 1.0f;
            error += double{c * miss * miss};
          }
        });
  }
  return error;
}
