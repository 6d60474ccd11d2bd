// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "store/packed_format.hpp"
#include "store/packed_writer.hpp"

namespace mfpar {

bool is_packed_store(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::ifstream file(path, std::ios::binary);
  SectionFileHeader header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return false;
  const std::string_view kind(header.kind, sizeof header.kind);
  return std::memcmp(header.magic, kSectionFileMagic, sizeof header.magic) == 0 &&
         kind.substr(0, kind.find('\0')) == kPackedStoreKind.name;
}

void save_packed_store(const RatingStore& ratings, const std::string& path,
                       const PackedOrigin& origin) {
  if (ratings.size() == 0) {
    throw Error(ErrorCode::kBadData, path + ": not written: there are no ratings to pack");
  }
  const RatingStore::Parts& parts = ratings.parts();
  PackedWriter file(path, *parts.users, *parts.items, parts.values.span());
  if (ratings.is_compact()) {
    file.add(parts.compact.span());
  } else {
    file.add(parts.wide.span());
  }
  if (ratings.has_timestamps()) file.add_timestamps(parts.timestamps.span());
  file.commit({.offsets = ratings.offsets(),
               .held_out = {},
               .duplicates = parts.duplicates,
               .origin = origin});
}

}  // namespace mfpar
