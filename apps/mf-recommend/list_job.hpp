// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/output.hpp"
#include "mf-recommend/answer.hpp"
#include "mf-recommend/catalogue.hpp"
#include "mf-recommend/recommend_command.hpp"

namespace mfpar::apps {

/// Makes the lists that a command asks for. They are made and written a block of users at a time:
/// memory does not grow with their number. Not synchronised.
class ListJob {
 public:
  /// Loads what is needed; `command` must outlive this.
  ListJob(const RecommendCommand& command, std::stop_token stop);

  /// Returns the exit code. Nothing is put in place when it is stopped early.
  int run();

 private:
  void list_trained();
  void list_new(std::span<const NewUser> users);
  void read_and_list_new();
  int answer_requests();
  bool begin();
  void write(const Answer& answer);
  void warn(const std::string& message) const;
  bool shows_progress() const;
  std::vector<UserIndex> trained_users();
  ListRequest list_request() const;

  const RecommendCommand& command_;
  std::stop_token stop_;
  Catalogue catalogue_;
  Output output_;
  std::size_t width_;
  bool is_first_ = true;
  std::vector<std::string> left_out_;  // of what was asked for, a phrase for each kind
};

}  // namespace mfpar::apps
