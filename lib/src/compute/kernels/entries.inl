// SPDX-License-Identifier: MIT
//
// How kernels read ratings and rows. Included once for each instruction set, inside its namespace;
// no include guard.

/// An entry of a run: the moving row, counted from the runs' base, and the value.
struct DecodedEntry {
  std::uint32_t row;
  float value;
};

struct CompactEntries {
  const std::uint32_t* entries;
  const float* values;
  explicit CompactEntries(const RatingRuns& runs)
      : entries(runs.compact), values(runs.code_values) {}
  std::uint32_t row(std::uint64_t at) const { return RatingStore::item_of(entries[at]); }
  DecodedEntry operator[](std::uint64_t at) const {
    const std::uint32_t entry = entries[at];
    return {RatingStore::item_of(entry), values[RatingStore::code_of(entry)]};
  }
  void prefetch(std::uint64_t at) const { __builtin_prefetch(entries + at); }
};

struct WideEntries {
  const RatingStore::WideEntry* entries;
  float mean, scale;
  explicit WideEntries(const RatingRuns& runs)
      : entries(runs.wide), mean(runs.wide_mean), scale(runs.wide_scale) {}
  std::uint32_t row(std::uint64_t at) const { return entries[at].item; }
  DecodedEntry operator[](std::uint64_t at) const {
    return {entries[at].item, (entries[at].value - mean) * scale};
  }
  void prefetch(std::uint64_t at) const { __builtin_prefetch(entries + at); }
};

/// kVectors vectors of kLanes floats, or for kVectors == 0 as many as the rank needs.
template <int kLanes, int kVectors>
struct RowShape {
  static constexpr int kCapacity = kVectors > 0 ? kVectors : kMaxRank / kLanes;
  using Vector = Vec<kLanes>;
  int vectors;
  std::size_t floats;
  RowShape(std::uint32_t rank, std::size_t stride)
      : vectors((static_cast<int>(rank) + kLanes - 1) / kLanes), floats(stride) {}
  int count() const {
    if constexpr (kVectors > 0) return kVectors;
    return vectors;
  }
  /// Floats from row to row.
  std::size_t stride() const {
    if constexpr (kVectors > 0) return (kVectors * kLanes + 15) / 16 * 16;
    return floats;
  }
};

/// The record of a row of that shape; see row_records.hpp.
template <int kLanes, int kVectors>
struct RecordShape {
  static constexpr int kCapacity = RowShape<kLanes, kVectors>::kCapacity;
  static constexpr int kMaxFloats =
      static_cast<int>(record_stride(factor_width(std::size_t{kCapacity} * kLanes)));
  using Vector = Vec<kLanes>;
  std::size_t floats;  ///< of the factors
  explicit RecordShape(std::uint32_t rank) : floats(factor_width(rank)) {}
  std::size_t width() const {
    if constexpr (kVectors > 0) return factor_width(std::size_t{kVectors} * kLanes);
    return floats;
  }
  std::size_t stride() const { return record_stride(width()); }
  int count() const {
    if constexpr (kVectors > 0) return kVectors;
    return static_cast<int>(floats) / kLanes;
  }
};
