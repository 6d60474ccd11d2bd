// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/partition.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The user of each of at most 2^32 - 1 ratings in order of arrival: run-length encoded while runs
/// are long, as they are in a file that lists user after user, else one by one.
class UserColumn {
 public:
  UserColumn() = default;

  /// Of what users() and ends() of another gave.
  UserColumn(bool has_runs, std::vector<UserIndex> users, std::vector<std::uint32_t> ends)
      : has_runs_(has_runs), users_(std::move(users)), ends_(std::move(ends)) {}

  std::size_t size() const noexcept { return has_runs_ ? end_of_runs() : users_.size(); }

  /// Whether it is run-length encoded.
  bool has_runs() const noexcept { return has_runs_; }

  void push_back(UserIndex user) {
    if (!has_runs_) {
      users_.push_back(user);
    } else if (!users_.empty() && users_.back() == user) {
      ++ends_.back();
    } else {
      ends_.push_back(end_of_runs() + 1);
      users_.push_back(user);
      if (users_.size() > kFewRuns && users_.size() * kShortRun > ends_.back()) expand_runs();
    }
  }

  void append(std::span<const UserIndex> users) {
    for (; has_runs_ && !users.empty(); users = users.subspan(1)) push_back(users.front());
    users_.insert(users_.end(), users.begin(), users.end());
  }

  /// The user of each run, and where it ends; or the user of each rating, and nothing.
  std::span<const UserIndex> users() const noexcept { return users_; }
  std::span<const std::uint32_t> ends() const noexcept { return ends_; }

  /// The user of the rating at `position`. REQUIRES: position < size().
  UserIndex operator[](std::size_t position) const {
    assert(position < size());
    return users_[has_runs_ ? run_at(position) : position];
  }

  /// Puts rename(user) in place of each user.
  template <class Rename>
  void rename(const Rename& rename) {
    for (UserIndex& user : users_) user = rename(user);
  }

  /// Calls body(user, positions) for the runs in `range`, in order; without runs, for each rating.
  template <class Body>
  void for_each_run(Range range, const Body& body) const {
    if (!has_runs_) {
      for (std::size_t at = range.begin; at < range.end; ++at) body(users_[at], Range{at, at + 1});
    } else if (range.begin < range.end) {
      std::size_t at = range.begin;
      for (std::size_t run = run_at(at); at < range.end; ++run) {
        const std::size_t end = std::min<std::size_t>(ends_[run], range.end);
        body(users_[run], Range{at, end});
        at = end;
      }
    }
  }
  template <class Body>
  void for_each_run(const Body& body) const {
    for_each_run({0, size()}, body);
  }

 private:
  /// A run takes 8 bytes here and, while a store is built, 16 more: so that these are few beside
  /// the ratings, runs must be longer than this on average, once there are more than a few.
  static constexpr std::size_t kShortRun = 16, kFewRuns = 16;

  std::uint32_t end_of_runs() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

  std::size_t run_at(std::size_t position) const {
    return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), position) -
                                    ends_.begin());
  }

  void expand_runs() {
    std::vector<UserIndex> users;
    users.reserve(size());
    for_each_run([&](UserIndex user, Range at) { users.insert(users.end(), at.size(), user); });
    users_ = std::move(users);
    ends_ = {};
    has_runs_ = false;
  }

  bool has_runs_ = true;
  std::vector<UserIndex> users_;     // of each run, or rating
  std::vector<std::uint32_t> ends_;  // of each run
};

}  // namespace mfpar
