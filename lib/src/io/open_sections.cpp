// SPDX-License-Identifier: MIT
#include "io/open_sections.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "io/checksum.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// Fills `bytes` from the file. Throws Error(kSystem).
void read_from(const FileDescriptor& file, const std::string& path, std::uint64_t position,
               std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto got = retried([&] {
      return ::pread(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    });
    if (got < 0) {
      throw Error(ErrorCode::kSystem, path + ": cannot be read at byte " +
                                          std::to_string(position) + ": " +
                                          std::system_category().message(errno));
    }
    if (got == 0) {
      throw Error(ErrorCode::kSystem, path + ": became shorter while it was read: it ends before " +
                                          "byte " + std::to_string(position) +
                                          "; try again when it is whole");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    position += static_cast<std::uint64_t>(got);
  }
}

std::uint64_t size_of_regular(const FileDescriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kSystem,
                path + ": is no regular file; what is read in parts must be one");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

OpenSections::OpenSections(const std::string& path, SectionFileKind kind)
    : file_(open_for_reading(path)),
      table_(path, kind, size_of_regular(file_, path),
             [&](std::uint64_t position, std::span<std::byte> bytes) {
               read_from(file_, path, position, bytes);
             }) {}

void OpenSections::read(std::uint64_t position, std::span<std::byte> bytes) const {
  read_from(file_, table_.path(), position, bytes);
}

void OpenSections::read_whole(const SectionFileEntry& entry, std::span<std::byte> bytes) const {
  read(entry.offset, bytes);
  if (checksum(bytes) != entry.checksum) {
    table_.fail(unpadded({entry.name, sizeof entry.name}), 0,
                std::string("it does not match its checksum") + kDamagedFile);
  }
}

BlockedSection::BlockedSection(const OpenSections& file, std::string name, std::uint64_t size)
    : name_(std::move(name)), size_(size) {
  const SectionFileEntry& entry = file.table().require(name_, 1);
  if (entry.size != size) {
    file.fail(name_, 0,
              "it has " + std::to_string(entry.size) + " bytes and should have " +
                  std::to_string(size) + kDamagedFile);
  }
  offset_ = entry.offset;
  checksums_ = file.array<std::uint64_t>(name_ + ".blocks");
  const std::uint64_t blocks = (size + kSectionBlock - 1) / kSectionBlock;
  if (checksums_.size() != blocks) {
    file.fail(name_ + ".blocks", 0,
              "it has " + std::to_string(checksums_.size()) + " checksums for " +
                  std::to_string(blocks) + " blocks" + kDamagedFile);
  }
}

void BlockedSection::read(const OpenSections& file, std::uint64_t position,
                          std::span<std::byte> bytes) const {
  assert(position <= size_ && bytes.size() <= size_ - position);
  // Whole blocks are read at once, to where they are wanted; of others a part is copied.
  const std::uint64_t end = position + bytes.size();
  const std::uint64_t first = (position + kSectionBlock - 1) / kSectionBlock * kSectionBlock;
  const std::uint64_t last = end == size_ ? end : end / kSectionBlock * kSectionBlock;
  if (first >= last) {  // no block is whole: two at most are touched
    const std::uint64_t middle = std::clamp(first, position, end);
    read_part(file, position, bytes.first(middle - position));
    read_part(file, middle, bytes.subspan(middle - position));
    return;
  }
  read_part(file, position, bytes.first(first - position));
  const auto whole = bytes.subspan(first - position, last - first);
  file.read(offset_ + first, whole);
  for (std::uint64_t at = first; at < last; at += kSectionBlock) {
    check(file, at / kSectionBlock, whole.subspan(at - first, size_of(at / kSectionBlock)));
  }
  read_part(file, last, bytes.subspan(last - position));
}

void BlockedSection::read_part(const OpenSections& file, std::uint64_t position,
                               std::span<std::byte> bytes) const {
  if (bytes.empty()) return;
  const std::uint64_t block = position / kSectionBlock;
  std::vector<std::byte> whole(size_of(block));
  file.read(offset_ + block * kSectionBlock, whole);
  check(file, block, whole);
  std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(position % kSectionBlock), bytes.size(),
              bytes.begin());
}

void BlockedSection::check(const OpenSections& file, std::uint64_t block,
                           std::span<const std::byte> bytes) const {
  if (checksum(bytes) == checksums_[block]) return;
  file.fail(name_, block * kSectionBlock,
            "block " + std::to_string(block) + " of " + std::to_string(checksums_.size()) +
                " does not match its checksum" + kDamagedFile);
}

std::size_t BlockedSection::size_of(std::uint64_t block) const {
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(kSectionBlock, size_ - block * kSectionBlock));
}

}  // namespace mfpar
