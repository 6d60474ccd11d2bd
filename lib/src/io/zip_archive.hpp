// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar {

/// The members of a zip archive that is in memory, as its directory lists them. Looks at memory of
/// others. Immutable; safe from any number of threads.
class ZipArchive {
 public:
  struct Member {
    std::string name;
    std::string_view packed;  ///< its bytes in the archive
    std::uint64_t size = 0;   ///< unpacked, as the directory says
    std::uint32_t checksum = 0;
    std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  };

  /// `name` stands for the archive in messages. Throws Error(kBadData) where it is cut off or
  /// damaged, of several parts, or encrypted.
  ZipArchive(std::string_view bytes, std::string name);

  std::span<const Member> members() const noexcept { return members_; }

  /// The member of this name, null where there is none.
  const Member* find(std::string_view name) const noexcept;

  /// Unpacks a member, never to more than its size. Throws Error(kBadData) where it is damaged, or
  /// packed by another method.
  std::string unpack(const Member& member) const;

 private:
  [[noreturn]] void refuse(const std::string& what) const;
  Member member_at(std::size_t entry) const;
  std::uint64_t number(std::size_t at, std::size_t bytes) const;

  std::string_view bytes_;
  std::string name_;
  std::vector<Member> members_;
};

}  // namespace mfpar
