// SPDX-License-Identifier: MIT
#pragma once

/// @page headers The headers, in reading order
///
/// Everything of libmfpar. Start here; the headers read well in this order:
///
///     types, error          indices against ids, and the one exception type
///     read_ratings          text of any shape to a RatingTable, and what was read
///     rating_table          ratings in the order in which they came; add() fills it by hand
///     rating_store          the same sorted into compact rows of users: what training walks
///     packed_store          such a store on disk, larger than memory may be
///     pack_ratings          text to a packed store, in bounded memory
///     features, read_features  what is known of users and items beside their ratings
///     split                 held-out ratings or users, folds, two tables in one index space
///     train_options, train  learn a FactorModel, with a report after every epoch
///     rating_source, plan_training  the same from ratings on disk, and what it takes
///     checkpoint            what it takes to go on with a training that was cut off
///     ranks, train_on_ranks  processes on several machines that train one model
///     cross_validate        how well the options do on ratings that nothing has seen
///     tune                  the options that do best, within a budget of time
///     factor_model          what was learnt, and how it predicts
///     model_file            save it, and load it again
///     interchange           models to and from NumPy, text and LIBMF, and to indexes of vectors
///     evaluate              its errors on other ratings
///     fold_in               a user or item that was not trained, by ridge regression
///     fold_in_session       the same with ratings that come, change and go one by one
///     rated_items           what a new user rated, looked up
///     recommender           the best items for a user, the nearest items to an item
///     ranking_metrics       how good lists are: NDCG, recall and others, with intervals
///     ranking_baselines     lists by popularity and by who has what, to hold a model's against
///     ease                  the same by a closed form over all pairs of items
///     extend_model          a model with folded-in rows added, a table of ratings folded in
///     model_handle          the model of a service, exchanged while it answers
///     synthetic             ratings with a planted truth
///
/// For programs around them, as mfpar's own are:
///
///     delimited_text        small text files of rows: titles of items, lists of ids
///     atomic_file           a file that appears whole or not at all
///     option_names, decimal how options and numbers are written
///     threads               what a number of threads means
///
/// Other languages find serving in mfpar.h, in C.
///
/// A first training:
///
///     auto read = mfpar::read_ratings("ratings.csv");
///     auto store = mfpar::build_store(std::move(read.ratings));
///     auto parts = mfpar::split_random(std::move(store), 0.1, 1);
///     auto result = mfpar::train(std::move(parts.training), parts.validation);
///     mfpar::save_model(result.model, "ratings.model");

#include "mfpar/atomic_file.hpp"
#include "mfpar/checkpoint.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/delimited_text.hpp"
#include "mfpar/ease.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/export.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/features.hpp"
#include "mfpar/feedback.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/item_titles.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/model_handle.hpp"
#include "mfpar/option_names.hpp"
#include "mfpar/ordinal_link.hpp"
#include "mfpar/pack_ratings.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/plan_training.hpp"
#include "mfpar/ranking_baselines.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "mfpar/ranks.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"
#include "mfpar/read_features.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/recommender.hpp"
#include "mfpar/score_variance.hpp"
#include "mfpar/split.hpp"
#include "mfpar/synthetic.hpp"
#include "mfpar/threads.hpp"
#include "mfpar/train.hpp"
#include "mfpar/train_on_ranks.hpp"
#include "mfpar/train_options.hpp"
#include "mfpar/tune.hpp"
#include "mfpar/types.hpp"
#include "mfpar/version.hpp"
