// SPDX-License-Identifier: MIT
#include "mf-serve/spare_memory.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace mfpar::apps {

namespace {

/// malloc() maps that much by itself, and what nobody writes to is but a range of addresses.
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

/// One for each allocation that fails: an answer under way may meet several.
std::array<std::atomic<void*>, 16> blocks{};

/// Called by operator new, which tries again when this returns.
void give_back() {
  for (std::atomic<void*>& block : blocks) {
    if (void* const memory = block.exchange(nullptr)) return std::free(memory);
  }
  throw std::bad_alloc();
}

}  // namespace

SpareMemory::SpareMemory() noexcept {
  refill();
  std::set_new_handler(give_back);
}

SpareMemory::~SpareMemory() {
  std::set_new_handler(nullptr);
  for (std::atomic<void*>& block : blocks) std::free(block.exchange(nullptr));
}

void SpareMemory::refill() noexcept {
  for (std::atomic<void*>& block : blocks) {
    if (block.load(std::memory_order_relaxed) != nullptr) continue;
    void* const memory = std::malloc(kBlockBytes);
    void* expected = nullptr;
    if (!block.compare_exchange_strong(expected, memory)) std::free(memory);
  }
}

}  // namespace mfpar::apps
