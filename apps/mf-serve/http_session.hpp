// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "mf-serve/http_server.hpp"

namespace mfpar::apps {

/// One connection: reads a request, has it answered, writes the answer, and again. Its operations
/// follow one another on its strand; it lives as long as one of them is pending.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  /// How the session has a slow answer made: calls `work` on another thread.
  using Aside = std::function<void(std::function<void()> work)>;

  HttpSession(boost::asio::ip::tcp::socket socket, const HttpOptions& options, HttpHandler& handler,
              Aside aside, bool one_too_many);

  void start();

  /// Ends the connection when no request is under way, else after its answer. From any thread.
  void stop();

 private:
  void read();
  void on_read(boost::system::error_code error);
  void answer();
  void refuse(unsigned status, const std::string& what);
  void write(HttpAnswer answer, bool keep_alive);
  void close();
  void drain(std::chrono::steady_clock::time_point deadline);

  const HttpOptions& options_;
  HttpHandler& handler_;
  const Aside aside_;
  const bool one_too_many_;

  // On the strand.
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  HttpRequest request_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool head_ = false;
  bool reading_ = false;
  bool stopping_ = false;
  std::array<char, 4096> drained_;
};

}  // namespace mfpar::apps
