// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>

#include "base/aligned_buffer.hpp"
#include "io/section_reader.hpp"

namespace mfpar {

/// Takes rows of parameters from a section. Throws Error(kBadFile) for what another training left.
inline void restore_rows(const SectionReader& file, const std::string& section,
                         AlignedBuffer<float>& rows) {
  const FrozenArray<float> saved = file.array<float>(section);
  if (saved.size() != rows.size()) {
    file.fail(section, 0,
              "it holds " + std::to_string(saved.size()) + " numbers; " +
                  std::to_string(rows.size()) + " were expected for these ratings and options");
  }
  std::ranges::copy(saved.span(), rows.data());
}

}  // namespace mfpar
