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

void write_factors(AtomicFile& into, const FactorModel& model, Entity entity) {
  const FactorModel::Side& side = model.side(entity);
  NpyWriter file(into, std::array<std::uint64_t, 2>{side.ids->size(), model.rank()});
  for (std::size_t row = 0; row < side.ids->size(); ++row) {
    file.write(side.factors.span().subspan(row * model.stride(), model.rank()));
  }
}

void write_vector(AtomicFile& into, std::span<const float> numbers) {
  NpyWriter(into, std::array{std::uint64_t{numbers.size()}}).write(numbers);
}

ImportedRows read_factors(const std::string& path) {
  const NpyFile file(path);
  file.require_dimensions(2, "two dimensions, a row of factors each,");
  ImportedRows rows;
  rows.source = path;
  rows.count = file.rows();
  rows.rank = file.columns();
  check_rank(rows);
  rows.factors = file.numbers(row_stride(rows.rank));
  return rows;
}

/// One side from its files; those that are not there have empty names.
ImportedRows read_rows(const std::string& factors, const std::string& biases,
                       const std::string& ids) {
  ImportedRows rows = read_factors(factors);
  if (!biases.empty()) {
    const NpyFile file(biases);
    file.require_dimensions(1, "one dimension, a bias each,");
    const AlignedBuffer<float> numbers = file.numbers(1);
    if (file.rows() != rows.count) {
      throw Error(ErrorCode::kBadFile, biases + " has the shape " + file.shape_text() + ", but " +
                                           factors + " has " + std::to_string(rows.count) +
                                           " rows");
    }
    rows.biases.assign(numbers.begin(), numbers.end());
  }
  if (!ids.empty()) {
    rows.ids = std::make_shared<const IdDictionary>(read_id_list(ids));
    rows.ids_source = ids;
  }
  return rows;
}

const std::string& first_given(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

}  // namespace

void check_new_folder(const std::string& path) { AtomicFolder::check(path); }

void export_npy(const FactorModel& model, const std::string& folder) {
  require_no_link(model, "a folder of NumPy arrays");
  AtomicFolder files(folder);
  write_factors(files.file("P.npy"), model, Entity::kUser);
  write_factors(files.file("Q.npy"), model, Entity::kItem);
  if (model.has_biases()) {
    write_vector(files.file("user_biases.npy"), model.parts().users.biases.span());
    write_vector(files.file("item_biases.npy"), model.parts().items.biases.span());
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
  ImportedRows users = read_rows(folder + "/P.npy", first_given(options.user_biases, user_biases),
                                 first_given(options.user_ids, folder + "/users.txt"));
  ImportedRows items = read_rows(folder + "/Q.npy", first_given(options.item_biases, item_biases),
                                 first_given(options.item_ids, folder + "/items.txt"));
  check_card(folder, card, users, items);
  const bool biases = card.biases || !users.biases.empty() || !items.biases.empty();
  return assemble_model(std::move(users), std::move(items),
                        {biases, card.mean, card.range, card.loss, card.one_class}, options);
}

FactorModel import_npy_pair(const std::string& user_factors, const std::string& item_factors,
                            const ImportOptions& options) {
  check_import_options(options, "two arrays", true, true, true);
  const bool biases = !options.user_biases.empty() || !options.item_biases.empty();
  ImportedRows users = read_rows(user_factors, options.user_biases, options.user_ids);
  ImportedRows items = read_rows(item_factors, options.item_biases, options.item_ids);
  return assemble_model(std::move(users), std::move(items), {.biases = biases}, options);
}

}  // namespace mfpar
