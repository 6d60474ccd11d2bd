// SPDX-License-Identifier: MIT
#include "mf-recommend/request_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/for_each.hpp"
#include "common/json.hpp"
#include "mf-recommend/answer_text.hpp"
#include "mf-recommend/request.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 20;
constexpr int kStopLatency = 100;  // milliseconds

struct Line {
  std::uint64_t number = 0;
  std::string_view text;
};

struct Reply {
  std::string text;
  bool is_error = false;
  std::optional<NewRow> row;
};

class Stream {
 public:
  Stream(const Catalogue& catalogue, const StreamOptions& options, Output& output)
      : catalogue_(catalogue), options_(options), output_(output) {}

  StreamResult run(const std::stop_token& stop);

 private:
  bool read_more(int file, const std::stop_token& stop);
  void answer_lines(bool is_last);
  void answer(const std::vector<Line>& lines);
  Reply reply_to(const Line& line) const;
  Answer answer_of(std::string_view line, Reply& reply) const;

  const Catalogue& catalogue_;
  const StreamOptions& options_;
  Output& output_;
  StreamResult result_;
  std::string buffer_;  // what was read and not answered
  std::uint64_t lines_ = 0;
};

/// Waits for something to read and appends it to the buffer; false at the end, or when asked to
/// stop.
bool Stream::read_more(int file, const std::stop_token& stop) {
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
                options_.path + ": requests cannot be read: " + std::strerror(errno));
  }
  return count > 0;
}

/// Answers the lines that are whole; at the end, the rest too.
void Stream::answer_lines(bool is_last) {
  std::vector<Line> lines;
  std::size_t begin = 0;
  const auto take = [&](std::size_t end) {
    std::string_view text = std::string_view(buffer_).substr(begin, end - begin);
    ++lines_;
    if (text.find_first_not_of(" \t\r") != text.npos) lines.push_back({lines_, text});
  };
  for (std::size_t end; (end = buffer_.find('\n', begin)) != buffer_.npos; begin = end + 1) {
    take(end);
  }
  if (is_last && begin < buffer_.size()) {
    take(buffer_.size());
    begin = buffer_.size();
  }
  answer(lines);
  buffer_.erase(0, begin);
  if (buffer_.size() > kMaxRequestBytes) {
    throw Error(ErrorCode::kBadData, "line " + std::to_string(lines_ + 1) +
                                         " of the requests is longer than 64 MiB; expected a "
                                         "JSON object a line");
  }
}

void Stream::answer(const std::vector<Line>& lines) {
  std::vector<Reply> replies(lines.size());
  for_each_index(lines.size(), options_.threads,
                 [&](std::size_t i) { replies[i] = reply_to(lines[i]); });
  for (Reply& reply : replies) {
    output_.write(reply.text);
    ++result_.requests;
    result_.errors += reply.is_error;
    if (reply.row) result_.rows.add(std::move(*reply.row));
  }
  output_.flush();
}

Reply Stream::reply_to(const Line& line) const {
  Reply reply;
  try {
    reply.text = json_of(answer_of(line.text, reply), catalogue_);
  } catch (const Error& e) {
    reply.text = text_of(Json{{"line", line.number}, {"error", e.what()}}) + '\n';
    reply.is_error = true;
    reply.row.reset();
  }
  return reply;
}

Answer Stream::answer_of(std::string_view line, Reply& reply) const {
  const Request request = parse_request(line, options_.list, catalogue_.model());
  if (!request.has_ratings) {
    const UserIndex user = catalogue_.user(request.user.id, "\"id\" without \"ratings\"");
    return answers_for(catalogue_, std::span(&user, 1), request.list, 1).front();
  }
  if (!request.has_id && options_.keeps_rows) {
    throw Error(ErrorCode::kBadData, "\"id\" is missing; --append needs it");
  }
  NewAnswer made = std::move(
      answers_for(catalogue_, std::span(&request.user, 1), options_.fold_in, request.list, 1)
          .front());
  if (options_.keeps_rows) reply.row = std::move(made.row);
  return std::move(made.answer);
}

StreamResult Stream::run(const std::stop_token& stop) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      options_.path == "-" ? nullptr : std::fopen(options_.path.c_str(), "re"), std::fclose);
  if (!opened && options_.path != "-") {
    throw Error(ErrorCode::kSystem, options_.path + ": cannot be opened: " + std::strerror(errno));
  }
  const int file = opened ? fileno(opened.get()) : STDIN_FILENO;
  while (read_more(file, stop)) answer_lines(false);
  if (!stop.stop_requested()) answer_lines(true);
  return std::move(result_);
}

}  // namespace

StreamResult answer_requests(const Catalogue& catalogue, const StreamOptions& options,
                             std::stop_token stop, Output& output) {
  return Stream(catalogue, options, output).run(stop);
}

}  // namespace mfpar::apps
