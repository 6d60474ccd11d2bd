// SPDX-License-Identifier: MIT
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <thread>

#include "common/interrupt.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-serve/hangup.hpp"
#include "mf-serve/http_server.hpp"
#include "mf-serve/listeners.hpp"
#include "mf-serve/service.hpp"
#include "mf-serve/spare_memory.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_handle.hpp"

namespace {

using namespace mfpar;
using namespace mfpar::apps;

struct ServeOptions {
  std::string model;
  HttpOptions http{.port = 8080, .threads = 0};
  int patience = 30, drain = 0;
  bool map = false;
  ServiceOptions service;
};

int run(ServeOptions options, bool names_address) {
  options.http.patience = std::chrono::seconds(options.patience);
  options.http.drain = std::chrono::seconds(options.drain);
  options.http.inherited = inherited_sockets();
  options.http.over_tcp =
      names_address || (options.http.unix_socket.empty() && options.http.inherited.empty());
  if (options.service.requests_per_second > 0 && options.service.keys_path.empty()) {
    throw Error(ErrorCode::kBadOption,
                "--requests-per-second is of each key; give --api-key-file too");
  }
  if (options.http.threads == 0) {
    options.http.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads the log may leave
  const SpareMemory spare;
  const Hangup hangup;
  const Interrupt interrupt;  // a signal while the model loads stops the service too
  ModelHandle models(options.model,
                     {.memory = options.map ? ModelMemory::kShared : ModelMemory::kPrivate});
  Service service(models, options.service);
  HttpServer server(options.http, service);

  const FactorModel& model = *models.current()->model;
  std::string text = options.model + ": " + with_commas(model.user_count()) + " users and " +
                     with_commas(model.item_count()) + " items\n";
  for (const std::string& address : server.addresses()) text += "listening on " + address + '\n';
  std::cout << text << std::flush;
  const std::jthread listener = hangup.listen([&service] {
    service.reopen_log();
    try {
      const auto served = service.reload();
      std::cerr << "mf-serve: " + served->path + ": version " + std::to_string(served->version) +
                       " is served\n";
    } catch (const std::exception&) {  // which it has told
    }
  });
  server.run(interrupt.token());
  return kDone;
}

const ProgramInfo kInfo{
    .name = "mf-serve",
    .purpose = "answer from a model over HTTP",
    .synopsis = "MODEL [OPTION]...",
    .description = R"(
Recommends, predicts and folds in new users over HTTP, from a model that mf-train made. Answers are
JSON and carry the version of the model, which counts up whenever the file is loaded anew, by
POST /reload or SIGHUP; requests under way are answered by the version they began with. SERVE.md
describes the endpoints: /recommend, /fold-in, /similar, /predict, /reload, /items, /users,
/catalogue, /health and /metrics; GET /openapi.json describes them for programs. / is a page, to be
opened in a browser.

There is no encryption, and without --api-key-file no login: the default address is reached from
this machine only, and for any other a proxy that encrypts belongs in front of it. SIGINT or
SIGTERM ends the service, exit code 0, when the requests under way are answered; a second one ends
it at once.)",
    .examples = {{"mf-serve films.model", "Answer on http://127.0.0.1:8080."},
                 {"mf-serve films.model --titles movies.csv",
                  "The same, with titles: open that address to rate and be recommended to."},
                 {"mf-serve films.model --port 0", "On any free port; it is printed."},
                 {"mf-serve films.model --unix-socket serve.sock", "On a Unix socket."},
                 {"curl 'http://127.0.0.1:8080/recommend?user=42&top=5'", "A request."}},
    .kernel = {}};

}  // namespace

int main(int argc, char** argv) {
  ServeOptions serve;
  Options options;
  options.positional("MODEL", serve.model, "A model file made by mf-train.");
  options.flag("map", serve.map,
               "Use the file where it lies instead of a copy in memory: services of one file share "
               "its pages. Then a new file must be renamed over it, as mf-train does; writing into "
               "it (cp, scp) gives wrong answers or ends the service.");
  options.text(
      "titles", "FILE", serve.service.titles_path,
      "What the items are called: a text file of id, title and any further columns, as "
      "mf-recommend --titles takes; those of the model (mf-train --titles) unless given. Answers "
      "have the titles, and at_most and where go by columns.");
  options.group("Address");
  options.text("host", "ADDRESS", serve.http.host, "The IP address to listen on.");
  options.integer<std::uint16_t>("port", "N", serve.http.port, 0, 65535,
                                 "The port to listen on; 0 is any free one, which is printed.");
  options.text("unix-socket", "PATH", serve.http.unix_socket,
               "Listen on a Unix socket, too where --host or --port is given, else in their place. "
               "Who may connect is by the permissions of the file (umask) and its folder. Sockets "
               "that systemd passes on are listened on likewise.");
  options.integer("threads,s", "N", serve.http.threads, 0, 1024,
                  "How many threads answer; 0: as many as cores.");
  options.group("Limits");
  options.integer<std::uint32_t>("most-top", "N", serve.service.limits.max_top, 1, 1'000'000,
                                 "The longest list that may be asked for.");
  options.integer<std::uint32_t>("most-ratings", "N", serve.service.limits.max_ratings, 1,
                                 10'000'000, "How many ratings a new user may have.");
  options.integer<std::uint32_t>("most-users", "N", serve.service.limits.max_users, 1, 1'000'000,
                                 "How many users one batch may have; their lists together at most "
                                 "100 times as many items as --most-top.");
  options.integer<std::size_t>("most-body", "BYTES", serve.http.max_body, 1, 1u << 30,
                               "The largest body that is read.");
  options.integer<std::size_t>("most-connections", "N", serve.http.max_connections, 1, 1'000'000,
                               "Connections beyond are answered with status 503 and closed; "
                               "fewer, where the system gives fewer file descriptors (ulimit -n).");
  options.integer("patience", "SECONDS", serve.patience, 1, 3600,
                  "How long a connection may take to send a whole request, else it is answered "
                  "with status 408 and closed, or to accept an answer.");
  options.integer("drain", "SECONDS", serve.drain, 0, 3600,
                  "How long SIGTERM and SIGINT let the service answer on as before, while GET "
                  "/health/ready is 503 and whoever sends requests here can turn elsewhere.");
  options.group("Access");
  options.text("api-key-file", "FILE", serve.service.keys_path,
               "Answer only who shows a key of this file, lines of 'read KEY' or 'admin KEY' and a "
               "name perhaps: as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'. POST /reload "
               "takes an admin key, /health none. The file is read again with the model.");
  options.integer<std::uint32_t>("requests-per-second", "N", serve.service.requests_per_second, 0,
                                 1'000'000,
                                 "How many requests a second each key may send, as many at once; "
                                 "of a batch each user is one. More are answered with status 429. "
                                 "0: no limit.");
  options.text("access-log", "FILE", serve.service.log_path,
               "Append every request to this file, a JSON object a line; - is standard output. "
               "Written each second, and opened anew at SIGHUP.");
  options.flag(
      "reload-any", serve.service.reload_any,
      "Let POST /reload name another file than MODEL. Any client can then make the service open "
      "files that it may read.");
  return run_program(kInfo, options, argc, argv,
                     [&] { return run(serve, options.given("host") || options.given("port")); });
}
