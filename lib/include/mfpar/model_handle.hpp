// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar {

/// A model and what serves from it, as one version. Immutable; safe from any number of threads.
struct ServedModel {
  std::shared_ptr<const FactorModel> model;
  Recommender recommender;    ///< of `model`
  std::string path;           ///< the file it was loaded from
  std::uint64_t version = 1;  ///< 1 for the first model of a handle, one more for each that follows
  ItemFilter by_interaction;  ///< of `recommender`: usual_least_ratings() by interaction
  ItemFilter by_raters;       ///< the same of items similar by raters
  ItemFilter by_factors;      ///< and by factors

  /// What lists in this order hold unless somebody says otherwise, see usual_least_ratings(); null
  /// where that is everything. Lasts as long as this.
  const ItemFilter* usual_filter(RankBy rank_by) const {
    return usual_least_ratings(*model, rank_by) == 0 ? nullptr : &by_interaction;
  }

  /// What lists of similar items hold.
  const ItemFilter* usual_filter(SimilarBy by) const {
    return by == SimilarBy::kRaters ? &by_raters : &by_factors;
  }
};

/// The model that a service answers from, exchanged while it answers. A reader takes current(),
/// uses it for the whole of a request and lets go of it; it keeps its version, and its
/// memory, alive until then. Safe from any number of threads.
class MFPAR_API ModelHandle {
 public:
  /// Loads the file. Throws as load_model().
  explicit ModelHandle(std::string path, const LoadOptions& options = {});
  ~ModelHandle();
  ModelHandle(const ModelHandle&) = delete;
  ModelHandle& operator=(const ModelHandle&) = delete;

  /// The newest version. Never waits for a file to load.
  std::shared_ptr<const ServedModel> current() const;

  /// Loads the file again, or another one, and makes it the current version once it is whole and
  /// checked; returns it. Throws as load_model(), and the current version stays then. Reloads wait
  /// for one another.
  std::shared_ptr<const ServedModel> reload();
  std::shared_ptr<const ServedModel> reload(const std::string& path);

 private:
  struct MFPAR_HIDDEN Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mfpar
