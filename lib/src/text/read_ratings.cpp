// SPDX-License-Identifier: MIT
#include "mfpar/read_ratings.hpp"

#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>

#include "base/stopwatch.hpp"
#include "io/compressed_input.hpp"
#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"
#include "text/rating_text.hpp"

namespace mfpar {

namespace {

/// What is kept of a stream at a time: enough chunks for many threads.
constexpr std::size_t kBufferBytes = 32 * RatingText::kChunkBytes;

void check(const ReadOptions& options) {
  if (!(options.most_bad_share >= 0.0 && options.most_bad_share <= 1.0)) {
    throw Error(ErrorCode::kBadOption, "the largest share of bad lines is " +
                                           std::to_string(options.most_bad_share) +
                                           "; it must be 0 to 1");
  }
}

ReadResult finished(RatingText& text, std::string source, Compression compression,
                    const Stopwatch& clock) {
  ReadResult result = text.finish();
  result.report.source = std::move(source);
  result.report.compression = name_of(compression);
  result.report.seconds = clock.seconds();
  return result;
}

void parse_stream(CompressedInput& input, const std::string& name, RatingText& text) {
  std::size_t capacity = kBufferBytes;
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  std::size_t filled = 0;
  for (bool is_first = true, is_last = false; !is_last; is_first = false) {
    filled += input.read({buffer.get() + filled, capacity - filled});
    is_last = filled < capacity;
    const std::string_view filled_text(buffer.get(), filled);
    if (is_first) require_text(filled_text.substr(0, kSniffedBytes), name);
    // An unfinished line is shorter than kLongestLine, so that there is always room for more.
    const std::size_t parsed = text.parse(filled_text, is_last);
    filled -= parsed;
    std::memmove(buffer.get(), buffer.get() + parsed, filled);
  }
}

}  // namespace

ReadResult read_ratings(const std::string& path, const ReadOptions& options) {
  const Stopwatch clock;
  check(options);
  const bool is_standard_input = path == "-";
  const std::string name = is_standard_input ? "standard input" : path;
  FileDescriptor file =
      is_standard_input ? FileDescriptor(::dup(STDIN_FILENO)) : open_for_reading(path);
  RatingText text(name, options);

  // Standard input may be a file too, but part of it may have been read by someone else.
  if (is_regular(file) && ::lseek(file.number(), 0, SEEK_CUR) == 0) {
    const MappedFile mapped(file, name, MappedFile::Access::kSequential);
    bool is_plain = false;
    mapped.read([&] {
      const std::string_view head = mapped.text().substr(0, kSniffedBytes);
      is_plain = detect_compression(head, name) == Compression::kNone;
      if (!is_plain) return;
      require_text(head, name);
      text.parse(mapped.text(), true,
                 [&](std::size_t begin, std::size_t end) { mapped.drop(begin, end); });
    });
    if (is_plain) return finished(text, name, Compression::kNone, clock);
  }
  CompressedInput input(std::move(file), name);
  parse_stream(input, name, text);
  return finished(text, name, input.compression(), clock);
}

ReadResult parse_ratings(std::string_view contents, const std::string& name,
                         const ReadOptions& options) {
  const Stopwatch clock;
  check(options);
  require_text(contents, name);
  RatingText text(name, options);
  text.parse(contents, true);
  return finished(text, name, Compression::kNone, clock);
}

}  // namespace mfpar
