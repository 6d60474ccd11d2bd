// SPDX-License-Identifier: MIT
#include "mf-serve/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "common/text.hpp"
#include "mf-serve/process_metrics.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

// Counts order nothing else.
constexpr auto kRelaxed = std::memory_order_relaxed;

std::string labels(const Metrics::Label& label, const std::string& further = "") {
  return "{method=\"" + label.method + "\",path=\"" + label.path + "\"" + further + "} ";
}

}  // namespace

Metrics::Metrics(std::vector<Label> endpoints)
    : endpoints_(std::move(endpoints)), counts_(new Counts[endpoints_.size()]) {}

void Metrics::count(std::size_t endpoint, unsigned status, double seconds) noexcept {
  Counts& counts = counts_[endpoint];
  const auto bucket = std::ranges::lower_bound(kBuckets, seconds, {}, &Bucket::end);
  counts.in_bucket[static_cast<std::size_t>(bucket - kBuckets.begin())].fetch_add(1, kRelaxed);
  counts.nanoseconds.fetch_add(static_cast<std::uint64_t>(seconds * 1e9), kRelaxed);
  if (status >= 500) {
    counts.server_errors.fetch_add(1, kRelaxed);
  } else if (status >= 400) {
    counts.client_errors.fetch_add(1, kRelaxed);
  }
}

void Metrics::request_begun() noexcept { in_flight_.fetch_add(1, kRelaxed); }

void Metrics::request_done() noexcept { in_flight_.fetch_sub(1, kRelaxed); }

void Metrics::model_loaded() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  loaded_.store(std::chrono::duration<double>(now).count(), kRelaxed);
}

void Metrics::connection_opened() noexcept { ++accepted_; }

void Metrics::connection_closed() noexcept { ++closed_; }

void Metrics::count_reload(bool succeeded) noexcept { reloads_[succeeded].fetch_add(1, kRelaxed); }

std::string Metrics::text(const ServedModel& served) const {
  std::string text;
  describe_metric(text, "mfpar_request_seconds", "histogram",
                  "Time to make an answer, by endpoint.");
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    std::uint64_t count = 0;
    for (std::size_t bucket = 0; bucket <= kBuckets.size(); ++bucket) {
      count += counts_[i].in_bucket[bucket].load(kRelaxed);
      const std::string end = bucket < kBuckets.size() ? kBuckets[bucket].text : "+Inf";
      text += "mfpar_request_seconds_bucket" + labels(endpoints_[i], ",le=\"" + end + "\"") +
              std::to_string(count) + '\n';
    }
    const double seconds = static_cast<double>(counts_[i].nanoseconds.load(kRelaxed)) * 1e-9;
    text += "mfpar_request_seconds_sum" + labels(endpoints_[i]) + shortest_decimal(seconds) +
            "\nmfpar_request_seconds_count" + labels(endpoints_[i]) + std::to_string(count) + '\n';
  }
  describe_metric(text, "mfpar_request_errors_total", "counter",
                  "Requests answered with an error of the client (4xx) or the service (5xx).");
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    text += "mfpar_request_errors_total" + labels(endpoints_[i], ",class=\"4xx\"") +
            std::to_string(counts_[i].client_errors.load(kRelaxed)) +
            "\nmfpar_request_errors_total" + labels(endpoints_[i], ",class=\"5xx\"") +
            std::to_string(counts_[i].server_errors.load(kRelaxed)) + '\n';
  }
  describe_metric(text, "mfpar_reloads_total", "counter", "Models that were to be loaded anew.");
  for (const bool succeeded : {true, false}) {
    text += std::string("mfpar_reloads_total{result=\"") + (succeeded ? "success" : "failure") +
            "\"} " + std::to_string(reloads_[succeeded].load(kRelaxed)) + '\n';
  }
  const std::uint64_t closed = closed_.load(), accepted = accepted_.load();  // closed are accepted
  append_metric(text, "mfpar_connections_accepted_total", "counter",
                "Connections that came, those turned away too.", std::to_string(accepted));
  append_metric(text, "mfpar_connections_open", "gauge", "Connections that are open.",
                std::to_string(accepted - closed));
  append_metric(text, "mfpar_requests_in_flight", "gauge",
                "Requests whose answers are being made, this one among them.",
                std::to_string(in_flight_.load(kRelaxed)));
  append_metric(text, "mfpar_model_loaded_timestamp_seconds", "gauge",
                "When the model that is served was loaded, since unix epoch in seconds.",
                fixed(loaded_.load(kRelaxed), 3));
  append_metric(text, "mfpar_model_version", "gauge", "Version of the model that is served.",
                std::to_string(served.version));
  append_metric(text, "mfpar_model_users", "gauge", "Users that the model was trained on.",
                std::to_string(served.model->user_count()));
  append_metric(text, "mfpar_model_items", "gauge", "Items that the model was trained on.",
                std::to_string(served.model->item_count()));
  append_metric(text, "mfpar_build_info{version=\"" MFPAR_VERSION "\"}", "gauge",
                "The version of mf-serve.", "1");
  append_process_metrics(text);
  return text;
}

}  // namespace mfpar::apps
