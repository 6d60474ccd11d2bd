// SPDX-License-Identifier: MIT
#include "io/gzip_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <new>
#include <utility>

namespace mfpar {

struct GzipStream::State {
  Source source;
  z_stream zlib{};
  std::array<char, std::size_t{1} << 16> buffer;
  bool is_in_member = true;  // or behind one, where another may begin
  bool is_done = false;

  /// Gets more compressed bytes where none are left; whether there are any.
  bool fill() {
    if (zlib.avail_in > 0) return true;
    zlib.next_in = reinterpret_cast<Bytef*>(buffer.data());
    zlib.avail_in = static_cast<uInt>(source(buffer));
    return zlib.avail_in > 0;
  }

  /// Goes to the next member behind zero bytes, if there is one.
  void find_member() {
    while (fill() && *zlib.next_in == 0) ++zlib.next_in, --zlib.avail_in;
    if (!fill()) {
      is_done = true;
      return;
    }
    ::inflateReset(&zlib);
    is_in_member = true;
  }

  /// Decompresses some bytes at `into`; how many.
  std::size_t inflate_some(std::span<char> into) {
    if (!fill()) throw Damaged("they end too early");
    zlib.next_out = reinterpret_cast<Bytef*>(into.data());
    zlib.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), UINT_MAX));
    const uInt room = zlib.avail_out;
    const int result = ::inflate(&zlib, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) is_in_member = false;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      throw Damaged(zlib.msg == nullptr ? "damaged" : zlib.msg);
    }
    return room - zlib.avail_out;
  }
};

GzipStream::GzipStream(Source source) : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
  constexpr int kGzipWindowBits = 16 + MAX_WBITS;
  if (::inflateInit2(&state_->zlib, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
}

GzipStream::~GzipStream() { ::inflateEnd(&state_->zlib); }

std::size_t GzipStream::read(std::span<char> into) {
  std::size_t got = 0;
  try {
    while (got < into.size() && !state_->is_done) {
      if (state_->is_in_member) {
        got += state_->inflate_some(into.subspan(got));
      } else {
        state_->find_member();
      }
    }
  } catch (const Damaged&) {
    if (got == 0) throw;
  }
  return got;
}

}  // namespace mfpar
