// SPDX-License-Identifier: MIT
#include "io/zstd_frames.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mfpar {

namespace {

constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // the last four bits are free
constexpr int kBlockHeaderBytes = 3;
constexpr int kChecksumBytes = 4;

}  // namespace

void ZstdFrames::expect(Part part, int bytes, std::uint64_t skipped_first) {
  part_ = part;
  wanted_ = bytes;
  collected_ = 0;
  number_ = 0;
  skip_ = skipped_first;
}

void ZstdFrames::follow(std::string_view bytes) {
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
      bytes.remove_prefix(passed);
      skip_ -= passed;
      continue;
    }
    number_ |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes.front()))
               << (8 * collected_);
    bytes.remove_prefix(1);
    if (++collected_ == wanted_) take(number_);
  }
}

void ZstdFrames::take(std::uint32_t number) {
  switch (part_) {
    case Part::kMagic:
      if ((number & ~0xFu) == kSkippableMagic) return expect(Part::kSkippableSize, 4);
      return expect(Part::kDescriptor, 1);
    case Part::kSkippableSize:
      return expect(Part::kMagic, 4, number);
    case Part::kDescriptor: {
      const bool single_segment = (number & 0x20) != 0;
      constexpr std::array<std::uint64_t, 4> kDictionaryIdBytes{0, 1, 2, 4};
      const std::array<std::uint64_t, 4> content_size_bytes{single_segment ? 1u : 0u, 2, 4, 8};
      has_checksum_ = (number & 0x04) != 0;
      const std::uint64_t window_bytes = single_segment ? 0 : 1;
      return expect(
          Part::kBlockHeader, kBlockHeaderBytes,
          window_bytes + kDictionaryIdBytes[number & 3] + content_size_bytes[number >> 6]);
    }
    case Part::kBlockHeader: {
      const bool is_last = (number & 1) != 0;
      const bool repeats_one_byte = ((number >> 1) & 3) == 1;
      const std::uint64_t content = repeats_one_byte ? 1 : number >> 3;
      if (!is_last) return expect(Part::kBlockHeader, kBlockHeaderBytes, content);
      return expect(Part::kMagic, 4, content + (has_checksum_ ? kChecksumBytes : 0));
    }
  }
}

}  // namespace mfpar
