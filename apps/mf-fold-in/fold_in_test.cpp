// SPDX-License-Identifier: MIT
#include "mf-fold-in/fold_in_test.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <unordered_set>

#include "common/error_table.hpp"

namespace mfpar::apps {

namespace {}  // namespace

TestSplit split_each_row(const RatingTable& ratings, Entity joining, double fraction,
                         std::uint64_t seed) {
  const auto row_of = [&](const Rating& rating) {
    return joining == Entity::kUser ? rating.user : rating.item;
  };
  struct Left {
    std::uint64_t ratings = 0, tested = 0;
  };
  std::vector<Left> left((joining == Entity::kUser ? ratings.users() : ratings.items())->size());
  for (const Rating& rating : ratings) ++left[row_of(rating)].ratings;
  std::mt19937_64 random(seed);
  constexpr double kScale = 0x1p-53;
  for (Left& row : left) {
    const double uniform = static_cast<double>(random() >> 11) * kScale;
    const auto wanted = static_cast<std::uint64_t>(
        std::floor(fraction * static_cast<double>(row.ratings) + uniform));
    row.tested = std::min(wanted, row.ratings - 1);
  }
  // Selection sampling: Knuth, "The Art of Computer Programming", volume 2, algorithm S.
  const auto users = ratings.users(), items = ratings.items();
  TestSplit split;
  for (const Rating& rating : ratings) {
    Left& row = left[row_of(rating)];
    const bool is_tested = random() % row.ratings < row.tested;
    row.tested -= is_tested;
    --row.ratings;
    (is_tested ? split.tested : split.known)
        .add(users->id(rating.user), items->id(rating.item), rating.value, rating.timestamp);
  }
  return split;
}

FoldInTest test_rows(const FactorModel& model, const std::vector<NewRow>& rows, Entity joining,
                     const RatingTable& tested, int threads) {
  std::unordered_set<std::string> folded;
  for (const NewRow& row : rows) folded.insert(row.id);
  const auto users = tested.users(), items = tested.items();
  RatingTable of_folded, of_others;
  for (const Rating& rating : tested) {
    const std::string user = users->id(rating.user), item = items->id(rating.item);
    const std::string& id = joining == Entity::kUser ? user : item;
    (folded.contains(id) ? of_folded : of_others).add(user, item, rating.value);
  }
  const FactorModel after =
      joining == Entity::kUser ? with_users(model, rows) : with_items(model, rows);
  const Evaluation before = evaluate(model, of_folded, threads);
  const Evaluation others = evaluate(model, of_others, threads);
  return {.folded_in = evaluate(after, of_folded, threads).all,
          .before = before.all,
          .trained = others.known,
          .trained_on = before.trained_on + others.trained_on};
}

std::string test_table(const FoldInTest& test, const FactorModel& model, Entity joining) {
  const LossInfo& loss = describe_loss(model.loss());
  const std::string rows = joining == Entity::kUser ? "users" : "items";
  std::string text = error_head(loss) + error_row(rows + " folded in", test.folded_in, loss) +
                     error_row("  by the model before", test.before, loss);
  if (test.trained.count > 0) text += error_row("trained " + rows, test.trained, loss);
  const double validation = model.parts().record.best_report().valid_error;
  if (std::isfinite(validation)) {
    text += error_row("training's validation", 0, validation, loss);
  }
  return text;
}

std::string test_json(const FoldInTest& test, const FactorModel& model) {
  const LossInfo& loss = describe_loss(model.loss());
  Json json{{"folded_in", error_json(test.folded_in, loss)},
            {"before", error_json(test.before, loss)},
            {"trained", error_json(test.trained, loss)}};
  json["training_valid_" + std::string(loss.metric)] =
      model.parts().record.best_report().valid_error;
  return text_of(json) + '\n';
}

}  // namespace mfpar::apps
