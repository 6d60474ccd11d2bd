// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace mfpar {

/// Dense 0-based numbers inside the library. An *id* is what the outside calls a user or an item;
/// an *index* never leaves the library without the id it stands for (see IdDictionary).
using UserIndex = std::uint32_t;
using ItemIndex = std::uint32_t;

/// The index of a user or item that a dictionary does not hold.
inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFFu;

/// What a row of a model stands for: who rates, or what is rated.
enum class Entity { kUser, kItem };

/// What an entity's ratings connect it to.
constexpr Entity other(Entity entity) noexcept {
  return entity == Entity::kUser ? Entity::kItem : Entity::kUser;
}

/// The lowest and highest rating that was trained on, in rating units. Predictions are clipped to
/// it.
struct RatingRange {
  float lowest = 0.0f;
  float highest = 0.0f;
};

}  // namespace mfpar
