// SPDX-License-Identifier: MIT
#include "mfpar/read_ratings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/shell_word.hpp"
#include "base/stopwatch.hpp"
#include "io/compressed_input.hpp"
#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"
#include "text/layouts.hpp"
#include "text/rating_text.hpp"
#include "text/read_packed_ratings.hpp"
#include "text/read_text.hpp"
#include "text/sparse_archive.hpp"
#include "text/text_encoding.hpp"

namespace mfpar {

namespace {

/// What is kept of a stream at a time: enough chunks for many threads.
constexpr std::size_t kBufferBytes = 32 * RatingText::kChunkBytes;

std::string name_of_source(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

void check(const ReadOptions& options) {
  if (!(options.most_bad_share >= 0.0 && options.most_bad_share <= 1.0)) {
    throw Error(ErrorCode::kBadOption, "the largest share of bad lines is " +
                                           std::to_string(options.most_bad_share) +
                                           "; it must be 0 to 1");
  }
}

/// Text on its way to the ratings, through conversions where it is not yet a rating a line.
class TextStages {
 public:
  TextStages(RatingText& ratings, const ReadOptions& options)
      : ratings_(ratings), options_(options) {}

  /// Decides by its `head` what the text needs; to be called first. `is_whole`: whether nothing
  /// follows. Throws Error(kBadData) for what is no text.
  void begin(std::string_view head, bool is_whole, const std::string& name) {
    head = head.substr(0, kTextHeadBytes);
    std::string decoded(head);
    if (Encoding encoding = find_encoding(head); encoding.conversion) {
      decoded.clear();
      find_encoding(head).conversion->convert(head, is_whole, decoded);
      stages_.push_back({std::move(encoding.conversion), {}});
      ratings_.note(std::move(encoding.note));
    } else {
      require_text(head.substr(0, kSniffedBytes), name);
    }
    Layout layout = find_layout(decoded, is_whole, name, options_);
    if (layout.conversion) {
      ratings_.set_format(std::move(layout.format));
      stages_.push_back({std::move(layout.conversion), {}});
    }
  }

  /// Takes text and returns how much of it; the next must begin there.
  std::size_t take(std::string_view text, bool is_last) { return take(0, text, is_last); }

 private:
  struct Stage {
    std::unique_ptr<Conversion> conversion;
    std::string text;  // that came out, and was not taken by the next stage
  };

  std::size_t take(std::size_t number, std::string_view text, bool is_last) {
    if (number == stages_.size()) return ratings_.parse(text, is_last);
    Stage& stage = stages_[number];
    const std::size_t taken = stage.conversion->convert(text, is_last, stage.text);
    stage.text.erase(0, take(number + 1, stage.text, is_last));
    return taken;
  }

  RatingText& ratings_;
  const ReadOptions& options_;
  std::vector<Stage> stages_;
};

void parse_stream(CompressedInput& input, const std::string& name, const ReadOptions& options,
                  RatingText& ratings) {
  TextStages stages(ratings, options);
  std::size_t capacity = kBufferBytes;
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  std::size_t filled = 0;
  for (bool is_first = true, is_last = false; !is_last; is_first = false) {
    filled += input.read({buffer.get() + filled, capacity - filled});
    is_last = filled < capacity;
    const std::string_view text(buffer.get(), filled);
    if (is_first) stages.begin(text, is_last && filled <= kTextHeadBytes, name);
    // An unfinished line is shorter than kLongestLine, so that there is always room for more.
    const std::size_t taken = stages.take(text, is_last);
    filled -= taken;
    std::memmove(buffer.get(), buffer.get() + taken, filled);
  }
}

void parse_sparse_archive(std::string_view bytes, const std::string& name,
                          const ReadOptions& options, RatingText& ratings) {
  SparseArchive matrix(bytes, name, options);
  ratings.set_format(matrix.format());
  std::string text;
  for (bool is_last = false; !is_last;) {
    is_last = !matrix.write(text);
    text.erase(0, ratings.parse(text, is_last));
  }
}

/// Parses all of `mapped`, `window` bytes at a time.
void parse_plain(const MappedFile& mapped, std::size_t window, RatingText& ratings) {
  const std::string_view text = mapped.text();
  std::size_t begin = 0;
  for (bool is_last = false; !is_last;) {
    const std::string_view part = text.substr(begin, window);
    is_last = begin + part.size() == text.size();
    // An unfinished line is shorter than a window, so that each takes something.
    begin += ratings.parse(part, is_last, [&](std::size_t from, std::size_t to) {
      mapped.drop(begin + from, begin + to);
    });
  }
}

/// Parses one file, `window` bytes at a time where it is mapped; returns how it was compressed.
Compression parse_file(const std::string& path, const ReadOptions& options, std::size_t window,
                       RatingText& ratings) {
  const std::string name = name_of_source(path);
  FileDescriptor file = path == "-" ? FileDescriptor(::dup(STDIN_FILENO)) : open_for_reading(path);

  // Standard input may be a file too, but part of it may have been read by someone else.
  if (is_regular(file) && ::lseek(file.number(), 0, SEEK_CUR) == 0) {
    const MappedFile mapped(file, name, MappedFile::Access::kSequential);
    bool is_plain = false, is_done = false;
    mapped.read([&] {
      if (is_array_archive(mapped.text())) {
        is_done = true;
        return parse_sparse_archive(mapped.text(), name, options, ratings);
      }
      const std::string_view text = mapped.text(), head = text.substr(0, kTextHeadBytes);
      const bool is_whole = text.size() == head.size();
      is_plain = detect_compression(head.substr(0, kSniffedBytes), name) == Compression::kNone &&
                 !find_encoding(head).conversion &&
                 !find_layout(head, is_whole, name, options).conversion;
      if (!is_plain) return;
      require_text(head.substr(0, kSniffedBytes), name);
      parse_plain(mapped, window, ratings);
    });
    if (is_plain || is_done) return Compression::kNone;
  }
  CompressedInput input(std::move(file), name);
  parse_stream(input, name, options, ratings);
  return input.compression();
}

/// The files that `path` stands for: those in it, where it is a folder.
std::vector<std::string> files_of(const std::string& path) {
  std::error_code ignored;
  if (path == "-" || !std::filesystem::is_directory(path, ignored)) return {path};
  std::vector<std::string> files;
  try {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      const bool is_of_ratings = entry.is_regular_file() && entry.file_size() > 0 &&
                                 name[0] != '.' && name[0] != '_' && !name.ends_with(".crc");
      if (is_of_ratings) files.push_back(entry.path().string());
    }
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(ErrorCode::kSystem, path + ": cannot be read: " + error.code().message());
  }
  if (files.empty()) {
    throw Error(ErrorCode::kBadData, path + ": is a folder without files of ratings");
  }
  std::sort(files.begin(), files.end());
  // Parts of a table are called alike; a folder of other files has one of them at most.
  const auto kind = [](const std::string& file) {
    std::filesystem::path name = std::filesystem::path(file).filename();
    if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
    return name.extension();
  };
  const auto is_of_ratings = [](const std::string& file) {
    return std::filesystem::path(file).filename().string().find("rating") != std::string::npos;
  };
  const bool is_mixed = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
    return kind(file) != kind(files[0]);
  });
  const auto of_ratings = std::count_if(files.begin(), files.end(), is_of_ratings);
  if (is_mixed || (of_ratings == 1 && files.size() > 1)) {
    const auto best = std::find_if(files.begin(), files.end(), is_of_ratings);
    throw Error(ErrorCode::kBadData,
                path + ": is a folder of different files; name those to read, such as " +
                    shell_word(best == files.end() ? files[0] : *best));
  }
  return files;
}

}  // namespace

std::vector<std::string> files_to_read(std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    const std::vector<std::string> more = files_of(path);
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

ReadResult read_text(const std::vector<std::string>& files, const ReadOptions& options,
                     RatingText::Sink sink, std::size_t window) {
  const Stopwatch clock;
  check(options);
  if (options.part != PackedPart::kAll) {
    throw Error(ErrorCode::kBadOption, name_of_source(files[0]) +
                                           ": is no packed store; only one that mf-data pack made "
                                           "has a part that is held out");
  }
  RatingText ratings(name_of_source(files[0]), options);
  if (sink) ratings.set_sink(std::move(sink));
  const Compression compression = parse_file(files[0], options, window, ratings);
  ratings.end_file();
  for (std::size_t i = 1; i < files.size(); ++i) {
    ratings.begin_file(name_of_source(files[i]));
    parse_file(files[i], options, window, ratings);
    ratings.end_file();
  }
  ReadResult result = ratings.finish();
  result.report.source = name_of_source(files[0]);
  if (files.size() > 1) {
    result.report.source += " and " + std::to_string(files.size() - 1) +
                            (files.size() == 2 ? " more file" : " more files");
  }
  result.report.compression = name_of(compression);
  result.report.seconds = clock.seconds();
  return result;
}

ReadResult read_ratings(const std::string& path, const ReadOptions& options) {
  return read_ratings(std::span(&path, 1), options);
}

ReadResult read_ratings(std::span<const std::string> paths, const ReadOptions& options) {
  const std::vector<std::string> files = files_to_read(paths);
  const auto packed = std::ranges::find_if(files, is_packed_store);
  if (packed == files.end()) return read_text(files, options);
  if (files.size() > 1) {
    throw Error(ErrorCode::kBadOption,
                *packed +
                    ": is a packed store, which is read by itself; pack what it was made of "
                    "and the other files into one");
  }
  return read_packed_ratings(*packed, options);
}

ReadResult parse_ratings(std::string_view contents, const std::string& name,
                         const ReadOptions& options) {
  const Stopwatch clock;
  check(options);
  RatingText ratings(name, options);
  if (is_array_archive(contents)) {
    parse_sparse_archive(contents, name, options, ratings);
  } else {
    TextStages stages(ratings, options);
    stages.begin(contents, contents.size() <= kTextHeadBytes, name);
    stages.take(contents, true);
  }
  ratings.end_file();
  ReadResult result = ratings.finish();
  result.report.source = name;
  result.report.compression = name_of(Compression::kNone);
  result.report.seconds = clock.seconds();
  return result;
}

}  // namespace mfpar
