// SPDX-License-Identifier: MIT
#include "model/imported_model.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// What the kernels take.
constexpr std::uint64_t kMaxRank = 1024;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::kBadFile, what); }

std::string shape_of(const ImportedRows& rows) {
  return rows.source + " has " + std::to_string(rows.count) + " rows of " +
         std::to_string(rows.rank) + " factors";
}

std::shared_ptr<const IdDictionary> row_numbers(std::uint64_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  return std::make_shared<const IdDictionary>(std::move(ids));
}

/// Checks what goes with the rows, and puts something in the place of what is missing.
void complete(ImportedRows& rows) {
  if (rows.count >= kNoIndex) fail(shape_of(rows) + "; an index has 32 bits");
  if (rows.biases.empty()) rows.biases.resize(rows.count);
  if (!rows.ids) rows.ids = row_numbers(rows.count);
  if (rows.ids->size() != rows.count) {
    fail(shape_of(rows) + ", but " + rows.ids_source + " holds " +
         std::to_string(rows.ids->size()) + " ids");
  }
}

/// The first rows of a buffer that may have room for more.
FrozenArray<float> frozen_rows(ImportedRows& rows) {
  const std::size_t size = rows.count * row_stride(rows.rank);
  const auto owner = std::make_shared<const AlignedBuffer<float>>(std::move(rows.factors));
  return {owner, owner->span().first(size)};
}

}  // namespace

void check_import_options(const ImportOptions& options, const std::string& format, bool mean,
                          bool ids, bool biases) {
  const auto refuse_if = [&](bool given, const char* what) {
    if (given) {
      throw Error(ErrorCode::kBadOption,
                  std::string(what) + " cannot be given for " + format + ", which has its own");
    }
  };
  refuse_if(options.mean && !mean, "a mean");
  refuse_if((!options.user_ids.empty() || !options.item_ids.empty()) && !ids, "a file of ids");
  refuse_if((!options.user_biases.empty() || !options.item_biases.empty()) && !biases,
            "a file of biases");
  const auto finite = [](float x) { return std::isfinite(x); };
  if (options.mean && !finite(*options.mean)) {
    throw Error(ErrorCode::kBadOption, "the mean is not finite");
  }
  if (!options.range) return;
  const auto [lowest, highest] = *options.range;
  if (!finite(lowest) || !finite(highest) || lowest > highest) {
    throw Error(ErrorCode::kBadOption,
                "the range of ratings is not finite or ends before it begins");
  }
}

void check_rank(const ImportedRows& rows) {
  if (rows.rank == 0 || rows.rank > kMaxRank) {
    fail(shape_of(rows) + "; 1 to " + std::to_string(kMaxRank) + " factors were expected");
  }
}

FactorModel assemble_model(ImportedRows users, ImportedRows items, ImportedNumbers numbers,
                           const ImportOptions& options) {
  if (users.rank != items.rank) {
    const bool transposed = users.rank == items.count;
    fail(shape_of(users) + ", but " + shape_of(items) + "; both must have the same number of " +
         "factors" + (transposed ? "; is the second one to be transposed (Q.T)?" : ""));
  }
  complete(users);
  complete(items);
  FactorModel::Parts parts;
  parts.rank = static_cast<std::uint32_t>(users.rank);
  parts.stride = row_stride(users.rank);
  parts.biases = numbers.biases || options.mean.has_value();
  parts.mean = options.mean.value_or(numbers.mean);
  const LossChoice loss = options.loss.value_or(numbers.loss);
  parts.loss = loss.loss;
  parts.huber_delta = loss.delta;
  parts.range = options.range.value_or(numbers.range);
  if (describe_loss(parts.loss).takes_labels && parts.range.highest == kUnclipped.highest) {
    parts.range = {0.0f, 1.0f};  // labels
  }
  if (numbers.one_class) {
    parts.feedback = Feedback::kOneClass;
    parts.one_class_weights = numbers.one_class->weights;
    parts.fold_in = numbers.one_class->penalty;
  }
  parts.users.factors = frozen_rows(users);
  parts.items.factors = frozen_rows(items);
  parts.users.biases = FrozenArray<float>(std::move(users.biases));
  parts.items.biases = FrozenArray<float>(std::move(items.biases));
  parts.users.ids = std::move(users.ids);
  parts.items.ids = std::move(items.ids);
  return FactorModel(std::move(parts));
}

void check_card(const std::string& folder, const ModelCard& card, const ImportedRows& users,
                const ImportedRows& items) {
  if (card.range.lowest > card.range.highest) {
    fail(folder + "/model.json: the range of ratings ends before it begins");
  }
  if (card.users == users.count && card.items == items.count && card.rank == users.rank &&
      card.rank == items.rank) {
    return;
  }
  fail(folder + "/model.json says " + std::to_string(card.users) + " users, " +
       std::to_string(card.items) + " items and " + std::to_string(card.rank) + " factors, but " +
       shape_of(users) + ", and " + shape_of(items));
}

}  // namespace mfpar
