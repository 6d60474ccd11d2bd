// SPDX-License-Identifier: MIT
#include "mf-recommend/list_job.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <numeric>
#include <utility>

#include "common/display_width.hpp"
#include "common/item_pairs.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-recommend/answer_text.hpp"
#include "mf-recommend/read_new_users.hpp"
#include "mf-recommend/request_stream.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// How many users' lists are made at a time.
constexpr std::size_t kBlock = 1024;

/// How many of what was left out are named.
constexpr std::size_t kNamed = 3;

}  // namespace

ListJob::ListJob(const RecommendCommand& command, std::stop_token stop)
    : command_(command),
      stop_(std::move(stop)),
      catalogue_(command, [this](const std::string& message) { warn(message); }),
      output_(command.output_path),
      width_(command.output_path.empty() ? terminal_width() : 0) {}

ListRequest ListJob::list_request() const {
  std::vector<GroupLimit> limits;
  for (const std::string& limit : command_.at_most) {
    std::ranges::copy(catalogue_.group_limits().parse(limit, "--at-most"),
                      std::back_inserter(limits));
  }
  return {.top = command_.top,
          .rank_by = command_.rank_by.value_or(usual_rank_by(catalogue_.model())),
          .leave_out_rated = !command_.keep_rated,
          .explain = command_.explain,
          .least_ratings = {},
          .least_rating = command_.least_rating,
          .at_most = std::move(limits),
          .diversity = static_cast<float>(command_.diversity),
          .offset = command_.offset,
          .choice = {},
          .fields = {.names = command_.fields}};
}

int ListJob::run() {
  int code = kDone;
  if (!command_.similar_to.empty()) {
    write(similar_to(catalogue_, catalogue_.item(command_.similar_to, "--similar-to"),
                     list_request(), command_.similar_by));
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
              << (command_.output_path.empty() ? "\n" : "; no file was written\n");
    return kInterrupted;
  }
  begin();  // for a list of no users
  output_.commit();
  if (!catalogue_.allows_any()) {
    const std::string allow = "--allow " + command_.allow_path;
    left_out_.push_back(
        command_.only.empty() ? "all items, as " + allow + " has none that the model has"
        : command_.allow_path.empty()
            ? "all items, as --only has none that the model has"
            : "all items, as " + allow + " and --only share none that the model has");
  }
  for (const std::string& what : left_out_) {
    std::cerr << "mf-recommend: error: left out: " << what << '\n';
  }
  return left_out_.empty() ? code : kData;
}

void ListJob::warn(const std::string& message) const {
  if (!command_.quiet) std::cerr << "mf-recommend: warning: " << message << '\n';
}

std::vector<UserIndex> ListJob::trained_users() {
  if (command_.all_users) {
    std::vector<UserIndex> all(catalogue_.model().user_count());
    std::iota(all.begin(), all.end(), UserIndex{0});
    return all;
  }
  std::vector<std::string> ids = command_.users;
  if (!command_.users_path.empty()) {
    const std::vector<std::string> more = read_ids(command_.users_path);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  std::vector<UserIndex> users;
  std::vector<std::string> unknown;
  for (const std::string& id : ids) {
    const UserIndex user = catalogue_.model().users().find(id);
    if (user == kNoIndex) {
      unknown.push_back(id);
    } else {
      users.push_back(user);
    }
  }
  if (unknown.empty()) return users;
  const std::string option =
      command_.users_path.empty() ? "--user" : "--users " + command_.users_path;
  if (users.empty()) catalogue_.user(unknown.front(), option);  // throws
  std::string named;
  for (std::size_t i = 0; i < std::min(kNamed, unknown.size()); ++i) {
    named += (i == 0 ? "" : ", ") + mfpar::quoted(unknown[i]);
  }
  left_out_.push_back(counted(unknown.size(), "user") + " of " + option +
                      " whom the model was not trained on (" + named +
                      (unknown.size() > kNamed ? ", ...)" : ")"));
  return users;
}

void ListJob::list_trained() {
  const std::vector<UserIndex> users = trained_users();
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
    for (const Answer& answer :
         answers_for(catalogue_, block, command_.fold_in, list_request(), command_.read.threads)) {
      write(answer);
    }
  }
}

void ListJob::read_and_list_new() {
  const FactorModel& model = catalogue_.model();
  const NewUsers read =
      read_new_users(command_.ratings_path, command_.read, command_.new_id, model);
  if (read.bad_lines > 0) {
    if (command_.tells_bad_lines) {
      left_out_.push_back(counted(read.bad_lines, "bad line") + "; " + read.first_bad);
    } else {
      warn(counted(read.bad_lines, "bad line") + " left out; " + read.first_bad);
    }
  }
  for (const std::string& note : read.notes) warn(note);
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
  const StreamResult result = apps::answer_requests(catalogue_,
                                                    {.path = command_.requests_path,
                                                     .list = list_request(),
                                                     .fold_in = command_.fold_in,
                                                     .threads = command_.read.threads},
                                                    stop_, output_);
  if (result.errors == 0) return kDone;
  std::cerr << "mf-recommend: error: " << with_commas(result.errors) << " of "
            << with_commas(result.requests)
            << " requests could not be answered; each has an object with \"error\" in its place\n";
  return kData;
}

void ListJob::write(const Answer& answer) {
  if (command_.format != ListFormat::kJson) {
    for (const std::string& warning : answer.warnings)
      warn(mfpar::quoted(answer.id) + ": " + warning);
  }
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
  if (is_first && command_.requests_path.empty() && command_.format == ListFormat::kCsv) {
    output_.write(csv_header(catalogue_, command_.explain));
  }
  return is_first;
}

}  // namespace mfpar::apps
