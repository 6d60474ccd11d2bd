// SPDX-License-Identifier: MIT
#include "mf-recommend/request_stream.hpp"

#include <vector>

#include "common/for_each.hpp"
#include "common/json.hpp"
#include "common/line_stream.hpp"
#include "mf-recommend/answer_text.hpp"
#include "mf-recommend/request.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

struct Reply {
  std::string text;
  bool is_error = false;
};

Answer answer_of(std::string_view line, const Catalogue& catalogue, const StreamOptions& options) {
  const Request request = parse_request(line, options.list, catalogue);
  if (request.has_ratings) {
    return answers_for(catalogue, std::span(&request.user, 1), options.fold_in, request.list, 1)
        .front();
  }
  const UserIndex user = catalogue.user(request.user.id, "without \"ratings\"",
                                        "a new user is asked for with \"ratings\"");
  return answers_for(catalogue, std::span(&user, 1), request.list, 1).front();
}

Reply reply_to(const InputLine& line, const Catalogue& catalogue, const StreamOptions& options) {
  try {
    return {json_of(answer_of(line.text, catalogue, options), catalogue), false};
  } catch (const Error& e) {
    return {text_of(Json{{"line", line.number}, {"error", e.what()}}) + '\n', true};
  }
}

}  // namespace

StreamResult answer_requests(const Catalogue& catalogue, const StreamOptions& options,
                             const std::stop_token& stop, Output& output) {
  StreamResult result;
  read_lines(options.path, stop, [&](std::span<const InputLine> lines) {
    std::vector<Reply> replies(lines.size());
    for_each_index(lines.size(), options.threads,
                   [&](std::size_t i) { replies[i] = reply_to(lines[i], catalogue, options); });
    for (const Reply& reply : replies) {
      output.write(reply.text);
      ++result.requests;
      result.errors += reply.is_error;
    }
    output.flush();
  });
  return result;
}

}  // namespace mfpar::apps
