// SPDX-License-Identifier: MIT
//
// mf-serve on the wire: what no well-behaved client sends, limits, and how it ends.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "serving.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_http)

namespace {

const std::string kBody = "{\"ratings\":{\"40\":5}}";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_no_request_or_too_large_is_refused) {
  Serving serving({"--most-body", "1000"});
  const std::string post = "POST /recommend HTTP/1.1\r\nHost: a\r\n";
  struct {
    std::string bytes;
    unsigned status;
    const char* says;
  } const rows[] = {
      {"nonsense\r\n\r\n", 400, "this is not an HTTP request"},
      {std::string("\0\1\2\3\r\n\r\n", 8), 400, "this is not an HTTP request"},
      {"GET /health HTTP/9.9\r\n\r\n", 400, "this is not an HTTP request"},
      {"GET /health HTTP/1.1\r\nno colon\r\n\r\n", 400, "this is not an HTTP request"},
      {post + "Content-Length: -5\r\n\r\n", 400, "this is not an HTTP request"},
      {post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345", 400, "not an HTTP request"},
      {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "this is not an HTTP request"},
      {post + "Content-Length: 1001\r\n\r\n" + std::string(1001, ' '), 413, "more than 1000 bytes"},
      {post + "Content-Length: 99999999999\r\n\r\n", 413, "more than 1000 bytes"},
      {post + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, ' '), 413,
       "more than 1000 bytes"},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n", 431, "the head"},
      {"GET /health HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431, "the head"},
  };
  for (const auto& row : rows) {
    HttpClient client(serving.service->port());
    client.send(row.bytes);
    const HttpReply reply = client.read();
    const std::string what = row.bytes.substr(0, 60) + ": " + reply.body;
    BOOST_TEST(reply.status == row.status, what);
    BOOST_TEST(contains(reply.body, row.says), what);
    BOOST_TEST(!reply.keep_alive, what);
    client.wait_until_closed();
  }
  BOOST_TEST(serving.get("/health").status == 200u);
}

BOOST_FIXTURE_TEST_CASE(what_http_allows_is_understood, Serving) {
  HttpClient& wire = *client;
  wire.send(request_text("GET", "/health") + request_text("POST", "/recommend", kBody) +
            request_text("GET", "/nowhere"));  // three at once
  BOOST_TEST(wire.read().status == 200u);
  BOOST_TEST(contains(wire.read().body, "\"ratings_used\":1"));
  BOOST_TEST(wire.read().status == 404u);

  wire.send(request_text("HEAD", "/health"));
  BOOST_TEST(wire.read(true).status == 200u);
  wire.send(
      "POST /recommend HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\n{\"rat\r\nf\r\n"
      "ings\":{\"40\":5}}\r\n0\r\n\r\n");
  BOOST_TEST(wire.read().status == 200u);
  for (const char byte : request_text("GET", "/health")) wire.send({&byte, 1});
  BOOST_TEST(wire.read().status == 200u);

  wire.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  BOOST_TEST(!wire.read().keep_alive);
  wire.wait_until_closed();
  HttpClient blank(service->port());
  blank.send("\r\n" + request_text("GET", "/health") + "\r\n" + request_text("GET", "/health"));
  BOOST_TEST(blank.read().status == 200u);
  BOOST_TEST(blank.read().status == 200u);
  blank.send("\r\n\r\n" + request_text("GET", "/health"));
  BOOST_TEST(blank.read().status == 400u);
  HttpClient older(service->port());
  older.send("GET /health HTTP/1.0\r\n\r\n");
  BOOST_TEST(older.read().status == 200u);
  older.wait_until_closed();
}

BOOST_FIXTURE_TEST_CASE(head_and_options_are_answered_as_rfc_9110_says, Serving) {
  for (const char* target : {"/health", "/recommend?user=ann", "/similar?item=10",
                             "/predict?user=a", "/nowhere", "/recommend?user=eve", "/fold-in"}) {
    const HttpReply whole = get(target);
    client->send(request_text("HEAD", target));
    const HttpReply head = client->read(/*to_head=*/true);
    BOOST_TEST(head.status == whole.status, target);
    BOOST_TEST(head.body == "");
    BOOST_TEST(head.field("Content-Length") == std::to_string(whole.body.size()), target);
    BOOST_TEST(head.field("Content-Type") == whole.field("Content-Type"));
    BOOST_TEST(head.allow == whole.allow);
  }
  const struct {
    const char* target;
    const char* allow;
  } rows[] = {
      {"/health", "HEAD, GET, OPTIONS"},   {"/recommend", "HEAD, GET, POST, OPTIONS"},
      {"/reload", "POST, OPTIONS"},        {"*", "HEAD, GET, POST, OPTIONS"},
      {"/fold-in?top=5", "POST, OPTIONS"}, {"http://a/similar", "HEAD, GET, POST, OPTIONS"},
  };
  for (const auto& row : rows) {
    const HttpReply reply = client->ask("OPTIONS", row.target);
    BOOST_TEST(reply.status == 204u, row.target);
    BOOST_TEST(reply.allow == row.allow, row.target);
    BOOST_TEST(reply.field("Content-Length") == "");
    BOOST_TEST(reply.keep_alive);
  }
  BOOST_TEST(client->ask("OPTIONS", "/nowhere").status == 404u);
  const HttpReply refused = client->ask("DELETE", "/recommend");
  BOOST_TEST(refused.status == 405u);
  BOOST_TEST(refused.allow == "HEAD, GET, POST, OPTIONS");
}

BOOST_FIXTURE_TEST_CASE(every_answer_has_the_date, Serving) {
  for (const char* target : {"/health", "/nowhere", "/metrics"}) {
    const HttpReply reply = get(target);
    std::tm date{};
    const std::string text = reply.field("Date");
    const char* const end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    BOOST_REQUIRE((end != nullptr && *end == '\0'));
    BOOST_TEST(text.size() == 29u);
    BOOST_TEST(std::abs(std::difftime(::timegm(&date), std::time(nullptr))) < 10);
  }
  client->send("nonsense\r\n\r\n");
  BOOST_TEST(client->read().field("Date").size() == 29u);
}

BOOST_FIXTURE_TEST_CASE(connections_stay_open_where_both_sides_want_it, Serving) {
  const struct {
    const char* version;
    const char* connection;
    const char* answered;
    bool stays;
  } rows[] = {
      {"1.1", "", "", true},
      {"1.1", "Connection: keep-alive\r\n", "", true},
      {"1.1", "Connection: close\r\n", "close", false},
      {"1.1", "Connection: Close\r\n", "close", false},
      {"1.1", "Connection: x, close\r\n", "close", false},
      {"1.0", "", "close", false},
      {"1.0", "Connection: keep-alive\r\n", "keep-alive", true},
      {"1.0", "Connection: Keep-Alive\r\n", "keep-alive", true},
      {"1.0", "Connection: close\r\n", "close", false},
  };
  for (const auto& row : rows) {
    const std::string what = std::string(row.version) + ' ' + row.connection;
    HttpClient one(service->port());
    const std::string request = std::string("GET /health HTTP/") + row.version + "\r\nHost: a\r\n" +
                                row.connection + "\r\n";
    one.send(request);
    const HttpReply reply = one.read();
    BOOST_TEST(reply.status == 200u, what);
    BOOST_TEST(reply.field("Connection") == row.answered, what);
    if (row.stays) {
      one.send(request);
      BOOST_TEST(one.read().status == 200u, what);
    } else {
      BOOST_TEST(one.wait_until_closed() == "", what);
    }
  }
}

BOOST_AUTO_TEST_CASE(bodies_are_asked_for_when_the_client_waits_for_that) {
  Serving serving({"--most-body", "1000"});
  HttpClient& wire = *serving.client;
  const std::string length = "Content-Length: " + std::to_string(kBody.size()) + "\r\n";
  const auto head = [](const std::string& fields, const std::string& version = "1.1") {
    return "POST /recommend HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
  };
  for (const char* expect : {"Expect: 100-continue\r\n", "expect: 100-Continue\r\n"}) {
    wire.send(head(length + expect));
    BOOST_TEST(wire.read().status == 100u);
    wire.send(kBody);
    BOOST_TEST(wire.read().status == 200u);
  }
  wire.send(head("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
  BOOST_TEST(wire.read().status == 100u);
  wire.send("14\r\n" + kBody + "\r\n0\r\n\r\n");
  BOOST_TEST(wire.read().status == 200u);
  // Nobody waits.
  wire.send(head(length + "Expect: 100-continue\r\n") + kBody);
  BOOST_TEST(wire.read().status == 200u);
  wire.send("GET /health HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(wire.read().status == 200u);

  const struct {
    std::string bytes;
    unsigned status;
  } refused[] = {
      {head("Content-Length: 1001\r\nExpect: 100-continue\r\n"), 413},
      {head(length + "Expect: 200-ok\r\n"), 417},
      {head(length + "Expect: 100-continue, x\r\n"), 417},
      {head(length + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"), 400},
      {head(length + "Expect: 100-continue\r\n", "1.0") + kBody, 200},  // which does not know it
  };
  for (const auto& row : refused) {
    HttpClient client(serving.service->port());
    client.send(row.bytes);
    BOOST_TEST(client.read().status == row.status, row.bytes);
    client.wait_until_closed();
  }
}

BOOST_AUTO_TEST_CASE(connections_too_many_and_too_slow_are_ended) {
  Serving serving({"--most-connections", "2", "--patience", "1"});
  BOOST_TEST(serving.get("/health").status == 200u);
  HttpClient second(serving.service->port()), third(serving.service->port());
  BOOST_TEST(second.ask("GET", "/health").status == 200u);
  const HttpReply refused = third.ask("GET", "/health");
  BOOST_TEST(refused.status == 503u);
  BOOST_TEST(contains(refused.body, "too many connections"));
  third.wait_until_closed();
  second.send("GET /hea");
  second.wait_until_closed();  // it takes too long over the rest
  serving.client->wait_until_closed();
  // They are closed a moment before they no longer count.
  unsigned status = 503;
  for (int tries = 0; status == 503 && tries < 200; ++tries) {
    status = HttpClient(serving.service->port()).ask("GET", "/health").status;
    if (status == 503) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  BOOST_TEST(status == 200u);
}

BOOST_FIXTURE_TEST_CASE(a_stop_finishes_what_is_under_way, Serving) {
  BOOST_TEST(get("/health").status == 200u);  // an open connection without a request
  HttpClient under_way(service->port());
  const std::string request = request_text("POST", "/recommend", kBody);
  under_way.send(request.substr(0, request.size() - 5));
  // A later answer on another connection does not prove that the half was read, so this takes long
  // enough for it; where it was not, the connection is ended and the read below throws.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  service->signal(SIGTERM);
  client->wait_until_closed();
  under_way.send(request.substr(request.size() - 5));
  const HttpReply reply = under_way.read();
  BOOST_TEST(reply.status == 200u);
  BOOST_TEST(contains(reply.body, "\"ratings_used\":1"));
  // Each connection hears of the stop on its own, this one maybe only now: it ends in any case.
  under_way.wait_until_closed();
  const Outcome outcome = service->wait();
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err == "");
}

// As in "mf-serve a.model 2>&1 | head -2".
BOOST_AUTO_TEST_CASE(nobody_needs_to_read_the_log) {
  const TemporaryFolder folder;
  const std::string model = folder.path("a.model");
  save_model(literal_model(3.0f), model);
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const std::string program = MFPAR_PROGRAMS "/mf-serve";
  std::string port = "--port", any = "0";
  char* const argv[] = {const_cast<char*>(program.c_str()), const_cast<char*>(model.c_str()),
                        port.data(), any.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t pid = -1;
  BOOST_REQUIRE(::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string out;
  const std::string sign = "listening on http://127.0.0.1:";
  for (char byte;
       !(contains(out, sign) && out.ends_with('\n')) && ::read(ends[0], &byte, 1) == 1;) {
    out += byte;
  }
  ::close(ends[0]);  // nobody reads any more
  HttpClient client(
      static_cast<std::uint16_t>(std::stoi(out.substr(out.find(sign) + sign.size()))));
  for (int version = 2; version < 4; ++version) {
    ::kill(pid, SIGHUP);  // which is told in the log
    const std::string begin = "{\"model_version\":" + std::to_string(version) + ',';
    std::string health;
    for (int tries = 0; !health.starts_with(begin) && tries < 500; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      health = client.ask("GET", "/health").body;
    }
    BOOST_TEST(health.starts_with(begin), health);
  }
  ::kill(pid, SIGTERM);
  int status = -1;
  BOOST_TEST(::waitpid(pid, &status, 0) == pid);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

BOOST_FIXTURE_TEST_CASE(clients_that_leave_are_not_missed, Serving) {
  for (int i = 0; i < 50; ++i) {
    HttpClient leaving(service->port());
    leaving.send(i % 2 == 0 ? "POST /recommend HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"
                            : request_text("GET", "/similar?item=10"));
  }
  BOOST_TEST(get("/health").status == 200u);
  BOOST_TEST(service->stop().code == 0);
}

BOOST_FIXTURE_TEST_CASE(wrong_options_are_reported, TestFolder) {
  save_model(literal_model(3.0f), path_of("a.model"));
  Served other(MFPAR_PROGRAMS "/mf-serve", "a.model", path_of("."));
  const struct {
    std::string arguments;
    int code;
    const char* says;
  } rows[] = {
      {"a.model --host localhost", 2, "must be an IP address, such as 127.0.0.1"},
      {"a.model --host 192.0.2.1 --port 0", 4, "cannot listen on 192.0.2.1"},
      {"a.model --port " + std::to_string(other.port()), 4, "choose others with --host and --port"},
      {"a.model --port 65536", 2, "--port"},
      {"a.model --most-top 0", 2, "--most-top"},
      {"none.model", 4, "none.model"},
      {"", 2, "MODEL"},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run("mf-serve " + row.arguments);
    BOOST_TEST(outcome.code == row.code, row.arguments << ": " << outcome.err);
    BOOST_TEST(contains(outcome.err, row.says), outcome.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
