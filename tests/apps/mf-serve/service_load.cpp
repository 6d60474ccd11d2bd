// SPDX-License-Identifier: MIT
//
// Clients ask an mf-serve on the loopback device while its model is replaced under them; every
// answer is held against the right one of the version it names. Exits 1 for any wrong answer and
// any error.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/options.hpp"
#include "common/program.hpp"
#include "http_client.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "served.hpp"
#include "service_load/latencies.hpp"
#include "service_load/questions.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace mfpar;
using namespace mfpar::tests;
using Clock = std::chrono::steady_clock;

struct LoadSettings {
  std::string program;
  std::array<std::string, 2> models;
  double seconds = 30;
  double swap_every = 1;
  int clients = 8;
  std::uint32_t questions = 100;
  bool may_fail = false;
};

/// What all threads of a load know.
class Load {
 public:
  Load(std::vector<Question> questions, std::uint64_t most_versions, bool may_fail)
      : questions_(std::move(questions)), may_fail_(may_fail), model_of_(most_versions + 1) {
    model_of_[1] = 0;
  }

  /// Asks one question after another until `end`.
  void client(std::uint16_t port, std::size_t first, Clock::time_point end);

  /// Puts the models in the place of the served one in turn, and has them loaded, until `end`.
  void swapper(std::uint16_t port, const std::array<const FactorModel*, 2>& models,
               const std::string& served, Clock::duration every, Clock::time_point end);

  std::string report(double seconds);
  bool good() const { return wrong_ == 0 && (errors_ == 0 || may_fail_); }
  std::uint64_t swaps() const { return swaps_; }

 private:
  void check(const Question& question, const HttpReply& reply);
  void complain(std::atomic<std::uint64_t>& count, const std::string& what);

  const std::vector<Question> questions_;
  const bool may_fail_;
  /// Which of the two models a version is; set before the service can know it.
  std::vector<std::atomic<int>> model_of_;
  std::atomic<std::uint64_t> wrong_{0}, errors_{0}, swaps_{0};
  std::array<std::atomic<std::uint64_t>, 2> answered_by_{};

  std::mutex mutex_;  // guards what follows
  std::array<Latencies, kKinds> latencies_;
  Latencies reloads_;
};

/// Asks until there is a good answer; its body.
std::string answered(std::uint16_t port, const std::string& method, const std::string& target,
                     const std::string& body = "") {
  for (int tries = 0; tries < 1000; ++tries) {
    try {
      const HttpReply reply = HttpClient(port).ask(method, target, body);
      if (reply.status == 200) return reply.body;
    } catch (const boost::system::system_error&) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error(target + " is not answered");
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void Load::complain(std::atomic<std::uint64_t>& count, const std::string& what) {
  const bool is_expected = may_fail_ && &count == &errors_;
  if (++count <= 5 && !is_expected) std::cerr << "service_load: " << what << std::endl;
}

void Load::check(const Question& question, const HttpReply& reply) {
  const std::string asked = question.method + ' ' + question.target + ' ' + question.body;
  if (reply.status != 200) {
    return complain(errors_, asked + ": " + std::to_string(reply.status) + ' ' + reply.body);
  }
  const ReadAnswer read = read_answer(reply.body);
  if (read.version == 0 || read.version > swaps_ + 2 || read.version >= model_of_.size()) {
    return complain(wrong_, asked + ": no such version: " + reply.body);
  }
  const auto model = static_cast<std::size_t>(model_of_[read.version].load());
  ++answered_by_[model];
  if (read.answer == question.expected[model]) return;
  const bool others = read.answer == question.expected[1 - model];
  complain(wrong_, asked + ": " + (others ? "the other model's answer: " : "wrong: ") + reply.body);
}

void Load::client(std::uint16_t port, std::size_t first, Clock::time_point end) {
  std::array<Latencies, kKinds> latencies;
  std::unique_ptr<HttpClient> connection;
  for (std::size_t i = first; Clock::now() < end; ++i) {
    const Question& question = questions_[i % questions_.size()];
    try {
      if (!connection) connection = std::make_unique<HttpClient>(port);
      const auto start = Clock::now();
      const HttpReply reply = connection->ask(question.method, question.target, question.body);
      latencies[question.kind].add(milliseconds_since(start));
      check(question, reply);
    } catch (const std::exception& e) {
      complain(errors_, question.target + ": " + e.what());
      connection.reset();
      if (errors_ > 100 && !may_fail_) return;
    }
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t kind = 0; kind < kKinds; ++kind) latencies_[kind].add(latencies[kind]);
}

void Load::swapper(std::uint16_t port, const std::array<const FactorModel*, 2>& models,
                   const std::string& served, Clock::duration every, Clock::time_point end) {
  std::unique_ptr<HttpClient> connection;
  Latencies latencies;
  for (auto next = Clock::now() + every; next < end; next += every) {
    std::this_thread::sleep_until(next);
    const std::uint64_t version = swaps_ + 2;
    if (version >= model_of_.size()) break;
    model_of_[version] = static_cast<int>((version + 1) % 2);
    const std::string expected = "{\"model_version\":" + std::to_string(version) + ",";
    bool is_loaded = false;
    try {
      save_model(*models[(version + 1) % 2], served);
      if (!connection) connection = std::make_unique<HttpClient>(port);
      const auto start = Clock::now();
      const HttpReply reply = connection->ask("POST", "/reload");
      latencies.add(milliseconds_since(start));
      is_loaded = reply.status == 200 && reply.body.starts_with(expected);
      if (!is_loaded) complain(errors_, "reload: " + std::to_string(reply.status) + reply.body);
    } catch (const std::exception& e) {
      complain(errors_, std::string("reload: ") + e.what());
      connection.reset();
    }
    if (!is_loaded && !may_fail_) return;
    // What failed may have been to say so. A batch waits until a reload under way is done.
    is_loaded = is_loaded ||
                answered(port, "POST", "/recommend/batch", "{\"users\":[]}").starts_with(expected);
    swaps_ += is_loaded;
  }
  const std::lock_guard lock(mutex_);
  reloads_.add(latencies);
}

std::string Load::report(double seconds) {
  const std::lock_guard lock(mutex_);
  std::string text = Latencies::heading();
  Latencies all;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    text += latencies_[kind].row(kKindNames[kind], seconds);
    all.add(latencies_[kind]);
  }
  text += all.row("all of these", seconds) + reloads_.row("POST /reload", seconds);
  return text + "models swapped: " + std::to_string(swaps_) + "; answers by the first " +
         std::to_string(answered_by_[0]) + ", by the second " + std::to_string(answered_by_[1]) +
         "\nwrong answers: " + std::to_string(wrong_) + "\nerrors: " + std::to_string(errors_) +
         '\n';
}

/// Resident memory of a process in MiB, and how much of it is its own rather than pages of files,
/// as text.
std::string resident(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  double all = 0, own = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) all = std::stod(line.substr(6)) / 1024;
    if (line.starts_with("RssAnon:")) own = std::stod(line.substr(8)) / 1024;
  }
  if (all == 0) return "unknown, there is no /proc";
  char text[80];
  std::snprintf(text, sizeof text, "%.1f MiB, %.1f of them anonymous", all, own);
  return text;
}

/// Two small models of the same ids, where none are named.
std::array<std::string, 2> small_models(const TemporaryFolder& folder) {
  std::array<std::string, 2> paths{folder.path("first.model"), folder.path("second.model")};
  const RatingStore ratings = random_store({.users = 200, .items = 300, .density = 0.2});
  for (std::size_t i = 0; i < 2; ++i) {
    TrainOptions options;
    options.rank = 16;
    options.epochs = 5;
    options.seed = i + 1;
    save_model(train(ratings, {}, options).model, paths[i]);
  }
  return paths;
}

int run(LoadSettings options) {
  const TemporaryFolder folder;
  if (options.models[0].empty() != options.models[1].empty()) {
    throw Error(ErrorCode::kBadOption, "give two models, or none");
  }
  if (options.models[0].empty()) options.models = small_models(folder);
  const ModelHandle first(options.models[0]), second(options.models[1]);
  const std::array served{first.current(), second.current()};
  const auto most_swaps = static_cast<std::uint64_t>(options.seconds / options.swap_every) + 2;
  Load load(make_questions({served[0].get(), served[1].get()}, options.questions, 1), most_swaps,
            options.may_fail);

  const std::string file = folder.path("served.model");
  save_model(*served[0]->model, file);
  Served service(std::filesystem::absolute(options.program), file, folder.path("."));
  const std::string before = resident(service.pid());

  const auto start = Clock::now();
  const auto duration = [](double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  const auto end = start + duration(options.seconds);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < options.clients; ++i) {
      threads.emplace_back(
          [&, i] { load.client(service.port(), static_cast<std::size_t>(i) * 7, end); });
    }
    load.swapper(service.port(), {served[0]->model.get(), served[1]->model.get()}, file,
                 duration(options.swap_every), end);
  }
  const double seconds = milliseconds_since(start) / 1000;
  const std::string after = resident(service.pid());
  const std::string metrics = answered(service.port(), "GET", "/metrics");
  const Outcome outcome = service.stop();

  std::cout << options.clients << " clients for " << seconds << " s\n"
            << load.report(seconds) << "resident memory of the service: " << before
            << "; at the end " << after << '\n';
  const std::string version = "\nmfpar_model_version " + std::to_string(load.swaps() + 1) + "\n";
  if (metrics.find(version) == metrics.npos) throw std::runtime_error("metrics: " + metrics);
  if (outcome.code != 0 || (!outcome.err.empty() && !options.may_fail)) {
    throw std::runtime_error("mf-serve ended with " + std::to_string(outcome.code) + ": " +
                             outcome.err);
  }
  return load.good() && (load.swaps() > 0 || options.may_fail) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  using apps::Interval;
  LoadSettings load;
  apps::Options options;
  options.positional("MF-SERVE", load.program, "The program to ask.");
  options.positional("MODEL", load.models[0],
                     "A model; without one, small synthetic ones are used.", false);
  options.positional("MODEL", load.models[1], "Another, which knows some of the same ids.", false);
  options.group("Load");
  options.number("seconds", "S", load.seconds, Interval::above(0), "How long to ask.");
  options.number("swap-every", "S", load.swap_every, Interval::above(0),
                 "How long a model is served.");
  options.integer("clients", "N", load.clients, 1, 1000, "How many ask at once.");
  options.integer<std::uint32_t>("questions", "N", load.questions, 1, 100000,
                                 "How many different ones of each kind.");
  options.flag("may-fail", load.may_fail,
               "The service is made to fail now and then: errors are counted, and only wrong "
               "answers are failures.");
  const apps::ProgramInfo info{.name = "service_load",
                               .purpose = "ask an mf-serve while its model is replaced",
                               .synopsis = "MF-SERVE [MODEL MODEL] [OPTION]...",
                               .description =
                                   "Starts MF-SERVE on a free port of 127.0.0.1, asks it from "
                                   "several connections while its model "
                                   "file is replaced and reloaded, and holds every answer against "
                                   "the right one of the version "
                                   "that it names.",
                               .examples = {},
                               .kernel = {}};
  return apps::run_program(info, options, argc, argv, [&] { return run(load); });
}
