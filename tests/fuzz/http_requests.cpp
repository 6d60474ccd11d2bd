// SPDX-License-Identifier: MIT
//
// Requests as they come over a connection, and their answers by a service of a small model.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "common/json.hpp"
#include "expect.hpp"
#include "literal_model.hpp"
#include "mf-serve/http_head.hpp"
#include "mf-serve/service.hpp"
#include "mfpar/model_file.hpp"
#include "targets.hpp"
#include "temporary_folder.hpp"

namespace mfpar::fuzz {

namespace {

struct Served {
  static std::string saved(const TemporaryFolder& folder) {
    const auto texts = [](std::string_view all) {
      return FrozenArray<char>(std::vector<char>(all.begin(), all.end()));
    };
    const FactorModel model =
        with_titles(tests::literal_model(3.0f),
                    ItemTitles({.columns = {"title", "genres", "year"},
                                .offsets = FrozenArray<std::uint64_t>(
                                    std::vector<std::uint64_t>{0, 4, 9, 13, 17, 17, 21}),
                                .text = texts("HeatCrime1995Jaws1975")}));
    save_model(model, folder.path("model"));
    return folder.path("model");
  }

  TemporaryFolder folder;
  ModelHandle models{saved(folder)};
  apps::Service service{models, {.limits = {.max_top = 20, .max_ratings = 20, .max_users = 5}}};
};

apps::HttpRequest request_of(
    const boost::beast::http::request<boost::beast::http::string_body>& message) {
  apps::check_head(message);
  apps::expects_continue(message);
  return {.method = std::string(message.method_string()),
          .target = apps::path_and_query({message.target().data(), message.target().size()}),
          .body = message.body(),
          .key = apps::key_of(message)};
}

}  // namespace

void http_requests(std::string_view input) {
  static Served served;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser;
  parser.eager(true);
  parser.body_limit(1 << 20);
  boost::system::error_code error;
  while (!input.empty() && !error && !parser.is_done()) {
    const std::size_t taken = parser.put(boost::asio::buffer(input.data(), input.size()), error);
    if (taken == 0) break;
    input.remove_prefix(taken);
  }
  if (!parser.is_header_done()) return;
  apps::HttpAnswer answer;
  try {
    const apps::HttpRequest request = request_of(parser.get());
    served.service.is_slow(request);
    answer = served.service.answer(request);
  } catch (const apps::HttpError& e) {
    answer = served.service.refuse(e.status(), e.what());
  }
  require(answer.status >= 200 && answer.status < 600 && answer.status != 500,
          "an answer is not the service's own fault");
  if (answer.content_type == "application/json" && !answer.body.empty()) {
    apps::parse_json(answer.body);
  }
}

}  // namespace mfpar::fuzz
