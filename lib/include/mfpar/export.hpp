// SPDX-License-Identifier: MIT
#pragma once

/// Marks what the shared library exports: every function that is defined in it, and every class
/// with such functions or that is thrown. MFPAR_HIDDEN marks what is nested in such a class and is
/// not part of the API. All else is hidden anyway.
#if defined(__GNUC__)
#define MFPAR_API __attribute__((visibility("default")))
#define MFPAR_HIDDEN __attribute__((visibility("hidden")))
#else
#define MFPAR_API
#define MFPAR_HIDDEN
#endif
