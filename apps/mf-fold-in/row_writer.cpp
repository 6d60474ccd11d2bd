// SPDX-License-Identifier: MIT
#include "mf-fold-in/row_writer.hpp"

#include <utility>

#include "common/csv.hpp"
#include "common/json.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

FactorModel extended(const FactorModel& model, Entity joining, const std::vector<NewRow>& rows) {
  return joining == Entity::kUser ? with_users(model, rows) : with_items(model, rows);
}

/// `model` without the rows of one side, and what training left besides.
FactorModel emptied(const FactorModel& model, Entity side) {
  const FactorModel::Parts& all = model.parts();
  FactorModel::Parts parts;
  parts.loss = all.loss;
  parts.rank = all.rank;
  parts.stride = all.stride;
  parts.biases = all.biases;
  parts.mean = all.mean;
  parts.range = all.range;
  parts.side(other(side)) = all.side(other(side));
  parts.side(side).ids = FactorModel().parts().side(side).ids;
  return FactorModel(std::move(parts));
}

}  // namespace

RowWriter::RowWriter(const FoldInCommand& command, const FactorModel& model)
    : command_(command), model_(model) {
  if (command.format != RowFormat::kCsv && command.format != RowFormat::kJson) return;
  output_.emplace(command.output_path);
  if (command.format == RowFormat::kJson) return;
  std::string head = model.has_biases() ? "id,bias" : "id";
  for (std::uint32_t k = 1; k <= model.rank(); ++k) head += ",f" + std::to_string(k);
  output_->write(head + '\n');
}

std::string RowWriter::line_of(const NewRow& row) const {
  if (command_.format == RowFormat::kCsv) {
    std::string line = csv_field(row.id);
    if (model_.has_biases()) append_shortest_decimal(line += ',', row.row.bias);
    for (const float x : row.row.factors) append_shortest_decimal(line += ',', x);
    return line + '\n';
  }
  const bool is_known = model_.side(command_.joining()).ids->find(row.id) != kNoIndex;
  return text_of(Json{{command_.items ? "item" : "user", row.id},
                      {"updated", is_known},
                      {"ratings", row.row.used},
                      {"unknown", row.row.unknown},
                      {"bias", row.row.bias},
                      {"factors", row.row.factors},
                      {"cutpoints", row.row.cutpoints},
                      {"alpha", row.row.alpha},
                      {"bias_alpha", row.row.bias_alpha}}) +
         '\n';
}

void RowWriter::add(std::vector<NewRow> rows) {
  for (NewRow& row : rows) {
    const bool is_known = model_.side(command_.joining()).ids->find(row.id) != kNoIndex;
    if (output_) {
      output_->write(line_of(row));
      ++(is_known ? updated_ : added_);
      continue;
    }
    const auto [at, is_first] = positions_.try_emplace(row.id, rows_.size());
    if (!is_first) {
      rows_[at->second] = std::move(row);
      continue;
    }
    ++(is_known ? updated_ : added_);
    rows_.push_back(std::move(row));
  }
}

bool RowWriter::add_error(std::size_t line, const std::string& message) {
  if (command_.format != RowFormat::kJson) return false;
  output_->write(text_of(Json{{"line", line}, {"error", message}}) + '\n');
  return true;
}

void RowWriter::flush() {
  if (output_) output_->flush();
}

void RowWriter::commit() {
  const Entity joining = command_.joining();
  const std::string& path = command_.output_path;
  switch (command_.format) {
    case RowFormat::kNone:
      return;
    case RowFormat::kCsv:
    case RowFormat::kJson:
      return output_->commit();
    case RowFormat::kModel:
      return save_model(extended(model_, joining, rows_), path);
    case RowFormat::kNpy:
      return export_npy(extended(emptied(model_, joining), joining, rows_), path);
    case RowFormat::kText:
      return export_text(extended(emptied(model_, joining), joining, rows_), path);
  }
}

}  // namespace mfpar::apps
