// SPDX-License-Identifier: MIT
//
// The served file is written over in place, as cp and scp do, while requests run: answers stay
// those of the version that they name, until a reload finds a whole model.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http_client.hpp"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "served.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve_overwritten)

namespace {

/// The requests that all models here can answer. They touch ids, factors, biases and ratings.
const std::vector<std::pair<std::string, std::string>> kQuestions{
    {"/recommend?user=3&top=5", ""},
    {"/recommend?user=3&top=5&rank_by=interaction&least_ratings=0&keep_rated=true&explain", ""},
    {"/similar?item=2&top=5&least_ratings=0", ""},
    {"/predict?user=3&item=2", ""},
    {"/recommend", R"({"ratings": {"1": 5, "2": 1, "3": 4}, "top": 5, "explain": true})"},
    {"/fold-in", R"({"ratings": {"1": 5, "2": 1, "3": 4}})"},
    {"/health", ""},
};

std::string ask(HttpClient& client, std::size_t question) {
  const auto& [target, body] = kQuestions[question];
  return client.ask(body.empty() ? "GET" : "POST", target, body).body;
}

std::string with_version(std::string answer, const std::string& version) {
  const std::string begin = "{\"model_version\":";
  return begin + version + answer.substr(answer.find(',', begin.size()));
}

/// Files of models of other sizes and of the same size, and no models.
struct Files : TemporaryFolder {
  Files() {
    make("first", 12, 400, 300);
    make("same size", 12, 400, 300, 2);
    make("smaller", 4, 60, 80);
    make("larger", 40, 900, 700);
    const std::string& first = contents.at("first");
    contents["empty"] = "";
    contents["half"] = first.substr(0, first.size() / 2);
    contents["cut by a byte"] = first.substr(0, first.size() - 1);
    contents["text"] = "no model\n";
    contents["zeros"] = std::string(first.size(), '\0');
    contents["ones"] = std::string(first.size(), '\xff');
    contents["noise"] = first;
    std::uint32_t state = 1;
    for (char& byte : contents["noise"]) {
      byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
    }
    // Where both are whole models by themselves, and differ.
    const std::string& second = contents.at("same size");
    const auto cut = [&] {
      std::size_t begin = 0, end = first.size();
      while (first[begin] == second[begin]) ++begin;
      while (first[end - 1] == second[end - 1]) --end;
      return (begin + end) / 2;
    }();
    contents["two halves"] = first.substr(0, cut) + second.substr(cut);
    contents["a byte differs"] = first;
    contents["a byte differs"][first.size() / 3] ^= 1;
    contents["longer than it says"] = first + std::string(5000, 'x');
    BOOST_REQUIRE(contents.at("same size").size() == first.size());
    BOOST_REQUIRE(contents.at("smaller").size() < first.size());
    BOOST_REQUIRE(contents.at("larger").size() > first.size());
  }

  void make(const std::string& name, std::uint32_t rank, std::uint32_t users, std::uint32_t items,
            std::uint64_t seed = 1) {
    auto options = quick_options();
    options.rank = rank;
    options.seed = seed;
    options.epochs = 2;
    save_model(
        train(random_store({.users = users, .items = items, .density = 0.2}), {}, options).model,
        path("made"));
    std::ifstream file(path("made"), std::ios::binary);
    contents[name] = {std::istreambuf_iterator<char>(file), {}};
  }

  /// As cp does it: the file is emptied and written, in blocks. From any thread.
  void write_over(const std::string& name, bool empties = true) const {
    const std::string& bytes = contents.at(name);
    const int file =
        ::open(path("served.model").c_str(), O_WRONLY | O_CREAT | (empties ? O_TRUNC : 0), 0600);
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count =
          ::write(file, bytes.data() + at, std::min<std::size_t>(bytes.size() - at, 1 << 14));
      if (count <= 0) throw std::runtime_error("served.model cannot be written");
      at += static_cast<std::size_t>(count);
    }
    if (::ftruncate(file, static_cast<off_t>(bytes.size())) != 0 || ::close(file) != 0) {
      throw std::runtime_error("served.model cannot be written");
    }
  }

  /// What a service of its own answers from that file, as version 1.
  std::vector<std::string> answers_of(const std::string& name) const {
    std::ofstream(path("alone.model"), std::ios::binary) << contents.at(name);
    Served alone(MFPAR_PROGRAMS "/mf-serve", "alone.model", path("."));
    HttpClient client(alone.port());
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < kQuestions.size(); ++i) answers.push_back(ask(client, i));
    return answers;
  }

  std::map<std::string, std::string> contents;
};

/// Asks one question after another until it is destroyed; every answer must be the expected one.
class Asking {
 public:
  Asking(std::uint16_t port, const std::vector<std::string>& expected)
      : thread_([this, port, expected](const std::stop_token& stop) {
          try {
            HttpClient client(port);
            for (std::size_t i = 0; !stop.stop_requested(); ++i) {
              const std::size_t question = i % kQuestions.size();
              wrong_ += ask(client, question) != expected[question];
              ++asked_;
            }
          } catch (const std::exception&) {
            ++wrong_;
          }
        }) {}

  void wait_for(int answers) const {
    for (const int begin = asked_; asked_ < begin + answers && wrong_ == 0;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  int wrong() const { return wrong_; }

 private:
  std::atomic<int> asked_{0}, wrong_{0};
  std::jthread thread_;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(answers_stay_those_of_the_version_that_was_loaded, Files) {
  const auto first = answers_of("first");
  for (const auto& [name, bytes] : contents) {
    for (const bool empties : {true, false}) {
      write_over("first");
      Served service(MFPAR_PROGRAMS "/mf-serve", "served.model", path("."));
      auto client = std::make_unique<HttpClient>(service.port());
      {
        Asking one(service.port(), first), other(service.port(), first);
        one.wait_for(10);
        write_over(name, empties);
        one.wait_for(30);
        other.wait_for(30);
        BOOST_TEST(one.wrong() + other.wrong() == 0, name);
      }
      const bool is_model =
          name == "first" || name == "same size" || name == "smaller" || name == "larger";
      const HttpReply reloaded = client->ask("POST", "/reload");
      BOOST_TEST(reloaded.status == (is_model ? 200u : 422u), name + ": " + reloaded.body);
      const auto expected = is_model ? answers_of(name) : first;
      for (std::size_t i = 0; i < kQuestions.size(); ++i) {
        BOOST_TEST(ask(*client, i) == with_version(expected[i], is_model ? "2" : "1"), name);
      }
      client.reset();
      BOOST_TEST(service.stop().code == 0, name);
    }
  }
}

// What is loaded while the file is being written is either whole or refused.
BOOST_FIXTURE_TEST_CASE(a_reload_of_a_file_that_is_being_written_gives_a_whole_model, Files) {
  const std::vector<std::string> models{"first", "same size", "smaller", "larger"};
  std::vector<std::string> known;
  for (const std::string& name : models) known.push_back(with_version(answers_of(name)[0], "V"));
  write_over("first");
  Served service(MFPAR_PROGRAMS "/mf-serve", "served.model", path("."));
  HttpClient client(service.port());
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::size_t i = 0; !stop.stop_requested(); ++i) {
      write_over(models[i % models.size()], i % 3 != 0);
      if (i % 5 == 0) write_over("half");
      if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  int loaded = 0, refused = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (std::chrono::steady_clock::now() < end) {
    const unsigned status = client.ask("POST", "/reload").status;
    (status == 200 ? loaded : refused) += 1;
    BOOST_TEST_REQUIRE((status == 200 || status == 422));
    const std::string answer = with_version(ask(client, 0), "V");
    BOOST_TEST_REQUIRE((std::find(known.begin(), known.end(), answer) != known.end()), answer);
  }
  BOOST_TEST((loaded > 0 && refused > 0), loaded << " and " << refused);
  writer.request_stop();
  writer.join();
  write_over("larger");
  BOOST_TEST(client.ask("POST", "/reload").status == 200u);
  BOOST_TEST(with_version(ask(client, 0), "V") == known[3]);
  BOOST_TEST(service.stop().code == 0);
}

BOOST_FIXTURE_TEST_CASE(the_file_is_mapped_where_that_is_asked_for, Files) {
  for (const bool maps : {false, true}) {
    write_over("first");
    Served service(MFPAR_PROGRAMS "/mf-serve", "served.model", path("."),
                   maps ? std::vector<std::string>{"--map"} : std::vector<std::string>{});
    HttpClient client(service.port());
    const auto is_mapped = [&] {
      std::ifstream file("/proc/" + std::to_string(service.pid()) + "/maps");
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      return text.find("served.model") != text.npos;
    };
    BOOST_TEST(is_mapped() == maps);
    std::ofstream(path("next.model"), std::ios::binary) << contents.at("larger");
    std::filesystem::rename(path("next.model"), path("served.model"));
    BOOST_TEST(client.ask("POST", "/reload").status == 200u);
    BOOST_TEST(is_mapped() == maps);
    BOOST_TEST(ask(client, 0) == with_version(answers_of("larger")[0], "2"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
