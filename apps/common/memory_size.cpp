// SPDX-License-Identifier: MIT
#include "common/memory_size.hpp"

#include <charconv>

#include "common/options.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

std::uint64_t parse_memory_size(const std::string& value) {
  double number = 0.0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  const std::string unit(stop, end);
  const int shift = unit == "M" ? 20 : unit == "G" ? 30 : unit == "T" ? 40 : -1;
  const double bytes = shift < 0 ? 0.0 : number * static_cast<double>(std::uint64_t{1} << shift);
  if (error != std::errc() || !(bytes >= 0x1p20 && bytes < 0x1p60)) {
    Options::reject(
        "a number of megabytes, gigabytes or terabytes, such as 512M or 2G; 1M at "
        "least");
  }
  return static_cast<std::uint64_t>(bytes);
}

std::string memory_text(std::uint64_t bytes) {
  const double mib = static_cast<double>(bytes) / 0x1p20;
  return mib < 1000.0 ? fixed(mib, mib < 10.0 ? 1 : 0) + " MiB" : fixed(mib / 1024.0, 2) + " GiB";
}

}  // namespace mfpar::apps
