// SPDX-License-Identifier: MIT
#include "mf-serve/api_keys.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>
#include <utility>

#include "mf-serve/http_message.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kMinKey = 16, kMaxKey = 256;

/// Takes the time that `key` takes, whatever is offered.
bool same_key(std::string_view key, std::string_view offered) {
  unsigned char difference = key.size() == offered.size() ? 0 : 1;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char other = i < offered.size() ? offered[i] : '\0';
    difference = static_cast<unsigned char>(difference | (key[i] ^ other));
  }
  return difference == 0;
}

bool is_key(const std::string& text) {
  return text.size() >= kMinKey && text.size() <= kMaxKey &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// The words of a line; one that begins with # begins a comment.
std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word && !word.starts_with('#');) words.push_back(word);
  return words;
}

void warn_if_readable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
  std::cerr << "mf-serve: warning: " + path + " can be read by everybody on this machine; " +
                   "chmod o-r takes that away\n";
}

}  // namespace

ApiKeys::ApiKeys(std::string path, std::uint32_t requests_per_second)
    : path_(std::move(path)), per_second_(requests_per_second) {
  reload();
}

void ApiKeys::reload() {
  if (path_.empty()) return;
  auto keys = std::make_shared<const Keys>(read());
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

ApiKeys::Keys ApiKeys::read() const {
  std::ifstream file(path_);
  if (!file) {
    throw Error(ErrorCode::kSystem,
                path_ + ": cannot be read: " + std::system_category().message(errno));
  }
  Keys keys;
  std::size_t number = 0;
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorCode::kBadData, path_ + ":" + std::to_string(number) + ": " + what);
  };
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    // Never a word of the line in the message: it may be a key.
    if (words.size() < 2 || words.size() > 3 || (words[0] != "read" && words[0] != "admin")) {
      fail("this is neither 'read KEY' nor 'admin KEY', with a name behind it perhaps");
    }
    const std::string& text = words[1];
    if (!is_key(text)) {
      fail("the key has " + std::to_string(text.size()) + " characters; expected " +
           std::to_string(kMinKey) + " to " + std::to_string(kMaxKey) +
           " printable ones of ASCII, such as 'openssl rand -hex 32' gives");
    }
    for (const auto& key : keys) {
      if (key->text == text) fail("the key is there twice; leave one of its lines out");
    }
    keys.push_back(std::make_shared<const ApiKey>(
        text, words[0] == "admin" ? Access::kAdmin : Access::kRead,
        words.size() == 3 ? words[2] : std::to_string(keys.size() + 1), per_second_));
  }
  if (file.bad()) {
    throw Error(ErrorCode::kSystem,
                path_ + ": cannot be read: " + std::system_category().message(errno));
  }
  if (keys.empty()) {
    throw Error(ErrorCode::kBadData,
                path_ +
                    ": has no key, and nobody could ask anything; expected lines of 'read KEY' "
                    "and 'admin KEY'");
  }
  warn_if_readable(path_);
  return keys;
}

void ApiKeys::admit(std::string_view key, Access needed,
                    std::shared_ptr<const ApiKey>& whose) const {
  std::shared_ptr<const Keys> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  whose = nullptr;
  if (!keys || needed == Access::kOpen) return;
  for (const auto& one : *keys) {  // all of them: the time is not to tell which
    if (same_key(one->text, key)) whose = one;
  }
  if (!whose) {
    throw HttpError(401,
                    std::string(key.empty() ? "a key is needed" : "the key is not known here") +
                        "; send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'",
                    {{"WWW-Authenticate", "Bearer"}});
  }
  if (needed == Access::kAdmin && whose->most != Access::kAdmin) {
    throw HttpError(403, "the key is one for reading; this needs one for administering");
  }
  const auto wait = whose->limit.take(RateLimit::Clock::now());
  if (wait.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    throw HttpError(429,
                    "there are more requests with this key than " + std::to_string(per_second_) +
                        " a second; come again in " + std::to_string(seconds) + " s",
                    {{"Retry-After", std::to_string(seconds)}});
  }
}

}  // namespace mfpar::apps
