// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "mf-serve/http_response.hpp"
#include "mf-serve/http_server.hpp"

namespace mfpar::apps {

/// A connection over TCP or a Unix socket.
using StreamSocket = boost::asio::generic::stream_protocol::socket;

/// One connection: reads a request, has it answered, writes the answer, and again. Its operations
/// follow one another on its strand; it lives as long as one of them is pending. It holds at most
/// the body that is allowed, some KiB of head, or of what stands between the chunks of a body, and
/// an answer.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  /// How the session has a slow answer made: calls `work` on another thread.
  using Aside = std::function<void(std::function<void()> work)>;

  HttpSession(StreamSocket socket, const HttpOptions& options, HttpHandler& handler, Aside aside);
  ~HttpSession();

  void start();

  /// In the place of start(): says that there are too many connections, and ends this one.
  void turn_away();

  /// Ends the connection when no request is under way, else after its answer. From any thread.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  void read();
  void read_head();
  void on_head(boost::system::error_code error);
  void read_body();
  void on_chunk_header(boost::beast::string_view extensions, boost::system::error_code& error);
  void on_read_error(boost::system::error_code error);
  void answer();
  void refuse(unsigned status, const std::string& what);
  void write(HttpAnswer answer, ResponseTo request);
  void close();
  void drain();
  void give_up_at(Clock::time_point deadline);
  void await_deadline();
  bool is_idle() const;
  bool starts_with_empty_line() const;

  const HttpOptions& options_;
  HttpHandler& handler_;
  const Aside aside_;

  // On the strand.
  StreamSocket socket_;
  boost::asio::steady_timer deadline_;  ///< ends what the socket is doing
  bool is_late_ = false;                ///< whether it did
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::function<void(std::uint64_t, boost::beast::string_view, boost::system::error_code&)>
      chunk_header_;
  std::size_t extensions_ = 0;  ///< bytes of chunk extensions in this request
  HttpRequest request_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool may_skip_line_ = false;
  bool reading_ = false;
  bool stopping_ = false;
  std::array<char, 4096> drained_;
};

}  // namespace mfpar::apps
