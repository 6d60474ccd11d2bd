// SPDX-License-Identifier: MIT
//
// Tests that play many cases, each drawn from a seed, and tell the seed of what fails.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace mfpar::tests {

/// A number that the environment gives.
inline std::optional<std::uint64_t> number_given(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return {};
  return std::stoull(text);
}

/// Whether somebody has chosen the seeds, so that it cannot be said how often what comes.
inline bool seeds_are_chosen() {
  return number_given("MFPAR_SEED").has_value() || number_given("MFPAR_CASES").has_value();
}

/// Calls play(seed) for the seeds 1 to `count`, or to MFPAR_CASES where that is given, or for
/// MFPAR_SEED alone. What fails is reported with its seed, and how to play it again.
template <class Play>
void for_seeds(std::uint64_t count, const Play& play) {
  std::uint64_t first = 1, last = number_given("MFPAR_CASES").value_or(count);
  if (const auto seed = number_given("MFPAR_SEED")) first = last = *seed;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const std::string again = "MFPAR_SEED=" + std::to_string(seed) + " plays this one alone";
    BOOST_TEST_CHECKPOINT(again);  // of a signal
    BOOST_TEST_CONTEXT(again) {
      try {
        play(seed);
      } catch (const std::exception& e) {
        BOOST_ERROR("threw " << e.what());
      }
    }
  }
}

}  // namespace mfpar::tests
