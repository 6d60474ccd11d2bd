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
#include "mf-serve/service.hpp"
#include "mfpar/model_handle.hpp"

namespace {

using namespace mfpar;
using namespace mfpar::apps;

struct ServeOptions {
  std::string model;
  HttpOptions http{.port = 8080, .threads = 0};
  int patience = 30;
  bool map = false;
  ServiceOptions service;
};

int run(ServeOptions options) {
  options.http.patience = std::chrono::seconds(options.patience);
  if (options.http.threads == 0) {
    options.http.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads the log may leave
  const Hangup hangup;
  const Interrupt interrupt;  // a signal while the model loads stops the service too
  ModelHandle models(options.model,
                     {.memory = options.map ? ModelMemory::kShared : ModelMemory::kPrivate});
  Service service(models, options.service);
  HttpServer server(options.http, service);

  const FactorModel& model = *models.current()->model;
  const bool v6 = options.http.host.find(':') != std::string::npos;
  std::cout << options.model << ": " << with_commas(model.user_count()) << " users and "
            << with_commas(model.item_count()) << " items\n"
            << "listening on http://" << (v6 ? "[" : "") << options.http.host << (v6 ? "]" : "")
            << ':' << server.port() << std::endl;
  const std::jthread listener = hangup.listen([&service] {
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
describes the endpoints: /health, /metrics, /recommend, /fold-in, /similar, /predict and /reload,
/items, /users and /catalogue. / is a page, to be opened in a browser.

There is no encryption and no login: the default address is reached from this machine only, and for
any other a proxy that has both belongs in front of it. SIGINT or SIGTERM ends the service, exit
code 0, when the requests under way are answered; a second one ends it at once.)",
    .examples = {{"mf-serve films.model", "Answer on http://127.0.0.1:8080."},
                 {"mf-serve films.model --titles movies.csv",
                  "The same, with titles: open that address to rate and be recommended to."},
                 {"mf-serve films.model --port 0", "On any free port; it is printed."},
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
      "mf-recommend --titles takes. Answers have the titles, and at_most goes by columns.");
  options.group("Address");
  options.text("host", "ADDRESS", serve.http.host, "The IP address to listen on.");
  options.integer<std::uint16_t>("port", "N", serve.http.port, 0, 65535,
                                 "The port to listen on; 0 is any free one, which is printed.");
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
  options.flag(
      "reload-any", serve.service.reload_any,
      "Let POST /reload name another file than MODEL. Any client can then make the service open "
      "files that it may read.");
  return run_program(kInfo, options, argc, argv, [&] { return run(serve); });
}
