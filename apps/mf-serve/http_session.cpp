// SPDX-License-Identifier: MIT
#include "mf-serve/http_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

namespace mfpar::apps {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::uint32_t kMaxHeader = 16 * 1024;

// Closing at once while the client still sends would reset the connection, and with it what the
// client has not read yet of the answer.
constexpr std::chrono::seconds kDrainFor{2};

}  // namespace

HttpSession::HttpSession(net::ip::tcp::socket socket, const HttpOptions& options,
                         HttpHandler& handler, Aside aside, bool one_too_many)
    : options_(options),
      handler_(handler),
      aside_(std::move(aside)),
      one_too_many_(one_too_many),
      stream_(std::move(socket)) {}

void HttpSession::start() {
  net::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
}

void HttpSession::stop() {
  net::post(stream_.get_executor(), [self = shared_from_this()] {
    self->stopping_ = true;
    const bool idle = self->reading_ && self->buffer_.size() == 0 && !self->parser_->got_some();
    if (idle) self->stream_.cancel();
  });
}

void HttpSession::read() {
  if (stopping_ && buffer_.size() == 0) return close();
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(options_.max_body);
  stream_.expires_after(options_.patience);
  reading_ = true;
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) {
                     self->reading_ = false;
                     self->on_read(error);
                   });
}

void HttpSession::on_read(error_code error) {
  const auto& http_errors = make_error_code(http::error::end_of_stream).category();
  if (!error) {
    if (one_too_many_) return refuse(503, "there are too many connections; try again later");
    return answer();
  }
  if (error == http::error::body_limit) {
    return refuse(413, "the body has more than " + std::to_string(options_.max_body) +
                           " bytes; ask for less at a time");
  }
  if (error == http::error::header_limit) {
    return refuse(431, "the head of the request has more than " + std::to_string(kMaxHeader) +
                           " bytes; send less");
  }
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  if (error.category() == http_errors && !ended) {
    return refuse(400, "this is not an HTTP request: " + error.message());
  }
  if (ended || error == net::error::operation_aborted) close();
  // Else it timed out or broke: there is no client to answer.
}

void HttpSession::answer() {
  auto& message = parser_->get();
  head_ = message.method() == http::verb::head;
  const bool keep_alive = message.keep_alive();
  request_ = {head_ ? "GET" : std::string(message.method_string()), std::string(message.target()),
              std::move(message.body())};
  if (!handler_.is_slow(request_)) return write(handler_.answer(request_), keep_alive);
  aside_([self = shared_from_this(), keep_alive] {
    HttpAnswer answer = self->handler_.answer(self->request_);
    net::post(self->stream_.get_executor(),
              [self, keep_alive, answer = std::move(answer)]() mutable {
                self->write(std::move(answer), keep_alive);
              });
  });
}

void HttpSession::refuse(unsigned status, const std::string& what) {
  write(handler_.refuse(status, what), false);
}

void HttpSession::write(HttpAnswer answer, bool keep_alive) {
  response_ = {};
  response_.version(11);
  response_.result(answer.status);
  response_.set(http::field::content_type, answer.content_type);
  if (!answer.allow.empty()) response_.set(http::field::allow, answer.allow);
  response_.keep_alive(keep_alive && !stopping_);
  response_.content_length(answer.body.size());
  if (!head_) response_.body() = std::move(answer.body);
  head_ = false;
  stream_.expires_after(options_.patience);
  http::async_write(stream_, response_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return;
    self->response_.keep_alive() ? self->read() : self->close();
  });
}

void HttpSession::close() {
  error_code ignored;  // the client may be gone
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
  if (!ignored) drain(std::chrono::steady_clock::now() + kDrainFor);
}

void HttpSession::drain(std::chrono::steady_clock::time_point deadline) {
  stream_.expires_at(deadline);
  stream_.async_read_some(net::buffer(drained_),
                          [self = shared_from_this(), deadline](error_code error, std::size_t) {
                            if (!error) self->drain(deadline);
                          });
}

}  // namespace mfpar::apps
