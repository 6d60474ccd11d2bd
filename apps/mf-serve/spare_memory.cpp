// SPDX-License-Identifier: MIT
#include "mf-serve/spare_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace mfpar::apps {

namespace {

/// More than the answers of some threads take; malloc() maps that much by itself, and what nobody
/// writes to is but a range of addresses.
constexpr std::size_t kSpareBytes = std::size_t{2} << 20;

std::atomic<void*> spare{nullptr};

/// Called by operator new, which tries again when this returns.
void give_back() {
  void* const memory = spare.exchange(nullptr);
  if (memory == nullptr) throw std::bad_alloc();
  std::free(memory);
}

}  // namespace

SpareMemory::SpareMemory() noexcept {
  refill();
  std::set_new_handler(give_back);
}

SpareMemory::~SpareMemory() {
  std::set_new_handler(nullptr);
  std::free(spare.exchange(nullptr));
}

void SpareMemory::refill() noexcept {
  if (spare.load(std::memory_order_relaxed) != nullptr) return;
  void* const memory = std::malloc(kSpareBytes);
  void* expected = nullptr;
  if (!spare.compare_exchange_strong(expected, memory)) std::free(memory);
}

}  // namespace mfpar::apps
