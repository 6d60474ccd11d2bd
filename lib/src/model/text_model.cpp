// SPDX-License-Identifier: MIT
//
// A table of users and one of items: a line of column names ("id", with biases "bias", "f1", "f2",
// ...), then one line for each. Fields stand between single tabs, without quotes.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/id_builder.hpp"
#include "io/atomic_folder.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/imported_model.hpp"
#include "model/model_card.hpp"
#include "model/text_rows.hpp"

namespace mfpar {

namespace {

void write_table(AtomicFile& file, const FactorModel& model, Entity entity) {
  const FactorModel::Side& side = model.side(entity);
  std::string line = model.has_biases() ? "id\tbias" : "id";
  for (std::uint32_t k = 1; k <= model.rank(); ++k) line += "\tf" + std::to_string(k);
  file.write(line += '\n');
  for (std::uint32_t i = 0; i < side.ids->size(); ++i) {
    line = side.ids->id(i);
    require_unbroken(line, "\t\r\n", "a table with a tab between fields");
    if (model.has_biases()) line.append("\t").append(shortest_decimal(side.biases[i]));
    for (const float x : side.factors.span().subspan(i * model.stride(), model.rank())) {
      append_shortest_decimal(line += '\t', x);
    }
    file.write(line += '\n');
  }
}

/// The number of factors that the line of names announces, and whether there is a bias.
std::pair<std::uint64_t, bool> read_names(TextRows& rows) {
  if (!rows.next_line() || rows.field("the name of a column") != "id") {
    rows.fail(
        "the first line should name the columns: id, maybe bias, then the factors, with a "
        "tab between two names");
  }
  std::uint64_t factors = 0;
  bool biases = false;
  while (rows.has_field()) {
    if (rows.field("the name of a column") == "bias" && factors == 0 && !biases) {
      biases = true;
    } else {
      ++factors;
    }
  }
  return {factors, biases};
}

ImportedRows read_table(const std::string& path, bool* has_biases) {
  TextRows rows(path, TextRows::Fields::kTabs);
  ImportedRows imported;
  imported.source = path;
  const auto [rank, biases] = read_names(rows);
  imported.rank = rank;
  check_rank(imported);
  const std::size_t stride = row_stride(rank);
  // A whole line takes two bytes a factor at least: lines that are cut short cannot make the file
  // ask for much more memory than it has bytes. One row more has room for the line that fails.
  const std::uint64_t most = std::min(rows.lines_left(), rows.file_size() / (2 * rank) + 1);
  imported.factors = AlignedBuffer<float>(most * stride);
  IdBuilder ids;
  for (; rows.next_line(); ++imported.count) {
    const std::string_view id = rows.field("an id");
    if (id.empty()) rows.fail("the id is empty");
    if (ids.add(id) != imported.count) {
      rows.fail("the id '" + std::string(id) + "' is there already; ids must be distinct");
    }
    if (biases) imported.biases.push_back(rows.number("a bias"));
    float* const row = imported.factors.data() + imported.count * stride;
    for (std::uint64_t k = 0; k < rank; ++k) row[k] = rows.number("a factor");
    rows.end_line();
  }
  imported.ids = std::make_shared<const IdDictionary>(std::move(ids).build());
  *has_biases = *has_biases || biases;
  return imported;
}

}  // namespace

void export_text(const FactorModel& model, const std::string& folder) {
  require_no_link(model, "a folder of tables");
  AtomicFolder files(folder);
  write_table(files.file("users.tsv"), model, Entity::kUser);
  write_table(files.file("items.tsv"), model, Entity::kItem);
  write_model_card(files.file("model.json"), card_of(model));
  files.commit();
}

FactorModel import_text(const std::string& folder, const ImportOptions& options) {
  check_import_options(options, "tables", true, false, false);
  const ModelCard card = read_model_card(folder);
  bool biases = card.biases;
  ImportedRows users = read_table(folder + "/users.tsv", &biases);
  ImportedRows items = read_table(folder + "/items.tsv", &biases);
  check_card(folder, card, users, items);
  return assemble_model(std::move(users), std::move(items),
                        {biases, card.mean, card.range, card.loss, card.one_class}, options);
}

FactorModel import_text_pair(const std::string& users_path, const std::string& items_path,
                             const ImportOptions& options) {
  check_import_options(options, "tables", true, false, false);
  bool biases = false;
  ImportedRows users = read_table(users_path, &biases);
  ImportedRows items = read_table(items_path, &biases);
  return assemble_model(std::move(users), std::move(items), {.biases = biases}, options);
}

}  // namespace mfpar
