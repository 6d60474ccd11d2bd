// SPDX-License-Identifier: MIT
#include "mf-serve/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "mf-serve/http_session.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

/// When the system has no file descriptors left for connections.
constexpr std::chrono::milliseconds kRetryAccept{50};

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

tcp::endpoint endpoint_of(const HttpOptions& options) {
  error_code error;
  const auto address = net::ip::make_address(options.host, error);
  if (error) {
    throw Error(ErrorCode::kBadOption,
                "--host is '" + options.host + "'; it must be an IP address, such as 127.0.0.1");
  }
  return {address, options.port};
}

}  // namespace

struct HttpServer::Impl {
  Impl(const HttpOptions& o, HttpHandler& h) : options(o), handler(h) {}

  void listen();
  void accept();
  void on_accept(error_code error, tcp::socket socket);
  void stop();
  void work();  ///< until there is nothing left to do

  const HttpOptions options;
  HttpHandler& handler;
  net::io_context io;
  net::thread_pool slow{1};
  tcp::acceptor acceptor{net::make_strand(io)};  // and what follows: on its strand
  net::steady_timer retry{acceptor.get_executor()};
  std::vector<std::weak_ptr<HttpSession>> sessions;
};

void HttpServer::Impl::listen() {
  const tcp::endpoint endpoint = endpoint_of(options);
  try {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  } catch (const boost::system::system_error& e) {
    throw Error(ErrorCode::kSystem, "cannot listen on " + options.host + " port " +
                                        std::to_string(options.port) + ": " + e.code().message() +
                                        "; choose others with --host and --port");
  }
}

void HttpServer::Impl::accept() {
  acceptor.async_accept(net::make_strand(io), [this](error_code error, tcp::socket socket) {
    on_accept(error, std::move(socket));
  });
}

void HttpServer::Impl::on_accept(error_code error, tcp::socket socket) {
  if (!acceptor.is_open()) return;
  if (error) {
    retry.expires_after(kRetryAccept);
    return retry.async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
  }
  socket.set_option(tcp::no_delay(true), error);  // an answer is one write, and is waited for
  std::erase_if(sessions, [](const auto& session) { return session.expired(); });
  const bool one_too_many = sessions.size() >= options.max_connections;
  const auto aside = [this](std::function<void()> work) {
    net::post(slow, [guard = net::make_work_guard(io), work = std::move(work)] { survives(work); });
  };
  const auto session =
      std::make_shared<HttpSession>(std::move(socket), options, handler, aside, one_too_many);
  sessions.push_back(session);
  session->start();
  accept();
}

void HttpServer::Impl::stop() {
  error_code ignored;
  acceptor.close(ignored);
  retry.cancel();
  for (const auto& weak : sessions) {
    if (const auto session = weak.lock()) session->stop();
  }
}

void HttpServer::Impl::work() {
  while (!survives([this] { io.run(); })) {
  }
}

HttpServer::HttpServer(const HttpOptions& options, HttpHandler& handler)
    : impl_(std::make_unique<Impl>(options, handler)) {
  impl_->listen();
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }

void HttpServer::run(std::stop_token stop) {
  net::post(impl_->acceptor.get_executor(), [this] { impl_->accept(); });
  const std::stop_callback on_stop(
      stop, [this] { net::post(impl_->acceptor.get_executor(), [this] { impl_->stop(); }); });
  std::vector<std::jthread> others;
  for (int i = 1; i < impl_->options.threads; ++i) others.emplace_back([this] { impl_->work(); });
  impl_->work();
}

}  // namespace mfpar::apps
