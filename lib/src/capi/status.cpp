// SPDX-License-Identifier: MIT
#include "capi/status.hpp"

#include <new>
#include <stdexcept>
#include <string_view>

#include "mfpar/error.hpp"
#include "mfpar/version.hpp"

namespace mfpar::capi {

namespace {

// One a thread, and of fixed size so that keeping a text cannot fail. It is written and read at the
// edge of the library only, never inside a parallel loop.
constexpr std::size_t kMaxText = 2047;
thread_local char last_text[kMaxText + 1] = "";

mfpar_status keep(mfpar_status status, std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), kMaxText);
  std::memcpy(last_text, text.data(), size);
  last_text[size] = '\0';
  return status;
}

mfpar_status status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kBadOption:
      return MFPAR_BAD_OPTION;
    case ErrorCode::kBadData:
      return MFPAR_BAD_DATA;
    case ErrorCode::kBadFile:
      return MFPAR_BAD_FILE;
    case ErrorCode::kSystem:
      return MFPAR_SYSTEM;
    case ErrorCode::kDiverged:
      return MFPAR_DIVERGED;
  }
  return MFPAR_BUG;
}

}  // namespace

mfpar_status record_exception() noexcept {
  constexpr std::string_view kNoMemory = "there is not enough memory";
  try {
    throw;
  } catch (const Refusal& e) {
    return keep(e.status(), e.what());
  } catch (const Error& e) {
    return keep(status_of(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    return keep(MFPAR_NO_MEMORY, kNoMemory);
  } catch (const std::length_error&) {
    return keep(MFPAR_NO_MEMORY, kNoMemory);
  } catch (const std::exception& e) {
    return keep(MFPAR_BUG, e.what());
  } catch (...) {
    return keep(MFPAR_BUG, "an unknown exception");
  }
}

}  // namespace mfpar::capi

const char* mfpar_version(void) { return MFPAR_VERSION; }

const char* mfpar_last_error(void) { return mfpar::capi::last_text; }

const char* mfpar_status_name(int status) {
  static constexpr const char* kNames[] = {
      "MFPAR_OK",         "MFPAR_BAD_ARGUMENT", "MFPAR_BAD_OPTION", "MFPAR_BAD_DATA",
      "MFPAR_BAD_FILE",   "MFPAR_SYSTEM",       "MFPAR_DIVERGED",   "MFPAR_NO_MEMORY",
      "MFPAR_UNKNOWN_ID", "MFPAR_TOO_SMALL",    "MFPAR_BUG"};
  const auto number = static_cast<std::size_t>(status);
  return number < std::size(kNames) ? kNames[number] : "unknown status";
}
