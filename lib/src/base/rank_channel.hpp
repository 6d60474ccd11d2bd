// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "mfpar/ranks.hpp"

namespace mfpar {

/// Waits for a message in naps, so that whoever waits leaves the core to those who work.
void wait_for(Transfer& transfer);

/// Messages of any size, and what all ranks say or do together, one after the other. All ranks make
/// the same calls in the same order; those of different tags may run beside each other. A channel
/// is for one thread.
class RankChannel {
 public:
  RankChannel(Ranks& ranks, int tag) : ranks_(&ranks), tag_(tag) {}

  int rank() const noexcept { return ranks_->rank(); }
  int count() const noexcept { return ranks_->count(); }
  bool is_first() const noexcept { return rank() == 0; }

  /// Waits until the bytes may be used again, or are there.
  void send_bytes(int to, std::span<const std::byte> bytes) const;
  void receive_bytes(int from, std::span<std::byte> bytes) const;

  template <class T>
  void send(int to, std::span<const T> values) const {
    static_assert(std::is_trivially_copyable_v<T>);
    send_bytes(to, std::as_bytes(values));
  }
  template <class T>
  void receive(int from, std::span<T> values) const {
    static_assert(std::is_trivially_copyable_v<T>);
    receive_bytes(from, std::as_writable_bytes(values));
  }

  /// What rank 0 has becomes what all have.
  template <class T>
  void broadcast(std::span<T> values) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast_bytes(std::as_writable_bytes(values));
  }
  template <class T>
  void broadcast(T& value) const {
    broadcast(std::span<T>(&value, 1));
  }
  template <class T>
  void broadcast(std::vector<T>& values) const {
    std::uint64_t size = values.size();
    broadcast(size);
    values.resize(size);
    broadcast(std::span<T>(values));
  }
  void broadcast(std::string& text) const;

  /// Whether it is so on rank 0.
  bool agree(bool is_so) const {
    broadcast(is_so);
    return is_so;
  }

  /// Element by element the sum over all ranks, on all ranks: exact where all but one have zeros.
  void add_up(std::span<double> sums) const;

  /// Gives every rank the parts of the others: rank r has [begins[r], begins[r + 1]) of `bytes`.
  void gather_parts(std::span<std::byte> bytes, std::span<const std::size_t> begins) const;

 private:
  void broadcast_bytes(std::span<std::byte> bytes) const;

  Ranks* ranks_;
  int tag_;
};

/// Tags from kPanelTag on are of the panels of the ring.
enum RankTag : int { kTrainerTag, kEvaluatorTag, kPanelTag };

}  // namespace mfpar
