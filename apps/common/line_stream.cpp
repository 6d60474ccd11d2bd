// SPDX-License-Identifier: MIT
#include "common/line_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;
constexpr int kStopLatency = 100;  // milliseconds

class LineStream {
 public:
  LineStream(std::string path, const std::function<void(std::span<const InputLine>)>& take)
      : path_(std::move(path)), take_(take) {}

  void run(const std::stop_token& stop);

 private:
  bool read_more(int file, const std::stop_token& stop);
  void take_lines(bool is_last);

  const std::string path_;
  const std::function<void(std::span<const InputLine>)>& take_;
  std::string buffer_;  // what was read and not taken
  std::uint64_t lines_ = 0;
};

/// Waits for something to read and appends it to the buffer; false at the end, or when asked to
/// stop.
bool LineStream::read_more(int file, const std::stop_token& stop) {
  pollfd waiting{.fd = file, .events = POLLIN, .revents = 0};
  // A signal ends the wait before the stop is requested; read() would then go on waiting.
  int ready = 0;
  while (!stop.stop_requested() && (ready == 0 || (ready < 0 && errno == EINTR))) {
    ready = ::poll(&waiting, 1, kStopLatency);
  }
  if (stop.stop_requested()) return false;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kBlockBytes);
  ssize_t count = 0;
  do {
    count = ::read(file, buffer_.data() + size, kBlockBytes);
  } while (count < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) {
    throw Error(ErrorCode::kSystem,
                path_ + ": requests cannot be read: " + std::system_category().message(errno));
  }
  return count > 0;
}

/// Takes the lines that are whole; at the end, the rest too.
void LineStream::take_lines(bool is_last) {
  std::vector<InputLine> lines;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    const std::string_view text = std::string_view(buffer_).substr(begin, end - begin);
    ++lines_;
    if (text.find_first_not_of(" \t\r") != text.npos) lines.push_back({lines_, text});
  };
  for (std::size_t end; (end = buffer_.find('\n', begin)) != buffer_.npos; begin = end + 1) {
    add(end);
  }
  if (is_last && begin < buffer_.size()) {
    add(buffer_.size());
    begin = buffer_.size();
  }
  take_(lines);
  buffer_.erase(0, begin);
  if (buffer_.size() > kMaxLineBytes) {
    throw Error(ErrorCode::kBadData, "line " + std::to_string(lines_ + 1) +
                                         " of the requests is longer than 64 MiB; expected a "
                                         "JSON object a line");
  }
}

void LineStream::run(const std::stop_token& stop) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      path_ == "-" ? nullptr : std::fopen(path_.c_str(), "re"), std::fclose);
  if (!opened && path_ != "-") {
    throw Error(ErrorCode::kSystem,
                path_ + ": cannot be opened: " + std::system_category().message(errno));
  }
  const int file = opened ? fileno(opened.get()) : STDIN_FILENO;
  while (read_more(file, stop)) take_lines(false);
  if (!stop.stop_requested()) take_lines(true);
}

}  // namespace

void read_lines(const std::string& path, const std::stop_token& stop,
                const std::function<void(std::span<const InputLine>)>& take) {
  LineStream(path, take).run(stop);
}

}  // namespace mfpar::apps
