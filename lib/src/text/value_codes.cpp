// SPDX-License-Identifier: MIT
#include "text/value_codes.hpp"

#include <bit>

#include "base/random.hpp"

namespace mfpar {

ValueCodes::ValueCodes() { clear(); }

void ValueCodes::clear() {
  known_.fill({});
  slots_.fill(kNoCode);
  values_.clear();
  has_overflowed_ = false;
}

std::uint32_t ValueCodes::code_of(float value) {
  if (has_overflowed_) return kNoCode;
  std::size_t slot = mix_bits(std::bit_cast<std::uint32_t>(value)) % kSlots;
  for (; slots_[slot] != kNoCode; slot = (slot + 1) % kSlots) {
    if (values_[slots_[slot]] == value) return slots_[slot];
  }
  if (values_.size() == RatingStore::kMaxValues) {
    has_overflowed_ = true;
    return kNoCode;
  }
  slots_[slot] = static_cast<std::uint16_t>(values_.size());
  values_.push_back(value);
  return slots_[slot];
}

const ValueCodes::Known* ValueCodes::remember(std::uint64_t text, float value, bool is_missing) {
  Known& known = known_[place(text)];
  known = {text, value, is_missing ? kMissing : code_of(value)};
  return &known;
}

}  // namespace mfpar
