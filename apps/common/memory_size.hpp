// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace mfpar::apps {

/// "2G", "512M", "1.5G" as bytes; Options::reject()s what is none.
std::uint64_t parse_memory_size(const std::string& value);

/// Bytes in words: "512 MiB", "1.5 GiB".
std::string memory_text(std::uint64_t bytes);

}  // namespace mfpar::apps
