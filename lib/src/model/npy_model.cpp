// SPDX-License-Identifier: MIT
#include <array>
#include <memory>
#include <utility>

#include "io/atomic_folder.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/imported_model.hpp"
#include "model/model_card.hpp"
#include "model/npy_file.hpp"

namespace mfpar {

namespace {

/// Rows of `rank` numbers out of rows of `stride`.
void write_matrix(const std::string& path, std::span<const float> rows, std::uint64_t count,
                  std::uint64_t rank, std::size_t stride) {
  NpyWriter file(path, std::array{count, rank});
  for (std::uint64_t row = 0; row < count; ++row) file.write(rows.subspan(row * stride, rank));
  file.commit();
}

void write_vector(const std::string& path, std::span<const float> numbers) {
  NpyWriter file(path, std::array{std::uint64_t{numbers.size()}});
  file.write(numbers);
  file.commit();
}

ImportedSide read_factors(const std::string& path) {
  const NpyFile file(path);
  file.require_dimensions(2, "two dimensions, a row of factors each,");
  ImportedSide side;
  side.source = path;
  side.count = file.rows();
  side.rank = file.columns();
  check_rank(side);
  side.factors = file.numbers(row_stride(side.rank));
  return side;
}

/// One side from its files; those that are not there have empty names.
ImportedSide read_side(const std::string& factors, const std::string& biases,
                       const std::string& ids) {
  ImportedSide side = read_factors(factors);
  if (!biases.empty()) {
    const NpyFile file(biases);
    file.require_dimensions(1, "one dimension, a bias each,");
    const AlignedBuffer<float> numbers = file.numbers(1);
    if (file.rows() != side.count) {
      throw Error(ErrorCode::kBadFile, biases + " has the shape " + file.shape_text() + ", but " +
                                           factors + " has " + std::to_string(side.count) +
                                           " rows");
    }
    side.biases.assign(numbers.begin(), numbers.end());
  }
  if (!ids.empty()) {
    side.ids = std::make_shared<const IdDictionary>(read_id_list(ids));
    side.ids_source = ids;
  }
  return side;
}

const std::string& first_given(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

}  // namespace

void check_new_folder(const std::string& path) { AtomicFolder::check(path); }

void export_npy(const FactorModel& model, const std::string& folder) {
  const FactorModel::Parts& parts = model.parts();
  AtomicFolder files(folder);
  write_matrix(files.file("P.npy"), parts.users.factors.span(), model.user_count(), parts.rank,
               parts.stride);
  write_matrix(files.file("Q.npy"), parts.items.factors.span(), model.item_count(), parts.rank,
               parts.stride);
  if (model.has_biases()) {
    write_vector(files.file("user_biases.npy"), parts.users.biases.span());
    write_vector(files.file("item_biases.npy"), parts.items.biases.span());
  }
  write_id_list(files.file("users.txt"), model.users());
  write_id_list(files.file("items.txt"), model.items());
  write_model_card(files.file("model.json"), card_of(model));
  files.commit();
}

FactorModel import_npy(const std::string& folder, const ImportOptions& options) {
  check_import_options(options, "a folder", true, true, true);
  const ModelCard card = read_model_card(folder);
  const std::string user_biases = card.biases ? folder + "/user_biases.npy" : "";
  const std::string item_biases = card.biases ? folder + "/item_biases.npy" : "";
  ImportedSide users = read_side(folder + "/P.npy", first_given(options.user_biases, user_biases),
                                 first_given(options.user_ids, folder + "/users.txt"));
  ImportedSide items = read_side(folder + "/Q.npy", first_given(options.item_biases, item_biases),
                                 first_given(options.item_ids, folder + "/items.txt"));
  check_card(folder, card, users, items);
  const bool biases = card.biases || !users.biases.empty() || !items.biases.empty();
  return assemble_model(std::move(users), std::move(items), {biases, card.mean, card.range, card.loss},
                        options);
}

FactorModel import_npy_pair(const std::string& user_factors, const std::string& item_factors,
                            const ImportOptions& options) {
  check_import_options(options, "two arrays", true, true, true);
  const bool biases = !options.user_biases.empty() || !options.item_biases.empty();
  ImportedSide users = read_side(user_factors, options.user_biases, options.user_ids);
  ImportedSide items = read_side(item_factors, options.item_biases, options.item_ids);
  return assemble_model(std::move(users), std::move(items), {.biases = biases}, options);
}

}  // namespace mfpar
