// SPDX-License-Identifier: MIT
//
// Models out to other programs and in from them; lib/INTERCHANGE.md describes every format.
//
// What is exchanged is what predicts: factors, biases, mean, range and ids. What each user rated,
// the baseline and the record of the training stay behind, and an imported model has none.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The range of a model that comes without one: nothing is clipped.
inline constexpr RatingRange kUnclipped{std::numeric_limits<float>::lowest(),
                                        std::numeric_limits<float>::max()};

/// What files do not say by themselves, or say otherwise. Throws Error(kBadOption) where
/// something is given that the format has no use for.
struct ImportOptions {
  /// Predictions are clipped to it; else what the files say, else kUnclipped.
  std::optional<RatingRange> range = {};

  /// Which the factors minimise; else what the files say, else squares.
  std::optional<LossChoice> loss = {};

  /// mu; else what the files say, else 0. Of .npy and text.
  std::optional<float> mean = {};

  // Files; empty: none. Ids are text, one a line, or a one-dimensional .npy of integers or text;
  // without them the ids are the numbers of the rows, from 0. Of .npy, and ids of LIBMF too.
  std::string user_ids = {}, item_ids = {};
  std::string user_biases = {}, item_biases = {};  ///< one-dimensional .npy
};

// Every function below throws Error(kSystem) where a file cannot be read or written, and
// Error(kBadFile) with path and place where a file is not what it should be, a number in it is not
// finite, an id is there twice or shapes do not fit together. Exports throw Error(kBadData) for ids
// that a format cannot hold.
//
// A folder is exported whole or not at all; it must not be there yet, or be empty.

/// Throws Error(kSystem) when a folder could not be exported to `path`.
MFPAR_API void check_new_folder(const std::string& path);

/// P.npy (users x rank), Q.npy (items x rank), user_biases.npy, item_biases.npy (with biases),
/// users.txt, items.txt (ids, one a line) and model.json, in a new folder.
MFPAR_API void export_npy(const FactorModel& model, const std::string& folder);

/// The counterpart; a folder without model.json is refused.
MFPAR_API FactorModel import_npy(const std::string& folder, const ImportOptions& options = {});

/// A model from two arrays (users x rank, items x rank) that anybody wrote. It has biases when
/// `options` names biases or a mean.
MFPAR_API FactorModel import_npy_pair(const std::string& user_factors,
                                      const std::string& item_factors,
                                      const ImportOptions& options = {});

/// users.tsv and items.tsv (id, bias, factors, between tabs) and model.json, in a new folder.
/// Numbers read back the same.
MFPAR_API void export_text(const FactorModel& model, const std::string& folder);

/// The counterpart; a folder without model.json is refused.
MFPAR_API FactorModel import_text(const std::string& folder, const ImportOptions& options = {});

/// A model from two such tables that anybody wrote.
MFPAR_API FactorModel import_text_pair(const std::string& users, const std::string& items,
                                       const ImportOptions& options = {});

/// How users and items find their rows in LIBMF's files, which know numbers only.
enum class LibmfIds {
  kSame,      ///< an id is the number of its row: all ids are whole numbers from 0, not too sparse
  kNumbered,  ///< rows by index; the ids go to PATH.users and PATH.items, one a line
};

/// The text model of LIBMF (github.com/cjlin1/libmf). Biases and mean become up to two
/// further factors, so that mf-predict gives this model's predictions, before clipping. The files
/// of ids take their names before the model takes its own.
MFPAR_API void export_libmf(const FactorModel& model, const std::string& path, LibmfIds ids);

/// A model that LIBMF's mf-train wrote, of real-valued (-f 0, 1, 2) or one-class (-f 10, 11, 12)
/// factorisation. It predicts what mf-predict does, for unknown users and items (rows flagged F)
/// too: where LIBMF's average b is not 0 it becomes the mean, and a further factor takes it away
/// from known pairs.
MFPAR_API FactorModel import_libmf(const std::string& path, const ImportOptions& options = {});

/// What an index of vectors searches by.
enum class VectorIndex {
  kInnerProduct,
  kCosine,  ///< or Euclidean distance: all items get the same length (Bachrach et al. 2014)
};

/// How vectors for an index are made.
struct VectorOptions {
  VectorIndex index = VectorIndex::kInnerProduct;

  /// The order is that of p.q + bias_weight b_i: 1 by predicted rating, 0 by interaction.
  float bias_weight = 1.0f;
};

/// user_vectors.npy, item_vectors.npy, users.txt, items.txt and vectors.json, in a new folder. An
/// index over the items, queried with a user's vector, gives the items in the model's order:
///
///   user [p, 1, 0],  item [q, bias_weight b_i, sqrt(M^2 - |q|^2 - (bias_weight b_i)^2)]
///
/// where M is the greatest length; the second column only with biases and a weight other than 0,
/// the third for kCosine only.
MFPAR_API void export_vectors(const FactorModel& model, const std::string& folder,
                              const VectorOptions& options = {});

}  // namespace mfpar
