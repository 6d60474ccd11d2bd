// SPDX-License-Identifier: MIT
#include "mf-serve/http_head.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <optional>
#include <vector>

#include "mf-serve/http_message.hpp"

namespace mfpar::apps {

namespace http = boost::beast::http;

namespace {

using Head = http::request_header<>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// Every value of a field, those of lists one by one.
std::vector<std::string> values_of(const Head& head, http::field name, bool is_list) {
  std::vector<std::string> values;
  const auto [begin, end] = head.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    std::string_view rest(field->value().data(), field->value().size());
    for (bool is_last = false; !is_last;) {
      const std::size_t comma = is_list ? rest.find(',') : rest.npos;
      values.emplace_back(trimmed(rest.substr(0, comma)));
      is_last = comma == rest.npos;
      if (!is_last) rest.remove_prefix(comma + 1);
    }
  }
  return values;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// uri-host [ ":" port ] of RFC 3986, without user; may be empty.
bool is_host(std::string_view text) {
  constexpr std::string_view kMarks = "-._~%!$&'()*+,;=";
  const bool in_brackets = text.starts_with('[');
  const std::size_t end = in_brackets ? text.find(']') : text.find(':');
  if (in_brackets && end == text.npos) return false;
  const std::string_view host = text.substr(in_brackets ? 1 : 0, end - (in_brackets ? 1 : 0));
  const bool is_name = std::ranges::all_of(host, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != kMarks.npos || (in_brackets && c == ':');
  });
  if (!is_name || end == text.npos) return is_name;
  const std::string_view rest = text.substr(in_brackets ? end + 1 : end);
  return rest.empty() || (rest.front() == ':' && all_digits(rest.substr(1)));
}

void check_host(const Head& head) {
  const auto hosts = values_of(head, http::field::host, /*is_list=*/false);
  if (hosts.size() > 1) {
    throw HttpError(400, "the head has " + std::to_string(hosts.size()) + " Hosts; send one");
  }
  if (hosts.empty() && head.version() >= 11) {
    throw HttpError(400, "the head has no Host, which HTTP/1.1 asks for");
  }
  if (!hosts.empty() && !is_host(hosts.front())) {
    throw HttpError(400, "'" + hosts.front() + "' is no Host; send its name and port");
  }
}

/// Bodies whose length two servers may understand differently let one request hide in another.
void check_framing(const Head& head) {
  const auto lengths = values_of(head, http::field::content_length, /*is_list=*/true);
  const auto codings = values_of(head, http::field::transfer_encoding, /*is_list=*/true);
  if (lengths.size() > 1) throw HttpError(400, "Content-Length is given twice; send it once");
  if (!lengths.empty() && (lengths.front().empty() || !all_digits(lengths.front()))) {
    throw HttpError(400, "Content-Length is '" + lengths.front() + "'; it must be a whole number");
  }
  if (codings.empty()) return;
  if (!lengths.empty()) {
    throw HttpError(400, "both Content-Length and Transfer-Encoding are given; send one");
  }
  if (head.version() < 11) {
    throw HttpError(400, "Transfer-Encoding is not part of HTTP/1.0; send Content-Length");
  }
  const auto is_chunked = [](const std::string& coding) {
    return equal_ignoring_case(coding, "chunked");
  };
  const bool ends_chunked = is_chunked(codings.back());
  if (!ends_chunked || std::ranges::count_if(codings, is_chunked) > 1 ||
      std::ranges::count(codings, "") > 0) {
    throw HttpError(400, "Transfer-Encoding does not end in chunked, once; send 'chunked' alone");
  }
  if (codings.size() > 1) {
    throw HttpError(501, "the Transfer-Encoding '" + codings.front() +
                             "' is not known here; send the body as it is, 'chunked' at most");
  }
}

}  // namespace

void check_head(const Head& head) {
  check_framing(head);
  check_host(head);
  if (head.version() < 11) return;  // HTTP/1.0 knows no Expect
  for (const std::string& expected : values_of(head, http::field::expect, /*is_list=*/true)) {
    if (equal_ignoring_case(expected, "100-continue")) continue;
    throw HttpError(417, "Expect is '" + expected + "'; 100-continue is what can be met");
  }
}

bool expects_continue(const Head& head) {
  return head.version() >= 11 && head.count(http::field::expect) > 0;
}

std::string key_of(const Head& head) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto found = head.find(http::field::authorization);
  if (found != head.end()) {
    const std::string_view value(found->value().data(), found->value().size());
    if (equal_ignoring_case(value.substr(0, kBearer.size()), kBearer)) {
      return std::string(trimmed(value.substr(kBearer.size())));
    }
  }
  const auto own = head["X-Api-Key"];
  return std::string(trimmed({own.data(), own.size()}));
}

std::string path_and_query(std::string_view target) {
  if (target.starts_with('/') || target == "*") return std::string(target);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view host = rest.substr(0, end);
    if (host.empty() || host.starts_with(':') || !is_host(host)) break;
    return (rest.substr(end).starts_with('/') ? "" : "/") + std::string(rest.substr(end));
  }
  throw HttpError(400, "the target is '" + std::string(target) +
                           "'; it must be a path, or http://HOST and a path");
}

}  // namespace mfpar::apps
