// SPDX-License-Identifier: MIT
//
// What a user of the installed library writes: ratings made in memory, a model learnt from them,
// saved and loaded again. Ends with 0 when all is as it should be.
#include <cmath>
#include <cstdio>
#include <mfpar/mfpar.hpp>
#include <string>
#include <utility>

namespace {

constexpr int kUsers = 40, kItems = 30;

/// Users of two kinds, who like what the other kind does not.
float rating(int user, int item) { return (user % 2) == (item % 2) ? 5.0f : 1.0f; }

bool check(bool holds, const char* what) {
  if (!holds) std::fprintf(stderr, "consumer: %s\n", what);
  return holds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "consumer.model";

  mfpar::RatingTable table;
  for (int user = 0; user < kUsers; ++user) {
    for (int item = 0; item < kItems; ++item) {
      if ((user + 3 * item) % 7 == 0) continue;  // left for the model to tell
      table.add("u" + std::to_string(user), "i" + std::to_string(item), rating(user, item));
    }
  }
  const mfpar::RatingStore store = mfpar::build_store(std::move(table));
  const mfpar::TrainResult result = mfpar::train(
      store, {}, {.rank = 8, .epochs = 30, .schedule = mfpar::Schedule::kBlocks, .threads = 2});
  mfpar::save_model(result.model, path);
  const mfpar::FactorModel model = mfpar::load_model(path);

  double worst = 0.0;
  bool same = true;
  for (int user = 0; user < kUsers; ++user) {
    for (int item = 0; item < kItems; ++item) {
      const auto u = model.users().find("u" + std::to_string(user));
      const auto i = model.items().find("i" + std::to_string(item));
      worst = std::fmax(worst, std::fabs(model.predict(u, i) - rating(user, item)));
      same = same && model.predict(u, i) == result.model.predict(u, i);
    }
  }
  std::printf("libmfpar %s, kernel %s: largest error %.3f\n", MFPAR_VERSION,
              mfpar::kernel_name().c_str(), worst);

  bool thrown = false;
  try {
    mfpar::load_model(path + ".missing");
  } catch (const mfpar::Error& error) {
    thrown = error.code() == mfpar::ErrorCode::kSystem;
  }
  const bool good = check(worst < 0.5, "the model has not learnt who likes what") &
                    check(same, "the loaded model is not the one that was saved") &
                    check(thrown, "a missing file is no Error of kind kSystem");
  return good ? 0 : 1;
}
