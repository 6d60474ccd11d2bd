// SPDX-License-Identifier: MIT
#include "mf-serve/parameters.hpp"

#include <algorithm>
#include <charconv>

#include "common/json_ratings.hpp"
#include "mf-serve/http_message.hpp"

namespace mfpar::apps {

namespace {

std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    const char* const digits = text.data() + i + 1;
    const std::size_t left = text.size() - i - 1;
    if (left < 2 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      throw HttpError(400, "'" + std::string(text.substr(i, 3)) +
                               "' is not a percent-encoded byte; write % itself as %25");
    }
    result += static_cast<char>(byte);
    i += 2;
  }
  return result;
}

/// Whether a parameter lists what may as well be said one by one.
bool is_list(std::string_view name) {
  constexpr std::string_view kLists[] = {"at_most", "exclude", "fields", "only", "where"};
  return std::ranges::find(kLists, name) != std::end(kLists);
}

}  // namespace

std::optional<std::uint64_t> whole_number_in(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

RequestTarget parse_target(std::string_view target) {
  const std::size_t question = target.find('?');
  RequestTarget result{decoded(target.substr(0, question), false), {}};
  std::string_view query = question == target.npos ? "" : target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string name = with_underscores(decoded(pair.substr(0, equals), true));
    const std::string_view value = equals == pair.npos ? "" : pair.substr(equals + 1);
    std::vector<std::string>& values = result.parameters[name];
    values.push_back(decoded(value, true));
    if (values.size() > 1 && !is_list(name)) {
      throw HttpError(400, "the parameter " + name + " is given twice; give it once");
    }
  }
  return result;
}

const std::string* RequestTarget::find(std::string_view name) const {
  const auto* const values = find_all(name);
  return values == nullptr ? nullptr : &values->front();
}

const std::vector<std::string>* RequestTarget::find_all(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? nullptr : &found->second;
}

const std::string& RequestTarget::required(std::string_view name, std::string_view alias) const {
  const std::string* const value = find(name);
  const std::string* const other = find(alias);
  if (value != nullptr && other != nullptr) {
    throw HttpError(400,
                    std::string(name) + " and " + std::string(alias) + " mean the same; give one");
  }
  if (value != nullptr) return *value;
  if (other != nullptr) return *other;
  throw HttpError(400, "the parameter " + std::string(name) + " is missing; ask for " + path + "?" +
                           std::string(name) + "=...");
}

void RequestTarget::allow_only(std::span<const std::string_view> known) const {
  for (const auto& [name, value] : parameters) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string list;
    for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
    throw HttpError(
        400, path + " has no parameter '" + name + "'; it takes " + (list.empty() ? "none" : list));
  }
}

}  // namespace mfpar::apps
