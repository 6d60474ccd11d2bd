// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "text/text_format.hpp"

namespace mfpar {

/// Decides which column of `format` is which, and whether timestamps are kept.
///
/// - A column that is asked for is the one of that name or number.
/// - Else it is the one with a well-known name in the header. Where two of user, item and rating
///   are known, and one column only is left that can be the third, it is that, with a note.
/// - Where no name is known, the columns are user, item, rating and, if there is a fourth that
///   holds times or numbers, timestamp; there must be no fifth. If by the first lines the third
///   holds no ratings (times, a count of the lines, another number in each line), or the first
///   counts the lines, the columns are those that can only be meant, with a note.
/// - Without a column of users (see ReadOptions::single_user), or of ratings (see
///   ReadOptions::may_lack_ratings), two columns are enough.
///
/// `header` is empty where there is none; `lines` are the first ones of ratings. Throws
/// Error(kBadOption) when a column is not there, and Error(kBadData) where the columns cannot be
/// told apart or hold something else than ratings (a table of users by items, views without
/// ratings), with what to do about it.
void choose_columns(const std::vector<std::string>& header,
                    std::span<const std::vector<std::string>> lines, const std::string& name,
                    const ReadOptions& options, TextFormat& format);

}  // namespace mfpar
