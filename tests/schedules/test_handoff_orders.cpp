// SPDX-License-Identifier: MIT
//
// Every order in which two threads can come to a mailbox, or more to what is exchanged.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/exchanged.hpp"
#include "base/handoff.hpp"
#include "cooperative.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_handoff_orders)

namespace {

/// Whether a person has asked for more than a few seconds of it.
const bool kThorough = number_given("MFPAR_CASES").has_value();

/// What a sender and a receiver do.
struct Story {
  int messages = 0;
  int fails_at = 0;   ///< the message on which the receiver fails; 0: on none
  bool waits = true;  ///< the sender, before it closes; else it is in a hurry to go
};

std::ostream& operator<<(std::ostream& out, const Story& story) {
  return out << story.messages << " messages, fails at " << story.fails_at
             << (story.waits ? ", waits" : ", does not wait");
}

/// Plays it once; says what was wrong, "" when nothing was.
template <class Condition = Cooperative::Condition>
std::string play(const Story& story, Picks& picks, int spurious) {
  Cooperative threads(picks, spurious);
  Handoff<std::unique_ptr<int>, Cooperative::Mutex, Condition> handoff;
  std::vector<int> taken;
  int done = 0, sent = 0, surfaced = 0;
  bool too_far_ahead = false, came_too_early = false;
  const auto sender = [&] {
    try {
      for (int message = 1; message <= story.messages; ++message) {
        handoff.put(std::make_unique<int>(message));
        too_far_ahead |= done < message - 1;
        ++sent;
      }
      if (story.waits) {
        handoff.wait_until_done();
        came_too_early = done < story.messages;
      }
    } catch (const std::runtime_error&) {
      ++surfaced;
    }
    handoff.close();
  };
  const auto receiver = [&] {
    while (const auto message = handoff.take()) {
      taken.push_back(**message);
      if (**message == story.fails_at) {
        handoff.done(std::make_exception_ptr(std::runtime_error("planted")));
        return;
      }
      ++done;
      handoff.done();
    }
  };
  if (!threads.play({sender, receiver})) return "deadlock";
  const int last = story.fails_at > 0 ? story.fails_at : story.messages;
  std::vector<int> expected(static_cast<std::size_t>(last));
  std::iota(expected.begin(), expected.end(), 1);
  if (taken != expected) return "lost or doubled";
  if (too_far_ahead) return "the sender is two ahead";
  if (came_too_early) return "the last message was not waited for";
  if (sent != last) return "sent after the failure, or not to the end";
  // A failure on the last message is nobody's who does not wait for it.
  const bool surfaces = story.fails_at > 0 && (story.fails_at < story.messages || story.waits);
  if (surfaced != (surfaces ? 1 : 0)) return "the failure surfaced otherwise than once";
  return "";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_handoff_works_in_every_order) {
  std::size_t orders = 0;
  for (int messages = 0; messages <= (kSanitized && !kThorough ? 2 : 3); ++messages) {
    std::vector<int> wake_ups{0};
    if (messages < 3 || kThorough) wake_ups.push_back(messages < 2 || kThorough ? 2 : 1);
    for (int fails_at = 0; fails_at <= messages; ++fails_at) {
      for (const bool waits : {true, false}) {
        for (const int spurious : wake_ups) {
          const Story story{messages, fails_at, waits};
          Picks all;
          do {
            const std::string wrong = play(story, all, spurious);
            BOOST_REQUIRE_MESSAGE(wrong.empty(), story << ": " << wrong);
            ++orders;
          } while (all.next());
        }
      }
    }
  }
  BOOST_TEST_MESSAGE(orders << " orders of a handoff");
  BOOST_TEST(orders > 1'000u);
}

BOOST_AUTO_TEST_CASE(long_handoffs_work_in_seeded_orders) {
  for_seeds(kSanitized ? 200 : 700, [](std::uint64_t seed) {
    Random random(seed);
    const int messages = 4 + static_cast<int>(random.below(8));
    const Story story{messages, static_cast<int>(random.below(2) * random.below(messages + 1)),
                      random.below(2) == 0};
    Picks picks(seed);
    const std::string wrong = play(story, picks, static_cast<int>(random.below(6)));
    BOOST_TEST(wrong == "", story << ": " << wrong);
  });
}

namespace {

/// Forgets to wake anybody.
struct Mute : Cooperative::Condition {
  void notify_all() {}
};

/// Wakes, but keeps nobody out.
struct Open : Cooperative::Mutex {
  void lock() { Cooperative::yield(); }
  void unlock() {}
};

/// A value that tells when it is torn, and how many there are.
struct Counted {
  explicit Counted(int its_version) : version(its_version), text(std::to_string(its_version)) {
    ++alive;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    version = -1;
    --alive;
  }
  bool is_whole() const { return text == std::to_string(version); }

  int version;
  std::string text;
  static inline int alive = 0;
};

struct Readers {
  int readers = 1, reads = 1, writers = 1, exchanges = 1;
  bool fails = false;  ///< every second exchange, whose next value cannot be made
};

template <class Mutex = Cooperative::Mutex>
std::string play(const Readers& story, Picks& picks) {
  std::string wrong;
  const auto note = [&](const char* what) {
    if (wrong.empty()) wrong = what;
  };
  {
    Exchanged<Counted, Mutex> exchanged(std::make_shared<const Counted>(1));
    Cooperative threads(picks);
    std::vector<int> given;
    int failed = 0;
    std::vector<std::function<void()>> bodies;
    for (int i = 0; i < story.readers; ++i) {
      bodies.emplace_back([&] {
        int last = 0;
        for (int n = 0; n < story.reads; ++n) {
          const auto read = exchanged.current();
          Cooperative::yield();
          if (!read->is_whole()) note("torn");
          if (read->version < last) note("backwards");
          last = read->version;
        }
      });
    }
    for (int i = 0; i < story.writers; ++i) {
      bodies.emplace_back([&] {
        for (int n = 0; n < story.exchanges; ++n) {
          try {
            given.push_back(exchanged
                                .exchange([&](const Counted& now) {
                                  Cooperative::yield();
                                  if (story.fails && n % 2 == 0)
                                    throw std::runtime_error("planted");
                                  return std::make_shared<const Counted>(now.version + 1);
                                })
                                ->version);
          } catch (const std::runtime_error&) {
            ++failed;
          }
        }
      });
    }
    if (!threads.play(bodies)) return "deadlock";
    // Each a version of its own, in the order in which they were given.
    std::vector<int> expected(static_cast<std::size_t>(story.writers * story.exchanges - failed));
    std::iota(expected.begin(), expected.end(), 2);
    std::sort(given.begin(), given.end());
    if (given != expected) note("versions were skipped or given twice");
    if (exchanged.current()->version != static_cast<int>(expected.size()) + 1) {
      note("not the last version");
    }
    if (Counted::alive != 1) note("an old version is alive");
  }
  if (Counted::alive != 0) note("the last version is alive");
  return wrong;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_exchanged_is_whole_in_every_order) {
  std::size_t orders = 0;
  std::vector<Readers> stories{{.reads = 2, .exchanges = 2},
                               {.readers = 0, .writers = 3},
                               {.writers = 2},
                               {.exchanges = 2, .fails = true},
                               {.writers = 2, .fails = true}};
  if (kThorough) stories.insert(stories.end(), {{.readers = 2}, {.readers = 2, .exchanges = 2}});
  for (const Readers& story : stories) {
    Picks all;
    do {
      const std::string wrong = play(story, all);
      BOOST_REQUIRE_MESSAGE(wrong.empty(), wrong);
      ++orders;
    } while (all.next());
  }
  BOOST_TEST_MESSAGE(orders << " orders of exchanges");
  BOOST_TEST(orders > 1'000u);
}

BOOST_AUTO_TEST_CASE(exchanges_are_whole_in_seeded_orders) {
  for_seeds(kSanitized ? 200 : 700, [](std::uint64_t seed) {
    Random random(seed);
    const auto some = [&] { return 1 + static_cast<int>(random.below(4)); };
    Picks picks(seed);
    const std::string wrong = play({some(), some(), some(), some(), random.below(2) == 0}, picks);
    BOOST_TEST(wrong == "");
  });
}

// What would these tests say of a mailbox that wakes nobody, and of locks that do not lock?
BOOST_AUTO_TEST_CASE(planted_faults_are_found) {
  const auto finds = [](const std::string& fault, const auto& play_once) {
    Picks all;
    do {
      if (play_once(all) == fault) return true;
    } while (all.next());
    return false;
  };
  BOOST_TEST(
      finds("deadlock", [](Picks& all) { return play<Mute>(Story{.messages = 1}, all, 0); }));
  BOOST_TEST(finds("versions were skipped or given twice",
                   [](Picks& all) { return play<Open>(Readers{.writers = 2}, all); }));
}

BOOST_AUTO_TEST_SUITE_END()
