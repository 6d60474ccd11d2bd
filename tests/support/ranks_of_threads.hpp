// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <vector>

#include "mfpar/train_on_ranks.hpp"

namespace mfpar::tests {

/// Where the messages of ranks lie that are threads of one process. Safe from many threads.
class Post {
 public:
  using Bytes = std::vector<std::byte>;
  /// Sender, receiver, tag.
  using Way = std::tuple<int, int, int>;

  void leave(const Way& way, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    sent_ += bytes.size();
    boxes_[way].emplace_back(bytes.begin(), bytes.end());
  }
  /// A turn in the queue of a way: messages come in the order in which they are asked for.
  std::uint64_t turn(const Way& way) {
    const std::lock_guard lock(mutex_);
    return turns_[way]++;
  }
  bool take(const Way& way, std::uint64_t turn, std::span<std::byte> to) {
    const std::lock_guard lock(mutex_);
    auto& box = boxes_[way];
    if (taken_[way] != turn || box.empty()) return false;
    if (box.front().size() != to.size()) std::terminate();  // as MPI would
    std::ranges::copy(box.front(), to.begin());
    box.pop_front();
    ++taken_[way];
    return true;
  }
  std::uint64_t sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<Way, std::deque<Bytes>> boxes_;
  std::map<Way, std::uint64_t> turns_, taken_;
  std::uint64_t sent_ = 0;
};

class RankOfThreads final : public Ranks {
 public:
  RankOfThreads(Post& post, int rank, int count) : post_(post), rank_(rank), count_(count) {}

  int rank() const noexcept override { return rank_; }
  int count() const noexcept override { return count_; }

  std::unique_ptr<Transfer> send(int to, int tag, std::span<const std::byte> bytes) override {
    post_.leave({rank_, to, tag}, bytes);
    return std::make_unique<Sent>();
  }
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<std::byte> bytes) override {
    return std::make_unique<Awaited>(post_, Post::Way{from, rank_, tag}, bytes);
  }

 private:
  struct Sent final : Transfer {
    bool is_done() override { return true; }
  };
  class Awaited final : public Transfer {
   public:
    Awaited(Post& post, const Post::Way& way, std::span<std::byte> to)
        : post_(post), way_(way), turn_(post.turn(way)), to_(to) {}
    bool is_done() override { return has_come_ = has_come_ || post_.take(way_, turn_, to_); }

   private:
    Post& post_;
    const Post::Way way_;
    const std::uint64_t turn_;
    const std::span<std::byte> to_;
    bool has_come_ = false;
  };

  Post& post_;
  const int rank_, count_;
};

/// Calls body(ranks) as rank 0 of `count`, beside others that train with `options` until it is
/// done. Returns how many bytes were sent.
template <class Body>
std::uint64_t with_ranks(int count, const TrainOptions& options, const Body& body) {
  Post post;
  std::vector<std::jthread> others;
  for (int rank = 1; rank < count; ++rank) {
    others.emplace_back([&, rank] {
      RankOfThreads ranks(post, rank, count);
      train_beside(ranks, options);
    });
  }
  RankOfThreads first(post, 0, count);
  body(static_cast<Ranks&>(first));
  if (!dismiss_ranks(first)) std::terminate();
  others.clear();
  return post.sent();
}

}  // namespace mfpar::tests
