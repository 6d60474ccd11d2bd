// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace mfpar::apps {

/// 1234567 as "1,234,567".
std::string with_commas(std::uint64_t number);

/// "1 rating", "1,234 ratings".
std::string counted(std::uint64_t number, const std::string& thing);

/// `number` with so many decimals; "-" when it is not finite.
std::string fixed(double number, int decimals);

/// Seconds as "0:07", "12:34" or "1:02:03".
std::string clock_time(double seconds);

/// A word as a shell takes it, quoted where it must be.
std::string shell_word(const std::string& word);

}  // namespace mfpar::apps
