// SPDX-License-Identifier: MIT
//
// mf-serve at its limits of size and time, and one beyond.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "serving.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_limits)

namespace {

const std::string kPost = "POST /recommend HTTP/1.1\r\nHost: a\r\n";

}  // namespace

// The last that is taken, and the first that is not.
BOOST_AUTO_TEST_CASE(limits_are_where_they_are_said_to_be) {
  Serving serving({"--most-body", "1000", "--most-top", "50", "--most-ratings", "10",
                   "--most-users", "3", "--patience", "2"});
  const auto head = [](std::size_t bytes) {
    const std::string begin = "GET /health HTTP/1.1\r\nHost: a\r\nX: ", end = "\r\n\r\n";
    return begin + std::string(bytes - begin.size() - end.size(), 'y') + end;
  };
  const auto body = [](std::size_t bytes) {
    const std::string json = R"({"ratings":{"40":5}})";
    return json + std::string(bytes - json.size(), ' ');
  };
  const auto chunked = [&](std::size_t bytes) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes);
    return kPost + "Transfer-Encoding: chunked\r\n\r\n" + size + body(bytes) + "\r\n0\r\n\r\n";
  };
  const auto extended = [&](std::size_t bytes) {
    return kPost + "Transfer-Encoding: chunked\r\n\r\n14;" + std::string(bytes - 1, 'e') + "\r\n" +
           body(20) + "\r\n0\r\n\r\n";
  };
  const auto ratings = [](std::size_t count) {
    std::string text = "{\"ratings\":{";
    for (std::size_t i = 0; i < count; ++i) {
      text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
    }
    return request_text("POST", "/recommend", text + "}}");
  };
  const auto users = [](std::size_t count) {
    std::string text = "{\"users\":[";
    for (std::size_t i = 0; i < count; ++i)
      text += i > 0 ? ",{\"id\":\"ann\"}" : "{\"id\":\"ann\"}";
    return request_text("POST", "/recommend/batch", text + "]}");
  };
  const auto list = [](const std::string& what) {
    return request_text("GET", "/recommend?user=ann&" + what);
  };
  const struct {
    std::string taken, refused;
    unsigned status;
  } rows[] = {
      {head(16 * 1024), head(16 * 1024 + 64), 431},  // the first line counts by itself
      {request_text("POST", "/recommend", body(1000)),
       request_text("POST", "/recommend", body(1001)), 413},
      {chunked(1000), chunked(1001), 413},
      {extended(15'000), extended(16 * 1024 + 1), 431},
      {list("top=50"), list("top=51"), 400},
      {list("top=20&offset=30"), list("top=20&offset=31"), 400},
      {request_text("POST", "/recommend", R"({"ratings":{},"top":50})"),
       request_text("POST", "/recommend", R"({"ratings":{},"top":51})"), 422},
      {ratings(10), ratings(11), 422},
      {users(3), users(4), 413},
  };
  for (const auto& row : rows) {
    HttpClient taken(serving.service->port()), refused(serving.service->port());
    taken.send(row.taken);
    const HttpReply good = taken.read();
    BOOST_TEST(good.status == 200u, row.taken.substr(0, 80) + ": " + good.body);
    refused.send(row.refused);
    const HttpReply bad = refused.read();
    BOOST_TEST(bad.status == row.status, row.refused.substr(0, 80) + ": " + bad.body);
  }
  // Of time: each half a second on this side of the limit, and beyond.
  const std::string request = request_text("GET", "/health");
  HttpClient in_time(serving.service->port()), late(serving.service->port());
  for (HttpClient* client : {&in_time, &late}) client->send(request.substr(0, 9));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  in_time.send(request.substr(9));
  BOOST_TEST(in_time.read().status == 200u);
  BOOST_TEST(late.read().status == 408u);
}

BOOST_AUTO_TEST_SUITE_END()
