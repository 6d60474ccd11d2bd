// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/report/grouped_errors.hpp"
#include "common/report/page.hpp"

namespace mfpar::apps {

/// How errors of a loss are shown: as the mean loss, or its root in the units of ratings.
struct ShownError {
  explicit ShownError(Loss loss);

  double of(double mean_loss) const { return has_root ? std::sqrt(mean_loss) : mean_loss; }

  std::string metric;  ///< the mean loss: "MSE"
  std::string title;   ///< "RMSE"
  bool has_root = false;
};

/// How far `error` is below, or above, that of biases alone, as a key figure.
void add_gain(Page& page, double error, double biases);

/// Baselines, error by how often user and item were rated, calibration, residuals by value and,
/// where there are intervals, their coverage. `ratings`: what was predicted, in words, such as "the
/// ratings held out"; `fitted_level`: the coverage to which intervals were scaled on these ratings,
/// 0 for none.
void add_prediction_figures(Page& page, const FactorModel& model, const GroupedErrors& errors,
                            const std::string& ratings, double fitted_level = 0.0);

}  // namespace mfpar::apps
