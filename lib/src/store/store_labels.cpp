// SPDX-License-Identifier: MIT
#include "store/store_labels.hpp"

#include <cstddef>

#include "base/partition.hpp"
#include "base/random.hpp"

namespace mfpar {

namespace {

std::vector<std::uint32_t> shuffled_indices(std::uint32_t count, std::uint64_t seed,
                                            const Workers& workers) {
  constexpr std::size_t kParts = 64;
  const RandomPermutation permutation(count, seed);
  std::vector<std::uint32_t> indices(count);
  workers.for_each(kParts, [&](std::size_t part) {
    const Range range = even_range(count, kParts, part);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      indices[i] = static_cast<std::uint32_t>(permutation(i));
    }
  });
  return indices;
}

}  // namespace

StoreLabels shuffled_labels(const IdDictionary& users, const IdDictionary& items,
                            std::uint64_t seed, const Workers& workers) {
  StoreLabels labels;
  labels.user_index =
      shuffled_indices(users.size(), derive_seed(seed, SeedUse::kRelabelUsers), workers);
  labels.item_index =
      shuffled_indices(items.size(), derive_seed(seed, SeedUse::kRelabelItems), workers);
  labels.users = std::make_shared<const IdDictionary>(users.relabelled(labels.user_index));
  labels.items = std::make_shared<const IdDictionary>(items.relabelled(labels.item_index));
  return labels;
}

}  // namespace mfpar
