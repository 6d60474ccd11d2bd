// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <string>
#include <vector>

#include "mf-serve/http_server.hpp"

namespace mfpar::apps {

using StreamAcceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// The sockets that systemd opened for this process (LISTEN_FDS of sd_listen_fds(3)); none where it
/// did not. The environment no longer tells of them afterwards.
std::vector<int> inherited_sockets();

/// What a server listens on. A Unix socket is removed at the end. Not synchronised.
class Listeners {
 public:
  /// Listens. Throws as HttpServer.
  Listeners(const HttpOptions& options, const boost::asio::any_io_executor& executor);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  std::vector<StreamAcceptor>& all() { return all_; }
  std::vector<std::string> addresses() const;
  void close();

 private:
  void listen_on_tcp(const HttpOptions& options);
  void listen_on_path();
  void inherit(int socket);

  const std::string path_;
  dev_t device_ = 0;  ///< of the file that path_ was made as
  ino_t inode_ = 0;
  boost::asio::any_io_executor executor_;
  std::vector<StreamAcceptor> all_;
};

}  // namespace mfpar::apps
