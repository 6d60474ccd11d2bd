// SPDX-License-Identifier: MIT
#include "mf-serve/service.hpp"

#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <new>
#include <string_view>

#include "common/json.hpp"
#include "common/text.hpp"
#include "mf-serve/answers.hpp"
#include "mf-serve/browse.hpp"
#include "mf-serve/embedded.hpp"
#include "mf-serve/page.hpp"
#include "mf-serve/parameters.hpp"
#include "mf-serve/spare_memory.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

/// A request on its way to its endpoint, with the version that answers the whole of it.
struct Service::Call {
  std::shared_ptr<const ServedModel> served;
  const RequestTarget& target;
  const std::string& body;
  std::shared_ptr<const Titles> titles;
  const ApiKey* key;  ///< of who asks; null where none is needed
};

struct Service::Endpoint {
  const char* method;
  const char* path;
  HttpAnswer (Service::*answer)(const Call&);
  Access access = Access::kRead;
};

/// What becomes known of a request on its way.
struct Service::Trace {
  std::size_t endpoint = 0;
  std::uint64_t version = 0;
  std::shared_ptr<const ApiKey> key{};
};

constexpr Service::Endpoint Service::kEndpoints[] = {
    {"GET", "/", &Service::get_page, Access::kOpen},
    {"GET", "/catalogue", &Service::get_catalogue},
    {"GET", "/items", &Service::get_items},
    {"GET", "/users", &Service::get_users},
    {"GET", "/health", &Service::get_health, Access::kOpen},
    {"GET", "/health/live", &Service::get_live, Access::kOpen},
    {"GET", "/health/ready", &Service::get_ready, Access::kOpen},
    {"GET", "/metrics", &Service::get_metrics},
    {"GET", "/openapi.json", &Service::get_openapi, Access::kOpen},
    {"GET", "/recommend", &Service::get_recommend},
    {"POST", "/recommend", &Service::post_recommend},
    {"POST", "/recommend/batch", &Service::post_recommend_batch},
    {"POST", "/fold-in", &Service::post_fold_in},
    {"GET", "/similar", &Service::get_similar},
    {"POST", "/similar", &Service::post_similar},
    {"GET", "/predict", &Service::get_predict},
    {"POST", "/reload", &Service::post_reload, Access::kAdmin},
};

namespace {

// A message may quote the request, but not a megabyte of it.
constexpr std::size_t kMaxErrorText = 500;

/// Adds an element to a list "GET, POST" that does not have it.
void add_once(std::string& list, const std::string& element) {
  if ((", " + list + ',').find(", " + element + ',') != list.npos) return;
  list.append(list.empty() ? "" : ", ").append(element);
}

HttpAnswer json(const Json& object) {
  HttpAnswer answer;
  answer.body = text_of(object) + '\n';
  return answer;
}

}  // namespace

Service::Service(ModelHandle& models, const ServiceOptions& options)
    : models_(models),
      options_(options),
      keys_(options.keys_path, options.requests_per_second),
      log_(options.log_path),
      titles_(options.titles_path),
      metrics_([] {
        std::vector<Metrics::Label> labels;
        for (const Endpoint& endpoint : kEndpoints) {
          labels.push_back({endpoint.method, endpoint.path});
        }
        labels.push_back({"other", "other"});
        return labels;
      }()) {
  metrics_.model_loaded();
  titles_.of(*models_.current());  // what is wrong with the file is told at the start
}

bool Service::is_slow(const HttpRequest& request) const {
  return request.method == "POST" &&
         (request.target.starts_with("/reload") || request.target.starts_with("/recommend/batch"));
}

HttpAnswer Service::answer(const HttpRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  metrics_.request_begun();
  Trace trace{.endpoint = std::size(kEndpoints), .version = models_.current()->version};
  HttpAnswer result;
  try {
    result = answer(request, trace);
  } catch (const HttpError& e) {
    result = error(e.status(), e.what());
    result.fields = e.fields();
  } catch (const Error& e) {
    result = error(422, e.what());
  } catch (const std::bad_alloc&) {
    result = error(503, "there is not enough memory; try again later");
  } catch (const std::exception& e) {
    result = error(500, "this is a bug, please report it: " + std::string(e.what()));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  SpareMemory::refill();
  metrics_.count(trace.endpoint, result.status, took.count());
  metrics_.request_done();
  if (!options_.log_path.empty()) {
    log_.add({.method = request.is_head ? "HEAD" : request.method,
              .path = request.target.substr(0, request.target.find('?')),
              .status = result.status,
              .milliseconds = took.count() * 1000,
              .bytes = request.is_head ? 0 : result.body.size(),
              .model_version = trace.version,
              .key = trace.key ? trace.key->name : ""});
  }
  result.fields.emplace_back("Server-Timing", "answer;dur=" + fixed(took.count() * 1e3, 3));
  return result;
}

HttpAnswer Service::answer(const HttpRequest& request, Trace& trace) {
  const RequestTarget target = parse_target(request.target);
  const bool is_options = request.method == "OPTIONS";
  const bool is_any = is_options && target.path == "*";
  std::string taken, paths;
  for (std::size_t i = 0; i < std::size(kEndpoints); ++i) {
    const Endpoint& candidate = kEndpoints[i];
    add_once(paths, candidate.path);
    if (target.path != candidate.path && !is_any) continue;
    if (request.method == candidate.method) {
      trace.endpoint = i;
      keys_.admit(request.key, candidate.access, trace.key);
      auto served = models_.current();
      trace.version = served->version;
      auto titles = titles_.of(*served);
      return (this->*candidate.answer)(
          {std::move(served), target, request.body, std::move(titles), trace.key.get()});
    }
    add_once(taken, candidate.method);
  }
  if (taken.empty()) {
    throw HttpError(404, "there is no '" + target.path + "'; the paths are " + paths);
  }
  HttpAnswer result;
  if (is_options) {
    result.status = 204;
  } else {
    result = error(405, target.path + " does not take " + request.method + "; use " + taken);
  }
  result.allow = (taken.starts_with("GET") ? "HEAD, " : "") + taken + ", OPTIONS";
  return result;
}

HttpAnswer Service::refuse(unsigned status, const std::string& what) {
  metrics_.count(std::size(kEndpoints), status, 0.0);
  HttpAnswer result = error(status, what);
  log_.add({.method = "",
            .path = "",
            .status = status,
            .bytes = result.body.size(),
            .model_version = models_.current()->version,
            .key = ""});
  return result;
}

std::shared_ptr<const ServedModel> Service::reload(const std::string& path) {
  try {
    keys_.reload();
    auto served = path.empty() ? models_.reload() : models_.reload(path);
    metrics_.model_loaded();
    metrics_.count_reload(true);
    return served;
  } catch (const std::exception& e) {
    metrics_.count_reload(false);
    std::cerr << "mf-serve: error: the model was not loaded, and version " +
                     std::to_string(models_.current()->version) + " stays: " + e.what() + '\n';
    throw;
  }
}

HttpAnswer Service::error(unsigned status, std::string what) const {
  if (what.size() > kMaxErrorText) what = what.substr(0, kMaxErrorText) + "...";
  HttpAnswer result = json(Json{{"model_version", models_.current()->version}, {"error", what}});
  result.status = status;
  return result;
}

HttpAnswer Service::get_page(const Call& call) {
  call.target.allow_only({});
  return {.body = kPage,
          .content_type = "text/html; charset=utf-8",
          .fields = {{"Content-Security-Policy", kPagePolicy},
                     {"Cache-Control", "no-cache"},
                     {"Referrer-Policy", "no-referrer"},
                     {"X-Content-Type-Options", "nosniff"}}};
}

HttpAnswer Service::get_catalogue(const Call& call) {
  call.target.allow_only({});
  return json(catalogue({*call.served, call.titles.get()}));
}

HttpAnswer Service::get_items(const Call& call) {
  call.target.allow_only({"text", "item", "top"});
  const TitledModel titled{*call.served, call.titles.get()};
  const std::string* const item = call.target.find("item");
  if (item != nullptr) return json(find_item(titled, *item));
  const std::string* const text = call.target.find("text");
  return json(
      find_items(titled, text != nullptr ? *text : "", top_in(call.target, options_.limits)));
}

HttpAnswer Service::get_users(const Call& call) {
  call.target.allow_only({"text", "top"});
  const std::string* const text = call.target.find("text");
  return json(
      find_users(*call.served, text != nullptr ? *text : "", top_in(call.target, options_.limits)));
}

HttpAnswer Service::get_health(const Call& call) {
  call.target.allow_only({});
  return json(health(*call.served));
}

HttpAnswer Service::get_live(const Call& call) {
  call.target.allow_only({});
  return json({{"model_version", call.served->version}, {"status", "live"}});
}

HttpAnswer Service::get_ready(const Call& call) {
  call.target.allow_only({});
  if (stopping_) throw HttpError(503, "the service is about to end; ask another one");
  return json({{"model_version", call.served->version}, {"status", "ready"}});
}

HttpAnswer Service::get_metrics(const Call& call) {
  call.target.allow_only({});
  HttpAnswer answer;
  answer.body = metrics_.text(*call.served);
  answer.content_type = "text/plain; version=0.0.4";
  return answer;
}

HttpAnswer Service::get_openapi(const Call& call) {
  call.target.allow_only({});
  HttpAnswer answer;
  answer.body = kOpenApi;
  return answer;
}

HttpAnswer Service::get_recommend(const Call& call) {
  return json(
      recommend({*call.served, call.titles.get()}, user_question(call.target, options_.limits)));
}

HttpAnswer Service::post_recommend(const Call& call) {
  call.target.allow_only({});
  return json(
      recommend({*call.served, call.titles.get()}, user_question(call.body, options_.limits)));
}

HttpAnswer Service::post_recommend_batch(const Call& call) {
  call.target.allow_only({});
  const BatchQuestion batch = batch_question(call.body, options_.limits);
  if (call.key != nullptr && !batch.users.empty()) call.key->limit.owe(batch.users.size() - 1);
  HttpAnswer answer;
  answer.body = recommend_batch({*call.served, call.titles.get()}, batch);
  if (batch.is_lines) answer.content_type = "application/x-ndjson";
  return answer;
}

HttpAnswer Service::post_fold_in(const Call& call) {
  call.target.allow_only({});
  return json(fold_in_new(*call.served, ratings_in(call.body, options_.limits)));
}

HttpAnswer Service::get_similar(const Call& call) {
  return json(similar_to({*call.served, call.titles.get()},
                         similar_question(call.target, options_.limits)));
}

HttpAnswer Service::post_similar(const Call& call) {
  call.target.allow_only({});
  return json(
      similar_to({*call.served, call.titles.get()}, similar_question(call.body, options_.limits)));
}

HttpAnswer Service::get_predict(const Call& call) {
  call.target.allow_only({"user", "item"});
  return json(
      predict_rating(*call.served, call.target.required("user"), call.target.required("item")));
}

HttpAnswer Service::post_reload(const Call& call) {
  call.target.allow_only({});
  const std::string path = reload_path(call.body);
  if (!path.empty() && path != call.served->path && !options_.reload_any) {
    throw HttpError(422, "this service loads " + call.served->path +
                             " only; replace that file, or start the service with --reload-any");
  }
  return json(health(*reload(path)));
}

}  // namespace mfpar::apps
