// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mfpar/read_ratings.hpp"
#include "text/conversion.hpp"
#include "text/text_format.hpp"

namespace mfpar {

/// A layout other than a rating a line, found in a text.
struct Layout {
  std::unique_ptr<Conversion> conversion;  ///< into lines of user, item, rating[, timestamp]; null
                                           ///< where nothing has to be done
  TextFormat format;                       ///< of these lines
};

/// Finds MatrixMarket coordinates, JSON lines, lines of one item or user with its ratings below it
/// (Netflix prize, KDD Cup 2011), and libFM or LibSVM, by the first bytes of a text. Lines stay
/// lines, so that places in messages are right; only of a symmetric matrix there are more.
/// `is_whole`: whether `head` is all of the text; `name` stands for the file in messages. Throws
/// Error(kBadData) for what is one of these and cannot be read, with what to do, and
/// Error(kBadOption) where JSON has no key that an option names.
Layout find_layout(std::string_view head, bool is_whole, const std::string& name,
                   const ReadOptions& options);

}  // namespace mfpar
