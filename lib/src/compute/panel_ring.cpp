// SPDX-License-Identifier: MIT
#include "compute/panel_ring.hpp"

#include <algorithm>
#include <utility>

namespace mfpar {

PanelRing::PanelRing(const RankShare& share, RowRecords items, std::uint32_t count,
                     std::function<void(std::uint32_t)> on_arrival)
    : share_(share),
      items_(items),
      count_(count),
      panels_(share.grid().panel_count()),
      on_arrival_(std::move(on_arrival)),
      thread_([this] { serve(); }) {
  poll();
}

PanelRing::~PanelRing() {
  for (std::unique_lock lock(mutex_); !is_over();) {
    if (move()) continue;
    lock.unlock();
    std::this_thread::sleep_for(kNap);
    lock.lock();
  }
  ended_.notify_one();
  thread_.join();
}

std::span<std::byte> PanelRing::bytes_of(std::uint32_t panel) const {
  const Range items = share_.items_of_panel(panel);
  const std::size_t stride = record_stride(factor_width(items_.rank));
  return std::as_writable_bytes(
      std::span(items_.records + items.begin * stride, items.size() * stride));
}

void PanelRing::poll() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock) move();
}

void PanelRing::serve() {
  constexpr std::chrono::milliseconds kLongNap{3};
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kLongNap, [this] { return is_over(); })) move();
}

/// Goes on with all that can; false where nothing could.
bool PanelRing::move() {
  const auto first = static_cast<std::uint32_t>(share_.lanes().begin);
  const auto end = static_cast<std::uint32_t>(share_.lanes().end);
  const int ranks = share_.ranks().count();
  const int to = (share_.rank() + ranks - 1) % ranks, from = (share_.rank() + 1) % ranks;
  // Panels that are not here, into whose rows others may come: those of other lanes at first, and
  // one more whenever one has left.
  const std::uint32_t elsewhere = panels_ - (end - first);

  const std::uint32_t before = sent_ + left_ + awaited_ + come_;
  for (const std::uint32_t given = given_.load(std::memory_order_acquire); sent_ < given; ++sent_) {
    const std::uint32_t panel = (first + sent_) % panels_;
    leaving_.push_back(share_.ranks().send(to, kPanelTag + int(panel), bytes_of(panel)));
  }
  for (; !leaving_.empty() && leaving_.front()->is_done(); ++left_) leaving_.pop_front();
  for (; awaited_ < std::min(count_, elsewhere + left_); ++awaited_) {
    const std::uint32_t panel = (end + awaited_) % panels_;
    coming_.push_back(share_.ranks().receive(from, kPanelTag + int(panel), bytes_of(panel)));
  }
  for (; !coming_.empty() && coming_.front()->is_done(); ++come_) {
    coming_.pop_front();
    on_arrival_(come_);
  }
  return sent_ + left_ + awaited_ + come_ != before;
}

}  // namespace mfpar
