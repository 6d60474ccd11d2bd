// SPDX-License-Identifier: MIT
//
// What a C program cannot bring about: every kind of exception under the C API becomes a status.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "capi/status.hpp"
#include "mfpar/error.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_c_api_errors)

BOOST_AUTO_TEST_CASE(no_exception_passes) {
  struct {
    mfpar_status status;
    const char* text;
    std::function<void()> body;
  } const rows[] = {
      {MFPAR_BAD_OPTION, "option", [] { throw Error(ErrorCode::kBadOption, "option"); }},
      {MFPAR_BAD_DATA, "data", [] { throw Error(ErrorCode::kBadData, "data"); }},
      {MFPAR_BAD_FILE, "file", [] { throw Error(ErrorCode::kBadFile, "file"); }},
      {MFPAR_SYSTEM, "system", [] { throw Error(ErrorCode::kSystem, "system"); }},
      {MFPAR_DIVERGED, "diverged", [] { throw Error(ErrorCode::kDiverged, "diverged"); }},
      {MFPAR_UNKNOWN_ID, "who", [] { throw capi::Refusal(MFPAR_UNKNOWN_ID, "who"); }},
      {MFPAR_NO_MEMORY, "not enough memory", [] { throw std::bad_alloc(); }},
      {MFPAR_NO_MEMORY, "not enough memory",
       [] { std::vector<int>().reserve(std::vector<int>().max_size() + 1); }},
      {MFPAR_BUG, "a bug", [] { throw std::logic_error("a bug"); }},
      {MFPAR_BUG, "unknown exception", [] { throw 5; }},
  };
  for (const auto& row : rows) {
    BOOST_TEST(capi::guarded(row.body) == row.status);
    BOOST_TEST(std::string(mfpar_last_error()).find(row.text) != std::string::npos, row.text);
  }
  BOOST_TEST(capi::guarded([] {}) == MFPAR_OK);
  BOOST_TEST(std::string(mfpar_last_error()) == "an unknown exception");
}

BOOST_AUTO_TEST_CASE(every_status_has_its_name) {
  BOOST_TEST(mfpar_status_name(MFPAR_BAD_FILE) == std::string("MFPAR_BAD_FILE"));
  BOOST_TEST(mfpar_status_name(MFPAR_TOO_SMALL) == std::string("MFPAR_TOO_SMALL"));
  BOOST_TEST(mfpar_status_name(-1) == std::string("unknown status"));
}

BOOST_AUTO_TEST_SUITE_END()
