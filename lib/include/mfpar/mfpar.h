/* SPDX-License-Identifier: MIT */
/** @file
 * Serving a model of mfpar from C, or from any language that calls C: load a model file, predict,
 * recommend, find similar items, fold in users who were not trained, and exchange the model while
 * others answer from it. C99, and nothing but the standard headers below.
 *
 *   mfpar_model* model = NULL;
 *   if (mfpar_model_load("films.model", &model) != MFPAR_OK) {
 *     show(mfpar_last_error());
 *     return 1;
 *   }
 *   float rating = 0;
 *   mfpar_predict_ids(model, "1", "32", &rating);
 *   mfpar_model_free(model);
 *
 * Rules that hold for all functions:
 *
 * - Objects are opaque and reached by pointers. What a function gives through a `**` belongs to the
 *   caller, who gives it back with the function of that name that ends in _free; freeing NULL does
 *   nothing. Where a function fails it sets such a pointer to NULL.
 * - Every function that can fail returns a mfpar_status. Whatever is not MFPAR_OK leaves a sentence
 *   for people in mfpar_last_error(). No exception leaves the library, and nothing is printed.
 * - A NULL where an object, a text or a result is asked for is MFPAR_BAD_ARGUMENT. Options may be
 *   NULL: the defaults. Arrays may be NULL where their count or capacity is 0.
 * - Text is NUL-terminated, in whatever encoding the ids were trained in. An id that itself has a
 *   NUL in it can be reached by its index only.
 * - Results of a length that is not known before go into an array of the caller, of `capacity`
 *   elements. `needed` is always set to how many the result has. When that is more than `capacity`
 *   the array is left as it was and MFPAR_TOO_SMALL is returned.
 * - Safe from many threads at once, on the same objects too, all but _free: what is freed must
 *   not be in use.
 */
#ifndef MFPAR_MFPAR_H
#define MFPAR_MFPAR_H

#include <stddef.h>
#include <stdint.h>

#ifndef MFPAR_API /* as in mfpar/export.hpp */
#if defined(__GNUC__)
#define MFPAR_API __attribute__((visibility("default")))
#else
#define MFPAR_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What became of a call. New ones may be added; numbers stay. */
typedef enum mfpar_status {
  MFPAR_OK = 0,
  MFPAR_BAD_ARGUMENT = 1, /**< NULL, or an index that the model does not have */
  MFPAR_BAD_OPTION = 2,   /**< an option's value is out of its range */
  MFPAR_BAD_DATA = 3,     /**< the ratings cannot be used as they are */
  MFPAR_BAD_FILE = 4,     /**< no model file, or a damaged one */
  MFPAR_SYSTEM = 5,       /**< the operating system refused: missing file, no permission */
  MFPAR_DIVERGED = 6,     /**< left the finite numbers */
  MFPAR_NO_MEMORY = 7,
  MFPAR_UNKNOWN_ID = 8, /**< the model has no user or item of that id */
  MFPAR_TOO_SMALL = 9,  /**< the array does not hold the result; `needed` says how many would */
  MFPAR_BUG = 10        /**< a fault of the library; please report it */
} mfpar_status;

/** The index of a user or item that a model does not have. */
#define MFPAR_NO_INDEX UINT32_C(0xFFFFFFFF)

/** "0.1.0". */
MFPAR_API const char* mfpar_version(void);

/** "MFPAR_BAD_FILE"; "unknown status" for a number that is none. */
MFPAR_API const char* mfpar_status_name(int status);

/** What went wrong in the last call of this thread that failed, and the remedy; "" before. Valid
 * until the next call of this thread that fails. Texts beyond 2047 bytes are cut. */
MFPAR_API const char* mfpar_last_error(void);

/* ---- Models ---------------------------------------------------------------------------------- */

/** A model, ready to recommend. Immutable. */
typedef struct mfpar_model mfpar_model;

/** Loads a file into memory of this process: whatever happens to the file afterwards, the model
 * stays as it was loaded. */
MFPAR_API mfpar_status mfpar_model_load(const char* path, mfpar_model** model);

/** The same with the file mapped read-only: processes share its pages. While the model lives nobody
 * may write into the file or shorten it, as cp over it does; renaming another over it is safe. */
MFPAR_API mfpar_status mfpar_model_map(const char* path, mfpar_model** model);
MFPAR_API void mfpar_model_free(mfpar_model* model);

/** 1 for a model that was loaded by itself; see mfpar_handle for others. */
MFPAR_API mfpar_status mfpar_model_version(const mfpar_model* model, uint64_t* version);

MFPAR_API mfpar_status mfpar_model_user_count(const mfpar_model* model, uint32_t* count);
MFPAR_API mfpar_status mfpar_model_item_count(const mfpar_model* model, uint32_t* count);
MFPAR_API mfpar_status mfpar_model_rank(const mfpar_model* model, uint32_t* rank);

/** What the model was trained to minimise: "squared", "absolute", "logistic", "huber", "poisson",
 * "hinge" or "squared-hinge", a text that lasts. Predictions are ratings (of "poisson" counts);
 * under "logistic" probabilities of the higher one of two labels, in [0, 1]; under the last two
 * margins, above 0 for the higher label. Delta of "huber", where it is not 1, is not in the name;
 * fold-in knows it. The last four are of models since 0.2. */
MFPAR_API mfpar_status mfpar_model_loss(const mfpar_model* model, const char** name);

/** What the model learnt from, "ratings", "one-class" or "both", as a text that lasts. Lists of the
 * last two go by what a user is likely to choose; "one-class" predicts no ratings. Since 0.2. */
MFPAR_API mfpar_status mfpar_model_feedback(const mfpar_model* model, const char** name);

/** The lowest and highest rating; predicted ratings are clipped to them. */
MFPAR_API mfpar_status mfpar_model_range(const mfpar_model* model, float* lowest, float* highest);

/** From id to index. MFPAR_UNKNOWN_ID, with MFPAR_NO_INDEX, where the model has no such id. */
MFPAR_API mfpar_status mfpar_model_find_user(const mfpar_model* model, const char* id,
                                             uint32_t* index);
MFPAR_API mfpar_status mfpar_model_find_item(const mfpar_model* model, const char* id,
                                             uint32_t* index);

/** From index to id, with a NUL behind it, which `capacity` and `needed` count too. */
MFPAR_API mfpar_status mfpar_model_user_id(const mfpar_model* model, uint32_t index, char* id,
                                           size_t capacity, size_t* needed);
MFPAR_API mfpar_status mfpar_model_item_id(const mfpar_model* model, uint32_t index, char* id,
                                           size_t capacity, size_t* needed);

/** The predicted rating, or probability. MFPAR_NO_INDEX stands for somebody or something unknown,
 * of which the mean and the other side's bias tell. */
MFPAR_API mfpar_status mfpar_predict(const mfpar_model* model, uint32_t user, uint32_t item,
                                     float* rating);

/** The same by ids; unknown ones are no error, and count as MFPAR_NO_INDEX. */
MFPAR_API mfpar_status mfpar_predict_ids(const mfpar_model* model, const char* user,
                                         const char* item, float* rating);

/** What is predicted of a rating: mean, standard deviation, and the bounds below and above which
 * one in twenty ratings lies, within the model's range. NaN but for the mean of a model that knows
 * no variance: one that was not trained by Gibbs sampling. Since 0.2. */
typedef struct mfpar_interval {
  float mean;
  float sd;
  float p5;
  float p95;
} mfpar_interval;

/** mfpar_predict() with bounds. Since 0.2. */
MFPAR_API mfpar_status mfpar_predict_interval(const mfpar_model* model, uint32_t user,
                                              uint32_t item, mfpar_interval* interval);

/** The values that ratings have, ascending, of a model that knows the probability of each (mf-train
 * --likelihood ordinal); none of others. Since 0.2. */
MFPAR_API mfpar_status mfpar_model_values(const mfpar_model* model, float* values, size_t capacity,
                                          size_t* needed);

/** The probability of each of these values; indices as in mfpar_predict(). Since 0.2. */
MFPAR_API mfpar_status mfpar_predict_probabilities(const mfpar_model* model, uint32_t user,
                                                   uint32_t item, float* probabilities,
                                                   size_t capacity, size_t* needed);

/* ---- Handles --------------------------------------------------------------------------------- */

/** The model of a service, exchanged while others answer from it. */
typedef struct mfpar_handle mfpar_handle;

MFPAR_API mfpar_status mfpar_handle_open(const char* path, mfpar_handle** handle);
/** Models acquired from it stay good. */
MFPAR_API void mfpar_handle_free(mfpar_handle* handle);

/** The newest version, which is the caller's until mfpar_model_free(), whatever is loaded
 * meanwhile. Never waits for a file. */
MFPAR_API mfpar_status mfpar_handle_acquire(const mfpar_handle* handle, mfpar_model** model);

/** Loads the file again, or another one (`path` NULL: the file of the newest version), and makes it
 * the newest version once it is whole and checked. When it fails the version stays. `version` may
 * be NULL, else it is set to the newest one. */
MFPAR_API mfpar_status mfpar_handle_reload(mfpar_handle* handle, const char* path,
                                           uint64_t* version);

/* ---- Users who were not trained -------------------------------------------------------------- */

/** A user as her ratings explain her to one model, which this keeps alive. Immutable. Whole tables
 * of ratings, new items, further ratings of known users and models with new rows are for C++
 * (fold_in_table(), update_user(), with_users()) and mf-fold-in. */
typedef struct mfpar_user mfpar_user;

/** How strongly fold-in holds the user towards zero; see FoldInOptions in mfpar/fold_in.hpp. */
typedef enum mfpar_penalty {
  MFPAR_PENALTY_TRAINING = 0,     /**< as the model's own training did */
  MFPAR_PENALTY_FIXED = 1,        /**< alpha below */
  MFPAR_PENALTY_LEAVE_ONE_OUT = 2 /**< what best predicts each rating from the others */
} mfpar_penalty;

/** Set up by mfpar_fold_in_options_init(), which knows what is new in later versions. */
typedef struct mfpar_fold_in_options {
  size_t size;       /**< of this struct as the caller knows it */
  int32_t penalty;   /**< a mfpar_penalty */
  double alpha;      /**< under MFPAR_PENALTY_FIXED: above 0 */
  double bias_alpha; /**< the same of the bias, or 0 for that of alpha */
} mfpar_fold_in_options;

/** The defaults: the training's penalty. `size` is sizeof(mfpar_fold_in_options). */
MFPAR_API mfpar_status mfpar_fold_in_options_init(mfpar_fold_in_options* options, size_t size);

/** Folds in a user who rated items[i] with values[i], i below `count`. Of an item that is there
 * twice the last rating counts; indices that the model does not have are left out. MFPAR_BAD_DATA
 * for a value that is not finite. */
MFPAR_API mfpar_status mfpar_fold_in(const mfpar_model* model, const uint32_t* items,
                                     const float* values, size_t count,
                                     const mfpar_fold_in_options* options, mfpar_user** user);
/** The same by the ids of the items; unknown ones are left out. */
MFPAR_API mfpar_status mfpar_fold_in_ids(const mfpar_model* model, const char* const* items,
                                         const float* values, size_t count,
                                         const mfpar_fold_in_options* options, mfpar_user** user);
MFPAR_API void mfpar_user_free(mfpar_user* user);

MFPAR_API mfpar_status mfpar_user_bias(const mfpar_user* user, float* bias);
/** As many as the model's rank. */
MFPAR_API mfpar_status mfpar_user_factors(const mfpar_user* user, float* factors, size_t capacity,
                                          size_t* needed);
/** How many of the ratings were fitted, and left out as unknown or as given again later. */
MFPAR_API mfpar_status mfpar_user_ratings(const mfpar_user* user, uint32_t* used, uint32_t* unknown,
                                          uint32_t* duplicates);
/** What whoever gave the ratings ought to know, in English, a sentence a line, each with a newline
 * at its end: ratings of items that the model does not have, ratings off the scale that it was
 * trained on, and the like; "" where there is nothing. With a NUL behind it, which `capacity` and
 * `needed` count too. */
MFPAR_API mfpar_status mfpar_user_warnings(const mfpar_user* user, char* text, size_t capacity,
                                           size_t* needed);
/** The rating predicted for an item; MFPAR_NO_INDEX as in mfpar_predict(). */
MFPAR_API mfpar_status mfpar_user_predict(const mfpar_user* user, uint32_t item, float* rating);

/** The same with bounds. Since 0.2. */
MFPAR_API mfpar_status mfpar_user_predict_interval(const mfpar_user* user, uint32_t item,
                                                   mfpar_interval* interval);

/** How much a rating of the user says for or against an item; see "because" in RECOMMEND.md. */
typedef struct mfpar_reason {
  uint32_t item;      /**< that was rated */
  float rating;       /**< as it was given */
  float weight;       /**< by how much the interaction rises if the rating is one higher */
  float contribution; /**< those of all ratings add up to the interaction with the item */
} mfpar_reason;

/** Why an item is in the user's list: her ratings, largest contribution first. Takes about as long
 * as folding her in. */
MFPAR_API mfpar_status mfpar_user_because(const mfpar_user* user, uint32_t item,
                                          mfpar_reason* reasons, size_t capacity, size_t* needed);

/* ---- Lists ----------------------------------------------------------------------------------- */

typedef struct mfpar_recommendation {
  uint32_t item;
  float score; /**< what the list is ordered by */
  float
      rating; /**< the predicted rating, clipped to the model's range; NaN of one-class feedback */
} mfpar_recommendation;

/** For least_ratings below: 10 where lists go by interaction, by a blend of less than the whole of
 * the biases or by a model without biases, and of similar items by factors, since factors learnt
 * from fewer ratings are mostly noise; 5 of similar items by raters; 0 by rating, and for a model
 * that does not contain who rated what. */
#define MFPAR_USUAL_LEAST_RATINGS UINT32_C(0xFFFFFFFF)

/** That an item belongs to a group, a genre for example. An item may belong to several. */
typedef struct mfpar_item_group {
  uint32_t item;
  uint32_t group;
} mfpar_item_group;

/** Set up by mfpar_recommend_options_init(), which knows what is new in later versions. */
typedef struct mfpar_recommend_options {
  size_t size;             /**< of this struct as the caller knows it */
  uint32_t top;            /**< length of the list; shorter where there are not so many items. 20 */
  float bias_weight;       /**< 1: by predicted rating, 0: by interaction alone; see RankBy. 1 */
  int32_t leave_out_rated; /**< whether what the user rated is left out. 1 */
  uint32_t least_ratings;  /**< only items with so many ratings in training, or more; 0 is all.
                                MFPAR_USUAL_LEAST_RATINGS */
  const uint32_t* allow;   /**< only these items; NULL allows all. NULL */
  size_t allow_count;      /**< 0 with an array that is not NULL allows nothing. 0 */
  const uint32_t* deny;    /**< none of these items. NULL */
  size_t deny_count;       /**< 0 */
  const char* rank_by;     /**< "rating", "interaction", "one-class", "blend:0.5", "one-class:0.1",
                                "lower:1" or "upper:1", as mf-recommend takes it, in the place of
                                bias_weight; NULL leaves it to that, or to the model's usual
                                order, one-class where it has that, if bias_weight is 1. NULL.
                                Since 0.2 */
  float least_rating; /**< only items predicted so high a rating or a higher one; NaN is all. An
                           error for a model of one-class feedback alone. NaN. Since 0.2 */
  float diversity;    /**< by how much, from 0 to 1, items differ from those listed before them
                           rather than score high; see RecommendOptions. 0. Since 0.2 */
  const mfpar_item_group* groups; /**< what at_most counts by. NULL. Since 0.2 */
  size_t group_count;             /**< 0. Since 0.2 */
  uint32_t at_most;               /**< how many items of a group are listed, of all groups of an
                                       item; 0 is any number. 0. Since 0.2 */
  const char* similar_by;         /**< of similar items: "raters", "factors", or NULL, see
                                       mfpar_similar_items(). NULL. Since 0.2 */
} mfpar_recommend_options;

/** The defaults above. `size` is sizeof(mfpar_recommend_options). */
MFPAR_API mfpar_status mfpar_recommend_options_init(mfpar_recommend_options* options, size_t size);

/** The items of highest score for a trained user, in falling order. */
MFPAR_API mfpar_status mfpar_recommend(const mfpar_model* model, uint32_t user,
                                       const mfpar_recommend_options* options,
                                       mfpar_recommendation* list, size_t capacity, size_t* needed);
/** The same for a user who was folded in, from the model she was folded into. */
MFPAR_API mfpar_status mfpar_recommend_user(const mfpar_user* user,
                                            const mfpar_recommend_options* options,
                                            mfpar_recommendation* list, size_t capacity,
                                            size_t* needed);
/** The items most similar to `item`, itself left out. By raters, which is usual for a model that
 * contains who rated the item, the score says how much more users rated both than would by chance,
 * from -1 to 1; by factors it is the cosine of their factors. Of the options, top, least_ratings,
 * allow, deny and similar_by mean something here. */
MFPAR_API mfpar_status mfpar_similar_items(const mfpar_model* model, uint32_t item,
                                           const mfpar_recommend_options* options,
                                           mfpar_recommendation* list, size_t capacity,
                                           size_t* needed);

#ifdef __cplusplus
}
#endif

#endif
