// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/options.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar::apps {

/// Declares the options that say how ratings are read: delimiter, header, columns, bad lines,
/// threads. All programs that read ratings share them. `read` must outlive `options`.
void add_reading_options(Options& options, ReadOptions& read);

/// Declares --duplicates.
void add_duplicates_option(Options& options, Duplicates& duplicates);

/// Declares the option `name` for a time, in seconds or as a date, as timestamps in files are.
void add_time_option(Options& options, std::string_view name, std::optional<std::int64_t>& time,
                     std::string help);

}  // namespace mfpar::apps
