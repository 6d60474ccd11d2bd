// SPDX-License-Identifier: MIT
//
// Model files, as they are and with the checksums that belong to them.
#include "mfpar/model_file.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expect.hpp"
#include "memory_file.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/recommender.hpp"
#include "model/model_check.hpp"
#include "section_file.hpp"
#include "targets.hpp"

namespace mfpar::fuzz {

namespace {

/// Does with a model what a service does.
void use(FactorModel loaded) {
  require(!find_fault(loaded), "a model that was loaded can be saved");
  const auto model = std::make_shared<const FactorModel>(std::move(loaded));
  const UserIndex user = model->user_count() > 0 ? model->user_count() - 1 : kNoIndex;
  const ItemIndex item = model->item_count() > 0 ? model->item_count() - 1 : kNoIndex;
  for (const UserIndex u : {user, kNoIndex}) {
    for (const ItemIndex i : {item, kNoIndex}) {
      model->predict(u, i);
      model->interval(u, i);
      model->probabilities(u, i);
    }
  }
  if (user != kNoIndex) model->users().find(model->users().id(user));
  if (item == kNoIndex) return;
  model->items().find(model->items().id(item));
  for (std::size_t c = 0; c < model->titles().columns().size(); ++c) model->titles().text(item, c);
  const Recommender recommender(model);
  succeeds([&] {
    if (user != kNoIndex) recommender.recommend(user, {.top = 3});
    recommender.similar_items(item, 3);
  });
  succeeds([&] {
    const std::vector<FoldInRating> ratings{{item, model->range().highest}, {0, 1.0f}};
    const FoldedIn row = fold_in_user(*model, ratings);
    const std::vector<ItemIndex> rated{item};
    recommender.recommend(profile_of(row, rated), {.top = 3, .diversity = 0.5f});
  });
}

}  // namespace

void model_file(std::string_view input) {
  const tests::MemoryFile file(input);
  succeeds([&] { use(load_model(file.path())); });
  const tests::MemoryFile proven(tests::SectionFile(input).bytes());
  succeeds([&] { use(load_model(proven.path())); });
  succeeds([&] { load_model(proven.path(), {.verify = false, .memory = ModelMemory::kShared}); });
}

}  // namespace mfpar::fuzz
