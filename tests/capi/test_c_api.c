/* SPDX-License-Identifier: MIT */
/*
 * The C API as a C program sees it, on the models of make_literal_models.cpp, in the current
 * folder. Numbers are those of the table in literal_model.hpp.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "mfpar/mfpar.h"

#define MODEL "c_api_3.model"
#define OTHER "c_api_2.model"
#define BAD "c_api_bad.model"

enum { I10, I20, I30, I40, ANN = 0, BOB = 1 };

static int failures = 0;

static void check(int holds, const char* what, int line) {
  if (holds) return;
  ++failures;
  printf("test_c_api.c:%d: failed: %s (last error: %s)\n", line, what, mfpar_last_error());
}

static void check_status(mfpar_status expected, const char* text, mfpar_status found,
                         const char* call, int line) {
  check(found == expected, call, line);
  if (found != expected) printf("  it is %s\n", mfpar_status_name(found));
  if (expected != MFPAR_OK) check(strstr(mfpar_last_error(), text) != NULL, text, line);
}

#define CHECK(condition) check((condition), #condition, __LINE__)
#define OK(call) check_status(MFPAR_OK, "", (call), #call, __LINE__)
#define FAILS(status, text, call) check_status((status), (text), (call), #call, __LINE__)
#define IS_NULL(name, call) FAILS(MFPAR_BAD_ARGUMENT, name " is NULL", call)

static int near(double a, double b) { return fabs(a - b) < 1e-6; }

static mfpar_model* load(void) {
  mfpar_model* model = NULL;
  OK(mfpar_model_load(MODEL, &model));
  return model;
}

static void status_and_version(void) {
  CHECK(strlen(mfpar_version()) >= 5);
  CHECK(strcmp(mfpar_last_error(), "") == 0);
  CHECK(strcmp(mfpar_status_name(MFPAR_OK), "MFPAR_OK") == 0);
  CHECK(strcmp(mfpar_status_name(MFPAR_BUG), "MFPAR_BUG") == 0);
  CHECK(strcmp(mfpar_status_name(99), "unknown status") == 0);
}

static void loading(void) {
  mfpar_model* model = (mfpar_model*)&failures; /* to be set to NULL by what fails */
  FAILS(MFPAR_SYSTEM, "no-such.model", mfpar_model_load("no-such.model", &model));
  CHECK(model == NULL);
  FAILS(MFPAR_BAD_FILE, BAD, mfpar_model_load(BAD, &model));
  IS_NULL("path", mfpar_model_load(NULL, &model));
  IS_NULL("model", mfpar_model_load(MODEL, NULL));
  mfpar_model_free(NULL);
}

static void what_a_model_contains(void) {
  mfpar_model* model = load();
  uint32_t users = 0, items = 0, rank = 0, index = 7;
  uint64_t version = 0;
  float lowest = 0, highest = 0;
  OK(mfpar_model_user_count(model, &users));
  OK(mfpar_model_item_count(model, &items));
  OK(mfpar_model_rank(model, &rank));
  OK(mfpar_model_version(model, &version));
  OK(mfpar_model_range(model, &lowest, &highest));
  CHECK(users == 2 && items == 4 && rank == 2 && version == 1 && lowest == 1 && highest == 5);

  OK(mfpar_model_find_user(model, "bob", &index));
  CHECK(index == BOB);
  OK(mfpar_model_find_item(model, "30", &index));
  CHECK(index == I30);
  FAILS(MFPAR_UNKNOWN_ID, "user 'eve'", mfpar_model_find_user(model, "eve", &index));
  CHECK(index == MFPAR_NO_INDEX);
  FAILS(MFPAR_UNKNOWN_ID, "item '010'", mfpar_model_find_item(model, "010", &index));

  char id[4] = "?";
  size_t needed = 0;
  OK(mfpar_model_user_id(model, BOB, id, sizeof id, &needed));
  CHECK(needed == 4 && strcmp(id, "bob") == 0);
  OK(mfpar_model_item_id(model, I40, id, sizeof id, &needed));
  CHECK(needed == 3 && strcmp(id, "40") == 0);
  FAILS(MFPAR_TOO_SMALL, "has 4", mfpar_model_user_id(model, ANN, id, 3, &needed));
  CHECK(needed == 4 && strcmp(id, "40") == 0);
  FAILS(MFPAR_TOO_SMALL, "has 3", mfpar_model_item_id(model, I10, NULL, 0, &needed));
  FAILS(MFPAR_BAD_ARGUMENT, "index 2", mfpar_model_user_id(model, 2, id, sizeof id, &needed));
  FAILS(MFPAR_BAD_ARGUMENT, "index 4", mfpar_model_item_id(model, 4, id, sizeof id, &needed));

  IS_NULL("model", mfpar_model_user_count(NULL, &users));
  IS_NULL("count", mfpar_model_user_count(model, NULL));
  IS_NULL("model", mfpar_model_item_count(NULL, &items));
  IS_NULL("count", mfpar_model_item_count(model, NULL));
  IS_NULL("model", mfpar_model_rank(NULL, &rank));
  IS_NULL("rank", mfpar_model_rank(model, NULL));
  IS_NULL("model", mfpar_model_version(NULL, &version));
  IS_NULL("version", mfpar_model_version(model, NULL));
  IS_NULL("model", mfpar_model_range(NULL, &lowest, &highest));
  IS_NULL("lowest", mfpar_model_range(model, NULL, &highest));
  IS_NULL("highest", mfpar_model_range(model, &lowest, NULL));
  IS_NULL("model", mfpar_model_find_user(NULL, "ann", &index));
  IS_NULL("id", mfpar_model_find_user(model, NULL, &index));
  IS_NULL("index", mfpar_model_find_user(model, "ann", NULL));
  IS_NULL("model", mfpar_model_find_item(NULL, "10", &index));
  IS_NULL("id", mfpar_model_find_item(model, NULL, &index));
  IS_NULL("index", mfpar_model_find_item(model, "10", NULL));
  IS_NULL("model", mfpar_model_user_id(NULL, 0, id, sizeof id, &needed));
  IS_NULL("the array", mfpar_model_user_id(model, 0, NULL, sizeof id, &needed));
  IS_NULL("needed", mfpar_model_user_id(model, 0, id, sizeof id, NULL));
  IS_NULL("model", mfpar_model_item_id(NULL, 0, id, sizeof id, &needed));
  IS_NULL("the array", mfpar_model_item_id(model, 0, NULL, sizeof id, &needed));
  IS_NULL("needed", mfpar_model_item_id(model, 0, id, sizeof id, NULL));
  mfpar_model_free(model);
}

static void prediction(void) {
  mfpar_model* model = load();
  float rating = 0;
  OK(mfpar_predict(model, ANN, I20, &rating));
  CHECK(rating == 4.25f);
  OK(mfpar_predict_ids(model, "bob", "30", &rating));
  CHECK(rating == 3.25f);
  OK(mfpar_predict(model, MFPAR_NO_INDEX, I40, &rating));
  CHECK(rating == 3.5f);
  OK(mfpar_predict_ids(model, "ann", "unheard of", &rating));
  CHECK(rating == 3.25f);
  OK(mfpar_predict_ids(model, "", "", &rating));
  CHECK(rating == 3.0f);
  FAILS(MFPAR_BAD_ARGUMENT, "user index 2", mfpar_predict(model, 2, I10, &rating));
  FAILS(MFPAR_BAD_ARGUMENT, "item index 4", mfpar_predict(model, ANN, 4, &rating));
  IS_NULL("model", mfpar_predict(NULL, ANN, I10, &rating));
  IS_NULL("rating", mfpar_predict(model, ANN, I10, NULL));
  IS_NULL("model", mfpar_predict_ids(NULL, "ann", "10", &rating));
  IS_NULL("user", mfpar_predict_ids(model, NULL, "10", &rating));
  IS_NULL("item", mfpar_predict_ids(model, "ann", NULL, &rating));
  IS_NULL("rating", mfpar_predict_ids(model, "ann", "10", NULL));
  mfpar_model_free(model);
}

/** One rating of 5 for item 40, whose residual is 1.5 and whose row with the bias' 1 is x = (0,
 * 1/4, 1): under alpha 1 the user is x 1.5 / (1 + x.x), the factors (0, 2/11) and the bias 8/11. */
static void folding_in(void) {
  mfpar_model* model = load();
  mfpar_fold_in_options options;
  OK(mfpar_fold_in_options_init(&options, sizeof options));
  options.penalty = MFPAR_PENALTY_FIXED;
  options.alpha = 1.0;
  const uint32_t items[] = {I40, MFPAR_NO_INDEX, I40, 99};
  const float values[] = {1, 4, 5, 4};
  mfpar_user* user = NULL;
  OK(mfpar_fold_in(model, items, values, 4, &options, &user));
  float factors[2] = {9, 9}, bias = 0, rating = 0;
  size_t needed = 0;
  uint32_t used = 9, unknown = 9, duplicates = 9;
  FAILS(MFPAR_TOO_SMALL, "has 2", mfpar_user_factors(user, factors, 1, &needed));
  CHECK(needed == 2 && factors[0] == 9);
  OK(mfpar_user_factors(user, factors, 2, &needed));
  OK(mfpar_user_bias(user, &bias));
  CHECK(near(factors[0], 0) && near(factors[1], 2.0 / 11) && near(bias, 8.0 / 11));
  OK(mfpar_user_ratings(user, &used, &unknown, &duplicates));
  CHECK(used == 1 && unknown == 2 && duplicates == 1);
  OK(mfpar_user_predict(user, I10, &rating));
  CHECK(near(rating, 3.25 + 8.0 / 11));
  OK(mfpar_user_predict(user, MFPAR_NO_INDEX, &rating));
  CHECK(near(rating, 3 + 8.0 / 11));
  FAILS(MFPAR_BAD_ARGUMENT, "item index 4", mfpar_user_predict(user, 4, &rating));

  /* What was folded in keeps its model. */
  mfpar_model_free(model);
  mfpar_recommendation list[4];
  OK(mfpar_recommend_user(user, NULL, list, 4, &needed));
  CHECK(needed == 3 && list[0].item == I10 && near(list[0].score, 3.25 + 8.0 / 11));
  CHECK(list[1].item == I20 && list[2].item == I30);
  FAILS(MFPAR_TOO_SMALL, "has 3", mfpar_recommend_user(user, NULL, list, 2, &needed));
  mfpar_user_free(user);
  model = load();
  const char* const ids[] = {"40", "unheard of"};
  OK(mfpar_fold_in_ids(model, ids, values + 2, 2, &options, &user));
  OK(mfpar_user_bias(user, &bias));
  CHECK(near(bias, 8.0 / 11));
  mfpar_user_free(user);
  options.bias_alpha = 3.0; /* x = (0, 1/4, 1/3) in p and 3b: 1.5 / (1 + 1/16 + 1/3) / 3 */
  OK(mfpar_fold_in_ids(model, ids, values + 2, 2, &options, &user));
  OK(mfpar_user_bias(user, &bias));
  CHECK(near(bias, 0.5 / (1 + 1.0 / 16 + 1.0 / 3)));
  IS_NULL("bias", mfpar_user_bias(user, NULL));
  IS_NULL("user", mfpar_user_bias(NULL, &bias));
  IS_NULL("user", mfpar_user_factors(NULL, factors, 2, &needed));
  IS_NULL("the array", mfpar_user_factors(user, NULL, 2, &needed));
  IS_NULL("needed", mfpar_user_factors(user, factors, 2, NULL));
  IS_NULL("user", mfpar_user_ratings(NULL, &used, &unknown, &duplicates));
  IS_NULL("used", mfpar_user_ratings(user, NULL, &unknown, &duplicates));
  IS_NULL("unknown", mfpar_user_ratings(user, &used, NULL, &duplicates));
  IS_NULL("duplicates", mfpar_user_ratings(user, &used, &unknown, NULL));
  IS_NULL("user", mfpar_user_predict(NULL, I10, &rating));
  IS_NULL("rating", mfpar_user_predict(user, I10, NULL));
  IS_NULL("user", mfpar_recommend_user(NULL, NULL, list, 4, &needed));
  IS_NULL("needed", mfpar_recommend_user(user, NULL, list, 4, NULL));
  mfpar_user_free(user);
  mfpar_user_free(NULL);

  OK(mfpar_fold_in(model, NULL, NULL, 0, NULL, &user)); /* no ratings: what is known of items */
  OK(mfpar_user_predict(user, I40, &rating));
  CHECK(rating == 3.5f);
  mfpar_user_free(user);

  const float not_finite[] = {3, NAN};
  FAILS(MFPAR_BAD_DATA, "rating 1", mfpar_fold_in(model, items, not_finite, 2, NULL, &user));
  CHECK(user == NULL);
  options.alpha = 0;
  FAILS(MFPAR_BAD_OPTION, "alpha", mfpar_fold_in(model, items, values, 1, &options, &user));
  options.penalty = 3;
  FAILS(MFPAR_BAD_OPTION, "penalty is 3", mfpar_fold_in(model, items, values, 1, &options, &user));
  IS_NULL("model", mfpar_fold_in(NULL, items, values, 1, NULL, &user));
  IS_NULL("items", mfpar_fold_in(model, NULL, values, 1, NULL, &user));
  IS_NULL("values", mfpar_fold_in(model, items, NULL, 1, NULL, &user));
  IS_NULL("user", mfpar_fold_in(model, items, values, 1, NULL, NULL));
  const char* const no_id[] = {"10", NULL};
  IS_NULL("model", mfpar_fold_in_ids(NULL, ids, values, 1, NULL, &user));
  IS_NULL("items", mfpar_fold_in_ids(model, NULL, values, 1, NULL, &user));
  IS_NULL("an id in items", mfpar_fold_in_ids(model, no_id, values, 2, NULL, &user));
  IS_NULL("values", mfpar_fold_in_ids(model, ids, NULL, 1, NULL, &user));
  IS_NULL("user", mfpar_fold_in_ids(model, ids, values, 1, NULL, NULL));
  mfpar_model_free(model);
}

static void recommending(void) {
  mfpar_model* model = load();
  mfpar_recommend_options options;
  OK(mfpar_recommend_options_init(&options, sizeof options));
  CHECK(options.top == 20 && options.bias_weight == 1.0f && options.leave_out_rated == 1);
  CHECK(options.least_ratings == MFPAR_USUAL_LEAST_RATINGS && options.rank_by == NULL);
  mfpar_recommendation list[4] = {{9, 9, 9}, {9, 9, 9}, {9, 9, 9}, {9, 9, 9}};
  size_t needed = 0;
  FAILS(MFPAR_TOO_SMALL, "has 2", mfpar_recommend(model, ANN, NULL, list, 1, &needed));
  CHECK(needed == 2 && list[0].item == 9);
  OK(mfpar_recommend(model, ANN, NULL, list, 4, &needed));
  CHECK(needed == 2 && list[0].item == I20 && list[1].item == I40 && list[2].item == 9);
  CHECK(list[0].score == 4.25f && list[0].rating == 4.25f && list[1].score == 3.75f);

  options.leave_out_rated = 0, options.least_ratings = 0, options.bias_weight = 0.0f;
  options.top = 3;
  OK(mfpar_recommend(model, ANN, &options, list, 4, &needed));
  CHECK(needed == 3 && list[0].item == I20 && list[1].item == I10 && list[2].item == I40);
  CHECK(list[1].score == 0.5f && list[1].rating == 4.0f);

  const uint32_t some[] = {I40, I10, 77};
  options.allow = some;
  options.allow_count = 3;
  OK(mfpar_recommend(model, ANN, &options, list, 4, &needed));
  CHECK(needed == 2 && list[0].item == I10 && list[1].item == I40);
  options.allow_count = 0;
  OK(mfpar_recommend(model, ANN, &options, list, 4, &needed));
  CHECK(needed == 0);
  options.allow = NULL;
  options.deny = some;
  options.deny_count = 2;
  OK(mfpar_recommend(model, ANN, &options, list, 4, &needed));
  CHECK(needed == 2 && list[0].item == I20 && list[1].item == I30);
  options.deny_count = 0, options.least_ratings = 1;
  OK(mfpar_recommend(model, ANN, &options, list, 4, &needed));
  CHECK(needed == 2 && list[0].item == I10 && list[1].item == I40);

  options.least_ratings = 0, options.similar_by = "factors";
  OK(mfpar_similar_items(model, I10, &options, list, 4, &needed));
  CHECK(needed == 3 && list[0].item == I20 && list[1].item == I40 && list[2].item == I30);
  CHECK(near(list[0].score, 1 / sqrt(1.25)) && list[0].rating == 3.0f);
  FAILS(MFPAR_TOO_SMALL, "has 3", mfpar_similar_items(model, I10, &options, NULL, 0, &needed));
  options.least_ratings = 1;
  OK(mfpar_similar_items(model, I10, &options, list, 4, &needed));
  CHECK(needed == 1 && list[0].item == I40);

  options.allow_count = 1;
  IS_NULL("allow", mfpar_recommend(model, ANN, &options, list, 4, &needed));
  options.allow_count = 0, options.deny = NULL, options.deny_count = 1;
  IS_NULL("deny", mfpar_recommend(model, ANN, &options, list, 4, &needed));
  options.deny_count = 0, options.least_ratings = 0;
  FAILS(MFPAR_BAD_ARGUMENT, "user index 2", mfpar_recommend(model, 2, NULL, list, 4, &needed));
  FAILS(MFPAR_BAD_ARGUMENT, "item index 4", mfpar_similar_items(model, 4, NULL, list, 4, &needed));
  IS_NULL("model", mfpar_recommend(NULL, ANN, NULL, list, 4, &needed));
  IS_NULL("the array", mfpar_recommend(model, ANN, NULL, NULL, 4, &needed));
  IS_NULL("needed", mfpar_recommend(model, ANN, NULL, list, 4, NULL));
  IS_NULL("model", mfpar_similar_items(NULL, I10, NULL, list, 4, &needed));
  IS_NULL("the array", mfpar_similar_items(model, I10, &options, NULL, 4, &needed));
  IS_NULL("needed", mfpar_similar_items(model, I10, NULL, list, 4, NULL));
  mfpar_model_free(model);
}

/* Callers built against older and newer headers. */
static void options_of_other_versions(void) {
  mfpar_model* model = load();
  mfpar_user* user = NULL;
  struct {
    mfpar_recommend_options known;
    long long later;
  } newer;
  mfpar_recommendation list[4];
  size_t needed = 0;
  newer.later = 5;
  OK(mfpar_recommend_options_init(&newer.known, sizeof newer));
  CHECK(newer.later == 0 && newer.known.size == sizeof newer);
  OK(mfpar_recommend(model, ANN, &newer.known, list, 4, &needed));
  newer.later = 1;
  FAILS(MFPAR_BAD_OPTION, "not know", mfpar_recommend(model, ANN, &newer.known, list, 4, &needed));
  newer.known.size = 0;
  FAILS(MFPAR_BAD_ARGUMENT, "_init", mfpar_recommend(model, ANN, &newer.known, list, 4, &needed));
  newer.known.size = 1 << 20;
  FAILS(MFPAR_BAD_ARGUMENT, "_init", mfpar_similar_items(model, 0, &newer.known, list, 4, &needed));
  FAILS(MFPAR_BAD_ARGUMENT, "size is 3", mfpar_recommend_options_init(&newer.known, 3));
  IS_NULL("options", mfpar_recommend_options_init(NULL, sizeof newer));

  mfpar_fold_in_options never_set_up;
  memset(&never_set_up, 0, sizeof never_set_up);
  FAILS(MFPAR_BAD_ARGUMENT, "_init", mfpar_fold_in(model, NULL, NULL, 0, &never_set_up, &user));
  FAILS(MFPAR_BAD_ARGUMENT, "size is 0", mfpar_fold_in_options_init(&never_set_up, 0));
  IS_NULL("options", mfpar_fold_in_options_init(NULL, sizeof never_set_up));
  mfpar_model_free(model);
}

static void handles(void) {
  mfpar_handle* handle = NULL;
  mfpar_model *before = NULL, *after = NULL;
  uint64_t version = 0;
  float rating = 0;
  FAILS(MFPAR_BAD_FILE, BAD, mfpar_handle_open(BAD, &handle));
  CHECK(handle == NULL);
  OK(mfpar_handle_open(MODEL, &handle));
  OK(mfpar_handle_acquire(handle, &before));
  FAILS(MFPAR_BAD_FILE, BAD, mfpar_handle_reload(handle, BAD, &version));
  CHECK(version == 1);
  FAILS(MFPAR_SYSTEM, "no-such", mfpar_handle_reload(handle, "no-such.model", NULL));
  OK(mfpar_handle_reload(handle, OTHER, &version));
  CHECK(version == 2);
  OK(mfpar_handle_reload(handle, NULL, NULL));
  OK(mfpar_handle_acquire(handle, &after));
  OK(mfpar_model_version(after, &version));
  CHECK(version == 3);
  mfpar_model* none = after;
  IS_NULL("handle", mfpar_handle_acquire(NULL, &none));
  CHECK(none == NULL);
  mfpar_handle* no_handle = handle;
  IS_NULL("path", mfpar_handle_open(NULL, &no_handle));
  CHECK(no_handle == NULL);
  IS_NULL("handle", mfpar_handle_open(MODEL, NULL));
  IS_NULL("model", mfpar_handle_acquire(handle, NULL));
  IS_NULL("handle", mfpar_handle_reload(NULL, MODEL, &version));
  mfpar_handle_free(handle);
  mfpar_handle_free(NULL);

  OK(mfpar_predict(before, ANN, I20, &rating));
  CHECK(rating == 4.25f);
  OK(mfpar_predict(after, ANN, I20, &rating));
  CHECK(rating == 3.25f);
  mfpar_model_free(before);
  mfpar_model_free(after);
}

static void* fail_elsewhere(void* unused) {
  FAILS(MFPAR_SYSTEM, "elsewhere", mfpar_handle_open("elsewhere", (mfpar_handle**)&unused));
  return NULL;
}

static void a_thread_has_its_own_last_error(void) {
  pthread_t thread;
  mfpar_model* model = NULL;
  FAILS(MFPAR_SYSTEM, "here", mfpar_model_load("here", &model));
  CHECK(pthread_create(&thread, NULL, fail_elsewhere, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(strstr(mfpar_last_error(), "here") != NULL);
  CHECK(strstr(mfpar_last_error(), "elsewhere") == NULL);

  char long_path[4000];
  memset(long_path, 'x', sizeof long_path - 1);
  long_path[sizeof long_path - 1] = '\0';
  FAILS(MFPAR_SYSTEM, "xxx", mfpar_model_load(long_path, &model));
  CHECK(strlen(mfpar_last_error()) == 2047);
}

int main(void) {
  status_and_version();
  loading();
  what_a_model_contains();
  prediction();
  folding_in();
  recommending();
  options_of_other_versions();
  handles();
  a_thread_has_its_own_last_error();
  if (failures == 0) puts("the C API holds what mfpar.h says");
  return failures != 0;
}
