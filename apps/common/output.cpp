// SPDX-License-Identifier: MIT
#include "common/output.hpp"

#include <cerrno>
#include <iostream>
#include <system_error>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

void check_standard_output() {
  if (std::cout) return;
  throw Error(ErrorCode::kSystem, std::string("standard output cannot be written: ") +
                                      std::system_category().message(errno));
}

}  // namespace

Output::Output(const std::string& path) {
  if (!path.empty()) file_.emplace(path);
}

void Output::write(std::string_view text) {
  if (file_) {
    file_->write(text);
  } else {
    std::cout << text;
    check_standard_output();
  }
}

void Output::flush() {
  if (file_) return;
  std::cout.flush();
  check_standard_output();
}

void Output::commit() {
  if (file_) file_->commit();
}

}  // namespace mfpar::apps
