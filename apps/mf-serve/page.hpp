// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::apps {

// The files of the folder page, as one; cmake/embed_page.cmake makes page.cpp of them.

/// HTML that needs nothing but the endpoints of the service that it comes from.
extern const char* const kPage;

/// Its Content-Security-Policy: its own style and script run, by their hashes, and nothing else.
extern const char* const kPagePolicy;

}  // namespace mfpar::apps
