// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "mfpar/atomic_file.hpp"
#include "mfpar/id_dictionary.hpp"

namespace mfpar {

/// Writes the ids in order of index, one a line, letter for letter. Throws Error(kBadData) for an
/// id that holds a line break, Error(kSystem).
void write_id_list(AtomicFile& file, const IdDictionary& ids);

/// Reads such a file, or a .npy of ids. Throws Error(kBadFile) for an id that is empty or there
/// twice, Error(kSystem).
IdDictionary read_id_list(const std::string& path);

/// Throws Error(kBadData) when `id` holds one of `breaks`, which separate ids in `format`.
void require_unbroken(std::string_view id, std::string_view breaks, const std::string& format);

}  // namespace mfpar
