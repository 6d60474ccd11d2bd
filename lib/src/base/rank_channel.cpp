// SPDX-License-Identifier: MIT
#include "base/rank_channel.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace mfpar {

namespace {

/// Most bytes of a message: what is longer goes in pieces, so that nobody needs it twice.
constexpr std::size_t kPiece = std::size_t{64} << 20;

template <class Body>
void for_each_piece(std::size_t size, const Body& body) {
  for (std::size_t begin = 0; begin < size; begin += kPiece) {
    body(begin, std::min(kPiece, size - begin));
  }
}

void wait_for_all(std::vector<std::unique_ptr<Transfer>>& transfers) {
  for (const auto& transfer : transfers) wait_for(*transfer);
  transfers.clear();
}

}  // namespace

void wait_for(Transfer& transfer) {
  constexpr int kLooks = 20;  // answers to short messages come soon
  constexpr std::chrono::microseconds kNap{50};
  for (int looks = 0; !transfer.is_done(); ++looks) {
    if (looks < kLooks) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kNap);
    }
  }
}

void RankChannel::send_bytes(int to, std::span<const std::byte> bytes) const {
  for_each_piece(bytes.size(), [&](std::size_t begin, std::size_t size) {
    wait_for(*ranks_->send(to, tag_, bytes.subspan(begin, size)));
  });
}

void RankChannel::receive_bytes(int from, std::span<std::byte> bytes) const {
  for_each_piece(bytes.size(), [&](std::size_t begin, std::size_t size) {
    wait_for(*ranks_->receive(from, tag_, bytes.subspan(begin, size)));
  });
}

void RankChannel::broadcast_bytes(std::span<std::byte> bytes) const {
  for_each_piece(bytes.size(), [&](std::size_t begin, std::size_t size) {
    std::vector<std::unique_ptr<Transfer>> transfers;
    if (is_first()) {
      for (int to = 1; to < count(); ++to) {
        transfers.push_back(ranks_->send(to, tag_, bytes.subspan(begin, size)));
      }
    } else {
      transfers.push_back(ranks_->receive(0, tag_, bytes.subspan(begin, size)));
    }
    wait_for_all(transfers);
  });
}

void RankChannel::broadcast(std::string& text) const {
  std::vector<char> letters(text.begin(), text.end());
  broadcast(letters);
  text.assign(letters.begin(), letters.end());
}

void RankChannel::add_up(std::span<double> sums) const {
  if (is_first()) {
    std::vector<double> others(sums.size());
    for (int from = 1; from < count(); ++from) {
      receive(from, std::span<double>(others));
      std::ranges::transform(sums, others, sums.begin(), std::plus());
    }
  } else {
    send(0, std::span<const double>(sums));
  }
  broadcast(sums);
}

void RankChannel::gather_parts(std::span<std::byte> bytes,
                               std::span<const std::size_t> begins) const {
  const auto part_of = [&](int rank) {
    const auto r = static_cast<std::size_t>(rank);
    return bytes.subspan(begins[r], begins[r + 1] - begins[r]);
  };
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (int other = 0; other < count(); ++other) {
    if (other == rank()) continue;
    for_each_piece(part_of(rank()).size(), [&](std::size_t begin, std::size_t size) {
      transfers.push_back(ranks_->send(other, tag_, part_of(rank()).subspan(begin, size)));
    });
    for_each_piece(part_of(other).size(), [&](std::size_t begin, std::size_t size) {
      transfers.push_back(ranks_->receive(other, tag_, part_of(other).subspan(begin, size)));
    });
  }
  wait_for_all(transfers);
}

}  // namespace mfpar
