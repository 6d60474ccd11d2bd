// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::tests {

/// Whether a sanitizer watches: memory, stacks and time are then not what they are without it.
#if defined(__has_feature)
inline constexpr bool kSanitized =
    __has_feature(address_sanitizer) != 0 || __has_feature(thread_sanitizer) != 0;
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace mfpar::tests
