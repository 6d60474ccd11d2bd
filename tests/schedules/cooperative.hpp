// SPDX-License-Identifier: MIT
//
// Threads of which one runs at a time, and which come to their locks in every order there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/random.hpp"

namespace mfpar::tests {

/// What decides: numbers drawn from a seed, or without one all sequences of them, one after the
/// other.
class Picks {
 public:
  Picks() = default;
  explicit Picks(std::uint64_t seed) : random_(seed) {}

  /// A number below `count`. REQUIRES: count > 0.
  std::size_t below(std::size_t count) {
    if (random_) return random_->below(static_cast<std::uint32_t>(count));
    if (at_ == path_.size()) path_.push_back({0, count});
    return path_[at_++].picked;
  }

  /// Goes on to the next sequence; false when all have been. What is played must be the same
  /// whenever the same numbers are picked.
  bool next() {
    at_ = 0;
    while (!path_.empty() && ++path_.back().picked == path_.back().count) path_.pop_back();
    return !path_.empty();
  }

 private:
  struct Pick {
    std::size_t picked, count;
  };
  std::optional<Random> random_;
  std::vector<Pick> path_;
  std::size_t at_ = 0;
};

/// Plays threads, which switch where they lock a Mutex, wait for a Condition or yield(): between
/// two such places a thread sees and changes what others may only behind a lock, so that no order
/// is left out. One lives at a time.
class Cooperative {
 public:
  /// `spurious`: how often a thread that waits may wake though nobody notified it.
  explicit Cooperative(Picks& picks, int spurious = 0) : picks_(picks), spurious_(spurious) {
    playing = this;
  }
  ~Cooperative() { playing = nullptr; }
  Cooperative(const Cooperative&) = delete;
  Cooperative& operator=(const Cooperative&) = delete;

  /// Runs them to their ends. False for a deadlock: those that wait are then ended by an exception
  /// of type Ended.
  bool play(const std::vector<std::function<void()>>& bodies) {
    for (std::size_t i = 0; i < bodies.size(); ++i) actors_.emplace_back();
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      threads.emplace_back([this, &body = bodies[i], self = &actors_[i]] {
        self->turn.acquire();
        current = self;
        try {
          if (!ended_) body();
        } catch (const Ended&) {
        }
        self->state = State::kDone;
        hand_on();
      });
    }
    hand_on();
    threads.clear();
    return !ended_;
  }

  struct Ended {};

  /// A place where another thread may come first.
  static void yield() {
    if (current != nullptr) playing->wait_for_turn();
  }

  /// For std::lock_guard and std::unique_lock. Outside of what is played it keeps nobody out.
  class Mutex {
   public:
    void lock() {
      if (current == nullptr) return;
      Actor& self = *current;
      self.wants = this;
      playing->wait_for_turn();
      self.wants = nullptr;
      is_locked_ = true;
    }
    void unlock() { is_locked_ = false; }

   private:
    friend class Cooperative;
    bool is_locked_ = false;
  };

  /// As std::condition_variable.
  class Condition {
   public:
    template <class Lock, class Predicate>
    void wait(Lock& lock, const Predicate& predicate) {
      while (!predicate()) {
        Actor& self = *current;
        self.waits_for = this;
        self.wants = lock.mutex();
        lock.mutex()->unlock();
        playing->wait_for_turn();
        self.wants = nullptr;
        lock.mutex()->is_locked_ = true;
      }
    }
    void notify_all() {
      for (Actor& actor : playing->actors_) {
        if (actor.waits_for == this) actor.waits_for = nullptr;
      }
    }
  };

 private:
  enum class State { kRunning, kDone };
  struct Actor {
    std::binary_semaphore turn{0};
    State state = State::kRunning;
    const Mutex* wants = nullptr;
    const Condition* waits_for = nullptr;
  };

  /// Lets the next one run; when nobody can, ends those that wait one after the other.
  void hand_on() {
    std::vector<Actor*> able;
    Actor* unfinished = nullptr;
    for (Actor& actor : actors_) {
      if (actor.state == State::kDone) continue;
      unfinished = &actor;
      const bool is_free = actor.wants == nullptr || !actor.wants->is_locked_;
      if (is_free && (actor.waits_for == nullptr || spurious_ > 0)) able.push_back(&actor);
    }
    if (unfinished == nullptr) return;
    if (able.empty()) ended_ = true;
    Actor& next = ended_ ? *unfinished : *able[picks_.below(able.size())];
    if (next.waits_for != nullptr) {
      next.waits_for = nullptr;
      --spurious_;
    }
    next.turn.release();
  }

  void wait_for_turn() {
    Actor& self = *current;
    if (!ended_) {
      hand_on();
      self.turn.acquire();
    }
    if (ended_) throw Ended{};
  }

  static inline Cooperative* playing = nullptr;
  static inline thread_local Actor* current = nullptr;

  Picks& picks_;
  int spurious_;
  bool ended_ = false;
  std::deque<Actor> actors_;
};

}  // namespace mfpar::tests
