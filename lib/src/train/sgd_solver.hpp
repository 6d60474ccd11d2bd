// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "compute/bands.hpp"
#include "compute/rank_share.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"
#include "train/sgd_state.hpp"
#include "train/solver.hpp"

namespace mfpar {

/// Stochastic gradient descent over bands of ratings, by the options' schedule, step rule and loss;
/// from small random factors or, where its ids match, from `init`. Takes over the memory of
/// `training` where nobody else holds it. `statistics`, `init`, `workers` and `share` must outlive
/// the solver. With `share` that of one of several ranks: `training` are its ratings, `statistics`
/// those of all.
std::unique_ptr<Solver> make_sgd_solver(RatingStore training, const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers, const RankShare* share = nullptr);

/// The same from ratings that are read as they are needed, sorted into a temporary file in
/// `folder`.
std::unique_ptr<Solver> make_sgd_solver(std::shared_ptr<const RatingSource> training,
                                        const std::string& folder,
                                        const RatingStatistics& statistics,
                                        const TrainOptions& options, const FactorModel* init,
                                        const Workers& workers);

/// The same over bands that were made already.
std::unique_ptr<Solver> make_sgd_solver(const RowIds& ids, std::unique_ptr<Bands> bands,
                                        const RatingStatistics& statistics,
                                        const TrainOptions& options, const Workers& workers);

}  // namespace mfpar
