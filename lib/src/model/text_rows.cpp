// SPDX-License-Identifier: MIT
#include "model/text_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Text of a file that somebody else wrote is quoted up to a length.
std::string shown(std::string_view text) {
  constexpr std::size_t kMaxShown = 40;
  return "'" + std::string(text.substr(0, kMaxShown)) + (text.size() > kMaxShown ? "...'" : "'");
}

}  // namespace

TextRows::TextRows(const std::string& path, Fields fields)
    : path_(path),
      file_(MappedFile::shared(path, MappedFile::Access::kCopy)),
      text_(file_->text()),
      fields_(fields) {
  if (text_.starts_with("PK\x03\x04")) {
    throw Error(ErrorCode::kBadFile,
                path + ": it is an archive (.npz); save each array by itself, with numpy.save");
  }
  constexpr std::size_t kLookedAt = 4096;
  if (text_.substr(0, kLookedAt).find('\0') != text_.npos) {
    throw Error(ErrorCode::kBadFile, path + ": it has NUL bytes; text in UTF-8 was expected");
  }
  if (text_.starts_with(kByteOrderMark)) next_ = kByteOrderMark.size();
}

bool TextRows::next_line() {
  if (next_ >= text_.size()) return false;
  const std::size_t end = std::min(text_.find('\n', next_), text_.size());
  line_ = text_.substr(next_, end - next_);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  next_ = end + 1;
  ++number_;
  at_ = field_ = 0;
  return true;
}

bool TextRows::has_field() {
  if (at_ == line_.npos) return false;
  if (fields_ == Fields::kTabs) return true;
  while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  if (at_ == line_.size()) at_ = line_.npos;
  return at_ != line_.npos;
}

std::string_view TextRows::field(std::string_view what) {
  if (!has_field()) {
    field_ = line_.size();
    fail("the line ends where " + std::string(what) + " was expected");
  }
  field_ = at_;
  const bool tabs = fields_ == Fields::kTabs;
  std::size_t end = field_;
  while (end < line_.size() && line_[end] != '\t' && (tabs || line_[end] != ' ')) ++end;
  at_ = end == line_.size() ? line_.npos : end + 1;
  return line_.substr(field_, end - field_);
}

float TextRows::number(std::string_view what) {
  const std::string_view text = field(what);
  const char* const end = text.data() + text.size();
  float value = 0.0f;
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, as far as a double can tell; only too large is a fault.
    double wide = 0.0;
    const bool known = std::from_chars(text.data(), end, wide).ec == std::errc();
    value = known && std::abs(wide) < 1.0 ? static_cast<float>(wide) : HUGE_VALF;
    error = {};
  }
  if (error != std::errc() || stop != end) {
    fail(shown(text) + " is no number; " + std::string(what) + " was expected");
  }
  if (!std::isfinite(value)) fail(shown(text) + " is not finite, or beyond what a float32 holds");
  return value;
}

std::uint64_t TextRows::lines_left() const {
  if (next_ >= text_.size()) return 0;
  const std::string_view rest = text_.substr(next_);
  return static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n')) +
         (rest.back() != '\n');
}

void TextRows::end_line() {
  if (!has_field()) return;
  const std::string_view text = field("nothing");
  fail(shown(text) + " stands behind the last field of the line");
}

void TextRows::end_file() {
  while (next_line()) {
    if (!std::all_of(line_.begin(), line_.end(), is_blank)) {
      fail("there are more lines than were announced");
    }
  }
}

void TextRows::fail(const std::string& what) const {
  throw Error(ErrorCode::kBadFile, path_ + ":" +
                                       std::to_string(std::max<std::uint64_t>(number_, 1)) + ":" +
                                       std::to_string(field_ + 1) + ": " + what);
}

}  // namespace mfpar
