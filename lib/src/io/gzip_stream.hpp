// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>

namespace mfpar {

/// Decompresses gzip data as gzip itself does: members one behind another are one text, and zero
/// bytes behind the last, with which tapes and block devices are filled up, are passed over. Not
/// synchronised.
class GzipStream {
 public:
  /// Fills a buffer with the next compressed bytes; 0 at the end.
  using Source = std::function<std::size_t(std::span<char>)>;

  /// What damaged data, or data that end too early, throw.
  class Damaged : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
  };

  explicit GzipStream(Source source);
  ~GzipStream();

  /// Fills `into` with the next text; less comes back only at the end, or before what is damaged,
  /// which the next call throws.
  std::size_t read(std::span<char> into);

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace mfpar
