// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar {

/// Throws Error(kBadData) where text is of a kind that is known and not read, by its first bytes,
/// with the command that makes lines of ratings of it: SQL dumps, ARFF, HTML, tuples and dicts of
/// Python, Vowpal Wabbit, libFFM, blocks of "key: value". `name` stands for the file in messages.
void refuse_foreign_text(std::string_view head, const std::string& name);

}  // namespace mfpar
