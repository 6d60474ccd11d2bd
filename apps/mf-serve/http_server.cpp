// SPDX-License-Identifier: MIT
#include "mf-serve/http_server.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/http/write.hpp>
#include <iostream>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "mf-serve/descriptors.hpp"
#include "mf-serve/http_session.hpp"
#include "mf-serve/listeners.hpp"

namespace mfpar::apps {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

/// When connections cannot be accepted, nor be turned away.
constexpr std::chrono::milliseconds kRetryAccept{50};

/// How long, in milliseconds, who is turned away may take to send the request.
constexpr int kWaitForRequest = 10;

/// File descriptors that connections leave to all else: model files, metrics, the event loop, and
/// connections that are turned away.
constexpr std::size_t kOtherDescriptors = 48;

/// Whether `work` returned; what it throws costs a connection, not the service.
template <class Work>
bool survives(const Work& work) {
  try {
    work();
    return true;
  } catch (const std::exception& e) {
    std::cerr << "mf-serve: error: a connection was given up: " << e.what() << std::endl;
    return false;
  }
}

/// What `work` gives. The program tells std::system_error from bugs; Boost has one of its own.
template <class Work>
auto with_system_errors(const Work& work) {
  try {
    return work();
  } catch (const boost::system::system_error& e) {
    throw std::system_error(e.code(), "the service cannot run");
  }
}

}  // namespace

struct HttpServer::Impl {
  Impl(const HttpOptions& o, HttpHandler& h) : options(o), handler(h) {}

  void accept(StreamAcceptor& acceptor);
  void on_accept(StreamAcceptor& acceptor, error_code error, StreamSocket socket);
  void begin(StreamSocket socket);
  bool turn_one_away(StreamAcceptor& acceptor);
  void drain();
  void stop();
  void work();  ///< until there is nothing left to do

  const HttpOptions options;
  const std::size_t most = std::min(options.max_connections, descriptors_beside(kOtherDescriptors));
  HttpHandler& handler;
  net::io_context io;
  net::thread_pool slow{1};
  const net::any_io_executor strand = net::make_strand(io);
  // On the strand.
  Listeners listeners{options, strand};
  net::steady_timer draining{strand};
  SpareDescriptor spare;
  std::vector<std::weak_ptr<HttpSession>> sessions;
};

void HttpServer::Impl::accept(StreamAcceptor& acceptor) {
  const auto wait_for_one = [&] {
    acceptor.async_accept(net::make_strand(io),
                          [this, &acceptor](error_code error, StreamSocket socket) {
                            on_accept(acceptor, error, std::move(socket));
                          });
  };
  // Without memory for that nobody would be accepted any more.
  while (!survives(wait_for_one)) std::this_thread::sleep_for(kRetryAccept);
}

void HttpServer::Impl::on_accept(StreamAcceptor& acceptor, error_code error, StreamSocket socket) {
  if (!acceptor.is_open()) return;
  if (!error) {
    survives([&] { begin(std::move(socket)); });
    return accept(acceptor);
  }
  const bool none_left = error == net::error::no_descriptors ||
                         error == boost::system::errc::too_many_files_open_in_system;
  if (none_left && turn_one_away(acceptor)) return accept(acceptor);
  const auto retry = std::make_shared<net::steady_timer>(strand, kRetryAccept);
  retry->async_wait([this, retry, &acceptor](error_code) {
    if (acceptor.is_open()) accept(acceptor);
  });
}

void HttpServer::Impl::begin(StreamSocket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);  // an answer is one write, and is waited for
  std::erase_if(sessions, [](const auto& session) { return session.expired(); });
  const bool one_too_many = sessions.size() >= most;
  const auto aside = [this](std::function<void()> work) {
    net::post(slow, [guard = net::make_work_guard(io), work = std::move(work)] { survives(work); });
  };
  const auto session = std::make_shared<HttpSession>(std::move(socket), options, handler, aside);
  sessions.push_back(session);
  one_too_many ? session->turn_away() : session->start();
}

/// Where no descriptor is left: who has waited longest gets the spare one, for as long as it takes
/// to say so.
bool HttpServer::Impl::turn_one_away(StreamAcceptor& acceptor) {
  return spare.lend([&] {
    error_code error;
    StreamSocket socket = acceptor.accept(error);
    if (error) return false;
    handler.connection_opened();
    const auto response =
        response_of(handler.refuse(503, "there are no file descriptors left; try again later"), {});
    socket.non_blocking(true, error);
    boost::beast::http::write(socket, response, error);
    socket.shutdown(StreamSocket::shutdown_send, error);
    // What is sent to us and not read would take the answer with it.
    pollfd request{socket.native_handle(), POLLIN, 0};
    ::poll(&request, 1, kWaitForRequest);
    for (std::array<char, 4096> sent; !error;) socket.read_some(net::buffer(sent), error);
    handler.connection_closed();
    return true;
  });
}

void HttpServer::Impl::drain() {
  handler.stopping();
  draining.expires_after(options.drain);
  draining.async_wait([this](error_code) { stop(); });
}

void HttpServer::Impl::stop() {
  listeners.close();
  for (const auto& weak : sessions) {
    if (const auto session = weak.lock()) session->stop();
  }
}

void HttpServer::Impl::work() {
  while (!survives([this] { io.run(); })) {
  }
}

HttpServer::HttpServer(const HttpOptions& options, HttpHandler& handler)
    : impl_(with_system_errors([&] { return std::make_unique<Impl>(options, handler); })) {}

HttpServer::~HttpServer() = default;

std::vector<std::string> HttpServer::addresses() const { return impl_->listeners.addresses(); }

void HttpServer::run(std::stop_token stop) {
  net::post(impl_->strand, [this] {
    for (StreamAcceptor& acceptor : impl_->listeners.all()) impl_->accept(acceptor);
  });
  const std::stop_callback on_stop(
      stop, [this] { net::post(impl_->strand, [this] { impl_->drain(); }); });
  std::vector<std::jthread> others;
  try {
    for (int i = 1; i < impl_->options.threads; ++i) others.emplace_back([this] { impl_->work(); });
  } catch (...) {
    impl_->io.stop();
    throw;
  }
  impl_->work();
}

}  // namespace mfpar::apps
