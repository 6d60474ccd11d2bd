// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar {

/// What a file that is no text is by its first bytes (an archive, a workbook, Parquet, ...), and how
/// to get the text out of it; empty where it is none of these. Of a zip archive the members are
/// named, from the file `name` if it can be opened.
std::string foreign_kind(std::string_view head, const std::string& name);

/// The same for a tar archive, whose `head` may have been decompressed.
std::string tar_archive(std::string_view head, const std::string& name);

}  // namespace mfpar
