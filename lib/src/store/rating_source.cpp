// SPDX-License-Identifier: MIT
#include "mfpar/rating_source.hpp"

#include <utility>

#include "base/partition.hpp"

namespace mfpar {

RatingSource::RatingSource(Frame frame) : frame_(std::move(frame)) {
  constexpr std::size_t kShards = 256;  // as RatingStore
  shards_ = balanced_boundaries(frame_.offsets.span(), kShards);
}

RatingSource::~RatingSource() = default;

StoreSource::StoreSource(const RatingStore& ratings)
    : RatingSource({ratings.parts().users, ratings.parts().items, ratings.parts().offsets,
                    ratings.parts().values, ratings.is_compact()}),
      compact_(ratings.parts().compact),
      wide_(ratings.parts().wide) {}

void StoreSource::for_each_piece(UserIndex first, UserIndex last,
                                 const std::function<void(const Piece&)>& body) const {
  if (first >= last) return;
  const std::uint64_t begin = offsets()[first], count = offsets()[last] - begin;
  const auto part = [&](const auto& all) {
    return all.empty() ? all.span() : all.span().subspan(begin, count);
  };
  body({first, last, part(compact_), part(wide_)});
}

}  // namespace mfpar
