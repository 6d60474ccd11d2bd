// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <utility>

#include "mfpar/mfpar.h"

namespace mfpar::capi {

/// What the C API itself finds wrong with a call.
class Refusal : public std::exception {
 public:
  Refusal(mfpar_status status, std::string text) : status_(status), text_(std::move(text)) {}

  mfpar_status status() const noexcept { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  mfpar_status status_;
  std::string text_;
};

/// Keeps the text of the exception in flight for mfpar_last_error() and returns its status.
mfpar_status record_exception() noexcept;

/// Calls `body`; no exception passes.
template <class Body>
mfpar_status guarded(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return MFPAR_OK;
  } catch (...) {
    return record_exception();
  }
}

/// Throws Refusal unless `pointer` points somewhere. `name` is the parameter's.
template <class T>
T& required(T* pointer, const char* name) {
  if (pointer == nullptr) {
    throw Refusal(MFPAR_BAD_ARGUMENT, std::string(name) + " is NULL; it must not be");
  }
  return *pointer;
}

inline const char* required_text(const char* text, const char* name) {
  return &required(text, name);
}

/// The array of a caller, which may be NULL where it is empty.
template <class T>
std::span<T> array_of(T* elements, std::size_t count, const char* name) {
  if (count > 0) required(elements, name);
  return {elements, elements == nullptr ? 0 : count};
}

/// Copies a result to the caller's array, or reports how large that must be.
template <class T>
void hand_over(std::span<const T> result, T* array, std::size_t capacity, std::size_t* needed) {
  required(needed, "needed") = result.size();
  if (result.size() > capacity) {
    throw Refusal(MFPAR_TOO_SMALL,
                  "the array holds " + std::to_string(capacity) + " elements and the result has " +
                      std::to_string(result.size()) + "; call again with an array of that many");
  }
  if (!result.empty()) std::copy(result.begin(), result.end(), &required(array, "the array"));
}

/// What `make` gives, as an object of the caller's; NULL where it throws.
template <class T, class Make>
mfpar_status create(T** object, const char* name, Make&& make) noexcept {
  return guarded([&] {
    required(object, name) = nullptr;
    *object = new T(make());  // NOLINT(bugprone-unhandled-exception-at-new): guarded() handles it
  });
}

/// The options of the caller as this version knows them: defaults for NULL. A caller built against
/// an older header has a smaller struct, of `oldest` bytes at least, one built against a newer
/// header a larger one, of which this version can leave out only zeros.
template <class T>
T known_options(const T* options, const T& defaults, std::size_t oldest = sizeof(T)) {
  if (options == nullptr) return defaults;
  std::size_t size = 0;
  std::memcpy(&size, options, sizeof size);
  constexpr std::size_t kMaxSize = 1024;  // what is larger was never set up
  if (size < oldest || size > kMaxSize) {
    throw Refusal(MFPAR_BAD_ARGUMENT, "the options were not set up; call their _init function");
  }
  const char* const bytes = reinterpret_cast<const char*>(options);
  const std::size_t known = std::min(size, sizeof(T));
  if (std::any_of(bytes + known, bytes + size, [](char byte) { return byte != 0; })) {
    throw Refusal(MFPAR_BAD_OPTION,
                  "the options hold some that this version of the library does "
                  "not know; leave them as the _init function sets them");
  }
  T result = defaults;
  std::memcpy(static_cast<void*>(&result), bytes, known);
  return result;
}

/// Fills the options of a caller who knows `size` bytes of them, `oldest` at least.
template <class T>
mfpar_status init_options(T* options, std::size_t size, T defaults,
                          std::size_t oldest = sizeof(T)) noexcept {
  return guarded([&] {
    required(options, "options");
    if (size < oldest) {
      throw Refusal(MFPAR_BAD_ARGUMENT,
                    "size is " + std::to_string(size) + "; it must be the sizeof of the options");
    }
    defaults.size = size;
    std::memset(static_cast<void*>(options), 0, size);
    std::memcpy(static_cast<void*>(options), &defaults, std::min(size, sizeof(T)));
  });
}

}  // namespace mfpar::capi
