// SPDX-License-Identifier: MIT
//
// Workers as PlayedOrder tells. A linker takes a program's own objects before it looks into the
// library, so that this one stands in for parallel_tbb.cpp, or parallel_threads.cpp, there.
#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "played_order.hpp"

namespace mfpar {

namespace {

using Task = std::uint32_t;

// Of the order that is played, and of the thread: the evaluator has its own workers, on a thread of
// its own.
std::atomic<std::uint64_t> played_seed{0};
thread_local std::uint64_t calls = 0;

/// A loop or a graph that is under way on this thread.
class Play {
 public:
  Play(int threads, std::vector<Task> ready, const std::function<void(Task)>& body)
      : random_(derive_seed(played_seed.load(), ++calls)),
        threads_(played_seed.load() == 0 ? 1 : threads),
        ready_(std::move(ready)),
        body_(body) {
    if (threads_ > 1) taste_ = static_cast<Taste>(random_.below(4));
    held_back_ = random_.below(4);
  }

  /// Runs all of it, on the thread that has called.
  void run() {
    under_way.push_back(this);
    while (!ready_.empty()) {
      hold_up();
      if (!ready_.empty()) run_next();
    }
    under_way.pop_back();
    if (failure_) std::rethrow_exception(failure_);
  }

  void submit(Task task) {
    if (!failure_) ready_.push_back(task);
    hold_up();
  }

  /// Now and then runs tasks of what is under way before the one that calls this goes on.
  static void hold_up() {
    if (under_way.empty()) return;
    Random& random = under_way.back()->random_;
    while (random.below(3) == 0) {
      Play& play = *under_way[random.below(static_cast<std::uint32_t>(under_way.size()))];
      if (held_up + 1 >= play.threads_ || play.ready_.empty()) return;
      ++held_up;
      play.run_next();
      --held_up;
    }
  }

 private:
  /// Orders drawn evenly come near no extreme one.
  enum class Taste { kAny, kOldest, kNewest, kSomeLast };

  /// Where in ready_ the next task is.
  std::size_t next() {
    if (threads_ == 1 || taste_ == Taste::kOldest) return 0;
    if (taste_ == Taste::kNewest) return ready_.size() - 1;
    const std::size_t at = random_.below(static_cast<std::uint32_t>(ready_.size()));
    if (taste_ == Taste::kAny) return at;
    const auto is_first = [&](Task task) { return task % 4 != held_back_; };
    const auto from = ready_.begin() + static_cast<std::ptrdiff_t>(at);
    auto found = std::find_if(from, ready_.end(), is_first);
    if (found == ready_.end()) found = std::find_if(ready_.begin(), from, is_first);
    return static_cast<std::size_t>(found - ready_.begin());  // `from`, where all are held back
  }

  void run_next() {
    const auto at = ready_.begin() + static_cast<std::ptrdiff_t>(next());
    const Task task = *at;
    ready_.erase(at);
    try {
      body_(task);
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
      ready_.clear();
    }
  }

  static thread_local std::vector<Play*> under_way;  // the innermost last
  static thread_local int held_up;                   // tasks

  Random random_;
  const int threads_;
  Taste taste_ = Taste::kOldest;
  Task held_back_ = 0;
  std::vector<Task> ready_;
  const std::function<void(Task)>& body_;
  std::exception_ptr failure_;
};

thread_local std::vector<Play*> Play::under_way;
thread_local int Play::held_up = 0;

}  // namespace

namespace tests {

PlayedOrder::PlayedOrder(std::uint64_t seed) {
  played_seed.store(seed);
  calls = 0;
}
PlayedOrder::~PlayedOrder() { played_seed.store(0); }

void let_others_run() { Play::hold_up(); }

}  // namespace tests

struct Workers::Arena {};

Workers::Workers(int threads) : threads_(resolve_threads(threads)) {}
Workers::~Workers() = default;

void Workers::for_each(std::size_t count, const std::function<void(std::size_t)>& body) const {
  std::vector<Task> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<Task>(i);
  const std::function<void(Task)> one = [&](Task task) { body(task); };
  Play(threads_, std::move(all), one).run();
}

void Workers::run_graph(std::span<const std::uint32_t> ready,
                        const std::function<void(std::uint32_t, const Submit&)>& body) const {
  Play* self = nullptr;
  const Submit submit = [&](Task task) { self->submit(task); };
  const std::function<void(Task)> one = [&](Task task) { body(task, submit); };
  Play play(threads_, std::vector<Task>(ready.begin(), ready.end()), one);
  self = &play;
  play.run();
}

}  // namespace mfpar
