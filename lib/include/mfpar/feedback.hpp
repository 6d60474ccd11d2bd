// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar {

/// What a model learns from.
///
/// Ratings say how much somebody likes an item; the model predicts the ratings nobody has given.
///
/// One-class feedback says only that somebody chose an item: watched, bought or rated it, however
/// they liked it. Every such pair is a positive, worth a score of 1, and all other pairs count as 0
/// with a small weight. A score says how likely a user is to choose an item, which is what makes a
/// good list; it is no rating.
enum class Feedback { kRatings, kOneClass };

}  // namespace mfpar
