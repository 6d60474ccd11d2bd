// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "store/hold_out.hpp"
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
                       const PackedOrigin& origin, const HoldOut& hold_out, int threads) {
  if (ratings.size() == 0) {
    throw Error(ErrorCode::kBadData, path + ": not written: there are no ratings to pack");
  }
  if (hold_out.last || hold_out.time) check_timestamps(ratings.has_timestamps());
  const RatingStore::Parts& parts = ratings.parts();
  const auto read_times = [&](Range positions, std::vector<std::int64_t>&) {
    return parts.timestamps.span().subspan(positions.begin, positions.size());
  };
  const Workers workers(threads);
  const HeldOut held_out =
      held_out_bits(hold_out, ratings.offsets(), origin.seed, read_times, workers);
  PackedWriter file(path, *parts.users, *parts.items, parts.values.span());
  file.add(parts.compact.span());
  file.add(parts.wide.span());
  file.add_timestamps(parts.timestamps.span());
  file.commit({.offsets = ratings.offsets(),
               .held_out = held_out.bits,
               .held_out_count = held_out.count,
               .duplicates = parts.duplicates,
               .origin = origin});
}

}  // namespace mfpar
