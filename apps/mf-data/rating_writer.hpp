// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "common/progress_line.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::apps {

/// How ratings are written as text.
enum class RatingFormat {
  kCsv,        ///< user,item,rating,timestamp with a header
  kTsv,        ///< the same with tabs
  kMovieLens,  ///< user::item::rating::timestamp
  kLibmf,      ///< user, item and rating with blanks between; no timestamps
};

/// Declares --format.
void add_format_option(Options& options, RatingFormat& format);

/// The ids of a dictionary as they stand in a file: quoted where they must be. Throws
/// Error(kBadOption) where the format cannot hold an id.
std::vector<std::string> written_ids(const IdDictionary& ids, RatingFormat format);

/// Writes ratings to a file that appears whole or not at all. Not synchronised.
class RatingWriter {
 public:
  /// `users` and `items` are written_ids(), and must outlive the writer. `ratings`: how many will
  /// be written.
  RatingWriter(const std::string& path, RatingFormat format, const std::vector<std::string>& users,
               const std::vector<std::string>& items, bool timestamps, std::uint64_t ratings);

  void write(const Rating& rating);

  /// The file, to be put in place when all is written.
  AtomicFile& file() noexcept { return file_; }

 private:
  AtomicFile file_;
  const char* delimiter_;
  const std::vector<std::string>& users_;
  const std::vector<std::string>& items_;
  bool timestamps_;
  std::string line_;
  std::uint64_t ratings_, written_ = 0;
  ProgressLine progress_;
};

}  // namespace mfpar::apps
