// SPDX-License-Identifier: MIT
//
// The endpoints of mf-serve on the model of literal_model.hpp.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "mfpar/version.hpp"
#include "serving.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_serve)

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string with_version(const std::string& rest) { return "{\"model_version\":1," + rest + "}\n"; }

const char* const kTwoLeft = "only 2 items left to list";

/// The list of a trained user of one rating, as id, score and rating of each item.
std::string list(const std::string& user, const std::vector<std::string>& items,
                 const std::string& warning) {
  std::string text = "\"user\":\"" + user + "\",\"ratings\":1,\"items\":[";
  for (std::size_t i = 0; i < items.size(); i += 3) {
    text += std::string(i > 0 ? "," : "") + "{\"item\":\"" + items[i] + "\",\"id\":\"" + items[i] +
            "\",\"score\":" + items[i + 1] + ",\"rating\":" + items[i + 2] + "}";
  }
  return with_version(text + "],\"warnings\":[" + (warning.empty() ? "" : '"' + warning + '"') +
                      "]");
}

/// An object with so many keys "0", "1", ..., each worth 3.
std::string many_ratings(int count) {
  std::string text = "{\"ratings\":{";
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":3";
  }
  return text + "}}";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(each_endpoint_answers, Serving) {
  struct {
    const char* target;
    std::string answer;
  } const rows[] = {
      {"/health", with_version("\"status\":\"ok\",\"users\":2,\"items\":4,\"rank\":2")},
      {"/recommend?user=ann", list("ann", {"20", "4.25", "4.25", "40", "3.75", "3.75"}, kTwoLeft)},
      {"/recommend?top=1&user=%61nn&rank_by=rating", list("ann", {"20", "4.25", "4.25"}, "")},
      {"/recommend?id=ann&top=1", list("ann", {"20", "4.25", "4.25"}, "")},
      {"/recommend?user=bob&top=1&rank_by=interaction&least_ratings=0",
       list("bob", {"30", "1", "3.25"}, "")},
      {"/recommend?user=bob&top=2&rank-by=interaction&least-ratings=1",
       list("bob", {"10", "0", "2.75"},
            "only 1 item left to list; only items with at least 1 training ratings count "
            "(least_ratings)")},
      {"/recommend?user=bob&top=1&rank_by=interaction",
       list("bob", {},
            "only 0 items left to list; only items with at least 10 training ratings count "
            "(least_ratings)")},
      {"/recommend?user=bob&top=1&rank_by=4",  // 0 + 4 (3 - 0.5 + 0.25)
       list("bob", {"10", "11", "2.75"}, "")},
      {"/recommend?user=bob&top=1&rank_by=blend:4", list("bob", {"10", "11", "2.75"}, "")},
      {"/recommend?user=bob&top=1&keep_rated=true&rank_by=4",
       list("bob", {"40", "12.25", "3.25"}, "")},
      {"/predict?user=ann&item=10", with_version("\"user\":\"ann\",\"item\":\"10\",\"rating\":4,"
                                                 "\"user_known\":true,\"item_known\":true")},
      {"/predict?user=a+b&item=10", with_version("\"user\":\"a b\",\"item\":\"10\",\"rating\":3.25,"
                                                 "\"user_known\":false,\"item_known\":true")},
  };
  for (const auto& row : rows) {
    const HttpReply reply = get(row.target);
    BOOST_TEST(reply.status == 200u);
    BOOST_TEST(reply.body == row.answer);
    BOOST_TEST(reply.keep_alive);
  }
  for (const char* name : {"item", "similar_to"}) {  // cosine 2 / sqrt 5, up to rounding
    const HttpReply similar =
        get(std::string("/similar?top=1&least_ratings=0&similar_by=factors&") + name + "=40");
    BOOST_TEST(similar.status == 200u);
    BOOST_TEST(
        similar.body.starts_with("{\"model_version\":1,\"item\":\"40\",\"similar_to\":\"40\","
                                 "\"similar_by\":\"factors\",\"ratings\":1,"
                                 "\"items\":[{\"item\":\"30\",\"id\":\"30\",\"score\":0.89442"));
    BOOST_TEST(contains(similar.body, ",\"rating\":2.75,\"similarity\":0.89442"));
    BOOST_TEST(similar.body.ends_with("}],\"warnings\":[]}\n"));
  }
}

// Under the default penalty of a model whose training is unknown, 1: as in test_c_api.c, the bias
// is 8/11 and the second factor 2/11.
BOOST_FIXTURE_TEST_CASE(new_users_are_folded_in, Serving) {
  const HttpReply row = post("/fold-in", "{\"ratings\": {\"40\": 5, \"nowhere\": 1}}");
  BOOST_TEST(row.status == 200u);
  BOOST_TEST(
      contains(row.body, "\"ratings_used\":1,\"unknown_items\":[\"nowhere\"],\"bias\":0.727272"));
  BOOST_TEST(contains(row.body, ",0.181818"));
  BOOST_TEST(contains(row.body, "\"alpha\":1,\"bias_alpha\":1"));

  const HttpReply list = post("/recommend", "{\"ratings\": {\"40\": 5}, \"top\": 2}");
  BOOST_TEST(list.status == 200u);
  BOOST_TEST(contains(list.body, "\"items\":[{\"item\":\"10\",\"id\":\"10\",\"score\":3.97727"));
  BOOST_TEST(!contains(list.body, "\"item\":\"40\""));  // it is rated

  // Of two with one key the last counts, and no ratings give what is known of the items.
  const std::string again =
      post("/recommend", "{\"ratings\": {\"40\": 1, \"40\": 5}, \"top\": 2}").body;
  const std::string warned = list.body.substr(0, list.body.rfind(']')) +
                             "\"1 rating left out, as a later one is for the same item\"]}\n";
  BOOST_TEST(again == warned);
  BOOST_TEST(contains(post("/recommend", "{\"ratings\": {}, \"top\": 1}").body,
                      "\"items\":[{\"item\":\"40\",\"id\":\"40\",\"score\":3.5,\"rating\":3.5}]"));
  BOOST_TEST(contains(post("/recommend",
                           "{\"ratings\": {\"40\": 5}, \"rank_by\": 0, "
                           "\"least_ratings\": 0}")
                          .body,
                      "{\"item\":\"30\",\"id\":\"30\",\"score\":0.1818"));

  // The one rating is the whole reason for the interaction 1 x 2/11 with item 30, and none for item
  // 10.
  const std::string why = post("/recommend", "{\"ratings\": {\"40\": 5}, \"explain\": true}").body;
  BOOST_TEST(contains(why, "\"because\":[{\"item\":\"40\",\"id\":\"40\",\"rating\":5,\"weight\":"),
             why);
  BOOST_TEST(contains(why, "\"because\":[],"), why);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_answered_is_said) {
  Serving serving({"--most-top", "50", "--most-ratings", "100"});
  struct {
    const char* method;
    const char* target;
    std::string body;
    unsigned status;
    const char* says;
  } const rows[] = {
      {"GET", "/nowhere", "", 404, "the paths are /, /catalogue, /items, /users, /health,"},
      {"GET", "", "", 400, "this is not an HTTP request"},
      {"DELETE", "/recommend", "", 405, "use GET, POST"},
      {"GET", "/fold-in", "", 405, "use POST"},
      {"GET", "/recommend", "", 400, "the parameter user is missing"},
      {"GET", "/recommend?user=eve", "", 404, "no user 'eve'; for a new user, POST /recommend"},
      {"GET", "/recommend?user=ann&user=bob", "", 400, "user is given twice"},
      {"GET", "/recommend?user=ann&topp=3", "", 400, "no parameter 'topp'; it takes user, id, top"},
      {"GET", "/recommend?user=ann&top=0", "", 400, "top must be a whole number from 1 to 50"},
      {"GET", "/recommend?user=ann&top=51", "", 400, "from 1 to 50"},
      {"GET", "/recommend?user=ann&top=5x", "", 400, "from 1 to 50"},
      {"GET", "/recommend?user=ann&top=-1", "", 400, "from 1 to 50"},
      {"GET", "/recommend?user=ann&rank_by=nan", "", 400, "rank_by must be"},
      {"GET", "/recommend?user=ann&rank_by=1e39", "", 400, "rank_by must be"},
      {"GET", "/recommend?user=ann&rank_by=best", "", 400, "rank_by must be"},
      {"GET", "/recommend?user=%4", "", 400, "'%4' is not a percent-encoded byte"},
      {"GET", "/recommend?user=%+1", "", 400, "'%+1' is not a percent-encoded byte"},
      {"GET", "/recommend?user=ann&least_rating=x", "", 400, "least_rating must be a number"},
      {"GET", "/recommend?user=ann&diversity=1.5", "", 400, "diversity must be a number from 0"},
      {"GET", "/recommend?user=ann&at_most=1:kind", "", 422, "start the service with --titles"},
      {"GET", "/similar?item=10&similar_by=x", "", 400, "similar_by must be raters or factors"},
      {"POST", "/recommend", "{\"id\":\"ann\",\"at_most\":3}", 422, "at_most must be N:COLUMN"},
      {"GET", "/similar?item=50", "", 404, "no item '50'"},
      {"GET", "/similar?item=%00", "", 404, "no item"},
      {"GET", "/predict?user=ann", "", 400, "the parameter item is missing"},
      {"GET", "/health?verbose", "", 400, "no parameter 'verbose'; it takes none"},
      {"POST", "/recommend", "", 400, "the body is not JSON"},
      {"POST", "/recommend", "{", 400, "the body is not JSON"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":5}} {}", 400, "not JSON"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":NaN}}", 400, "not JSON"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":1e999}}", 400, "not JSON"},
      {"POST", "/recommend", std::string("{\"ratings\":\0}", 13), 400, "not JSON"},
      {"POST", "/recommend", "\xff\xfe{}", 400, "not JSON"},
      {"POST", "/recommend", "{\"ratings\":{\"\xc3\x28\":1}}", 400, "not JSON"},
      {"POST", "/recommend", std::string(100'000, '['), 400, "nested"},
      {"POST", "/recommend", "{\"a\":" + std::string(100'000, '1'), 400, "not JSON"},
      {"POST", "/recommend", std::string(100'000, '\\'), 400, "not JSON"},
      {"POST", "/recommend", "5", 422, "the body is a number; it must be an object"},
      {"POST", "/recommend", "null", 422, "the body is null"},
      {"POST", "/recommend", "[]", 422, "the body is a list"},
      {"POST", "/recommend", "{}", 422, "the body has no ratings; send"},
      {"POST", "/recommend", "{\"ratings\":5}", 422, "ratings\\\" is a number"},
      {"POST", "/recommend", "{\"ratings\":[5]}", 422, "a number is in \\\"ratings"},
      {"POST", "/recommend", "{\"ratings\":[[10]]}", 422, "a list of 1 is in"},
      {"POST", "/recommend", "{\"ratings\":[{\"item\":10}]}", 422, "lacks \\\"rating"},
      {"POST", "/recommend", "{\"id\":\"ann\",\"user\":\"ann\"}", 422, "mean the same"},
      {"POST", "/recommend", "{\"id\":\"eve\"}", 404, "no user 'eve'"},
      {"POST", "/recommend", "{\"id\":\"\"}", 422, "id\\\" is empty"},
      {"POST", "/recommend", "{\"id\":1.5}", 422, "id\\\" is a number"},
      {"POST", "/recommend", "{\"ratings\":{},\"least_ratings\":-1}", 422, "least_ratings must"},
      {"POST", "/recommend", "{\"ratings\":{},\"keep_rated\":1}", 422, "keep_rated must"},
      {"POST", "/recommend", "{\"ratings\":{},\"rank_by\":\"blend:\"}", 422, "rank_by must be"},
      {"POST", "/recommend", "{\"ratings\":{},\"rank_by\":\"blend:x\"}", 422, "rank_by must be"},
      {"GET", "/recommend?user=ann&id=ann", "", 400, "mean the same"},
      {"GET", "/recommend?user=ann&rank_by=blend:1e39", "", 400, "rank_by must be"},
      {"GET", "/recommend?user=ann&least_ratings=x", "", 400, "least_ratings must"},
      {"GET", "/recommend?user=ann&rank_by=1&rank-by=1", "", 400, "given twice"},
      {"GET", "/recommend?user=ann&explain=yes", "", 400, "explain must be"},
      {"POST", "/recommend", "{\"ratings\":null}", 422, "ratings\\\" is null"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":\"5\"}}", 422,
       "rating of item \\\"10\\\" is a string"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":null}}", 422,
       "rating of item \\\"10\\\" is null"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":{}}}", 422,
       "rating of item \\\"10\\\" is an object"},
      {"POST", "/recommend", "{\"ratings\":{\"10\":1e39}}", 422,
       "rating of item \\\"10\\\" is out of the range"},
      {"POST", "/recommend", many_ratings(101), 422, "there are 101 ratings; send at most 100"},
      {"POST", "/recommend", "{\"ratings\":{},\"top\":1.5}", 422, "from 1 to 50"},
      {"POST", "/recommend", "{\"ratings\":{},\"top\":-1}", 422, "from 1 to 50"},
      {"POST", "/recommend", "{\"ratings\":{},\"top\":99999999999999999999}", 422, "from 1 to 50"},
      {"POST", "/recommend", "{\"ratings\":{},\"rank_by\":[]}", 422, "rank_by must be"},
      {"POST", "/recommend", "{\"ratings\":{},\"tops\":5}", 422, "a key 'tops'"},
      {"POST", "/recommend", "{\"ratings\":{},\"explain\":1}", 422, "explain must be true"},
      {"POST", "/recommend?top=5", "{\"ratings\":{}}", 400, "no parameter 'top'"},
      {"POST", "/fold-in", "{\"ratings\":{},\"top\":5}", 422, "a key 'top'"},
      {"POST", "/fold-in", "true", 422, "the body is true or false"},
      {"POST", "/reload", "{\"path\":5}", 422, "path must be the name of a file"},
      {"POST", "/reload", "{\"path\":\"b.model\"}", 422, "loads a.model only"},
      {"POST", "/reload", "reload!", 400, "not JSON"},
  };
  for (const auto& row : rows) {
    HttpClient client(serving.service->port());
    const HttpReply reply = client.ask(row.method, row.target, row.body);
    const std::string what = std::string(row.method) + ' ' + row.target + ' ' +
                             row.body.substr(0, 60) + ": " + reply.body;
    BOOST_TEST(reply.status == row.status, what);
    BOOST_TEST(reply.body.starts_with("{\"model_version\":1,\"error\":\""), what);
    BOOST_TEST(contains(reply.body, row.says), what);
    BOOST_TEST(reply.body.size() < 1000u);
    BOOST_TEST((reply.allow.empty() == (row.status != 405)), what);
  }
  // After all that it answers as before, and has counted them as errors of others.
  BOOST_TEST(serving.get("/predict?user=ann&item=10").status == 200u);
  const std::string metrics = serving.get("/metrics").body;
  BOOST_TEST(contains(metrics, "{method=\"GET\",path=\"/similar\",class=\"4xx\"} 3\n"));
  BOOST_TEST(!contains(metrics, "class=\"5xx\"} 1"));
  const Outcome outcome = serving.service->stop();
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err == "");
}

BOOST_FIXTURE_TEST_CASE(metrics_count_what_was_asked, Serving) {
  for (int i = 0; i < 3; ++i) get("/similar?item=10");
  get("/similar?item=none");
  get("/nowhere");
  const HttpReply reply = get("/metrics");
  BOOST_TEST(reply.status == 200u);
  for (const char* line :
       {"# TYPE mfpar_request_seconds histogram\n",
        "mfpar_request_seconds_bucket{method=\"GET\",path=\"/similar\",le=\"+Inf\"} 4\n",
        "mfpar_request_seconds_count{method=\"GET\",path=\"/similar\"} 4\n",
        "mfpar_request_seconds_count{method=\"POST\",path=\"/recommend\"} 0\n",
        "mfpar_request_errors_total{method=\"GET\",path=\"/similar\",class=\"4xx\"} 1\n",
        "mfpar_request_errors_total{method=\"other\",path=\"other\",class=\"4xx\"} 1\n",
        "\nmfpar_model_version 1\n", "\nmfpar_model_users 2\n", "\nmfpar_model_items 4\n"}) {
    BOOST_TEST(contains(reply.body, line), line << " is not in " << reply.body);
  }
}

// The grammar of Prometheus' text format 0.0.4, and what else readers of it rely on: a metric's
// lines stand together under one HELP and one TYPE, no number is there twice, buckets rise.
BOOST_FIXTURE_TEST_CASE(metrics_are_valid_prometheus_text, Serving) {
  get("/similar?item=10");
  get("/nowhere");
  post("/reload");
  const HttpReply reply = get("/metrics");
  BOOST_TEST(reply.field("Content-Type").starts_with("text/plain; version=0.0.4"));
  const std::regex comment("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  const std::regex sample(
      "([a-zA-Z_:][a-zA-Z0-9_:]*)"
      "(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"\\\\]*\"(,[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"\\\\]*\")*\\})?"
      " ([0-9.e+-]+|\\+Inf)");
  std::set<std::string> families, samples;
  std::map<std::string, double> values;
  std::string family, type;
  double bucket = 0;
  BOOST_TEST(reply.body.ends_with('\n'));
  std::istringstream lines(reply.body);
  for (std::string line; std::getline(lines, line);) {
    std::smatch part;
    if (std::regex_match(line, part, comment)) {
      if (part[1] == "HELP") {
        family = part[2];
        BOOST_TEST(families.insert(family).second, line);
      } else {
        type = part[3];
        BOOST_TEST(part[2] == family, line);
        BOOST_TEST((type == "counter" || type == "gauge" || type == "histogram"), line);
        BOOST_TEST((type != "counter" || family.ends_with("_total")), line);
      }
      continue;
    }
    BOOST_REQUIRE_MESSAGE(std::regex_match(line, part, sample), line);
    const std::string name = part[1];
    const bool is_part =
        name == family + "_bucket" || name == family + "_sum" || name == family + "_count";
    BOOST_TEST((type == "histogram" ? is_part : name == family), line);
    BOOST_TEST(samples.insert(name + part[2].str()).second, line);
    const double value = part[4] == "+Inf" ? INFINITY : std::stod(part[4]);
    values[name + part[2].str()] = value;
    if (name.ends_with("_bucket")) {
      BOOST_TEST(value >= (contains(line, "le=\"0.000005\"") ? 0 : bucket), line);
      bucket = value;
    }
    if (name.ends_with("_count")) BOOST_TEST(value == bucket, line);
  }
  BOOST_TEST(values["mfpar_connections_open"] == 1);
  BOOST_TEST(values["mfpar_connections_accepted_total"] == 1);
  BOOST_TEST(values["mfpar_reloads_total{result=\"success\"}"] == 1);
  BOOST_TEST(values["mfpar_reloads_total{result=\"failure\"}"] == 0);
  BOOST_TEST(values["mfpar_build_info{version=\"" MFPAR_VERSION "\"}"] == 1);
  BOOST_TEST(values["process_open_fds"] > 5);
  BOOST_TEST(values["process_max_fds"] > values["process_open_fds"]);
  BOOST_TEST(values["process_resident_memory_bytes"] > 1e6);
  BOOST_TEST(values["process_virtual_memory_bytes"] > values["process_resident_memory_bytes"]);
  BOOST_TEST(samples.count("process_cpu_seconds_total") == 1u);
  BOOST_TEST(std::abs(values["process_start_time_seconds"] -
                      static_cast<double>(std::time(nullptr))) < 60);
}

BOOST_FIXTURE_TEST_CASE(a_reload_serves_the_new_file_and_a_bad_one_changes_nothing, Serving) {
  save_model(literal_model(2.0f), path("a.model"));
  BOOST_TEST(contains(get("/predict?user=ann&item=20").body, "\"rating\":4.25"));
  const HttpReply reloaded = post("/reload");
  BOOST_TEST(reloaded.status == 200u);
  BOOST_TEST(reloaded.body.starts_with("{\"model_version\":2,\"status\":\"ok\""));
  BOOST_TEST(contains(get("/predict?user=ann&item=20").body, "\"rating\":3.25"));
  BOOST_TEST(post("/reload", "{\"path\":\"a.model\"}").status == 200u);  // the one it has

  write("torn", "no model");
  std::filesystem::rename(path("torn"), path("a.model"));
  const HttpReply bad = post("/reload");
  BOOST_TEST(bad.status == 422u);
  BOOST_TEST(bad.body.starts_with("{\"model_version\":3,\"error\":\"a.model"), bad.body);
  std::filesystem::remove(path("a.model"));
  BOOST_TEST(post("/reload").status == 422u);
  BOOST_TEST(contains(get("/predict?user=ann&item=20").body, "\"model_version\":3"));
}

BOOST_FIXTURE_TEST_CASE(a_hangup_loads_the_file_anew, Serving) {
  const auto version_after_hangup = [&](unsigned expected) {
    service->signal(SIGHUP);
    std::string health;
    for (int tries = 0; tries < 500; ++tries) {
      health = get("/health").body;
      if (contains(health, "\"model_version\":" + std::to_string(expected) + ",")) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return health;
  };
  for (unsigned version = 2; version < 5; ++version) {
    save_model(literal_model(static_cast<float>(version)), path("a.model"));
    BOOST_TEST(contains(version_after_hangup(version), ":" + std::to_string(version) + ","));
  }
  BOOST_TEST(contains(get("/predict?user=ann&item=10").body, "\"rating\":5"));

  write("torn", "no model");
  std::filesystem::rename(path("torn"), path("a.model"));
  service->signal(SIGHUP);
  const std::string failed = "mfpar_reloads_total{result=\"failure\"} 1\n";
  for (int tries = 0; tries < 500 && !contains(get("/metrics").body, failed); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string metrics = get("/metrics").body;
  BOOST_TEST(contains(metrics, failed));
  BOOST_TEST(contains(metrics, "mfpar_reloads_total{result=\"success\"} 3\n"));
  BOOST_TEST(contains(get("/health").body, "\"model_version\":4,"));
  const Outcome outcome = service->stop();
  BOOST_TEST(outcome.code == 0);
  BOOST_TEST(outcome.err.starts_with("mf-serve: a.model: version 2 is served\n"), outcome.err);
  BOOST_TEST(contains(outcome.err,
                      "mf-serve: error: the model was not loaded, and version 4 stays: "
                      "a.model"),
             outcome.err);
}

BOOST_AUTO_TEST_CASE(other_files_are_loaded_where_that_is_allowed) {
  Serving serving({"--reload-any"});
  save_model(literal_model(2.0f), serving.path("b.model"));
  BOOST_TEST(serving.post("/reload", "{\"path\":\"b.model\"}").status == 200u);
  BOOST_TEST(contains(serving.get("/predict?user=ann&item=20").body, "\"rating\":3.25"));
  BOOST_TEST(serving.post("/reload", "{\"path\":\"c.model\"}").status == 422u);
}

BOOST_AUTO_TEST_SUITE_END()
