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
  std::string key{};     ///< of Authorization: Bearer, or else X-Api-Key; "" without
  bool is_head = false;  ///< whether it was HEAD
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
  HttpError(unsigned status, const std::string& what, HttpFields fields = {})
      : std::runtime_error(what), status_(status), fields_(std::move(fields)) {}

  unsigned status() const noexcept { return status_; }
  const HttpFields& fields() const noexcept { return fields_; }  ///< of the answer's head

 private:
  unsigned status_;
  HttpFields fields_;
};

}  // namespace mfpar::apps
