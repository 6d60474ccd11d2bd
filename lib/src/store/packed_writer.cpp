// SPDX-License-Identifier: MIT
#include "store/packed_writer.hpp"

#include <cassert>

#include "io/id_sections.hpp"
#include "store/packed_format.hpp"

namespace mfpar {

PackedWriter::PackedWriter(const std::string& path, const IdDictionary& users,
                           const IdDictionary& items, std::span<const float> values)
    : file_(path, kPackedStoreKind, kPackedSections) {
  add_dictionary(file_, "users", users);
  add_dictionary(file_, "items", items);
  file_.add("values", values);
  blocks_.emplace(file_, kEntriesSection);
}

void PackedWriter::add(std::span<const RatingStore::CompactEntry> entries) {
  assert(!writes_timestamps_);
  blocks_->write(entries);
}

void PackedWriter::add(std::span<const RatingStore::WideEntry> entries) {
  assert(!writes_timestamps_);
  entry_bytes_ = sizeof(RatingStore::WideEntry);
  blocks_->write(entries);
}

void PackedWriter::begin_timestamps() {
  if (writes_timestamps_) return;
  writes_timestamps_ = true;
  blocks_->end();
  blocks_.emplace(file_, kTimestampsSection);
}

void PackedWriter::add_timestamps(std::span<const std::int64_t> timestamps) {
  begin_timestamps();
  has_timestamps_ = has_timestamps_ || !timestamps.empty();
  blocks_->write(timestamps);
}

void PackedWriter::commit(const Rest& rest) {
  begin_timestamps();
  blocks_->end();
  blocks_.emplace(file_, kHeldOutSection);
  blocks_->write(rest.held_out);
  blocks_->end();
  file_.add("offsets", rest.offsets);
  const PackedNumbers numbers{
      .ratings = rest.offsets.back(),
      .duplicates = rest.duplicates,
      .held_out = rest.held_out_count,
      .seed = rest.origin.seed,
      .entry_bytes = entry_bytes_,
      .block_bytes = kSectionBlock,
      .has_timestamps = has_timestamps_,
      .duplicates_rule = static_cast<std::uint32_t>(rest.origin.duplicates)};
  file_.add("store", std::span(&numbers, 1));
  file_.commit();
}

}  // namespace mfpar
