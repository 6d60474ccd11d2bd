// SPDX-License-Identifier: MIT
//
// Search by inner product or cosine in the order of the model. The last column, which gives all
// items the same length, is from Bachrach et al., "Speeding up the Xbox recommender system using a
// Euclidean transformation for inner-product spaces", RecSys 2014.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "io/atomic_folder.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/model_card.hpp"
#include "model/npy_file.hpp"

namespace mfpar {

namespace {

double squared_length(std::span<const float> row) {
  double sum = 0.0;
  for (const float x : row) sum += static_cast<double>(x) * x;
  return sum;
}

/// What is behind the factors of a row.
class Augmentation {
 public:
  Augmentation(const FactorModel& model, const VectorOptions& options)
      : model_(model),
        weight_(options.bias_weight),
        biased_(model.has_biases() && weight_ != 0.0f),
        levelled_(options.index == VectorIndex::kCosine) {
    for (ItemIndex item = 0; item < model.item_count() && levelled_; ++item) {
      longest_ = std::max(longest_, squared_length(biased_row(item)));
    }
  }

  std::uint64_t dimensions() const { return std::uint64_t{model_.rank()} + biased_ + levelled_; }

  std::span<const float> user(UserIndex user) {
    take(model_.user_row(user));
    if (biased_) row_.push_back(1.0f);
    if (levelled_) row_.push_back(0.0f);
    return row_;
  }

  std::span<const float> item(ItemIndex item) {
    const double squared = squared_length(biased_row(item));
    if (levelled_) row_.push_back(static_cast<float>(std::sqrt(longest_ - squared)));
    return row_;
  }

 private:
  void take(std::span<const float> factors) { row_.assign(factors.begin(), factors.end()); }

  std::span<const float> biased_row(ItemIndex item) {
    take(model_.item_row(item));
    if (!biased_) return row_;
    row_.push_back(weight_ * model_.parts().items.biases[item]);
    if (!std::isfinite(row_.back())) {
      throw Error(ErrorCode::kBadOption, "a bias weight of " + shortest_decimal(weight_) +
                                             " takes the bias of an item " +
                                             "beyond what a float32 holds");
    }
    return row_;
  }

  const FactorModel& model_;
  const float weight_;
  const bool biased_, levelled_;
  double longest_ = 0.0;  // squared length of the longest item
  std::vector<float> row_;
};

}  // namespace

void export_vectors(const FactorModel& model, const std::string& folder,
                    const VectorOptions& options) {
  Augmentation vectors(model, options);
  AtomicFolder files(folder);
  NpyWriter users(files.file("user_vectors.npy"),
                  std::array<std::uint64_t, 2>{model.user_count(), vectors.dimensions()});
  for (UserIndex user = 0; user < model.user_count(); ++user) users.write(vectors.user(user));
  NpyWriter items(files.file("item_vectors.npy"),
                  std::array<std::uint64_t, 2>{model.item_count(), vectors.dimensions()});
  for (ItemIndex item = 0; item < model.item_count(); ++item) items.write(vectors.item(item));
  write_id_list(files.file("users.txt"), model.users());
  write_id_list(files.file("items.txt"), model.items());
  write_card(files.file("vectors.json"),
             {{"format", "mfpar vectors"},
              {"version", 1},
              {"index", options.index == VectorIndex::kCosine ? "cosine" : "inner-product"},
              {"bias_weight", options.bias_weight},
              {"dimensions", vectors.dimensions()},
              {"users", model.user_count()},
              {"items", model.item_count()}});
  files.commit();
}

}  // namespace mfpar
