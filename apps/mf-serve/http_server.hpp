// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "mf-serve/http_message.hpp"

namespace mfpar::apps {

/// What answers the requests of a server. Called from many threads at once; what it throws costs
/// the connection.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  virtual HttpAnswer answer(const HttpRequest& request) = 0;

  /// Whether the answer may take long: then it is made on a thread of its own, and delays no other
  /// request.
  virtual bool is_slow(const HttpRequest& request) const = 0;

  /// The answer to what the server itself refuses: not HTTP, too large, too late, too many
  /// connections.
  virtual HttpAnswer refuse(unsigned status, const std::string& what) = 0;

  /// Told when the end is asked for: from then on the server takes no new work.
  virtual void stopping() noexcept = 0;

  /// Told of every connection, those that are turned away too.
  virtual void connection_opened() noexcept = 0;
  virtual void connection_closed() noexcept = 0;
};

struct HttpOptions {
  bool over_tcp = true;            ///< whether host and port are listened on
  std::string host = "127.0.0.1";  ///< an IP address
  std::uint16_t port = 0;          ///< 0: any free one
  std::string unix_socket{};       ///< the path of a Unix socket; "" for none
  std::vector<int> inherited{};    ///< sockets that listen already, see inherited_sockets()
  int threads = 1;                 ///< that read, answer and write
  std::size_t max_body = 1 << 20;

  /// Beyond them connections are told to come again later. Fewer where the system does not give so
  /// many file descriptors.
  std::size_t max_connections = 1000;

  /// How long a connection may take to send a whole request, counted from the answer before, or to
  /// accept an answer. Who has begun a request by then is told that it is late.
  std::chrono::seconds patience{30};

  /// How long it goes on as before once a stop is requested, and its handler knows, so that who
  /// sends requests here hears of it and turns elsewhere.
  std::chrono::seconds drain{0};
};

/// HTTP/1.1 with connections that stay open, on Boost.Beast. A connection costs memory, never a
/// thread, and whatever it sends, or does not, is bounded in size and time.
class HttpServer {
 public:
  /// Listens from here on. Throws Error(kBadOption) for a host that is not an address and a path
  /// that is too long, Error(kSystem) when the port or socket cannot be had. Keeps `handler`, which
  /// must outlive it.
  HttpServer(const HttpOptions& options, HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Where it listens: "http://127.0.0.1:8080", "unix:/run/mf-serve.sock".
  std::vector<std::string> addresses() const;

  /// Answers until a stop is requested, and then what is under way: a connection whose request has
  /// begun to arrive gets its answer and is closed. To be called once. Throws std::system_error
  /// when the system has no threads left.
  void run(std::stop_token stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mfpar::apps
