// SPDX-License-Identifier: MIT
#include "mfpar/pack_ratings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "io/spill_file.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "store/external_sort.hpp"
#include "text/read_text.hpp"

namespace mfpar {

namespace {

constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20;

/// What is parsed at a time: a share of the memory, so large that threads and dictionaries are
/// begun seldom.
std::size_t window_in(std::uint64_t memory) {
  return std::clamp<std::uint64_t>(memory / 8, std::uint64_t{8} << 20, std::uint64_t{256} << 20);
}

void check(std::span<const std::string> files, const std::string& path,
           const std::string& temporary, const PackOptions& options) {
  if (options.memory < kLeastMemory) {
    throw Error(ErrorCode::kBadOption, "the memory to pack in is " +
                                           std::to_string(options.memory) +
                                           " bytes; it must be at least 1 MiB");
  }
  const auto packed = std::ranges::find_if(files, is_packed_store);
  if (packed != files.end()) {
    throw Error(ErrorCode::kBadOption,
                *packed + ": is a packed store already; pack the text that it was made of");
  }
  AtomicFile::check(path);
  const SpillFile can_be_made(temporary);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

PackResult pack_ratings(std::span<const std::string> paths, const std::string& path,
                        const ReadOptions& read, const PackOptions& options) {
  const std::vector<std::string> files = files_to_read(paths);
  const std::string temporary = options.temporary.empty() ? folder_of(path) : options.temporary;
  check(files, path, temporary, options);
  const auto tell = [&](const PackProgress& progress) {
    if (options.progress) options.progress(progress);
  };
  const Workers workers(read.threads);
  const std::size_t window = window_in(options.memory);
  // What is parsed at a time is in memory beside what was.
  ExternalSort sort(options.memory - std::min<std::uint64_t>(window, options.memory) / 2, temporary,
                    workers);
  ReadResult result = read_text(
      files, read,
      [&](std::vector<RatingChunk> chunks, std::uint64_t ids) {
        sort.add(std::move(chunks), ids);
        tell({.read = sort.ratings()});
      },
      window);
  const auto users = result.ratings.users(), items = result.ratings.items();
  result.ratings = {};
  sort.write(path, *users, *items, {options.store.seed, options.store.duplicates}, options.hold_out,
             [&](std::uint64_t done, std::uint64_t all) { tell({.read = all, .sorted = done}); });
  return {std::move(result.report), PackedStore(path), sort.spilled()};
}

}  // namespace mfpar
