// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/report/page.hpp"
#include "common/report/value_bins.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::apps {

/// How training went, by the model's record: errors, or NDCG of one-class feedback, by epoch, with
/// the one that was chosen; of Gibbs sampling with the burn-in. `baseline`: the mean loss of biases
/// alone on the same ratings, where it is known. None where the record has no epochs.
std::optional<Figure> learning_figure(const FactorModel& model,
                                      std::optional<double> baseline = std::nullopt);

/// How long the rows of factors are.
Figure norms_figure(const FactorModel& model);

/// The figures of a model, and of one of one-class feedback that it carries, under a heading.
void add_model_figures(Page& page, const FactorModel& model);

/// Options of a training as a model's record has them, beside what they are unless given; folded.
/// Nothing where none are known.
void add_options(Page& page, const std::vector<std::pair<std::string, std::string>>& options,
                 Feedback feedback, Loss loss);

/// The same of a model, and of one that it carries.
void add_options(Page& page, const FactorModel& model);

/// What a model was trained on: counts, density, ratings a user and an item. Nothing where it does
/// not say.
ReportTable trained_on_table(const FactorModel& model);

/// How often each value is rated, by groups of values; `of`: "the 100 ratings of test.csv".
Figure values_figure(const ValueBins& bins, const std::vector<std::uint64_t>& counts,
                     const std::string& of);

}  // namespace mfpar::apps
