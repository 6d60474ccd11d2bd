// SPDX-License-Identifier: MIT
#include "common/progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/display_width.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

constexpr const char* kClearLine = "\r\033[K";
constexpr std::chrono::milliseconds kBetween{100};
constexpr std::size_t kUsualWidth = 80;  ///< of a terminal that does not say

bool is_hidden = false;

std::string rate_text(double rate) {
  constexpr double kMillion = 1e6;
  if (rate >= kMillion) return fixed(rate / kMillion, 1) + " M ";
  return (rate >= 10.0 ? with_commas(static_cast<std::uint64_t>(rate)) : fixed(rate, 1)) + ' ';
}

}  // namespace

ProgressLine::ProgressLine(bool is_wanted)
    : is_shown_(is_wanted && !is_hidden && ::isatty(STDERR_FILENO) != 0) {}

bool ProgressLine::is_due() const { return is_shown_ && Clock::now() - last_ >= kBetween; }

void ProgressLine::show(const std::string& text, bool at_once) {
  if (!is_shown_ || (!at_once && !is_due())) return;
  last_ = Clock::now();
  is_there_ = true;
  // A line that is full to its end would go on in the next one.
  const std::size_t width = terminal_width(STDERR_FILENO);
  const std::string shown = shortened(text, (width > 0 ? width : kUsualWidth) - 1);
  std::fprintf(stderr, "%s%s", kClearLine, shown.c_str());
  std::fflush(stderr);
}

void ProgressLine::show(std::uint64_t done, std::uint64_t total, const std::string& things) {
  if (is_due()) show(progress_text(done, total, things, seconds()));
}

void ProgressLine::clear() {
  if (!is_there_) return;
  is_there_ = false;
  std::fputs(kClearLine, stderr);
  std::fflush(stderr);
}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::string progress_text(std::uint64_t done, std::uint64_t total, const std::string& things,
                          double seconds) {
  std::string text = with_commas(done) + " of " + with_commas(total) + ' ' + things;
  if (done == 0 || seconds <= 0.0) return text;
  const double rate = static_cast<double>(done) / seconds;
  return text + ", " + rate_text(rate) + things + "/s, " + clock_time(seconds) + " passed, " +
         clock_time(static_cast<double>(total - std::min(done, total)) / rate) + " to go";
}

void hide_progress() { is_hidden = true; }

}  // namespace mfpar::apps
