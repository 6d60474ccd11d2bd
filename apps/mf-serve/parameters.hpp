// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mfpar::apps {

/// The target of a request, split: "/similar?item=5&top=3". Not synchronised.
struct RequestTarget {
  std::string path;
  std::map<std::string, std::string, std::less<>> parameters;

  /// The value of `name`; throws HttpError(400) where it was not given.
  const std::string& required(std::string_view name) const;

  /// Throws HttpError(400) for a parameter that is none of `known`.
  void allow_only(std::initializer_list<std::string_view> known) const;
};

/// Decodes percent-encoding. Throws HttpError(400) where it is invalid, and for a parameter given
/// twice.
RequestTarget parse_target(std::string_view target);

/// `text` as a number; nothing when there is anything else in it.
std::optional<double> number_in(std::string_view text);
std::optional<std::uint64_t> whole_number_in(std::string_view text);

}  // namespace mfpar::apps
