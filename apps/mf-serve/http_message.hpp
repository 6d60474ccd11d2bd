// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mfpar::apps {

/// Names and values of a head.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  ///< "GET"; HEAD is asked for as GET
  std::string target;  ///< "/similar?item=5", as it came
  std::string body;
};

struct HttpAnswer {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::string allow{};  ///< for status 405: the methods that there are
  HttpFields fields{};  ///< further ones of the head
};

/// A request that cannot be answered, with the status that says so; what() names what, and the
/// remedy.
class HttpError : public std::runtime_error {
 public:
  HttpError(unsigned status, const std::string& what) : std::runtime_error(what), status_(status) {}

  unsigned status() const noexcept { return status_; }

 private:
  unsigned status_;
};

}  // namespace mfpar::apps
