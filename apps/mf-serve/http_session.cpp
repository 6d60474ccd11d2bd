// SPDX-License-Identifier: MIT
#include "mf-serve/http_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <string_view>
#include <utility>

#include "mf-serve/http_head.hpp"

namespace mfpar::apps {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

/// Of a head, and of all that stands between the chunks of a body.
constexpr std::size_t kMaxHead = 16 * 1024;

// Closing at once while the client still sends would reset the connection, and with it what the
// client has not read yet of the answer.
constexpr std::chrono::seconds kDrainFor{2};

/// After a deadline, until what the socket does has ended: one cancellation may come between two
/// steps of an operation, and end neither.
constexpr std::chrono::milliseconds kCancelAgain{50};

}  // namespace

// The buffer holds a head, or the extensions of a chunk, or all trailers: what grows beyond ends
// the connection. Bodies pass through it.
HttpSession::HttpSession(StreamSocket socket, const HttpOptions& options, HttpHandler& handler,
                         Aside aside)
    : options_(options),
      handler_(handler),
      aside_(std::move(aside)),
      socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      buffer_(kMaxHead),
      chunk_header_(
          [this](auto, auto extensions, auto& error) { on_chunk_header(extensions, error); }) {
  handler_.connection_opened();
}

HttpSession::~HttpSession() { handler_.connection_closed(); }

void HttpSession::start() {
  net::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->read(); });
}

void HttpSession::turn_away() {
  net::dispatch(socket_.get_executor(), [self = shared_from_this()] {
    self->refuse(503, "there are too many connections; try again later");
  });
}

void HttpSession::stop() {
  net::post(socket_.get_executor(), [self = shared_from_this()] {
    self->stopping_ = true;
    error_code ignored;
    if (self->reading_ && self->is_idle()) self->socket_.cancel(ignored);
  });
}

/// Whether nothing of a request has come.
bool HttpSession::is_idle() const {
  return buffer_.size() == 0 && !(parser_ && parser_->got_some());
}

void HttpSession::read() {
  if (stopping_ && buffer_.size() == 0) return close();
  give_up_at(Clock::now() + options_.patience);
  may_skip_line_ = true;
  read_head();
}

void HttpSession::read_head() {
  parser_.emplace();
  parser_->header_limit(kMaxHead);
  parser_->body_limit(options_.max_body);
  parser_->on_chunk_header(chunk_header_);
  extensions_ = 0;
  reading_ = true;
  http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->on_head(error); });
}

void HttpSession::on_head(error_code error) {
  reading_ = false;
  if (error == http::error::bad_method && may_skip_line_ && starts_with_empty_line()) {
    may_skip_line_ = false;  // of older clients, behind a body (RFC 9112, 2.2)
    buffer_.consume(2);
    return read_head();
  }
  if (error) return on_read_error(error);
  const auto& head = parser_->get();
  try {
    check_head(head);
    request_.target = path_and_query({head.target().data(), head.target().size()});
  } catch (const HttpError& e) {
    return refuse(e.status(), e.what());
  }
  if (parser_->is_done()) return answer();
  if (!expects_continue(head) || buffer_.size() > 0) return read_body();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  net::async_write(socket_, net::buffer(kContinue),
                   [self = shared_from_this()](error_code failed, std::size_t) {
                     failed ? self->on_read_error(failed) : self->read_body();
                   });
}

bool HttpSession::starts_with_empty_line() const {
  const auto bytes = buffer_.data();
  return std::string_view(static_cast<const char*>(bytes.data()), bytes.size()).starts_with("\r\n");
}

void HttpSession::read_body() {
  if (buffer_.size() > 0) {  // most bodies come with their head, and need no turn of the event loop
    error_code error;
    parser_->eager(true);
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error && error != http::error::need_more) return on_read_error(error);
    if (parser_->is_done()) return answer();
  }
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) {
                     error ? self->on_read_error(error) : self->answer();
                   });
}

void HttpSession::on_chunk_header(boost::beast::string_view extensions, error_code& error) {
  extensions_ += extensions.size();
  if (extensions_ > kMaxHead) error = http::error::header_limit;
}

void HttpSession::on_read_error(error_code error) {
  if (is_late_) {
    if (is_idle()) return close();
    return refuse(408, "the request has not come whole in " +
                           std::to_string(options_.patience.count()) + " s; send it again");
  }
  if (error == http::error::body_limit) {
    return refuse(413, "the body has more than " + std::to_string(options_.max_body) +
                           " bytes; ask for less at a time");
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    const bool is_head = !parser_->is_header_done();
    return refuse(431, std::string(is_head ? "the head of the request has"
                                           : "chunk extensions or trailers have") +
                           " more than " + std::to_string(kMaxHead) + " bytes; send less");
  }
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  if (error.category() == make_error_code(http::error::end_of_stream).category() && !ended) {
    return refuse(400, "this is not an HTTP request: " + error.message());
  }
  if (ended || error == net::error::operation_aborted) close();
  // Else it broke: there is no client to answer.
}

void HttpSession::answer() {
  auto& message = parser_->get();
  const ResponseTo to{.keep_alive = message.keep_alive(),
                      .is_http_1_0 = message.version() < 11,
                      .is_head = message.method() == http::verb::head};
  request_.method = to.is_head ? "GET" : std::string(message.method_string());
  request_.is_head = to.is_head;
  request_.key = key_of(message);
  request_.body = std::move(message.body());
  if (!handler_.is_slow(request_)) return write(handler_.answer(request_), to);
  aside_([self = shared_from_this(), to] {
    HttpAnswer answer = self->handler_.answer(self->request_);
    net::post(self->socket_.get_executor(), [self, to, answer = std::move(answer)]() mutable {
      self->write(std::move(answer), to);
    });
  });
}

void HttpSession::refuse(unsigned status, const std::string& what) {
  const bool is_head = parser_ && parser_->get().method() == http::verb::head;
  write(handler_.refuse(status, what), {.keep_alive = false, .is_head = is_head});
}

void HttpSession::write(HttpAnswer answer, ResponseTo request) {
  request.keep_alive = request.keep_alive && !stopping_;
  response_ = response_of(std::move(answer), request);
  request_ = {};
  give_up_at(Clock::now() + options_.patience);
  http::async_write(socket_, response_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return;
    const bool keep_alive = self->response_.keep_alive();
    self->response_ = {};  // an idle connection holds little
    keep_alive ? self->read() : self->close();
  });
}

void HttpSession::close() {
  error_code ignored;  // the client may be gone
  socket_.shutdown(StreamSocket::shutdown_send, ignored);
  if (ignored) return;
  give_up_at(Clock::now() + kDrainFor);
  drain();
}

void HttpSession::drain() {
  socket_.async_read_some(net::buffer(drained_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (!error && !self->is_late_) self->drain();
                          });
}

/// What the socket does from now on ends at `deadline`, with is_late_ set.
void HttpSession::give_up_at(Clock::time_point deadline) {
  is_late_ = false;
  deadline_.expires_at(deadline);
  await_deadline();
}

void HttpSession::await_deadline() {
  // Not kept alive by this wait: when nothing else is pending the connection ends.
  deadline_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto self = weak.lock();
    // The wait may have been over already when a new one began.
    if (cancelled || !self || self->deadline_.expiry() > Clock::now()) return;
    self->is_late_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
    self->deadline_.expires_after(kCancelAgain);
    self->await_deadline();
  });
}

}  // namespace mfpar::apps
