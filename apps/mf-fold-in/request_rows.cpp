// SPDX-License-Identifier: MIT
#include "mf-fold-in/request_rows.hpp"

#include <iostream>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/json_ratings.hpp"
#include "common/line_stream.hpp"
#include "common/text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// How many errors are told where the output has no place for them.
constexpr std::uint64_t kErrorsTold = 5;

struct RowRequest {
  std::uint64_t line = 0;
  std::string id;
  std::vector<ItemRating> ratings;
};

class Requests {
 public:
  Requests(const FoldInCommand& command, const FactorModel& model, RowWriter& writer)
      : command_(command), model_(model), writer_(writer) {}

  void take(std::span<const InputLine> lines);
  RequestResult result() && { return std::move(result_); }

 private:
  RowRequest parse(const InputLine& line) const;
  void fold_in(std::span<const RowRequest> requests);
  void fail(std::uint64_t line, const std::string& message);

  const FoldInCommand& command_;
  const FactorModel& model_;
  RowWriter& writer_;
  RequestResult result_;
};

RowRequest Requests::parse(const InputLine& line) const {
  const std::string form = command_.items ? "{\"item\": ID, \"ratings\": {USER: RATING, ...}}"
                                          : "{\"user\": ID, \"ratings\": {ITEM: RATING, ...}}";
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::kBadData, what + "; expected " + form);
  };
  const Json json = parse_json(line.text);
  if (!json.is_object()) refuse(std::string("the request is ") + kind_of(json));
  RowRequest request{.line = line.number, .id = {}, .ratings = {}};
  const char* const row = command_.items ? "item" : "user";
  for (const auto& [key, value] : json.items()) {
    if (key == row || key == "id") {
      if (!request.id.empty()) refuse(std::string("\"") + row + "\" is given twice");
      request.id = required_id(value, row);
    } else if (key == "ratings") {
      if (!request.ratings.empty()) refuse("\"ratings\" is given twice");
      request.ratings = ratings_of(value, command_.items ? "user" : "item");
    } else {
      refuse("unknown key " + mfpar::quoted(key));
    }
  }
  if (request.id.empty()) refuse(std::string("\"") + row + "\" is missing");
  if (request.ratings.empty()) refuse("there are no \"ratings\"");
  return request;
}

void Requests::fail(std::uint64_t line, const std::string& message) {
  ++result_.errors;
  if (writer_.add_error(line, message) || result_.errors > kErrorsTold) return;
  std::cerr << "mf-fold-in: error: line " << line << ": " << message << '\n';
}

/// REQUIRES: distinct ids.
void Requests::fold_in(std::span<const RowRequest> requests) {
  if (requests.empty()) return;
  try {
    RatingTable table;
    for (const RowRequest& request : requests) {
      for (const ItemRating& rating : request.ratings) {
        command_.items ? table.add(rating.item, request.id, rating.value)
                       : table.add(request.id, rating.item, rating.value);
      }
    }
    FoldedInTable rows = mfpar::fold_in_table(model_, table, command_.joining(), command_.fold_in,
                                              command_.read.threads);
    FoldedInTable& total = result_.total;
    total.used += rows.used;
    total.unknown += rows.unknown;
    total.duplicates += rows.duplicates;
    if (total.first_unknown.empty()) total.first_unknown = rows.first_unknown;
    if (total.off_scale.count == 0) total.off_scale.first = rows.off_scale.first;
    total.off_scale.count += rows.off_scale.count;
    writer_.add(std::move(rows.rows));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadData) throw;
    if (requests.size() == 1) return fail(requests.front().line, error.what());
    for (std::size_t i = 0; i < requests.size(); ++i) fold_in(requests.subspan(i, 1));
  }
}

void Requests::take(std::span<const InputLine> lines) {
  std::vector<RowRequest> block;
  std::unordered_set<std::string> ids;
  const auto finish = [&] {
    fold_in(block);
    block.clear();
    ids.clear();
  };
  for (const InputLine& line : lines) {
    ++result_.requests;
    try {
      RowRequest request = parse(line);
      if (ids.contains(request.id)) finish();
      ids.insert(request.id);
      block.push_back(std::move(request));
    } catch (const Error& error) {
      finish();
      fail(line.number, error.what());
    }
  }
  finish();
  writer_.flush();
}

}  // namespace

RequestResult fold_in_requests(const FoldInCommand& command, const FactorModel& model,
                               RowWriter& writer, const std::stop_token& stop) {
  Requests requests(command, model, writer);
  read_lines(command.requests_path, stop,
             [&](std::span<const InputLine> lines) { requests.take(lines); });
  return std::move(requests).result();
}

}  // namespace mfpar::apps
