// SPDX-License-Identifier: MIT
#include "io/compressed_input.hpp"

#include <unistd.h>

#include <array>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <cstring>

#include "io/zstd_frames.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace iostreams = boost::iostreams;
using namespace std::string_view_literals;

namespace {

constexpr std::streamsize kBufferBytes = 1 << 16;

struct ForeignKind {
  std::string_view magic;
  std::string_view what;
};

constexpr std::array kForeignKinds{
    ForeignKind{"PK\x03\x04"sv,
                "a zip archive; unpack it first, or pipe it in: unzip -p FILE | ... -"},
    ForeignKind{"BZh"sv, "bzip2 data; pipe it in: bzip2 -dc FILE | ... -"},
    ForeignKind{"\xFD"
                "7zXZ\0"sv,
                "xz data; pipe it in: xz -dc FILE | ... -"},
    ForeignKind{"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive; unpack it first"},
    ForeignKind{"\x04\x22\x4D\x18"sv, "lz4 data; pipe it in: lz4 -dc FILE | ... -"},
    ForeignKind{"PAR1"sv, "a Parquet file; export it as CSV first"},
    ForeignKind{"\x89HDF\r\n\x1A\n"sv, "an HDF5 file; export it as CSV first"},
};

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
  for (const ForeignKind& kind : kForeignKinds) {
    if (head.starts_with(kind.magic)) refuse(name, kind.what);
  }
  return Compression::kNone;
}

void require_text(std::string_view head, const std::string& name) {
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) {
    refuse(name, "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8");
  }
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
    for (;;) {
      const ssize_t got = ::read(file_.number(), into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) {
        throw Error(ErrorCode::kSystem, name_ + ": cannot be read: " + std::strerror(errno));
      }
    }
  }

  FileDescriptor file_;
  std::string name_;
  std::string head_;
  std::size_t head_taken_ = 0;
};

struct CompressedInput::Decompressor {
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

  Decompressor(Source& source, Compression compression) {
    if (compression == Compression::kGzip) {
      constexpr int kWindowBits = iostreams::gzip::default_window_bits;
      chain.push(iostreams::gzip_decompressor(kWindowBits, kBufferBytes), kBufferBytes);
    } else {
      chain.push(iostreams::zstd_decompressor(kBufferBytes), kBufferBytes);
    }
    chain.push(Device{&source, &frames}, kBufferBytes);
  }

  ZstdFrames frames;
  iostreams::filtering_streambuf<iostreams::input> chain;
};

CompressedInput::CompressedInput(FileDescriptor file, std::string name)
    : name_(std::move(name)),
      source_(std::make_unique<Source>(std::move(file), name_)),
      compression_(detect_compression(source_->head(), name_)) {
  if (compression_ != Compression::kNone) {
    decompressor_ = std::make_unique<Decompressor>(*source_, compression_);
  }
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
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorCode::kBadData, name_ + ": " + std::string(name_of(compression_)) + " data " +
                                         what + " after " + std::to_string(text_bytes_) +
                                         " bytes of text; fetch or compress the file again");
  };
  try {
    const auto size = static_cast<std::streamsize>(into.size());
    got = static_cast<std::size_t>(decompressor_->chain.sgetn(into.data(), size));
  } catch (const Error&) {
    throw;
  } catch (const std::ios_base::failure& failure) {
    fail("are damaged or cut off (" + std::string(failure.what()) + ")");
  }
  text_bytes_ += got;
  if (got < into.size() && compression_ == Compression::kZstd &&
      !decompressor_->frames.at_frame_end()) {
    fail("are cut off");
  }
  return got;
}

}  // namespace mfpar
