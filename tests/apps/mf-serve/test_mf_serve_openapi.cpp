// SPDX-License-Identifier: MIT
//
// The service is as its OpenAPI document says: every path, every example, every error.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "http_client.hpp"
#include "json_schema.hpp"
#include "literal_model.hpp"
#include "mfpar/model_file.hpp"
#include "served.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;

BOOST_AUTO_TEST_SUITE(test_mf_serve_openapi)

namespace {

/// The page is for people; what it is made of has tests of its own.
const std::string kPage = "/";

struct Described : TemporaryFolder {
  Described() {
    save_model(literal_model(3.0f), path("a.model"));
    write("titles.csv",
          "id,title,genres\n10,Ten,Drama\n20,Twenty,Comedy\n30,Thirty,Comedy|Drama\n40,Forty,\n");
    service = std::make_unique<Served>(
        MFPAR_PROGRAMS "/mf-serve", "a.model", path("."),
        std::vector<std::string>{"--titles", "titles.csv", "--most-body", "5000"});
    client = std::make_unique<HttpClient>(service->port());
    const HttpReply reply = client->ask("GET", "/openapi.json");
    BOOST_TEST(reply.status == 200u);
    BOOST_TEST(reply.field("Content-Type") == "application/json");
    document = apps::parse_json(reply.body);
  }

  /// What the document says of an answer of this status.
  const Json& response(const Json& operation, unsigned status) const {
    const Json& found = operation.at("responses").at(std::to_string(status));
    return found.contains("$ref") ? JsonSchema(document).resolve(found.at("$ref")) : found;
  }

  /// Sends a request and holds the answer against the document.
  void check(const Json& operation, unsigned status, const std::string& method,
             const std::string& target, const std::string& body = "") {
    const std::string what = method + ' ' + target + ' ' + body;
    const HttpReply reply = client->ask(method, target, body);
    BOOST_TEST_REQUIRE(reply.status == status, what + ": " + reply.body);
    BOOST_TEST_REQUIRE(operation.at("responses").contains(std::to_string(status)), what);
    const Json& content = response(operation, status).at("content");
    const std::string type = reply.field("Content-Type");
    const std::string media = type.substr(0, type.find(';'));
    BOOST_TEST_REQUIRE(content.contains(media), what + " is answered with " + type);
    if (media != "application/json") return;
    const std::string wrong =
        JsonSchema(document).wrong(content.at(media).at("schema"), apps::parse_json(reply.body));
    BOOST_TEST(wrong == "", what + ": " + wrong + " in " + reply.body);
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
  Json document;
};

/// A parameter of a query by its example.
std::string query_of(const Json& parameter) {
  const std::string name = parameter.at("name").get<std::string>();
  const Json& example = parameter.at("example");
  std::string query = name + '=';
  if (!example.is_array()) {
    return query + (example.is_string() ? example.get<std::string>() : apps::text_of(example));
  }
  for (const Json& one : example) {
    const bool is_first = &one == &example[0];
    if (!is_first) query += parameter.at("explode").get<bool>() ? '&' + name + '=' : ",";
    query += one.get<std::string>();
  }
  return query;
}

std::string upper(std::string method) {
  for (char& c : method) c = static_cast<char>(c - 'a' + 'A');
  return method;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(it_has_the_paths_that_there_are, Described) {
  BOOST_TEST(document.at("openapi") == "3.1.0");
  std::set<std::string> described, served;
  for (const auto& [path, operations] : document.at("paths").items()) described.insert(path);
  const std::string sign = "the paths are ";
  const std::string text =
      apps::parse_json(client->ask("GET", "/nowhere").body).at("error").get<std::string>();
  std::istringstream paths(text.substr(text.find(sign) + sign.size()));
  for (std::string path; paths >> path;) served.insert(path.substr(0, path.find(',')));
  BOOST_TEST(described.contains(kPage));
  described.erase(kPage);
  served.erase(kPage);
  BOOST_TEST(described == served, boost::test_tools::per_element());
  std::set<std::string> names;
  for (const auto& [path, operations] : document.at("paths").items()) {
    if (path == kPage) continue;
    std::string allowed;
    for (const auto& [method, operation] : operations.items()) {
      allowed += method == "get" ? "HEAD, GET, " : upper(method) + ", ";
      BOOST_TEST(names.insert(operation.at("operationId")).second, path);
    }
    BOOST_TEST(client->ask("OPTIONS", path).allow == allowed + "OPTIONS", path);
  }
}

BOOST_FIXTURE_TEST_CASE(its_examples_are_answered_as_it_says, Described) {
  std::size_t requests = 0;
  for (const auto& [path, operations] : document.at("paths").items()) {
    if (path == kPage) continue;
    for (const auto& [method, operation] : operations.items()) {
      std::string required = path + "?", all;
      if (operation.contains("parameters")) {
        for (const Json& parameter : operation.at("parameters")) {
          const bool is_required = parameter.contains("required");
          (is_required ? required : all) += query_of(parameter) + '&';
        }
        for (const Json& parameter : operation.at("parameters")) {
          if (parameter.contains("required")) continue;
          check(operation, 200, upper(method), required + query_of(parameter));
          ++requests;
        }
        check(operation, 200, upper(method), required + all);
      }
      if (!operation.contains("requestBody")) {
        check(operation, 200, upper(method), required);
        ++requests;
        continue;
      }
      const Json& content = operation.at("requestBody").at("content").at("application/json");
      for (const auto& [name, example] : content.at("examples").items()) {
        const Json& value = example.at("value");
        BOOST_TEST(JsonSchema(document).wrong(content.at("schema"), value) == "", path + name);
        check(operation, 200, upper(method), path, apps::text_of(value));
        ++requests;
      }
    }
  }
  BOOST_TEST(requests > 35u);
}

BOOST_FIXTURE_TEST_CASE(examples_of_answers_are_as_their_schemas, Described) {
  std::size_t examples = 0;
  const auto look = [&](const Json& answer, const std::string& what) {
    if (!answer.contains("content")) return;
    for (const auto& [media, content] : answer.at("content").items()) {
      if (!content.contains("example")) continue;
      BOOST_TEST(JsonSchema(document).wrong(content.at("schema"), content.at("example")) == "",
                 what);
      ++examples;
    }
  };
  for (const auto& [path, operations] : document.at("paths").items()) {
    for (const auto& [method, operation] : operations.items()) {
      for (const auto& [status, answer] : operation.at("responses").items()) look(answer, path);
    }
  }
  for (const auto& [status, answer] : document.at("components").at("responses").items()) {
    look(answer, status);
  }
  BOOST_TEST(examples >= 10u);
}

BOOST_FIXTURE_TEST_CASE(errors_are_as_it_says, Described) {
  const struct {
    const char *method, *path, *query;
    std::string body;
    unsigned status;
  } rows[] = {
      {"get", "/health", "?x", "", 400},
      {"get", "/recommend", "?user=ann&top=0", "", 400},
      {"get", "/recommend", "?user=eve", "", 404},
      {"get", "/recommend", "?user=ann&where=x", "", 422},
      {"post", "/recommend", "", "{", 400},
      {"post", "/recommend", "", "{\"id\":\"eve\"}", 404},
      {"post", "/recommend", "", "{\"ratings\":5}", 422},
      {"post", "/recommend", "", std::string(5001, ' '), 413},
      {"post", "/recommend/batch", "", "{", 400},
      {"post", "/recommend/batch", "", "{\"users\":5}", 422},
      {"post", "/recommend/batch", "", std::string(5001, ' '), 413},
      {"get", "/similar", "?item=10&top=x", "", 400},
      {"get", "/similar", "?item=50", "", 404},
      {"post", "/similar", "", "{\"item\":50}", 404},
      {"post", "/similar", "", "{\"item\":10,\"top\":0}", 422},
      {"post", "/fold-in", "", "{}", 422},
      {"get", "/predict", "", "", 400},
      {"get", "/items", "?item=50", "", 404},
      {"get", "/items", "?top=0", "", 400},
      {"get", "/users", "?top=x", "", 400},
      {"get", "/catalogue", "?x", "", 400},
      {"post", "/reload", "", "{\"path\":\"other\"}", 422},
  };
  for (const auto& row : rows) {
    const Json& operation = document.at("paths").at(row.path).at(row.method);
    check(operation, row.status, upper(row.method), std::string(row.path) + row.query, row.body);
    if (row.status == 413) client = std::make_unique<HttpClient>(service->port());
  }
  // What it does not say the requests may have is refused, and the other way round.
  for (const char* path : {"/recommend", "/similar"}) {
    const Json& operations = document.at("paths").at(path);
    const Json& body = operations.at("post").at("requestBody").at("content").at("application/json");
    const Json& keys = JsonSchema(document).resolve(body.at("schema").at("$ref")).at("properties");
    const std::string text = client->ask("POST", path, "{\"x\":1}").body;
    std::istringstream words(text.substr(text.find("it may have: ") + 13));
    std::set<std::string> known, described;
    for (std::string word; words >> word;) known.insert(word.substr(0, word.find_first_of(",\"")));
    for (const auto& [key, schema] : keys.items()) described.insert(key);
    BOOST_TEST(known == described, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
