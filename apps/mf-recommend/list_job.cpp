// SPDX-License-Identifier: MIT
#include "mf-recommend/list_job.hpp"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <utility>

#include "common/display_width.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-recommend/answer_text.hpp"
#include "mf-recommend/read_new_users.hpp"
#include "mf-recommend/request_stream.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

/// How many users' lists are made at a time.
constexpr std::size_t kBlock = 1024;

void warn(const std::string& message) { std::cerr << "mf-recommend: warning: " << message << '\n'; }

}  // namespace

ListJob::ListJob(const RecommendCommand& command, std::stop_token stop)
    : command_(command),
      stop_(std::move(stop)),
      catalogue_(command, warn),
      output_(command.output_path),
      width_(command.output_path.empty() ? terminal_width() : 0) {}

ListRequest ListJob::list_request() const {
  return {.top = command_.top,
          .rank_by = command_.rank_by,
          .leave_out_rated = !command_.keep_rated,
          .explain = command_.explain};
}

int ListJob::run() {
  int code = kDone;
  if (!command_.similar_to.empty()) {
    write(
        similar_to(catalogue_, catalogue_.item(command_.similar_to, "--similar-to"), command_.top));
  } else if (!command_.pairs.empty()) {
    const NewUser user = new_user(catalogue_.model(), command_.new_id, parse_pairs(command_.pairs));
    list_new(std::span(&user, 1));
  } else if (!command_.ratings_path.empty()) {
    read_and_list_new();
  } else if (!command_.requests_path.empty()) {
    code = answer_requests();
  } else {
    list_trained();
  }
  if (stop_.stop_requested()) {
    std::cerr << "mf-recommend: interrupted"
              << (command_.output_path.empty() && command_.append_path.empty()
                      ? "\n"
                      : "; no file was written\n");
    return kInterrupted;
  }
  begin();  // for a list of no users
  output_.commit();
  append();
  return code;
}

void ListJob::list_trained() {
  std::vector<UserIndex> users;
  for (const std::string& id : command_.users) users.push_back(catalogue_.user(id, "--user"));
  if (!command_.users_path.empty()) {
    for (const std::string& id : read_ids(command_.users_path)) {
      users.push_back(catalogue_.user(id, "--users " + command_.users_path));
    }
  }
  if (command_.all_users) {
    users.resize(catalogue_.model().user_count());
    std::iota(users.begin(), users.end(), UserIndex{0});
  }
  if (command_.explain) {
    warn(
        "the model does not keep how trained users rated, so --explain cannot show which "
        "ratings speak for an item; it can for those of --ratings");
  }
  for (std::size_t begin = 0; begin < users.size() && !stop_.stop_requested(); begin += kBlock) {
    const auto block = std::span(users).subspan(begin, std::min(kBlock, users.size() - begin));
    for (const Answer& answer :
         answers_for(catalogue_, block, list_request(), command_.read.threads)) {
      write(answer);
    }
  }
}

void ListJob::list_new(std::span<const NewUser> users) {
  for (std::size_t begin = 0; begin < users.size() && !stop_.stop_requested(); begin += kBlock) {
    const auto block = users.subspan(begin, std::min(kBlock, users.size() - begin));
    for (NewAnswer& made :
         answers_for(catalogue_, block, command_.fold_in, list_request(), command_.read.threads)) {
      write(made.answer);
      if (!command_.append_path.empty()) rows_.add(std::move(made.row));
    }
  }
}

void ListJob::read_and_list_new() {
  const FactorModel& model = catalogue_.model();
  const NewUsers read =
      read_new_users(command_.ratings_path, command_.read, command_.new_id, model);
  if (read.bad_lines > 0) {
    warn(counted(read.bad_lines, "bad line") + " left out; " + read.first_bad);
  }
  std::size_t trained = 0;
  for (const NewUser& user : read.users) trained += model.users().find(user.id) != kNoIndex;
  if (read.is_named && trained > 0) {
    warn(counted(trained, "user") +
         " of this file in the model; lists come from the ratings given "
         "here alone");
  }
  list_new(read.users);
}

int ListJob::answer_requests() {
  StreamResult result = apps::answer_requests(catalogue_,
                                              {.path = command_.requests_path,
                                               .list = list_request(),
                                               .fold_in = command_.fold_in,
                                               .threads = command_.read.threads,
                                               .keeps_rows = !command_.append_path.empty()},
                                              stop_, output_);
  rows_ = std::move(result.rows);
  if (result.errors == 0) return kDone;
  std::cerr << "mf-recommend: error: " << with_commas(result.errors) << " of "
            << with_commas(result.requests)
            << " requests could not be answered; each has an object with \"error\" in its place\n";
  return kData;
}

void ListJob::write(const Answer& answer) {
  if (command_.top == 0 || command_.format != ListFormat::kJson) {
    for (const std::string& warning : answer.warnings) warn(quoted(answer.id) + ": " + warning);
  }
  if (command_.top == 0) return;
  const bool is_first = begin();
  switch (command_.format) {
    case ListFormat::kJson:
      return output_.write(json_of(answer, catalogue_));
    case ListFormat::kCsv:
      return output_.write(csv_of(answer, catalogue_));
    case ListFormat::kTable:
      break;
  }
  if (!is_first) output_.write("\n");
  output_.write(table_of(answer, catalogue_, width_));
}

/// Writes what stands before the first list. Returns whether none was written yet.
bool ListJob::begin() {
  const bool is_first = std::exchange(is_first_, false);
  if (is_first && command_.top > 0 && command_.requests_path.empty() &&
      command_.format == ListFormat::kCsv) {
    output_.write(csv_header(catalogue_, command_.explain));
  }
  return is_first;
}

void ListJob::append() const {
  if (command_.append_path.empty()) return;
  save_model(with_users(catalogue_.model(), rows_.rows()), command_.append_path);
  std::cerr << "mf-recommend: " << command_.append_path << ": the model with "
            << counted(rows_.rows().size(), "user") << " added or replaced\n";
}

}  // namespace mfpar::apps
