// SPDX-License-Identifier: MIT
#include "text/text_chunks.hpp"

#include <algorithm>
#include <numeric>

namespace mfpar {

namespace {

/// Where the line behind the first line break at or after `from` begins, quotes aside.
std::size_t next_line(std::string_view text, std::size_t from) {
  const std::size_t found = text.find('\n', from);
  return found == text.npos ? text.size() : found + 1;
}

/// The same for a line break outside quotes. `in_quotes`: whether `from` is within some.
std::size_t next_line_outside_quotes(std::string_view text, std::size_t from, bool in_quotes) {
  for (std::size_t p = text.find_first_of("\"\n", from); p != text.npos;
       p = text.find_first_of("\"\n", p + 1)) {
    if (text[p] == '"') {
      in_quotes = !in_quotes;
    } else if (!in_quotes) {
      return p + 1;
    }
  }
  return text.size();
}

}  // namespace

TextChunks::TextChunks(std::string_view text, std::size_t chunk_bytes, Cut cut,
                       const Workers& workers, const Seen& seen)
    : text_(text), count_(cut == Cut::kNowhere ? 1 : text.size() / chunk_bytes + 1) {
  if (cut != Cut::kQuoteParity) return;
  quotes_.resize(count_ + 1, 0);
  workers.for_each(count_, [&](std::size_t chunk) {
    const Range range = raw(chunk);
    const std::string_view chunk_text = text_.substr(range.begin, range.size());
    quotes_[chunk + 1] =
        static_cast<std::uint64_t>(std::count(chunk_text.begin(), chunk_text.end(), '"'));
    if (seen) seen(range.begin, range.end);
  });
  std::partial_sum(quotes_.begin(), quotes_.end(), quotes_.begin());
}

std::size_t TextChunks::begin_of(std::size_t chunk) const {
  if (chunk == 0) return 0;
  if (chunk == count_) return text_.size();
  const std::size_t from = raw(chunk).begin;
  if (!quotes_.empty()) return next_line_outside_quotes(text_, from, quotes_[chunk] % 2 != 0);
  // The line break just before a raw place makes it a good one.
  return from == 0 ? 0 : next_line(text_, from - 1);
}

}  // namespace mfpar
