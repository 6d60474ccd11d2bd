// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mfpar::tests {

struct HttpReply {
  unsigned status = 0;
  std::string body;
  std::string allow;
  bool keep_alive = false;
  boost::beast::http::fields fields = {};

  std::string field(const std::string& name) const { return std::string(fields[name]); }
};

inline std::string request_text(const std::string& method, const std::string& target,
                                const std::string& body = "") {
  return method + ' ' + target +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// One connection to 127.0.0.1, kept open. Throws boost::system::system_error when it breaks. Not
/// synchronised.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  HttpReply ask(const std::string& method, const std::string& target,
                const std::string& body = "") {
    send(request_text(method, target, body));
    return read();
  }

  /// Any bytes at all.
  void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

  /// The next answer; `to_head` when it answers HEAD, and has no body.
  HttpReply read(bool to_head = false) {
    namespace http = boost::beast::http;
    http::response_parser<http::string_body> parser;
    parser.skip(to_head);
    http::read(socket_, buffer_, parser);
    auto& message = parser.get();
    return {message.result_int(), std::move(message.body()),
            std::string(message[http::field::allow]), message.keep_alive(), message.base()};
  }

  /// Sends as much of it as the other side takes; false where that is not all.
  bool try_to_send(std::string_view bytes) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(bytes), error);
    return !error;
  }

  /// Says that nothing more will be sent.
  void end() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  /// Waits until the other side has closed; returns what it sent before.
  std::string wait_until_closed() {
    std::string bytes(buffers_begin(buffer_.data()), buffers_end(buffer_.data()));
    boost::system::error_code error;
    for (char some[1024]; !error;) {
      bytes.append(some, socket_.read_some(boost::asio::buffer(some), error));
    }
    return bytes;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  boost::beast::flat_buffer buffer_;
};

}  // namespace mfpar::tests
