// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "mf-serve/access_log.hpp"
#include "mf-serve/api_keys.hpp"
#include "mf-serve/http_server.hpp"
#include "mf-serve/metrics.hpp"
#include "mf-serve/questions.hpp"
#include "mf-serve/served_titles.hpp"
#include "mfpar/model_handle.hpp"

namespace mfpar::apps {

struct ServiceOptions {
  Limits limits;

  /// Whether POST /reload may name another file. Off by default: any client could make the service
  /// open files that it may read, and learn from the answers which exist.
  bool reload_any = false;

  std::string titles_path{};  ///< what the items are called; "" for none

  std::string keys_path{};                ///< see ApiKeys; "" for none
  std::uint32_t requests_per_second = 0;  ///< of each key; 0: no limit
  std::string log_path{};                 ///< see AccessLog; "" for none
};

/// The endpoints of mf-serve over one model handle; apps/SERVE.md describes them. Safe from any
/// number of threads.
class Service : public HttpHandler {
 public:
  /// Keeps `models`, which must outlive it. Throws as ItemTitles does for a file of titles.
  Service(ModelHandle& models, const ServiceOptions& options);

  HttpAnswer answer(const HttpRequest& request) override;
  bool is_slow(const HttpRequest& request) const override;
  HttpAnswer refuse(unsigned status, const std::string& what) override;
  void stopping() noexcept override { stopping_ = true; }
  void connection_opened() noexcept override { metrics_.connection_opened(); }
  void connection_closed() noexcept override { metrics_.connection_closed(); }

  /// Loads a model file, "" for the one that is served, and serves it, and the keys of their file;
  /// counts what became of it, and logs failures. Throws as ModelHandle::reload() and ApiKeys.
  std::shared_ptr<const ServedModel> reload(const std::string& path = "");

  /// Opens the access log anew.
  void reopen_log() { log_.reopen(); }

 private:
  struct Call;
  struct Endpoint;
  struct Trace;
  static const Endpoint kEndpoints[];

  HttpAnswer get_page(const Call& call);
  HttpAnswer get_catalogue(const Call& call);
  HttpAnswer get_items(const Call& call);
  HttpAnswer get_users(const Call& call);
  HttpAnswer get_health(const Call& call);
  HttpAnswer get_live(const Call& call);
  HttpAnswer get_ready(const Call& call);
  HttpAnswer get_metrics(const Call& call);
  HttpAnswer get_openapi(const Call& call);
  HttpAnswer get_recommend(const Call& call);
  HttpAnswer post_recommend(const Call& call);
  HttpAnswer post_recommend_batch(const Call& call);
  HttpAnswer post_fold_in(const Call& call);
  HttpAnswer get_similar(const Call& call);
  HttpAnswer post_similar(const Call& call);
  HttpAnswer get_predict(const Call& call);
  HttpAnswer post_reload(const Call& call);

  HttpAnswer answer(const HttpRequest& request, Trace& trace);
  HttpAnswer error(unsigned status, std::string what) const;

  ModelHandle& models_;
  const ServiceOptions options_;
  ApiKeys keys_;
  AccessLog log_;
  ServedTitles titles_;
  Metrics metrics_;
  std::atomic<bool> stopping_{false};
};

}  // namespace mfpar::apps
