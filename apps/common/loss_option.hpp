// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/options.hpp"
#include "mfpar/loss.hpp"

namespace mfpar::apps {

/// The losses there are, as an option that takes one shows them: "squared|absolute|...".
inline std::string loss_words() {
  std::string words;
  for (const LossInfo& info : losses()) {
    words += (words.empty() ? "" : "|") + std::string(info.name);
    if (info.loss == Loss::kHuber) words += "[:DELTA]";
  }
  return words;
}

/// The value of such an option; rejects what is none.
inline LossChoice parse_loss(const std::string& value) {
  const auto choice = find_loss(value);
  if (!choice) Options::reject("one of " + loss_words() + ", DELTA being above 0");
  return *choice;
}

}  // namespace mfpar::apps
