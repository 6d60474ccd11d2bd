// SPDX-License-Identifier: MIT
#include "base/system_array.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <new>

namespace mfpar {

SystemBlock::SystemBlock(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(memory);
}

SystemBlock::~SystemBlock() {
  if (data_) munmap(data_, bytes_);
}

void SystemBlock::prefer_large_pages() noexcept {
  if (data_) madvise(data_, bytes_, MADV_HUGEPAGE);
}

void SystemBlock::give_back(Range range) noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t begin = (range.begin + page - 1) / page * page;
  const std::size_t end = range.end == bytes_ ? range.end : range.end / page * page;
  if (begin < end) madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

// Where another allocator stands in for glibc's (a sanitizer's, a preloaded one), glibc's heap is
// first touched by malloc_trim itself, and that first touch is not safe among threads.
void return_unused_heap() noexcept {
#ifdef __GLIBC__
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  malloc_trim(0);
#endif
}

}  // namespace mfpar
