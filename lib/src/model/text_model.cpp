// SPDX-License-Identifier: MIT
//
// A table of users and one of items: a line of column names ("id", with biases "bias", "f1", "f2",
// ...), then one line for each. Fields stand between single tabs, without quotes.
#include <algorithm>
#include <memory>
#include <utility>

#include "mfpar/decimal.hpp"
#include "base/id_builder.hpp"
#include "mfpar/atomic_file.hpp"
#include "io/atomic_folder.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "model/id_list.hpp"
#include "model/imported_model.hpp"
#include "model/model_card.hpp"
#include "model/text_rows.hpp"

namespace mfpar {

namespace {

/// What a table is written from.
struct Table {
  const IdDictionary& ids;
  std::span<const float> biases;  // empty: no such column
  std::span<const float> factors;
  std::uint32_t rank;
  std::size_t stride;
};

void write_table(const std::string& path, const Table& table) {
  AtomicFile file(path);
  std::string line = table.biases.empty() ? "id" : "id\tbias";
  for (std::uint32_t k = 1; k <= table.rank; ++k) line += "\tf" + std::to_string(k);
  file.write(line += '\n');
  for (std::uint32_t i = 0; i < table.ids.size(); ++i) {
    line = table.ids.id(i);
    require_unbroken(line, "\t\r\n", "a table with a tab between fields");
    if (!table.biases.empty()) line.append("\t").append(shortest_decimal(table.biases[i]));
    for (const float x : table.factors.subspan(i * table.stride, table.rank)) {
      append_shortest_decimal(line += '\t', x);
    }
    file.write(line += '\n');
  }
  file.commit();
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

ImportedSide read_table(const std::string& path, bool* has_biases) {
  TextRows rows(path, TextRows::Fields::kTabs);
  ImportedSide side;
  side.source = path;
  const auto [rank, biases] = read_names(rows);
  side.rank = rank;
  check_rank(side);
  const std::size_t stride = row_stride(rank);
  // A whole line takes two bytes a factor at least: lines that are cut short cannot make the file
  // ask for much more memory than it has bytes. One row more has room for the line that fails.
  const std::uint64_t most = std::min(rows.lines_left(), rows.file_size() / (2 * rank) + 1);
  side.factors = AlignedBuffer<float>(most * stride);
  IdBuilder ids;
  for (; rows.next_line(); ++side.count) {
    const std::string_view id = rows.field("an id");
    if (id.empty()) rows.fail("the id is empty");
    if (ids.add(id) != side.count) {
      rows.fail("the id '" + std::string(id) + "' is there already; ids must be distinct");
    }
    if (biases) side.biases.push_back(rows.number("a bias"));
    float* const row = side.factors.data() + side.count * stride;
    for (std::uint64_t k = 0; k < rank; ++k) row[k] = rows.number("a factor");
    rows.end_line();
  }
  side.ids = std::make_shared<const IdDictionary>(std::move(ids).build());
  *has_biases = *has_biases || biases;
  return side;
}

}  // namespace

void export_text(const FactorModel& model, const std::string& folder) {
  const FactorModel::Parts& parts = model.parts();
  const auto biases = [&](const FrozenArray<float>& of_side) {
    return model.has_biases() ? of_side.span() : std::span<const float>();
  };
  AtomicFolder files(folder);
  write_table(files.file("users.tsv"), {model.users(), biases(parts.user_biases),
                                        parts.user_factors.span(), parts.rank, parts.stride});
  write_table(files.file("items.tsv"), {model.items(), biases(parts.item_biases),
                                        parts.item_factors.span(), parts.rank, parts.stride});
  write_model_card(files.file("model.json"), card_of(model));
  files.commit();
}

FactorModel import_text(const std::string& folder, const ImportOptions& options) {
  check_import_options(options, "tables", true, false, false);
  const ModelCard card = read_model_card(folder);
  bool biases = card.biases;
  ImportedSide users = read_table(folder + "/users.tsv", &biases);
  ImportedSide items = read_table(folder + "/items.tsv", &biases);
  check_card(folder, card, users, items);
  return assemble_model(std::move(users), std::move(items), {biases, card.mean, card.range},
                        options);
}

FactorModel import_text_pair(const std::string& users_path, const std::string& items_path,
                             const ImportOptions& options) {
  check_import_options(options, "tables", true, false, false);
  bool biases = false;
  ImportedSide users = read_table(users_path, &biases);
  ImportedSide items = read_table(items_path, &biases);
  return assemble_model(std::move(users), std::move(items), {.biases = biases}, options);
}

}  // namespace mfpar
