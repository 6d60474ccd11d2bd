/* SPDX-License-Identifier: MIT */

/** What a user of the C API writes: the model that consumer.cpp saved is loaded, and a user who
 * likes what the odd ones like is folded in and recommended to. Ends with 0 when all is as it
 * should be. */
#include <mfpar/mfpar.h>
#include <stdio.h>
#include <string.h>

#define CHECK(call)                                                    \
  do {                                                                 \
    if ((call) != MFPAR_OK) {                                          \
      fprintf(stderr, "serving: " #call ": %s\n", mfpar_last_error()); \
      return 1;                                                        \
    }                                                                  \
  } while (0)

int main(int argc, char** argv) {
  const char* const path = argc > 1 ? argv[1] : "consumer.model";
  const char* const liked[] = {"i1", "i3", "i5", "i2", "i4"};
  const float ratings[] = {5.0f, 5.0f, 5.0f, 1.0f, 1.0f};
  mfpar_model* model = NULL;
  mfpar_user* user = NULL;
  float odd = 0.0f, even = 0.0f;
  uint32_t odd_item = MFPAR_NO_INDEX, even_item = MFPAR_NO_INDEX;

  CHECK(mfpar_model_load(path, &model));
  CHECK(mfpar_fold_in_ids(model, liked, ratings, 5, NULL, &user));
  CHECK(mfpar_model_find_item(model, "i27", &odd_item));
  CHECK(mfpar_model_find_item(model, "i28", &even_item));
  CHECK(mfpar_user_predict(user, odd_item, &odd));
  CHECK(mfpar_user_predict(user, even_item, &even));
  mfpar_user_free(user);
  mfpar_model_free(model);
  printf("libmfpar %s: %.2f for an odd item, %.2f for an even one\n", mfpar_version(), odd, even);

  if (odd < even + 1.0f) {
    fprintf(stderr, "serving: the odd item is not the one this user likes\n");
    return 1;
  }
  if (mfpar_model_load("no such.model", &model) != MFPAR_SYSTEM ||
      strstr(mfpar_last_error(), "no such.model") == NULL) {
    fprintf(stderr, "serving: a missing file is no MFPAR_SYSTEM that names it\n");
    return 1;
  }
  return 0;
}
