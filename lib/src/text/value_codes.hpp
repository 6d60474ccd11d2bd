// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Numbers the distinct values of a chunk, in order of first appearance, and remembers
/// what short texts of numbers mean, so that "3.5" is parsed once and not a million times. Not
/// synchronised.
class ValueCodes {
 public:
  /// The code of every value once there were more than RatingStore::kMaxValues distinct ones.
  static constexpr std::uint32_t kNoCode = RatingStore::kMaxValues;

  /// The code of a value that stands for no rating.
  static constexpr std::uint32_t kMissing = kNoCode + 1;

  struct Known {
    std::uint64_t text = 0;  ///< a short_text; 0 for none
    float value = 0.0f;
    std::uint32_t code = kNoCode;
  };

  ValueCodes();

  /// Forgets everything.
  void clear();

  std::uint32_t code_of(float value);
  bool has_overflowed() const noexcept { return has_overflowed_; }

  /// The value of each code.
  const std::vector<float>& values() const noexcept { return values_; }

  /// What `text` means, or nullptr when it was not met, or was forgotten for another.
  const Known* find(std::uint64_t text) const noexcept {
    const Known& known = known_[place(text)];
    return known.text == text ? &known : nullptr;
  }

  /// Remembers that `text` means `value`, or no rating.
  const Known* remember(std::uint64_t text, float value, bool is_missing);

 private:
  static constexpr int kTextBits = 10;
  static constexpr std::size_t kSlots = 4 * RatingStore::kMaxValues;

  static std::size_t place(std::uint64_t text) noexcept {
    return static_cast<std::size_t>((text * 0x9E3779B97F4A7C15u) >> (64 - kTextBits));
  }

  std::array<Known, std::size_t{1} << kTextBits> known_;
  std::array<std::uint16_t, kSlots> slots_;  // open addressing: code, or kNoCode where free
  std::vector<float> values_;
  bool has_overflowed_ = false;
};

}  // namespace mfpar
