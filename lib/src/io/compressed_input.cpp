// SPDX-License-Identifier: MIT
#include "io/compressed_input.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <system_error>

#include "io/archives.hpp"
#include "io/gzip_stream.hpp"
#include "io/zstd_frames.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace iostreams = boost::iostreams;
using namespace std::string_view_literals;

namespace {

constexpr std::streamsize kBufferBytes = 1 << 16;

[[noreturn]] void refuse(const std::string& name, std::string_view what) {
  throw Error(ErrorCode::kBadData, name + ": looks like " + std::string(what) +
                                       "; expected text, plain or compressed with gzip or zstd");
}

}  // namespace

std::string_view name_of(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kNone:
      break;
  }
  return "none";
}

Compression detect_compression(std::string_view head, const std::string& name) {
  if (head.starts_with("\x1F\x8B"sv)) return Compression::kGzip;
  if (head.starts_with("\x28\xB5\x2F\xFD"sv)) return Compression::kZstd;
  if (const std::string what = foreign_kind(head, name); !what.empty()) refuse(name, what);
  return Compression::kNone;
}

void require_text(std::string_view head, const std::string& name) {
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) {
    refuse(name, "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8");
  }
  if (const std::string what = tar_archive(head, name); !what.empty()) refuse(name, what);
  if (head.substr(0, kSniffedBytes).find('\0') != head.npos) {
    refuse(name, "a binary file (it has NUL bytes)");
  }
}

/// The compressed bytes: those that were looked at first, then the rest of the file.
class CompressedInput::Source {
 public:
  Source(FileDescriptor file, const std::string& name) : file_(std::move(file)), name_(name) {
    head_.resize(kSniffedBytes);
    std::size_t got = 0;
    while (const std::size_t more = read_file(std::span<char>(head_).subspan(got))) got += more;
    head_.resize(got);
  }

  std::string_view head() const { return head_; }

  std::size_t read(std::span<char> into) {
    if (head_taken_ < head_.size()) {
      const std::size_t taken = head_.copy(into.data(), into.size(), head_taken_);
      head_taken_ += taken;
      return taken;
    }
    return read_file(into);
  }

 private:
  std::size_t read_file(std::span<char> into) {
    const ssize_t got = retried([&] { return ::read(file_.number(), into.data(), into.size()); });
    if (got < 0) {
      throw Error(ErrorCode::kSystem,
                  name_ + ": cannot be read: " + std::system_category().message(errno));
    }
    if (got == 0 && !into.empty() && ::lseek(file_.number(), 0, SEEK_CUR) < size_) {
      throw Error(ErrorCode::kSystem,
                  name_ + ": became shorter while it was read; try again when it is whole");
    }
    return static_cast<std::size_t>(got);
  }

  /// Of a regular file, when reading begins; -1 of what has no size, as a pipe.
  off_t size_now() const {
    struct stat status {};
    const bool is_known = ::fstat(file_.number(), &status) == 0 && S_ISREG(status.st_mode);
    return is_known ? status.st_size : -1;
  }

  FileDescriptor file_;
  std::string name_;
  off_t size_ = size_now();
  std::string head_;
  std::size_t head_taken_ = 0;
};

struct CompressedInput::Decompressor {
  virtual ~Decompressor() = default;

  /// Fills `into`; less comes back only at the end. Throws std::exception for damaged data.
  virtual std::size_t read(std::span<char> into) = 0;
};

struct CompressedInput::Gzip : Decompressor {
  explicit Gzip(Source& source)
      : stream([&source](std::span<char> into) { return source.read(into); }) {}

  std::size_t read(std::span<char> into) override {
    std::size_t got = 0;
    while (got < into.size()) {
      const std::size_t more = stream.read(into.subspan(got));
      if (more == 0) break;
      got += more;
    }
    return got;
  }

  GzipStream stream;
};

struct CompressedInput::Zstd : Decompressor {
  /// Source in the words of Boost.Iostreams, which copies its devices.
  struct Device {
    using char_type = char;
    using category = iostreams::source_tag;
    Source* source;
    ZstdFrames* frames;

    std::streamsize read(char* into, std::streamsize size) const {
      const std::size_t got = source->read({into, static_cast<std::size_t>(size)});
      frames->follow({into, got});
      return got > 0 ? static_cast<std::streamsize>(got) : -1;
    }
  };

  explicit Zstd(Source& source) {
    chain.push(iostreams::zstd_decompressor(kBufferBytes), kBufferBytes);
    chain.push(Device{&source, &frames}, kBufferBytes);
  }

  std::size_t read(std::span<char> into) override {
    const auto size = static_cast<std::streamsize>(into.size());
    const auto got = static_cast<std::size_t>(chain.sgetn(into.data(), size));
    if (got < into.size() && !frames.at_frame_end()) {
      throw std::ios_base::failure("they end too early");
    }
    return got;
  }

  ZstdFrames frames;
  iostreams::filtering_streambuf<iostreams::input> chain;
};

CompressedInput::CompressedInput(FileDescriptor file, std::string name)
    : name_(std::move(name)),
      source_(std::make_unique<Source>(std::move(file), name_)),
      compression_(detect_compression(source_->head(), name_)) {
  if (compression_ == Compression::kGzip) decompressor_ = std::make_unique<Gzip>(*source_);
  if (compression_ == Compression::kZstd) decompressor_ = std::make_unique<Zstd>(*source_);
}

CompressedInput::~CompressedInput() = default;

std::size_t CompressedInput::read(std::span<char> into) {
  std::size_t got = 0;
  if (!decompressor_) {
    while (got < into.size()) {
      const std::size_t more = source_->read(into.subspan(got));
      if (more == 0) break;
      got += more;
    }
    return got;
  }
  try {
    got = decompressor_->read(into);
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& failure) {
    throw Error(ErrorCode::kBadData, name_ + ": " + std::string(name_of(compression_)) +
                                         " data are damaged or cut off (" + failure.what() +
                                         ") after " + std::to_string(text_bytes_) +
                                         " bytes of text; fetch or compress the file again");
  }
  text_bytes_ += got;
  return got;
}

}  // namespace mfpar
