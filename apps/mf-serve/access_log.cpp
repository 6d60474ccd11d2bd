// SPDX-License-Identifier: MIT
#include "mf-serve/access_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <system_error>
#include <utility>

#include "common/json.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::chrono::seconds kFlushEvery{1};
constexpr std::size_t kFlushAt = 256 * 1024, kMost = 8 * 1024 * 1024;  // bytes
constexpr std::size_t kMaxPath = 200;

int open_log(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/// "2026-11-27T20:58:01.123Z".
std::string time_text() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char date[32], text[48];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>((now - seconds).count()));
  return text;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

AccessLog::AccessLog(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  file_ = path_ == "-" ? ::dup(STDOUT_FILENO) : open_log(path_);
  if (file_ < 0) {
    throw Error(ErrorCode::kSystem, "cannot write --access-log " + path_ + ": " +
                                        std::system_category().message(errno));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AccessLog::~AccessLog() {
  if (path_.empty()) return;
  thread_.request_stop();
  thread_.join();
  ::close(file_);
}

void AccessLog::add(const LoggedRequest& request) {
  if (path_.empty()) return;
  char milliseconds[32];
  std::snprintf(milliseconds, sizeof milliseconds, "%.3f", request.milliseconds);
  const std::string line =
      "{\"time\":\"" + time_text() + "\",\"method\":" + text_of(text_or_null(request.method)) +
      ",\"path\":" + text_of(text_or_null(request.path.substr(0, kMaxPath))) +
      ",\"status\":" + std::to_string(request.status) + ",\"ms\":" + milliseconds +
      ",\"bytes\":" + std::to_string(request.bytes) +
      ",\"model_version\":" + std::to_string(request.model_version) +
      ",\"key\":" + text_of(text_or_null(request.key)) + "}\n";
  bool is_much = false;
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() + line.size() > kMost) {
      ++left_out_;
      return;
    }
    is_much = lines_.size() < kFlushAt && lines_.size() + line.size() >= kFlushAt;
    lines_ += line;
  }
  if (is_much) wake_.notify_one();
}

void AccessLog::reopen() {
  if (path_.empty() || path_ == "-") return;
  const std::lock_guard lock(mutex_);
  wants_reopening_ = true;
  wake_.notify_one();
}

void AccessLog::run(const std::stop_token& stop) {
  for (bool is_last = false; !is_last;) {
    std::string lines;
    std::uint64_t left_out = 0;
    bool reopens = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kFlushEvery,
                     [this] { return lines_.size() >= kFlushAt || wants_reopening_; });
      is_last = stop.stop_requested();
      lines.swap(lines_);
      left_out = std::exchange(left_out_, 0);
      reopens = std::exchange(wants_reopening_, false);
    }
    if (left_out > 0) lines += "{\"left_out\":" + std::to_string(left_out) + "}\n";
    write(lines);
    if (!reopens) continue;
    const int file = open_log(path_);
    if (file < 0) {
      std::cerr << "mf-serve: error: cannot open " + path_ + ": " +
                       std::system_category().message(errno) +
                       "; the access log goes on where it was\n";
      continue;
    }
    ::close(file_);
    file_ = file;
  }
}

void AccessLog::write(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file_, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      if (!std::exchange(has_failed_, true)) {
        std::cerr << "mf-serve: error: cannot write " + path_ + ": " +
                         std::system_category().message(errno) +
                         "; lines of the access log are lost\n";
      }
      return;
    }
    done += static_cast<std::size_t>(count);
  }
  if (!text.empty()) has_failed_ = false;
}

}  // namespace mfpar::apps
