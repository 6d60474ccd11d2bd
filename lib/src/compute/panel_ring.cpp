// SPDX-License-Identifier: MIT
#include "compute/panel_ring.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace mfpar {

PanelRing::PanelRing(const RankShare& share, RowRecords items, std::uint32_t count,
                     std::function<void(std::uint32_t)> on_arrival)
    : share_(share),
      items_(items),
      count_(count),
      panels_(share.grid().panel_count()),
      on_arrival_(std::move(on_arrival)),
      thread_([this] { serve(); }) {}

PanelRing::~PanelRing() { thread_.join(); }

std::span<std::byte> PanelRing::bytes_of(std::uint32_t panel) const {
  const Range items = share_.items_of_panel(panel);
  const std::size_t stride = record_stride(factor_width(items_.rank));
  return std::as_writable_bytes(
      std::span(items_.records + items.begin * stride, items.size() * stride));
}

void PanelRing::serve() {
  constexpr std::chrono::microseconds kNap{200};  // less would take time from who works
  const auto first = static_cast<std::uint32_t>(share_.lanes().begin);
  const auto end = static_cast<std::uint32_t>(share_.lanes().end);
  const int ranks = share_.ranks().count();
  const int to = (share_.rank() + ranks - 1) % ranks, from = (share_.rank() + 1) % ranks;
  // Panels that are not here, into whose rows others may come: those of other lanes at first, and
  // one more whenever one has left.
  const std::uint32_t elsewhere = panels_ - (end - first);

  std::uint32_t sent = 0, left = 0, awaited = 0, come = 0;
  std::deque<std::unique_ptr<Transfer>> leaving, coming;
  while (left < count_ || come < count_) {
    const std::uint32_t before = sent + left + awaited + come;
    for (const std::uint32_t given = given_.load(std::memory_order_acquire); sent < given; ++sent) {
      const std::uint32_t panel = (first + sent) % panels_;
      leaving.push_back(share_.ranks().send(to, kPanelTag + int(panel), bytes_of(panel)));
    }
    for (; !leaving.empty() && leaving.front()->is_done(); ++left) leaving.pop_front();
    for (; awaited < std::min(count_, elsewhere + left); ++awaited) {
      const std::uint32_t panel = (end + awaited) % panels_;
      coming.push_back(share_.ranks().receive(from, kPanelTag + int(panel), bytes_of(panel)));
    }
    for (; !coming.empty() && coming.front()->is_done(); ++come) {
      coming.pop_front();
      on_arrival_(come);
    }
    if (sent + left + awaited + come == before) std::this_thread::sleep_for(kNap);
  }
}

}  // namespace mfpar
