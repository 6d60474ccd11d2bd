// SPDX-License-Identifier: MIT
//
// mf-serve and clients who mean it ill: requests hidden in others, memory, time and descriptors.
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "sanitized.hpp"
#include "serving.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_attacks)

namespace {

const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST /recommend HTTP/1.1\r\nHost: a\r\n";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++count;
  return count;
}

/// A number of /proc/PID/status, in KiB.
long status_of(pid_t pid, const std::string& name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  throw std::runtime_error("no " + name);
}

double cpu_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  for (int field = 1; field < 14; ++field) file >> word;
  double user = 0, system = 0;
  file >> user >> system;
  return (user + system) / 100;
}

}  // namespace

// Whoever takes the length of a body another way than the proxy before it takes a part of the body
// for a request of its own. Each of these ends with such a part.
BOOST_AUTO_TEST_CASE(no_request_hides_in_another) {
  const Serving serving;
  const struct {
    std::string fields;
    unsigned status;
  } rows[] = {
      {"Transfer-Encoding: xchunked", 400},
      {"Transfer-Encoding: chunkedx", 400},
      {"Transfer-Encoding: x chunked", 400},
      {"Transfer-Encoding: chunked x", 400},
      {"Transfer-Encoding: \"chunked\"", 400},
      {"Transfer-Encoding: 'chunked'", 400},
      {"Transfer-Encoding: chunked;q=1", 400},
      {"Transfer-Encoding: chunked;", 400},
      {"Transfer-Encoding: chunked, identity", 400},
      {"Transfer-Encoding: chunked, gzip", 400},
      {"Transfer-Encoding: chunked, chunked", 400},
      {"Transfer-Encoding: gzip, chunked, chunked", 400},
      {"Transfer-Encoding: chunked,", 400},
      {"Transfer-Encoding: ,chunked", 400},
      {"Transfer-Encoding: , ,", 400},
      {"Transfer-Encoding:", 400},
      {"Transfer-Encoding: identity", 400},
      {"Transfer-Encoding: gzip", 400},
      {"Transfer-Encoding: \xc4\x8dhunked", 400},
      {"Transfer-Encoding: \x0b"
       "chunked",
       400},
      {"Transfer-Encoding: chunked\x0b", 400},
      {"Transfer-Encoding : chunked", 400},
      {" Transfer-Encoding: chunked", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400},
      {"Transfer-Encoding: identity\r\nTransfer-Encoding: x", 400},
      {"Transfer-Encoding: gzip, chunked", 501},
      {"Transfer-Encoding: deflate , chunked", 501},
      {"Transfer-Encoding: identity, chunked", 501},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", 501},
      {"Content-Length: 5\r\nTransfer-Encoding: chunked", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5", 400},
      {"Transfer-Encoding: xchunked\r\nContent-Length: 5", 400},
      {"Content-Length: 0\r\nTransfer-Encoding: identity", 400},
      {"Content-Length: 0\r\nContent-Length: 5", 400},
      {"Content-Length: 0\r\nContent-Length: 0", 400},
      {"Content-Length: 0, 0", 400},
      {"Content-Length: 0,", 400},
      {"Content-Length: ,0", 400},
      {"Content-Length:", 400},
      {"Content-Length: +0", 400},
      {"Content-Length: -0", 400},
      {"Content-Length: 0x0", 400},
      {"Content-Length: 0 0", 400},
      {"Content-Length: 0.0", 400},
      {"Content-Length: 1e0", 400},
      {"Content-Length: \"0\"", 400},
      {"Content-Length: 18446744073709551616", 400},
      {"Content-Length: 184467440737095516160000", 400},
      {"Content-Length : 0", 400},
      {"Content-Length: 0\rX: y", 400},
      {"Content-Length: 0\nX: y", 400},
  };
  for (const auto& row : rows) {
    for (const char* body : {"", "0\r\n\r\n", "5\r\nabcde\r\n0\r\n\r\n"}) {
      HttpClient client(serving.service->port());
      client.send(kPost + row.fields + "\r\n\r\n" + body + kHidden);
      const std::string all = client.wait_until_closed();
      const std::string what = row.fields + ": " + all;
      BOOST_TEST(all.starts_with("HTTP/1.1 " + std::to_string(row.status)), what);
      BOOST_TEST(count_of(all, "HTTP/1.1 ") == 1u, what);
      BOOST_TEST(contains(all, "Connection: close\r\n"), what);
    }
  }
  HttpClient older(serving.service->port());
  older.send("POST /recommend HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kHidden);
  BOOST_TEST(older.wait_until_closed().starts_with("HTTP/1.1 400"));
}

BOOST_AUTO_TEST_CASE(chunked_bodies_that_are_wrong_end_the_connection) {
  const Serving serving;
  for (const std::string body :
       {"x\r\n", "-1\r\n", "+5\r\nabcde\r\n", " 5\r\nabcde\r\n", "0x5\r\nabcde\r\n", "\r\n",
        "5 \r\nabcdef\r\n", "5\nabcde\r\n", "5\rabcde\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n",
        "5\r\nabc\r\n0\r\n\r\n", "10000000000000005\r\nabcde\r\n", "5;a=\"\r\nabcde\"\r\n0\r\n\r\n",
        "5;=\r\nabcde\r\n0\r\n\r\n", "0\r\nno colon\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    HttpClient client(serving.service->port());
    client.send(kPost + "Transfer-Encoding: chunked\r\n\r\n" + body + kHidden);
    const std::string all = client.wait_until_closed();
    BOOST_TEST(all.starts_with("HTTP/1.1 400"), body + ": " + all);
    BOOST_TEST(count_of(all, "HTTP/1.1 ") == 1u, body + ": " + all);
  }
}

BOOST_AUTO_TEST_CASE(a_request_has_one_host) {
  Serving serving;
  const struct {
    std::string bytes;
    unsigned status;
  } rows[] = {
      {"GET /health HTTP/1.1\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a\r\nX: y\r\nhOST: a\r\n\r\n", 400},
      {"GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: http://a\r\n\r\n", 400},
      {"GET http://a/health HTTP/1.1\r\n\r\n", 400},
      {"GET /health HTTP/1.1\r\nHost: a\r\n\r\n", 200},
      {"GET /health HTTP/1.1\r\nHost: a:8080\r\n\r\n", 200},
      {"GET /health HTTP/1.1\r\nHost: a:\r\n\r\n", 200},
      {"GET /health HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
      {"GET /health HTTP/1.1\r\nHost:\r\n\r\n", 200},
      {"GET /health HTTP/1.0\r\n\r\n", 200},
      // What names the host in the target.
      {"GET http://a/health HTTP/1.1\r\nHost: b\r\n\r\n", 200},
      {"GET http://a:80/predict?user=ann&item=10 HTTP/1.1\r\nHost: b\r\n\r\n", 200},
      {"GET HTTP://a/health HTTP/1.1\r\nHost: b\r\n\r\n", 200},
      {"GET https://[::1]:1/health HTTP/1.1\r\nHost: b\r\n\r\n", 200},
      {"GET http://a HTTP/1.1\r\nHost: b\r\n\r\n", 200},
      {"GET http://a?user=ann HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET http:///health HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET http://u@a/health HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET http://:80/health HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET ftp://a/health HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET health HTTP/1.1\r\nHost: b\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: b\r\n\r\n", 404},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
  };
  for (const auto& row : rows) {
    HttpClient client(serving.service->port());
    client.send(row.bytes);
    const HttpReply reply = client.read();
    BOOST_TEST(reply.status == row.status, row.bytes + ": " + reply.body);
  }
  BOOST_TEST(serving.get("/health").status == 200u);
}

// Each goes on for 16 MiB, if it can. What has been read of it is not kept.
BOOST_AUTO_TEST_CASE(nothing_without_end_takes_memory) {
  Serving serving({"--most-body", "1000"});
  const std::string chunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string many(1 << 12, 'a');
  const struct {
    std::string begin, again;
    unsigned status;
  } rows[] = {
      {"", many, 431},  // a method
      {"GET /", many, 431},
      {"GET /health HTTP/1.1\r\nX: ", many, 431},
      {"GET /health HTTP/1.1\r\n", "X: y\r\n", 431},
      {chunked + "0\r\n", "X: " + many + "\r\n", 431},
      {chunked + "0\r\nX: ", many, 431},
      {chunked + "0\r\n", "a:\r\n", 431},
      {chunked + "0;", many, 431},
      {chunked + "0;", "a;", 431},
      {chunked + "5;a=", many, 431},
      {chunked + "5;a=\"", many, 431},
      {chunked, "1;a=" + many + "\r\nb\r\n", 431},
      {chunked, "1;a=b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x\r\nb\r\n", 431},
      {chunked, "1\r\nb\r\n", 413},
      {chunked, std::string(1 << 12, '0'), 431},  // the size of a chunk
      {kPost + "Content-Length: 1001\r\n\r\n", many, 413},
  };
  BOOST_TEST(serving.get("/health").status == 200u);
  const pid_t pid = serving.service->pid();
  const long before = status_of(pid, "VmHWM");
  for (const auto& row : rows) {
    HttpClient client(serving.service->port());
    std::string block;
    while (block.size() < 1 << 16) block += row.again;
    bool goes_on = client.try_to_send(row.begin);
    for (int i = 0; goes_on && i < 1 << 8; ++i) goes_on = client.try_to_send(block);
    const std::string all = client.wait_until_closed();
    // Who sends on and on is reset in the end, perhaps before they have read.
    BOOST_TEST((all.empty() || all.starts_with("HTTP/1.1 " + std::to_string(row.status))), all);
    // Just beyond the limit, and waiting for an answer.
    HttpClient polite(serving.service->port());
    std::string bytes = row.begin;
    while (bytes.size() < 3 << 14) bytes += row.again;
    BOOST_TEST(polite.try_to_send(bytes));
    BOOST_TEST(polite.read().status == row.status, row.begin + row.again.substr(0, 60));
    polite.wait_until_closed();
  }
  // The address sanitizer keeps what was freed for a while.
  BOOST_TEST(status_of(pid, "VmHWM") - before < (kSanitized ? 1 << 18 : 4096));
  BOOST_TEST(serving.get("/health").status == 200u);
  const std::string enough =
      "1;a=b\r\n{\r\n"
      "1;c\r\n}\r\n"
      "0;d\r\nX: " +
      std::string(1000, 'y') + "\r\n\r\n";
  serving.client->send(chunked + enough);
  BOOST_TEST(contains(serving.client->read().body, "the body has no ratings"));
}

BOOST_AUTO_TEST_CASE(who_is_late_is_told) {
  Serving serving({"--patience", "1"});
  const std::string rows[] = {
      "G",
      "GET /health HTTP/1.1",
      "GET /health HTTP/1.1\r\nHost: a\r\n",
      "GET /health HTTP/1.1\r\nHost: a\r\n\r",
      kPost + "Content-Length: 5\r\n\r\n",
      kPost + "Content-Length: 5\r\n\r\nabcd",
      kPost + "Transfer-Encoding: chunked\r\n\r\n",
      kPost + "Transfer-Encoding: chunked\r\n\r\n5",
      kPost + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcd",
      kPost + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
      kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y",
      kPost + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
  };
  std::list<HttpClient> clients;
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& row : rows) clients.emplace_back(serving.service->port()).send(row);
  HttpClient slow(serving.service->port()), idle(serving.service->port());
  std::size_t at = 0;
  for (HttpClient& client : clients) {
    HttpReply reply = client.read();
    if (reply.status == 100) reply = client.read();
    BOOST_TEST(reply.status == 408u, rows[at] + ": " + reply.body);
    BOOST_TEST(!reply.keep_alive);
    client.wait_until_closed();
    ++at;
  }
  // A byte now and then does not make it longer.
  bool goes_on = slow.try_to_send("GET /");
  for (int i = 0; goes_on && i < 60; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    goes_on = slow.try_to_send("a");
  }
  BOOST_TEST(!goes_on);
  BOOST_TEST(idle.wait_until_closed() == "");  // nothing was asked
  const auto took = std::chrono::steady_clock::now() - start;
  BOOST_TEST((took > std::chrono::milliseconds(900) && took < std::chrono::seconds(20)));
  BOOST_TEST(HttpClient(serving.service->port()).ask("GET", "/health").status == 200u);
}

BOOST_AUTO_TEST_CASE(when_descriptors_run_out_clients_are_told) {
  if (kSanitized) {
    BOOST_TEST_MESSAGE("skipped: the undefined-behaviour sanitizer needs descriptors itself");
    return;
  }
  Serving serving({"--threads", "2"});
  BOOST_TEST(serving.get("/health").status == 200u);
  const pid_t pid = serving.service->pid();
  const rlimit few{32, 32};
  BOOST_REQUIRE(::prlimit(pid, RLIMIT_NOFILE, &few, nullptr) == 0);
  std::list<HttpClient> clients;
  std::size_t answered = 0, refused = 0, reset = 0;
  for (int i = 0; i < 100; ++i) {
    HttpClient& client = clients.emplace_back(serving.service->port());
    HttpReply reply;
    try {
      reply = client.ask("GET", "/health");
    } catch (const boost::system::system_error&) {
      ++reset;  // who asks only after the answer was given and the connection closed
      continue;
    }
    (reply.status == 200 ? answered : refused) += 1;
    BOOST_TEST((reply.status == 200 || reply.status == 503), reply.body);
    BOOST_TEST((reply.status == 200 || !reply.keep_alive));
  }
  BOOST_TEST(answered > 5u);
  BOOST_TEST(refused > 50u);
  BOOST_TEST(reset < 10u);
  BOOST_TEST(serving.get("/health").status == 200u);  // who was there is served as before
  const double before = cpu_seconds(pid);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  BOOST_TEST(cpu_seconds(pid) - before < 0.1);
  clients.clear();
  unsigned status = 503;
  for (int tries = 0; status == 503 && tries < 200; ++tries) {
    status = HttpClient(serving.service->port()).ask("GET", "/health").status;
    if (status == 503) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_TEST(status == 200u);
  const Outcome outcome = serving.service->stop();
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err == "");
}

BOOST_AUTO_TEST_SUITE_END()
