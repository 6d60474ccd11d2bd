// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_source.hpp"
#include "store/split_source.hpp"

namespace mfpar {

namespace {

/// Ratings that are read at a time: large enough for a disk, and few beside all bands.
constexpr std::uint64_t kPieceRatings = std::uint64_t{1} << 20;

class PackedSource final : public RatingSource {
 public:
  explicit PackedSource(PackedStore store)
      : RatingSource(
            {store.users(), store.items(), store.offsets(), store.values(), store.is_compact()}),
        store_(std::move(store)) {}

  void for_each_piece(UserIndex first, UserIndex last,
                      const std::function<void(const Piece&)>& body) const override {
    std::vector<RatingStore::CompactEntry> compact;
    std::vector<RatingStore::WideEntry> wide;
    while (first < last) {
      // As many users as have so many ratings, and one at least.
      const std::uint64_t begin = offsets()[first];
      const auto end = std::upper_bound(offsets().begin() + first + 1, offsets().begin() + last,
                                        begin + kPieceRatings);
      const auto next = std::max(first + 1, static_cast<UserIndex>(end - offsets().begin()) - 1);
      const std::uint64_t count = offsets()[next] - begin;
      if (is_compact()) {
        compact.resize(count);
        store_.read(begin, std::span(compact));
      } else {
        wide.resize(count);
        store_.read(begin, std::span(wide));
      }
      body({first, next, compact, wide});
      first = next;
    }
  }

 private:
  const PackedStore store_;
};

}  // namespace

std::shared_ptr<const RatingSource> open_source(PackedStore store) {
  return std::make_shared<const PackedSource>(std::move(store));
}

SourceSplit split_packed(PackedStore store, int threads) {
  AtomicBitset held_out(store.size());
  std::vector<std::uint8_t> flags;
  for (std::uint64_t first = 0; first < store.size(); first += kPieceRatings) {
    flags.resize(std::min(kPieceRatings, store.size() - first));
    store.read_held_out(first, flags);
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (flags[i] != 0) held_out.insert(first + i);
    }
  }
  return split_source(open_source(std::move(store)), std::move(held_out), Workers(threads));
}

}  // namespace mfpar
