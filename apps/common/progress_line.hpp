// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mfpar::apps {

/// A line on standard error, written anew in its place, that says how far long work is and how long
/// it can still take. There is none, and nothing is written, where standard error is no terminal.
/// Not synchronised.
class ProgressLine {
 public:
  /// Time runs from here. `is_wanted`: not by --quiet.
  explicit ProgressLine(bool is_wanted = true);

  /// Clears the line.
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows `text`, cut to the width of the terminal; ten times a second at most, others are passed
  /// over. `at_once`: whenever the last one was.
  void show(const std::string& text, bool at_once = false);

  /// The same of what progress_text() says.
  void show(std::uint64_t done, std::uint64_t total, const std::string& things);

  /// Takes the line away, before something else is written to the terminal.
  void clear();

  double seconds() const;  ///< since it was made
  bool is_shown() const { return is_shown_; }

 private:
  bool is_due() const;

  using Clock = std::chrono::steady_clock;
  const bool is_shown_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
  bool is_there_ = false;
};

/// "1,024 of 6,040 users, 512 users/s, 0:02 passed, 0:10 to go"; `things` in the plural.
std::string progress_text(std::uint64_t done, std::uint64_t total, const std::string& things,
                          double seconds);

/// No line is shown from then on: for --quiet of programs that have no word of their own for it.
void hide_progress();

}  // namespace mfpar::apps
