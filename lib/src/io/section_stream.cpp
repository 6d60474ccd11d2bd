// SPDX-License-Identifier: MIT
#include "io/section_stream.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace mfpar {

namespace {

std::uint64_t size_of_head(std::size_t sections) {
  return sizeof(SectionFileHeader) + sections * sizeof(SectionFileEntry);
}

}  // namespace

SectionStream::SectionStream(const std::string& path, SectionFileKind kind, std::size_t sections)
    : file_(path), kind_(kind), sections_(sections) {
  file_.write(std::vector<std::byte>(size_of_head(sections)));
  position_ = size_of_head(sections);
}

void SectionStream::begin(std::string_view name) {
  assert(!name.empty() && name.size() < sizeof(SectionFileEntry::name));
  end_section();
  SectionFileEntry entry{};
  name.copy(entry.name, name.size());
  entry.offset = position_;
  table_.push_back(entry);
}

void SectionStream::write_bytes(std::span<const std::byte> bytes) {
  assert(!table_.empty());
  checksum_.add(bytes);
  file_.write(bytes);
  position_ += bytes.size();
}

void SectionStream::end_section() {
  if (!table_.empty()) {
    table_.back().size = position_ - table_.back().offset;
    table_.back().checksum = checksum_.take();
  }
  pad();
}

void SectionStream::pad() {
  constexpr std::array<std::byte, kSectionAlignment> kZeros{};
  const std::uint64_t end = aligned_to_section(position_);
  file_.write(std::span(kZeros).first(end - position_));
  position_ = end;
}

void SectionStream::commit() {
  assert(table_.size() == sections_);
  end_section();
  const SectionFileHeader header = make_header(kind_, table_, position_);
  file_.write_at(0, std::as_bytes(std::span(&header, 1)));
  file_.write_at(sizeof header, std::as_bytes(std::span(table_)));
  file_.commit();
}

BlockedStream::BlockedStream(SectionStream& file, std::string name)
    : file_(file), name_(std::move(name)) {
  file_.begin(name_);
}

void BlockedStream::write_bytes(std::span<const std::byte> bytes) {
  file_.write(bytes);
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kSectionBlock - filled_));
    block_.add(part);
    filled_ += part.size();
    if (filled_ == kSectionBlock) {
      checksums_.push_back(block_.take());
      filled_ = 0;
    }
    bytes = bytes.subspan(part.size());
  }
}

void BlockedStream::end() {
  if (filled_ > 0) checksums_.push_back(block_.take());
  filled_ = 0;
  file_.add(name_ + ".blocks", std::span<const std::uint64_t>(checksums_));
}

}  // namespace mfpar
