// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar::apps {

/// The target of a request, split: "/similar?item=5&top=3". Not synchronised.
struct RequestTarget {
  std::string path;
  std::map<std::string, std::vector<std::string>, std::less<>> parameters;

  /// The value of `name`, the first of several, null where it was not given.
  const std::string* find(std::string_view name) const;

  /// All values of `name`.
  const std::vector<std::string>* find_all(std::string_view name) const;

  /// The value of `name`, or of `alias`, which means the same; throws HttpError(400) unless one of
  /// them was given.
  const std::string& required(std::string_view name, std::string_view alias = "") const;

  /// Throws HttpError(400) for a parameter that is none of `known`.
  void allow_only(std::span<const std::string_view> known) const;
  void allow_only(std::initializer_list<std::string_view> known) const {
    allow_only(std::span(known.begin(), known.size()));
  }
};

/// Decodes percent-encoding; names of parameters have _ for -. Throws HttpError(400) where the
/// encoding is invalid, and for a parameter given twice, but for lists: at_most, exclude, fields,
/// only and where.
RequestTarget parse_target(std::string_view target);

/// `text` as a number; nothing when there is anything else in it.
std::optional<std::uint64_t> whole_number_in(std::string_view text);
std::optional<double> number_in(std::string_view text);

}  // namespace mfpar::apps
