// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The ratings of a RatingStore, in its order, wherever they lie: what training asks of them.
/// Immutable; safe from any number of threads.
class MFPAR_API RatingSource {
 public:
  /// All but the ratings, as in RatingStore::Parts.
  struct Frame {
    std::shared_ptr<const IdDictionary> users;
    std::shared_ptr<const IdDictionary> items;
    FrozenArray<std::uint64_t> offsets;
    FrozenArray<float> values;
    bool compact = true;  ///< which form entries have
  };

  virtual ~RatingSource();

  const std::shared_ptr<const IdDictionary>& users() const noexcept { return frame_.users; }
  const std::shared_ptr<const IdDictionary>& items() const noexcept { return frame_.items; }
  UserIndex user_count() const noexcept { return frame_.users ? frame_.users->size() : 0; }
  ItemIndex item_count() const noexcept { return frame_.items ? frame_.items->size() : 0; }
  std::uint64_t size() const noexcept { return offsets().empty() ? 0 : offsets().back(); }
  bool is_compact() const noexcept { return frame_.compact; }
  std::span<const std::uint64_t> offsets() const noexcept { return frame_.offsets.span(); }
  std::span<const float> values() const noexcept { return frame_.values.span(); }
  const Frame& frame() const noexcept { return frame_; }

  /// As RatingStore::shard_boundaries().
  std::span<const UserIndex> shard_boundaries() const noexcept { return shards_; }

  /// All ratings of the users [first, last), in the one form or the other.
  struct Piece {
    UserIndex first = 0;
    UserIndex last = 0;
    std::span<const RatingStore::CompactEntry> compact;
    std::span<const RatingStore::WideEntry> wide;
  };

  /// Calls body(piece) for pieces that together are the users [first, last), in order; what a piece
  /// refers to is there until body returns. Throws what reading them throws.
  virtual void for_each_piece(UserIndex first, UserIndex last,
                              const std::function<void(const Piece&)>& body) const = 0;

  /// Calls body(user, entries, begin, end) for each of the users [first, last), in order: the
  /// user's ratings are those at [begin, end) of the RatingStore::Entries.
  template <class Body>
  void for_each_user(UserIndex first, UserIndex last, const Body& body) const;

 protected:
  explicit RatingSource(Frame frame);

 private:
  Frame frame_;
  std::vector<UserIndex> shards_;
};

/// Ratings in memory, which are shared with the store.
class MFPAR_API StoreSource final : public RatingSource {
 public:
  explicit StoreSource(const RatingStore& ratings);

  void for_each_piece(UserIndex first, UserIndex last,
                      const std::function<void(const Piece&)>& body) const override;

 private:
  FrozenArray<RatingStore::CompactEntry> compact_;
  FrozenArray<RatingStore::WideEntry> wide_;
};

/// Two disjoint parts of a source, as SplitResult. What is held out is in memory.
struct SourceSplit {
  std::shared_ptr<const RatingSource> training;
  RatingStore validation;
};

/// As split_random() and split_by_user() of a store (mfpar/split.hpp), with the same ratings in
/// either part. Beside what is held out it takes a bit a rating and 8 bytes a user. Throws what
/// these and what reading the source throw. REQUIRES: a source.
MFPAR_API SourceSplit split_random(std::shared_ptr<const RatingSource> all, double fraction,
                                   std::uint64_t seed, int threads = 0);
MFPAR_API SourceSplit split_by_user(std::shared_ptr<const RatingSource> all, double fraction,
                                    std::uint64_t seed, int threads = 0);

/// The ratings of a packed store, read from its file a million at a time, or a user's where
/// there are more. Whoever takes them gets what read() of the store throws.
MFPAR_API std::shared_ptr<const RatingSource> open_source(PackedStore store);

/// Those of them that are not marked as held out, and those that are.
MFPAR_API SourceSplit split_packed(PackedStore store, int threads = 0);

template <class Body>
void RatingSource::for_each_user(UserIndex first, UserIndex last, const Body& body) const {
  for_each_piece(first, last, [&](const Piece& piece) {
    RatingStore::visit(piece.compact, piece.wide, values(), [&](const auto& entries) {
      const std::uint64_t base = offsets()[piece.first];
      for (UserIndex user = piece.first; user < piece.last; ++user) {
        body(user, entries, offsets()[user] - base, offsets()[user + 1] - base);
      }
    });
  });
}

}  // namespace mfpar
