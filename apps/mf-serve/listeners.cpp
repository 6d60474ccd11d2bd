// SPDX-License-Identifier: MIT
#include "mf-serve/listeners.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace net = boost::asio;
using boost::system::error_code;
using Stream = net::generic::stream_protocol;

namespace {

/// The number in a variable of the environment; 0 for none.
long number_of(const char* name) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread yet
  long number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

/// Whether a socket is left over of a process that has ended: nobody takes connections there.
bool is_left_over(const std::string& path) {
  net::io_context io;
  net::local::stream_protocol::socket socket(io);
  error_code error;
  socket.connect(net::local::stream_protocol::endpoint(path), error);
  return error == net::error::connection_refused;
}

std::string address_of(const StreamAcceptor& acceptor) {
  error_code error;
  const Stream::endpoint endpoint = acceptor.local_endpoint(error);
  if (endpoint.protocol().family() == AF_UNIX) {
    net::local::stream_protocol::endpoint local;
    local.resize(endpoint.size());
    std::memcpy(local.data(), endpoint.data(), endpoint.size());
    return "unix:" + local.path();
  }
  net::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), endpoint.data(), std::min(endpoint.size(), tcp.capacity()));
  const bool v6 = tcp.address().is_v6();
  return std::string("http://") + (v6 ? "[" : "") + tcp.address().to_string() + (v6 ? "]:" : ":") +
         std::to_string(tcp.port());
}

}  // namespace

std::vector<int> inherited_sockets() {
  constexpr int kFirst = 3;
  std::vector<int> sockets;
  if (number_of("LISTEN_PID") == ::getpid()) {
    for (int i = 0; i < number_of("LISTEN_FDS"); ++i) {
      sockets.push_back(kFirst + i);
      ::fcntl(sockets.back(), F_SETFD, FD_CLOEXEC);
    }
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
  }
  return sockets;
}

Listeners::Listeners(const HttpOptions& options, const net::any_io_executor& executor)
    : path_(options.unix_socket), executor_(executor) {
  for (const int socket : options.inherited) inherit(socket);
  if (options.over_tcp) listen_on_tcp(options);
  if (!path_.empty()) listen_on_path();
}

Listeners::~Listeners() {
  struct stat file {};
  // Another process may listen there by now.
  if (inode_ != 0 && ::stat(path_.c_str(), &file) == 0 && file.st_ino == inode_ &&
      file.st_dev == device_) {
    ::unlink(path_.c_str());
  }
}

void Listeners::listen_on_tcp(const HttpOptions& options) {
  error_code error;
  const auto address = net::ip::make_address(options.host, error);
  if (error) {
    throw Error(ErrorCode::kBadOption,
                "--host is '" + options.host + "'; it must be an IP address, such as 127.0.0.1");
  }
  const net::ip::tcp::endpoint endpoint(address, options.port);
  try {
    StreamAcceptor& acceptor = all_.emplace_back(executor_);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(net::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    acceptor.non_blocking(true);
  } catch (const boost::system::system_error& e) {
    throw Error(ErrorCode::kSystem, "cannot listen on " + options.host + " port " +
                                        std::to_string(options.port) + ": " + e.code().message() +
                                        "; choose others with --host and --port");
  }
}

void Listeners::listen_on_path() {
  constexpr std::size_t kMaxPath = 107;  // of sockaddr_un
  if (path_.size() > kMaxPath) {
    throw Error(ErrorCode::kBadOption, "--unix-socket has " + std::to_string(path_.size()) +
                                           " characters; a path of a socket has at most " +
                                           std::to_string(kMaxPath));
  }
  struct stat file {};
  if (::stat(path_.c_str(), &file) == 0 && S_ISSOCK(file.st_mode) && is_left_over(path_)) {
    ::unlink(path_.c_str());
  }
  if (::lstat(path_.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode)) {
    throw Error(ErrorCode::kSystem, "cannot listen on --unix-socket " + path_ +
                                        ": it is there already, and no socket; choose another "
                                        "path");
  }
  try {
    StreamAcceptor& acceptor = all_.emplace_back(executor_);
    const net::local::stream_protocol::endpoint endpoint(path_);
    acceptor.open(endpoint.protocol());
    acceptor.bind(endpoint);
    if (::stat(path_.c_str(), &file) == 0) {
      device_ = file.st_dev;
      inode_ = file.st_ino;
    }
    acceptor.listen();
    acceptor.non_blocking(true);
  } catch (const boost::system::system_error& e) {
    throw Error(ErrorCode::kSystem, "cannot listen on --unix-socket " + path_ + ": " +
                                        e.code().message() + "; choose another path");
  }
}

void Listeners::inherit(int socket) {
  int family = 0, listens = 0;
  socklen_t size = sizeof family, listens_size = sizeof listens;
  const bool is_known =
      ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 &&
      ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) == 0;
  if (!is_known || listens == 0) {
    throw Error(ErrorCode::kSystem, "LISTEN_FDS: descriptor " + std::to_string(socket) +
                                        " is no socket that listens; expected a stream socket of "
                                        "a systemd unit with Accept=no");
  }
  StreamAcceptor& acceptor = all_.emplace_back(executor_);
  acceptor.assign(Stream(family, family == AF_UNIX ? 0 : IPPROTO_TCP), socket);
  acceptor.non_blocking(true);
}

std::vector<std::string> Listeners::addresses() const {
  std::vector<std::string> addresses;
  for (const StreamAcceptor& acceptor : all_) addresses.push_back(address_of(acceptor));
  return addresses;
}

void Listeners::close() {
  error_code ignored;
  for (StreamAcceptor& acceptor : all_) acceptor.close(ignored);
}

}  // namespace mfpar::apps
