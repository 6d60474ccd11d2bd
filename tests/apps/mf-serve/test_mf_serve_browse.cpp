// SPDX-License-Identifier: MIT
//
// What the page of the service asks for besides lists: the page itself, titles, users, what there
// is to choose from.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "made_models.hpp"
#include "one_class_models.hpp"
#include "serving.hpp"

using namespace mfpar;
using namespace mfpar::tests;
using apps::Json;

BOOST_AUTO_TEST_SUITE(test_mf_serve_browse)

namespace {

/// literal_model(3) with titles, of which the items 10 and 40 have a rating each.
struct Titled : TemporaryFolder {
  Titled() {
    save_model(literal_model(3.0f), path("a.model"));
    write("titles.csv",
          "id,title,genres,year\n"
          "10,\"Am\u00e9lie, Le fabuleux destin d'\",Comedy|Romance,2001\n"
          "20,\"Destiny: a Comedy of Power <b>&\"\"\",Drama,2006\n"
          "30,The Destiny of a Power,Drama|Drama|War,\n"
          "40,\u00c9clair,,x\n");
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."),
                                       std::vector<std::string>{"--titles", "titles.csv"});
    client = std::make_unique<HttpClient>(service->port());
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
};

/// The ids of what an answer lists under `key`, with a blank between them.
std::string ids_in(const HttpReply& reply, const char* key = "items") {
  BOOST_TEST(reply.status == 200u, reply.body);
  std::string ids;
  const Json answer = apps::parse_json(reply.body);
  for (const Json& one : answer.at(key)) {
    ids += (ids.empty() ? "" : " ") + one.at("id").get<std::string>();
  }
  return ids;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_page_is_whole_and_lets_nothing_else_run, Serving) {
  const HttpReply page = get("/");
  BOOST_TEST(page.status == 200u);
  BOOST_TEST(page.field("Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(page.field("X-Content-Type-Options") == "nosniff");
  BOOST_TEST(page.field("Cache-Control") == "no-cache");
  const std::string policy = page.field("Content-Security-Policy");
  BOOST_TEST(policy.starts_with("default-src 'none'; "), policy);
  BOOST_TEST(policy.find("unsafe") == policy.npos, policy);
  BOOST_TEST(page.body.starts_with("<!doctype html>\n"));
  BOOST_TEST(page.body.ends_with("</html>\n"));
  for (const char* outside : {"src=", "<link rel=\"stylesheet\"", "https:", "url("}) {
    BOOST_TEST(page.body.find(outside) == page.body.npos, outside);
  }
  for (const char* unsafe : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"}) {
    BOOST_TEST(page.body.find(unsafe) == page.body.npos, unsafe);
  }
  client->send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const HttpReply head = client->read(true);
  BOOST_TEST(head.field("Content-Length") == std::to_string(page.body.size()));
  BOOST_TEST(get("/?a=1").status == 400u);
  BOOST_TEST(client->ask("POST", "/").status == 405u);
}

BOOST_FIXTURE_TEST_CASE(answers_tell_how_long_they_took, Serving) {
  for (const char* target : {"/health", "/recommend?user=ann", "/nowhere"}) {
    const std::string timing = get(target).field("Server-Timing");
    BOOST_REQUIRE_MESSAGE(timing.starts_with("answer;dur="), timing);
    const double milliseconds = std::stod(timing.substr(timing.find('=') + 1));
    BOOST_TEST((milliseconds >= 0.0 && milliseconds < 60'000.0), timing);
  }
}

BOOST_FIXTURE_TEST_CASE(titles_are_found_by_beginnings_of_words, Titled) {
  struct {
    const char* text;
    const char* ids;
  } const rows[] = {
      {"amelie", "10"},
      {"AM%C3%89", "10"},
      {"ame%CC%81lie", "10"},
      {"eclair", "40"},
      {"dest", "20 10 30"},         // at the beginning, then a rating before none
      {"fabuleux+DESTIN", "10"},    // two words
      {"destin%20fabuleux", "10"},  // in any order
      {"power", "20 30"},           // the file's order
      {"a+power", "20 30"},
      {"the", "30"},
      {"ower", ""},  // not inside of words
      {"%3Cb%3E%26%22", "20"},
      {"comedy", "20"},  // of the title, not of the genres
      {"30", "30"},      // an id
      {"...", ""},
      {"", "10 40 20 30"},  // those with most ratings
      {"%FF", ""},
  };
  for (const auto& row : rows) {
    BOOST_TEST(ids_in(client->ask("GET", std::string("/items?text=") + row.text)) == row.ids,
               row.text);
  }
  BOOST_TEST(ids_in(client->ask("GET", "/items")) == "10 40 20 30");
  BOOST_TEST(ids_in(client->ask("GET", "/items?top=1&text=dest")) == "20");
  BOOST_TEST(ids_in(client->ask("GET", "/items?top=1&text=30")) == "30");
  BOOST_TEST(client->ask("GET", "/items?item=20").body ==
             "{\"model_version\":1,\"item\":\"20\",\"items\":[{\"item\":\"20\",\"id\":\"20\","
             "\"title\":\"Destiny: a Comedy of Power <b>&\\\"\",\"ratings\":0}]}\n");
}

BOOST_FIXTURE_TEST_CASE(the_id_that_is_asked_for_comes_first, TemporaryFolder) {
  save_model(literal_model(3.0f), path("a.model"));
  write("titles.csv", "id,title\n10,20 days\n20,x\n30,20 more\n40,2001\n");
  Served service(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."), {"--titles", "titles.csv"});
  HttpClient client(service.port());
  BOOST_TEST(ids_in(client.ask("GET", "/items?text=20")) == "20 10 40 30");
  BOOST_TEST(ids_in(client.ask("GET", "/items?text=20&top=2")) == "20 10");
}

BOOST_FIXTURE_TEST_CASE(without_titles_ids_are_found_by_their_beginnings, Serving) {
  BOOST_TEST(ids_in(get("/items?text=4")) == "40");
  BOOST_TEST(ids_in(get("/items?text=0")) == "");
  BOOST_TEST(ids_in(get("/items")) == "10 40 20 30");
  BOOST_TEST(get("/items?item=40").body ==
             "{\"model_version\":1,\"item\":\"40\",\"items\":[{\"item\":\"40\",\"id\":\"40\","
             "\"ratings\":1}]}\n");
  BOOST_TEST(get("/users?text=b").body ==
             "{\"model_version\":1,\"text\":\"b\",\"users\":[{\"user\":\"bob\",\"id\":\"bob\","
             "\"ratings\":1}]}\n");
  BOOST_TEST(ids_in(get("/users"), "users") == "ann bob");
  BOOST_TEST(ids_in(get("/users?top=1"), "users") == "ann");
  BOOST_TEST(ids_in(get("/users?text=x"), "users") == "");
  struct {
    const char* target;
    unsigned status;
    const char* says;
  } const bad[] = {
      {"/items?item=50", 404, "the model has no item '50'"},
      {"/items?top=0", 400, "top must be a whole number from 1 to 1000"},
      {"/items?word=a", 400, "it takes text, item, top"},
      {"/users?top=1001", 400, "from 1 to 1000"},
      {"/users?user=ann", 400, "it takes text, top"},
      {"/catalogue?a", 400, "it takes none"},
  };
  for (const auto& row : bad) {
    const HttpReply reply = get(row.target);
    BOOST_TEST(reply.status == row.status, row.target);
    BOOST_TEST(reply.body.find(row.says) != reply.body.npos, reply.body);
  }
}

BOOST_FIXTURE_TEST_CASE(the_catalogue_tells_what_there_is_to_choose_from, Titled) {
  const auto catalogue = [this] { return client->ask("GET", "/catalogue").body; };
  const auto has = [](const std::string& text, const std::string& part) {
    BOOST_TEST(text.find(part) != text.npos, text << " has no " << part);
  };
  BOOST_TEST(catalogue() ==
             "{\"model_version\":1,\"users\":2,\"items\":4,\"titles\":true,"
             "\"predicts\":\"rating\",\"intervals\":false,\"least\":1,\"most\":5,"
             "\"rank_by\":\"rating\",\"orders\":[\"interaction\",\"rating\",\"blend:0.5\"],"
             "\"columns\":[{\"column\":\"genres\",\"groups\":[{\"group\":\"Drama\",\"items\":2},"
             "{\"group\":\"Comedy\",\"items\":1},{\"group\":\"Romance\",\"items\":1},"
             "{\"group\":\"War\",\"items\":1}]},{\"column\":\"year\",\"groups\":["
             "{\"group\":\"2001\",\"items\":1},{\"group\":\"2006\",\"items\":1},"
             "{\"group\":\"x\",\"items\":1}]}]}\n");

  const auto reloaded = [&](const FactorModel& model) {
    save_model(model, path("a.model"));
    std::string titles = "id,title,many,one,none\n";
    for (ItemIndex item = 0; item < model.item_count(); ++item) {
      const std::string number = std::to_string(item);
      titles += model.items().id(item) + ",T," + number + "|x" + number + ",same,\n";
    }
    write("titles.csv", titles);
    const HttpReply reply = client->ask("POST", "/reload");
    BOOST_REQUIRE_MESSAGE(reply.status == 200u, reply.body);
    return catalogue();
  };
  const std::string sampled = reloaded(with_variance(made_parts({})));
  has(sampled, "\"intervals\":true");
  has(sampled, "\"blend:0.5\",\"lower:1.645\"]");
  has(sampled, "\"columns\":[]");  // too many groups, or too few

  const std::string both = reloaded(model_of_both());
  has(both, "\"predicts\":\"rating\"");
  has(both,
      "\"rank_by\":\"one-class\",\"orders\":[\"interaction\",\"rating\",\"blend:0.5\",\"one-"
      "class\"]");
  const std::string choices = reloaded(FactorModel(one_class_parts({})));
  has(choices, "\"predicts\":\"choice\"");
  has(choices, "\"orders\":[\"one-class\"]");

  FactorModel::Parts labels = made_parts({});
  labels.loss = Loss::kLogistic;
  labels.range = {0.0f, 1.0f};
  has(reloaded(FactorModel(std::move(labels))), "\"predicts\":\"probability\"");
}

BOOST_AUTO_TEST_SUITE_END()
