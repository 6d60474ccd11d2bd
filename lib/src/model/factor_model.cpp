// SPDX-License-Identifier: MIT
//
// p, q: rows of the user and item factors; mu: the mean; b: biases.
#include "mfpar/factor_model.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/aligned_buffer.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kLanes = kRowAlignment / sizeof(float);

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorCode::kBadFile, message);
}

void require_size(const char* name, std::size_t found, std::uint64_t expected) {
  require(found == expected, std::string(name) + " has " + std::to_string(found) + " elements; " +
                                 std::to_string(expected) + " were expected");
}

void check_lists(const char* name, const ItemLists& lists, std::uint64_t users) {
  const auto offsets = lists.offsets.span();
  if (offsets.empty()) return require_size(name, lists.items.size(), 0);
  require_size(name, offsets.size(), users + 1);
  require(offsets.front() == 0 && std::is_sorted(offsets.begin(), offsets.end()),
          std::string(name) + " has offsets that do not rise from 0");
  require_size(name, lists.items.size(), offsets.back());
}

}  // namespace

FactorModel::FactorModel() : FactorModel(Parts{}) {}

FactorModel::FactorModel(Parts parts) : parts_(std::move(parts)) {
  if (!parts_.users) parts_.users = std::make_shared<const IdDictionary>();
  if (!parts_.items) parts_.items = std::make_shared<const IdDictionary>();
  constexpr std::size_t kMostStride = std::size_t{1} << 24;  // keeps products within 64 bits
  require(
      parts_.stride >= parts_.rank && parts_.stride % kLanes == 0 && parts_.stride <= kMostStride,
      "the stride of factors is " + std::to_string(parts_.stride) + "; a multiple of " +
          std::to_string(kLanes) + " from the rank, " + std::to_string(parts_.rank) +
          ", was expected");
  const std::uint64_t users = user_count(), items = item_count();
  require_size("user factors", parts_.user_factors.size(), users * parts_.stride);
  require_size("item factors", parts_.item_factors.size(), items * parts_.stride);
  require_size("user biases", parts_.user_biases.size(), users);
  require_size("item biases", parts_.item_biases.size(), items);
  for (const float* rows : {parts_.user_factors.data(), parts_.item_factors.data()}) {
    require(reinterpret_cast<std::uintptr_t>(rows) % kRowAlignment == 0,
            "factors do not start on a multiple of " + std::to_string(kRowAlignment) + " bytes");
  }
  check_lists("the list of trained ratings", parts_.trained, users);
  check_lists("the list of held-out ratings", parts_.held_out, users);
  const BiasBaseline& baseline = parts_.baseline;
  if (!baseline.user_biases.empty() || !baseline.item_biases.empty()) {
    require_size("user biases of the baseline", baseline.user_biases.size(), users);
    require_size("item biases of the baseline", baseline.item_biases.size(), items);
  }
}

UserIndex FactorModel::user_count() const noexcept { return parts_.users->size(); }
ItemIndex FactorModel::item_count() const noexcept { return parts_.items->size(); }

std::span<const float> FactorModel::user_row(UserIndex user) const noexcept {
  assert(user < user_count());
  return parts_.user_factors.span().subspan(user * parts_.stride, parts_.rank);
}

std::span<const float> FactorModel::item_row(ItemIndex item) const noexcept {
  assert(item < item_count());
  return parts_.item_factors.span().subspan(item * parts_.stride, parts_.rank);
}

// The padding of a row is zero, so whole rows can be multiplied. One sum per lane lets the compiler
// use vector registers without reordering a sum: the result is the same on every machine of a kind.
float FactorModel::interaction(UserIndex user, ItemIndex item) const noexcept {
  if (user == kNoIndex || item == kNoIndex) return 0.0f;
  assert(user < user_count() && item < item_count());
  const float* p = parts_.user_factors.data() + user * parts_.stride;
  const float* q = parts_.item_factors.data() + item * parts_.stride;
  std::array<float, kLanes> sums{};
  for (std::size_t k = 0; k < parts_.stride; k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += p[k + lane] * q[k + lane];
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

float FactorModel::score(UserIndex user, ItemIndex item) const noexcept {
  const float user_bias = user == kNoIndex ? 0.0f : parts_.user_biases[user];
  const float item_bias = item == kNoIndex ? 0.0f : parts_.item_biases[item];
  return parts_.mean + user_bias + item_bias + interaction(user, item);
}

float FactorModel::predict(UserIndex user, ItemIndex item) const noexcept {
  return std::clamp(score(user, item), parts_.range.lowest, parts_.range.highest);
}

}  // namespace mfpar
