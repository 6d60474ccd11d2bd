// SPDX-License-Identifier: MIT
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <string>

#include "mf-serve/http_message.hpp"

namespace mfpar::apps {

/// What of a request its response depends on.
struct ResponseTo {
  bool keep_alive = false;  ///< whether another request may follow
  bool is_http_1_0 = false;
  bool is_head = false;  ///< the body is left out, its length is not
};

boost::beast::http::response<boost::beast::http::string_body> response_of(HttpAnswer answer,
                                                                          ResponseTo request);

/// "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate of RFC 9110, 5.6.7.
std::string http_date(std::chrono::sys_seconds time);

}  // namespace mfpar::apps
