// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/report/page.hpp"
#include "mfpar/evaluate.hpp"

namespace mfpar::apps {

/// The page of --report: how `model`, of the file `path`, predicts `ratings`, of `source`, and how
/// it was trained. `evaluation` is of these.
Page evaluation_page(const std::string& path, const FactorModel& model, const std::string& source,
                     const RatingTable& ratings, const Evaluation& evaluation);

}  // namespace mfpar::apps
