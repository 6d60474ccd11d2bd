// SPDX-License-Identifier: MIT
//
// Who may ask an mf-serve, how often and where, and what is told of it: keys, limits of rates,
// sockets, health, the access log.
#include <arpa/inet.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "common/json.hpp"
#include "film_fixtures.hpp"
#include "serving.hpp"
#include "test_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;
using Clock = std::chrono::steady_clock;

BOOST_AUTO_TEST_SUITE(test_mf_serve_access)

namespace {

const std::string kReader = "reader-0123456789", kAdmin = "admin-0123456789";
const std::string kPredict = "/predict?user=ann&item=10";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool soon(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 500; ++tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

HttpReply ask_with(HttpClient& client, const std::string& head, const std::string& target,
                   const std::string& method = "GET") {
  client.send(method + ' ' + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n" + head +
              "\r\n");
  return client.read();
}

/// A service of literal_model(3) in a folder where files are written first.
struct Guarded : TestFolder {
  explicit Guarded(const std::string& keys, std::vector<std::string> arguments = {}) {
    save_model(literal_model(3.0f), path("a.model"));
    set_keys(keys);
    arguments.insert(arguments.end(), {"--api-key-file", "keys"});
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."), arguments);
    client = std::make_unique<HttpClient>(service->port());
  }

  void set_keys(const std::string& text) const {
    write("keys", text);
    std::filesystem::permissions(
        path("keys"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  HttpReply ask(const std::string& head, const std::string& target,
                const std::string& method = "GET") {
    return ask_with(*client, head, target, method);
  }
  unsigned status(const std::string& key, const std::string& target,
                  const std::string& method = "GET") {
    return ask("X-Api-Key: " + key + "\r\n", target, method).status;
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
};

/// All that a Unix socket answers to a request.
std::string ask_at(const std::string& path) {
  boost::asio::io_context io;
  boost::asio::local::stream_protocol::socket socket(io);
  socket.connect(boost::asio::local::stream_protocol::endpoint(path));
  const std::string request = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  boost::asio::write(socket, boost::asio::buffer(request));
  std::string answer;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
  return answer;
}

}  // namespace

BOOST_AUTO_TEST_CASE(keys_open_what_they_are_for) {
  Guarded guarded("# who\nread " + kReader + " shop # and more\n\nadmin " + kAdmin + "\n");
  const std::string close = kReader.substr(0, kReader.size() - 1);
  const struct {
    std::string head, method, target;
    unsigned status;
  } rows[] = {
      {"", "GET", kPredict, 401},
      {"", "POST", "/reload", 401},
      {"", "GET", "/metrics", 401},
      {"", "GET", "/health", 200},
      {"", "GET", "/health/live", 200},
      {"", "GET", "/health/ready", 200},
      {"", "GET", "/nowhere", 404},
      {"X-Api-Key: " + kReader + "\r\n", "GET", kPredict, 200},
      {"x-api-key:  " + kReader + " \r\n", "GET", kPredict, 200},
      {"Authorization: Bearer " + kReader + "\r\n", "GET", kPredict, 200},
      {"authorization: BEARER  " + kReader + "\r\n", "GET", "/metrics", 200},
      {"Authorization: Basic x\r\nX-Api-Key: " + kReader + "\r\n", "GET", kPredict, 200},
      {"Authorization: Bearer x\r\nX-Api-Key: " + kReader + "\r\n", "GET", kPredict, 401},
      {"Authorization: " + kReader + "\r\n", "GET", kPredict, 401},
      {"Authorization: Bearer\r\n", "GET", kPredict, 401},
      {"X-Api-Key: " + close + "\r\n", "GET", kPredict, 401},
      {"X-Api-Key: " + kReader + "0\r\n", "GET", kPredict, 401},
      {"X-Api-Key: shop\r\n", "GET", kPredict, 401},
      {"X-Api-Key: " + kReader + "\r\n", "POST", "/reload", 403},
      {"X-Api-Key: " + kAdmin + "\r\n", "GET", kPredict, 200},
      {"X-Api-Key: " + kAdmin + "\r\n", "POST", "/reload", 200},
  };
  for (const auto& row : rows) {
    const HttpReply reply = guarded.ask(row.head, row.target, row.method);
    const std::string what = row.head + row.method + ' ' + row.target + ": " + reply.body;
    BOOST_TEST(reply.status == row.status, what);
    BOOST_TEST(reply.field("WWW-Authenticate") == (row.status == 401 ? "Bearer" : ""), what);
    BOOST_TEST(!contains(reply.body, close), what);
    if (row.status > 400) BOOST_TEST(contains(reply.body, ",\"error\":\""), what);
  }
  const Outcome outcome = guarded.service->stop();
  BOOST_TEST(outcome.err == "");
}

BOOST_AUTO_TEST_CASE(keys_are_read_anew_with_the_model) {
  Guarded guarded("read " + kReader + "\nadmin " + kAdmin + "\n");
  const std::string next = "another-0123456789";
  guarded.set_keys("admin " + kAdmin + "\nread " + next + "\n");
  BOOST_TEST(guarded.status(next, kPredict) == 401u);
  BOOST_TEST(guarded.status(kAdmin, "/reload", "POST") == 200u);
  BOOST_TEST(guarded.status(next, kPredict) == 200u);
  BOOST_TEST(guarded.status(kReader, kPredict) == 401u);

  guarded.set_keys("admin short\n");  // changes nothing
  const HttpReply refused = guarded.ask("X-Api-Key: " + kAdmin + "\r\n", "/reload", "POST");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(contains(refused.body, "keys:1: the key has 5 characters"), refused.body);
  BOOST_TEST(guarded.status(next, kPredict) == 200u);

  guarded.set_keys("read " + kReader + "\n");
  guarded.service->signal(SIGHUP);
  BOOST_TEST(soon([&] { return guarded.status(kReader, kPredict) == 200u; }));
  BOOST_TEST(guarded.status(next, kPredict) == 401u);
}

BOOST_FIXTURE_TEST_CASE(files_of_keys_that_cannot_be_used_are_refused, TestFolder) {
  save_model(literal_model(3.0f), path("a.model"));
  const auto key = [](std::size_t length) { return std::string(length, 'k'); };
  const struct {
    std::string text;
    int code;  ///< -1: it starts
    std::string says;
  } rows[] = {
      {"read " + key(16), -1, ""},
      {"admin " + key(256), -1, ""},
      {"\tread\t" + key(20) + "\tname\r\n#admin x\n", -1, ""},
      {"read " + key(15), 3, "keys:1: the key has 15 characters; expected 16 to 256"},
      {"# a\nread " + key(257), 3, "keys:2: the key has 257 characters"},
      {"read \xc3\xa4" + key(20), 3, "keys:1: the key has 22 characters"},
      {"read", 3, "keys:1: this is neither 'read KEY' nor 'admin KEY'"},
      {"write " + key(20), 3, "keys:1: this is neither"},
      {key(20), 3, "keys:1: this is neither"},
      {"read " + key(20) + " a b", 3, "keys:1: this is neither"},
      {"read " + key(20) + "\nadmin " + key(20), 3, "keys:2: the key is there twice"},
      {"", 3, "keys: has no key, and nobody could ask anything"},
      {"# read " + key(20), 3, "keys: has no key"},
  };
  for (const auto& row : rows) {
    write("keys", row.text);
    if (row.code < 0) {
      Served served(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."), {"--api-key-file", "keys"});
      BOOST_TEST(HttpClient(served.port()).ask("GET", kPredict).status == 401u, row.text);
      BOOST_TEST(contains(served.stop().err, "keys can be read by everybody"));
      continue;
    }
    const Outcome outcome = run("mf-serve a.model --port 0 --api-key-file keys");
    BOOST_TEST(outcome.code == row.code, row.text + ": " + outcome.err);
    BOOST_TEST(contains(outcome.err, row.says), outcome.err);
    BOOST_TEST(!contains(outcome.err, key(15)), outcome.err);
  }
  BOOST_TEST(run("mf-serve a.model --port 0 --api-key-file none").code == 4);
  const Outcome alone = run("mf-serve a.model --port 0 --requests-per-second 5");
  BOOST_TEST(alone.code == 2);
  BOOST_TEST(contains(alone.err, "give --api-key-file too"), alone.err);
  BOOST_TEST(run("mf-serve a.model --requests-per-second 1000001").code == 2);
}

BOOST_AUTO_TEST_CASE(each_key_has_its_own_rate) {
  Guarded guarded("read " + kReader + "\nadmin " + kAdmin + "\n", {"--requests-per-second", "5"});
  const auto begin = Clock::now();
  int answered = 0;
  HttpReply refused;
  while (refused.status == 0 && answered < 100) {
    const HttpReply reply = guarded.ask("X-Api-Key: " + kReader + "\r\n", kPredict);
    reply.status == 200 ? static_cast<void>(++answered) : static_cast<void>(refused = reply);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  BOOST_TEST(refused.status == 429u);
  BOOST_TEST(answered >= 5);
  BOOST_TEST(answered <= 5 + 5 * seconds);
  BOOST_TEST(refused.field("Retry-After") == "1");
  BOOST_TEST(contains(refused.body, "than 5 a second; come again in 1 s"), refused.body);
  BOOST_TEST(guarded.status(kAdmin, kPredict) == 200u);
  BOOST_TEST(guarded.ask("", "/health").status == 200u);
  BOOST_TEST(soon([&] { return guarded.status(kReader, kPredict) == 200u; }));

  // Each user of a batch is a request, which those that follow wait for.
  std::string users = "{\"id\":\"ann\"}";
  for (int i = 1; i < 20; ++i) users += ",{\"id\":\"ann\"}";
  const std::string body = "{\"users\":[" + users + "]}";
  guarded.client->send("POST /recommend/batch HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + kAdmin +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  BOOST_TEST(guarded.client->read().status == 200u);
  const HttpReply later = guarded.ask("X-Api-Key: " + kAdmin + "\r\n", kPredict);
  BOOST_TEST(later.status == 429u);
  BOOST_TEST(std::stoi(later.field("Retry-After")) >= 2);
}

BOOST_AUTO_TEST_CASE(whoever_asks_is_told_when_the_end_is_near) {
  Serving serving({"--drain", "2"});
  BOOST_TEST(serving.get("/health/live").body == "{\"model_version\":1,\"status\":\"live\"}\n");
  BOOST_TEST(serving.get("/health/ready").body == "{\"model_version\":1,\"status\":\"ready\"}\n");
  serving.service->signal(SIGTERM);
  BOOST_TEST(soon([&] { return serving.get("/health/ready").status == 503u; }));
  BOOST_TEST(serving.get("/health/live").status == 200u);
  BOOST_TEST(HttpClient(serving.service->port()).ask("GET", kPredict).status == 200u);
  const Outcome outcome = serving.service->wait();
  BOOST_TEST(outcome.code == 0);
}

BOOST_AUTO_TEST_CASE(metrics_tell_of_the_model_and_of_requests_under_way) {
  Serving serving;
  const auto number = [&](const std::string& name) {
    const std::string text = serving.get("/metrics").body;
    return std::stod(text.substr(text.find('\n' + name + ' ') + name.size() + 2));
  };
  BOOST_TEST(number("mfpar_requests_in_flight") == 1);
  const double loaded = number("mfpar_model_loaded_timestamp_seconds");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  BOOST_TEST(std::abs(std::chrono::duration<double>(now).count() - loaded) < 60);
  serving.write("torn", "no model");
  BOOST_TEST(serving.post("/reload").status == 200u);
  const double again = number("mfpar_model_loaded_timestamp_seconds");
  BOOST_TEST(again > loaded);
  std::filesystem::rename(serving.path("torn"), serving.path("a.model"));
  BOOST_TEST(serving.post("/reload").status == 422u);
  BOOST_TEST(number("mfpar_model_loaded_timestamp_seconds") == again);
  BOOST_TEST(number("mfpar_requests_in_flight") == 1);
}

BOOST_AUTO_TEST_CASE(requests_are_logged_without_what_they_ask) {
  Guarded guarded("read " + kReader + " shop\nadmin " + kAdmin + "\n", {"--access-log", "log"});
  const std::string key = "X-Api-Key: " + kReader + "\r\n";
  guarded.ask(key, kPredict);
  guarded.ask("X-Api-Key: " + kAdmin + "\r\n", "/predict?user=ann");
  guarded.ask("", "/no\"where?x");
  guarded.ask(key, "/reload", "POST");
  guarded.client->send("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n");
  guarded.client->read(/*to_head=*/true);
  HttpClient(guarded.service->port()).send("nonsense\r\n\r\n");
  const auto lines = [&](const char* name) {
    return std::filesystem::exists(guarded.path(name)) ? guarded.lines(name)
                                                       : std::vector<std::string>();
  };
  BOOST_REQUIRE(soon([&] { return lines("log").size() == 6; }));  // nobody has to end it for that
  const struct {
    Json method, path;
    unsigned status;
    Json key;
  } rows[] = {{"GET", "/predict", 200, "shop"},    {"GET", "/predict", 400, "2"},
              {"GET", "/no\"where", 404, nullptr}, {"POST", "/reload", 403, "shop"},
              {"HEAD", "/health", 200, nullptr},   {nullptr, nullptr, 400, nullptr}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const std::string line = lines("log")[i];
    const Json logged = apps::parse_json(line);
    BOOST_TEST(logged.at("method") == rows[i].method, line);
    BOOST_TEST(logged.at("path") == rows[i].path, line);
    BOOST_TEST(logged.at("status") == rows[i].status, line);
    BOOST_TEST(logged.at("key") == rows[i].key, line);
    BOOST_TEST(logged.at("model_version") == 1, line);
    BOOST_TEST((logged.at("bytes") == 0) == (rows[i].method == "HEAD"), line);
    BOOST_TEST(logged.at("ms").get<double>() >= 0.0, line);
    BOOST_TEST(logged.at("time").get<std::string>().size() == 24u, line);
    BOOST_TEST(!contains(line, "ann"), line);
    BOOST_TEST(!contains(line, "0123456789"), line);
  }
  // Moved away, it is opened anew.
  std::filesystem::rename(guarded.path("log"), guarded.path("log.1"));
  guarded.ask(key, kPredict);
  guarded.service->signal(SIGHUP);
  BOOST_TEST(soon([&] { return std::filesystem::exists(guarded.path("log")); }));
  guarded.ask(key, "/metrics");
  BOOST_TEST(guarded.service->stop().code == 0);  // what is left is written at the end
  BOOST_TEST(lines("log.1").size() == 7u);
  BOOST_REQUIRE(lines("log").size() == 1u);
  BOOST_TEST(contains(lines("log")[0], "\"/metrics\""));
  BOOST_TEST(guarded.run("mf-serve a.model --port 0 --access-log no/such/log").code == 4);
}

BOOST_FIXTURE_TEST_CASE(a_unix_socket_is_in_place_of_the_port_or_beside_it, TestFolder) {
  save_model(literal_model(3.0f), path("a.model"));
  write("file", "no socket");
  {
    Served both(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."), {"--unix-socket", "s"});
    BOOST_TEST(HttpClient(both.port()).ask("GET", "/health").status == 200u);
    BOOST_TEST(contains(ask_at(path("s")), "{\"model_version\":1,\"status\":\"ok\""));
    const Outcome taken = run("mf-serve a.model --unix-socket s");
    BOOST_TEST(taken.code == 4, taken.err);
    BOOST_TEST(contains(taken.err, "cannot listen on --unix-socket s: Address already in use"));
    BOOST_TEST(both.stop().code == 0);
    BOOST_TEST(!std::filesystem::exists(path("s")));
  }
  const auto alone = start("mf-serve a.model --unix-socket s");
  BOOST_TEST(soon([&] { return contains(alone->out_so_far(), "listening on unix:s\n"); }));
  BOOST_TEST(!contains(alone->out_so_far(), "http"));
  alone->signal(SIGKILL);
  alone->wait();
  BOOST_TEST(std::filesystem::exists(path("s")));  // left over, which the next one sees
  const auto next = start("mf-serve a.model --unix-socket s");
  BOOST_TEST(soon([&] { return contains(next->out_so_far(), "listening"); }));
  BOOST_TEST(contains(ask_at(path("s")), "\"status\":\"ok\""));
  next->signal(SIGTERM);
  BOOST_TEST(next->wait().code == 0);
  BOOST_TEST(run("mf-serve a.model --unix-socket file").code == 4);
  BOOST_TEST(read("file") == "no socket");
  const Outcome long_path = run("mf-serve a.model --unix-socket " + std::string(108, 's'));
  BOOST_TEST(long_path.code == 2);
  BOOST_TEST(contains(long_path.err, "has 108 characters; a path of a socket has at most 107"));
}

BOOST_FIXTURE_TEST_CASE(sockets_of_systemd_are_listened_on, TestFolder) {
  save_model(literal_model(3.0f), path("a.model"));
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BOOST_REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(::listen(socket, 5) == 0);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  // As systemd starts it: the process that is told of has the number of the program.
  const std::string program = MFPAR_PROGRAMS "/mf-serve", model = path("a.model"),
                    out = path("out");
  std::string words[] = {"sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$1\" \"$2\" >\"$3\" 2>&1",
                         "sh"};
  char* const argv[] = {words[0].data(),
                        words[1].data(),
                        words[2].data(),
                        words[3].data(),
                        const_cast<char*>(program.c_str()),
                        const_cast<char*>(model.c_str()),
                        const_cast<char*>(out.c_str()),
                        nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, 3);
  pid_t pid = -1;
  BOOST_REQUIRE(::posix_spawn(&pid, "/bin/sh", &actions, nullptr, argv, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  // Who comes before it is ready waits.
  HttpClient client(ntohs(address.sin_port));
  BOOST_TEST(client.ask("GET", "/health/ready").status == 200u);
  BOOST_TEST(contains(read("out"), "listening on http://127.0.0.1:" +
                                       std::to_string(ntohs(address.sin_port)) + "\n"));
  ::kill(pid, SIGTERM);
  int status = -1;
  BOOST_TEST(::waitpid(pid, &status, 0) == pid);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0), read("out"));
  ::close(socket);
}

BOOST_AUTO_TEST_SUITE_END()
