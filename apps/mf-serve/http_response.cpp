// SPDX-License-Identifier: MIT
#include "mf-serve/http_response.hpp"

#include <cstdio>
#include <utility>

namespace mfpar::apps {

namespace http = boost::beast::http;

http::response<http::string_body> response_of(HttpAnswer answer, ResponseTo request) {
  constexpr unsigned kNoContent = 204;  // has neither a body nor the length of one
  http::response<http::string_body> response;
  response.version(11);
  response.result(answer.status);
  response.set(
      http::field::date,
      http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  for (const auto& [name, value] : answer.fields) response.set(name, value);
  response.keep_alive(request.keep_alive);
  if (request.keep_alive && request.is_http_1_0) {
    response.set(http::field::connection, "keep-alive");
  }
  if (answer.status == kNoContent) return response;
  response.set(http::field::content_type, answer.content_type);
  response.content_length(answer.body.size());
  if (!request.is_head) response.body() = std::move(answer.body);
  return response;
}

std::string http_date(std::chrono::sys_seconds time) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[96];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                kMonths[unsigned(date.month()) - 1], int(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace mfpar::apps
