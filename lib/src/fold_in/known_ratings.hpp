// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compute/normal_equations.hpp"
#include "fold_in/fit_latent.hpp"
#include "loss/rating_scale.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar {

/// The rows of `model` that a row of `joining` is fitted on; under one-class feedback with what all
/// that is not observed takes.
FixedRows fixed_rows(const FactorModel& model, Entity joining);

/// The ratings of a row that joins a model, as far as they can be fitted: of each index that the
/// model has, the last, in the order in which the indices first came. Keeps its memory from one row
/// to the next, looks at the model's. `const` calls are safe from many threads, the others one at a
/// time.
class KnownRatings {
 public:
  KnownRatings(const FactorModel& model, Entity joining);

  /// Starts anew with these, in time linear in their number. Throws Error(kBadData) for a value
  /// that is not finite, or none of a model's labels, wherever it stands, naming its position.
  void take(std::span<const FoldInRating> ratings);

  /// Takes a rating, in the place of the one with the same index; returns whether there was one.
  /// REQUIRES: knows(rating.index).
  bool put(const FoldInRating& rating);

  /// Forgets the rating with this index, if there is one, in time linear in the ratings.
  void erase(std::uint32_t index);

  /// The value of the rating with this index, if there is one.
  std::optional<float> value_of(std::uint32_t index) const noexcept;

  /// Whether a rating of this value is fitted: under one-class feedback only positives are.
  bool counts(float value) const noexcept { return !relevant_ || value >= *relevant_; }

  /// Whether the model has the index.
  bool knows(std::uint32_t index) const noexcept { return index < biases_.size(); }

  std::span<const FoldInRating> ratings() const noexcept { return kept_; }
  std::size_t size() const noexcept { return kept_.size(); }

  /// Of what take() was given.
  std::uint32_t unknown() const noexcept { return unknown_; }
  std::uint32_t duplicates() const noexcept { return duplicates_; }

  /// Throws Error(kBadData), calling the rating as told, for a value that take() refuses.
  void check_value(float value, const std::string& rating) const;

  /// What factors and bias of the row are to explain of a rating: the target of its score, less
  /// what the score is without the row. Of one-class feedback 1, whatever the value. REQUIRES: a
  /// model without an OrdinalLink, in which it is by all ratings that a value is understood.
  double target(const FoldInRating& rating) const noexcept {
    if (is_one_class_) return 1.0;
    return double{score_target_(rating.value)} - mean_ - biases_[rating.index];
  }

  /// The cutpoints of a user who joins a model with an OrdinalLink; empty for others.
  std::vector<float> cutpoints() const;

  /// Until take(), of a user whom the model has, with what it was trained on: so many ratings.
  void continue_user(UserIndex user, std::size_t ratings);

  /// Between which cutpoints each rating lies, in a model with an OrdinalLink: those of the user
  /// who joins, or of the users who rated the item that does. None in others.
  std::vector<LatentBounds> bounds() const;

  /// Index and target of each rating, in the place of what was there. In a model with an
  /// OrdinalLink targets are 0: see bounds().
  void list(std::vector<std::uint32_t>& indices, std::vector<double>& targets) const;

  /// What the score of each rating is without the row.
  void list_offsets(std::vector<double>& offsets) const;

 private:
  // Where a search for the index begins in slots_, and where it ends: at its rating, or a free
  // slot.
  std::size_t home_of(std::uint32_t index) const noexcept;
  std::size_t slot_of(std::uint32_t index) const noexcept;
  void rehash(std::size_t count);

  const FactorModel& model_;
  const Entity joining_;
  std::span<const float> cutpoints_before_;  ///< see continue_user()
  double weight_before_ = 0.0;
  const std::span<const float> biases_;  ///< of the fixed side
  const double mean_;
  const Loss loss_;
  const RatingRange range_;  ///< of the model
  const TargetScale score_target_;
  const bool is_one_class_;
  const std::optional<float> relevant_;  ///< see OneClassWeights
  std::vector<FoldInRating> kept_;
  std::vector<std::uint32_t> slots_;  ///< open addressing: 1 + a position in kept_, or 0
  std::uint32_t unknown_ = 0;
  std::uint32_t duplicates_ = 0;
};

}  // namespace mfpar
