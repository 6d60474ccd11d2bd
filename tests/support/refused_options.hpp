// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>

#include "mfpar/error.hpp"

namespace mfpar::tests {

/// What a call says that refuses its options.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kBadOption));
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace mfpar::tests
