// SPDX-License-Identifier: MIT
#include "store/split_source.hpp"

#include <utility>
#include <vector>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// A source less what is held out of it.
class RestOfSource final : public RatingSource {
 public:
  RestOfSource(std::shared_ptr<const RatingSource> all, AtomicBitset held_out, Frame frame)
      : RatingSource(std::move(frame)), all_(std::move(all)), held_out_(std::move(held_out)) {}

  void for_each_piece(UserIndex first, UserIndex last,
                      const std::function<void(const Piece&)>& body) const override {
    std::vector<RatingStore::CompactEntry> compact;
    std::vector<RatingStore::WideEntry> wide;
    all_->for_each_piece(first, last, [&](const Piece& piece) {
      const std::uint64_t begin = all_->offsets()[piece.first];
      const Range positions{begin, all_->offsets()[piece.last]};
      const auto keep = [&](const auto& from, auto& kept) {
        kept.clear();
        if (from.empty()) return;
        held_out_.for_each(positions, false,
                           [&](std::size_t at) { kept.push_back(from[at - begin]); });
      };
      keep(piece.compact, compact);
      keep(piece.wide, wide);
      body({piece.first, piece.last, compact, wide});
    });
  }

 private:
  const std::shared_ptr<const RatingSource> all_;
  const AtomicBitset held_out_;
};

/// users + 1 positions of those that are held out, or of the others.
std::vector<std::uint64_t> offsets_of(const RatingSource& all, const AtomicBitset& held_out,
                                      bool members) {
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(all.offsets().size());
  for (UserIndex user = 0; user < all.user_count(); ++user) {
    const Range positions{all.offsets()[user], all.offsets()[user + 1]};
    const std::size_t count = held_out.count(positions);
    offsets.push_back(offsets.back() + (members ? count : positions.size() - count));
  }
  return offsets;
}

/// The ratings that are held out, in memory.
RatingStore read_members(const RatingSource& all, const AtomicBitset& held_out,
                         std::vector<std::uint64_t> offsets, const Workers& workers) {
  std::vector<RatingStore::CompactEntry> compact(all.is_compact() ? offsets.back() : 0);
  std::vector<RatingStore::WideEntry> wide(all.is_compact() ? 0 : offsets.back());
  const auto shards = all.shard_boundaries();
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    all.for_each_piece(shards[shard], shards[shard + 1], [&](const RatingSource::Piece& piece) {
      const std::uint64_t begin = all.offsets()[piece.first];
      std::uint64_t to = offsets[piece.first];
      held_out.for_each({begin, all.offsets()[piece.last]}, true, [&](std::size_t at) {
        if (all.is_compact()) {
          compact[to++] = piece.compact[at - begin];
        } else {
          wide[to++] = piece.wide[at - begin];
        }
      });
    });
  });
  RatingStore::Parts parts;
  parts.users = all.users();
  parts.items = all.items();
  parts.offsets = FrozenArray<std::uint64_t>(std::move(offsets));
  parts.values = all.frame().values;
  parts.compact = FrozenArray<RatingStore::CompactEntry>(std::move(compact));
  parts.wide = FrozenArray<RatingStore::WideEntry>(std::move(wide));
  return RatingStore(std::move(parts));
}

}  // namespace

SourceSplit split_source(std::shared_ptr<const RatingSource> all, AtomicBitset held_out,
                         const Workers& workers) {
  SourceSplit split;
  split.validation =
      read_members(*all, held_out, offsets_of(*all, held_out, /*members=*/true), workers);
  RatingSource::Frame frame = all->frame();
  frame.offsets = FrozenArray<std::uint64_t>(offsets_of(*all, held_out, /*members=*/false));
  split.training =
      std::make_shared<const RestOfSource>(std::move(all), std::move(held_out), std::move(frame));
  return split;
}

}  // namespace mfpar
