// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace mfpar {

/// Follows the frames of zstd data as they pass by, only to tell whether the data end where a frame
/// ends: the decompressor of Boost.Iostreams takes a file that was cut off for a whole one. The
/// format is that of RFC 8878. Not synchronised.
class ZstdFrames {
 public:
  /// Takes the next bytes of the file.
  void follow(std::string_view bytes);

  /// Whether the bytes so far are whole frames.
  bool at_frame_end() const noexcept {
    return part_ == Part::kMagic && collected_ == 0 && skip_ == 0;
  }

 private:
  enum class Part { kMagic, kDescriptor, kBlockHeader, kSkippableSize };

  void take(std::uint32_t number);
  void expect(Part part, int bytes, std::uint64_t skipped_first = 0);

  Part part_ = Part::kMagic;
  int wanted_ = 4;             // bytes of part_
  int collected_ = 0;          // of them so far
  std::uint32_t number_ = 0;   // what they make, little-endian
  std::uint64_t skip_ = 0;     // bytes to pass over before part_ begins
  bool has_checksum_ = false;  // of the frame at hand
};

}  // namespace mfpar
