// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http_client.hpp"
#include "literal_model.hpp"
#include "mfpar/model_file.hpp"
#include "served.hpp"
#include "temporary_folder.hpp"

namespace mfpar::tests {

/// An mf-serve that answers from literal_model(3), and a connection to it.
struct Serving : TemporaryFolder {
  explicit Serving(std::vector<std::string> arguments = {}) {
    save_model(literal_model(3.0f), path("a.model"));
    service = std::make_unique<Served>(MFPAR_PROGRAMS "/mf-serve", "a.model", path("."),
                                       std::move(arguments));
    client = std::make_unique<HttpClient>(service->port());
  }

  HttpReply get(const std::string& target) { return client->ask("GET", target); }
  HttpReply post(const std::string& target, const std::string& body = "") {
    return client->ask("POST", target, body);
  }

  std::unique_ptr<Served> service;
  std::unique_ptr<HttpClient> client;
};

}  // namespace mfpar::tests
