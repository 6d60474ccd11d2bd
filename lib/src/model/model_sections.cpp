// SPDX-License-Identifier: MIT
//
// lib/FORMAT.md describes what is written here byte by byte; keep the two together.
#include "model/model_sections.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "io/id_sections.hpp"
#include "mfpar/error.hpp"
#include "model/model_check.hpp"
#include "model/record_sections.hpp"

namespace mfpar {

namespace {

// A file has the lowest version that can say what is in it, so that older programs read what they
// can: 2 was before there were losses to choose from, 3 before there was one-class feedback, 4
// before predictions had variances, 5 before scores could be of latent ratings, 6 before there were
// more than three losses, and rows held by more than squares.
constexpr std::uint32_t kSquared = 2, kWithLoss = 3, kOneClass = 4, kWithVariance = 5,
                        kWithLink = 6, kConstrained = 7;
static_assert(kModelKind.version == kConstrained && kModelKind.oldest == kSquared);

std::uint32_t version_of(const FactorModel::Parts& parts) {
  if (parts.constraints.any() || parts.loss > Loss::kLogistic) return kConstrained;
  if (!parts.link.values.empty()) return kWithLink;
  if (parts.variance.rank > 0) return kWithVariance;
  if (parts.feedback == Feedback::kOneClass || parts.one_class) return kOneClass;
  return parts.loss == Loss::kSquared ? kSquared : kWithLoss;
}

void add_lists(SectionWriter& file, const std::string& name, const ItemLists& lists) {
  file.add(name + ".offsets", lists.offsets.span());
  file.add(name + ".items", lists.items.span());
}

ItemLists item_lists(const SectionReader& file, const std::string& name) {
  return {.offsets = file.array<std::uint64_t>(name + ".offsets"),
          .items = file.array<ItemIndex>(name + ".items")};
}

void add_variance(SectionWriter& file, const ScoreVariance& variance) {
  file.add("variance.users", variance.users.span());
  file.add("variance.items", variance.items.span());
  file.add("variance.noise", variance.noise.span());
  file.add("variance.user_fold_in", variance.user_fold_in.span());
  file.add("variance.item_fold_in", variance.item_fold_in.span());
}

/// Its rank follows from the noise, of which there is one number a user and one more.
ScoreVariance score_variance(const SectionReader& file) {
  ScoreVariance variance{.rank = 0,
                         .users = file.array<float>("variance.users"),
                         .items = file.array<float>("variance.items"),
                         .noise = file.array<float>("variance.noise"),
                         .user_fold_in = file.array<float>("variance.user_fold_in"),
                         .item_fold_in = file.array<float>("variance.item_fold_in")};
  if (!variance.noise.empty()) {
    variance.rank = static_cast<std::uint32_t>(variance.users.size() / variance.noise.size());
  }
  return variance;
}

void add_link(SectionWriter& file, const OrdinalLink& link) {
  file.add("ordinal.values", link.values.span());
  file.add("ordinal.cutpoints", link.cutpoints.span());
  file.add_value("ordinal.deviation", link.deviation);
}

OrdinalLink ordinal_link(const SectionReader& file) {
  const auto deviation = file.array<float>("ordinal.deviation");
  if (deviation.size() != 1) file.fail("ordinal.deviation", 0, "it does not hold one number");
  return {.values = file.array<float>("ordinal.values"),
          .cutpoints = file.array<float>("ordinal.cutpoints"),
          .deviation = deviation[0]};
}

/// The names of columns are each ended by a zero.
void add_titles(SectionWriter& file, const ItemTitles& titles) {
  std::vector<char> names;
  for (const std::string& name : titles.columns()) {
    names.insert(names.end(), name.c_str(), name.c_str() + name.size() + 1);
  }
  file.add_copy("titles.columns", names);
  file.add("titles.offsets", titles.parts().offsets.span());
  file.add("titles.text", titles.parts().text.span());
}

ItemTitles item_titles(const SectionReader& file) {
  ItemTitles::Parts parts{.columns = {},
                          .offsets = file.array<std::uint64_t>("titles.offsets"),
                          .text = file.array<char>("titles.text")};
  const FrozenArray<char> names = file.array<char>("titles.columns");
  for (auto begin = names.begin(); begin != names.end();) {
    const auto end = std::find(begin, names.end(), '\0');
    if (end == names.end()) {
      file.fail("titles.columns", names.size(), "the last name is not ended by a zero");
    }
    parts.columns.emplace_back(begin, end);
    begin = end + 1;
  }
  try {
    return ItemTitles(std::move(parts));
  } catch (const Error& e) {
    file.fail("titles.offsets", 0, e.what());
  }
}

void require_none(const SectionReader& file, const std::optional<ModelFault>& fault) {
  if (fault) file.fail(fault->section, fault->position, fault->what);
}

/// The one record of a section.
template <class Numbers>
Numbers read_numbers(const SectionReader& file, const std::string& section) {
  const auto records = file.array<Numbers>(section);
  if (records.size() != 1) file.fail(section, 0, "it does not hold one record");
  if (auto fault = find_fault(records[0])) file.fail(section, fault->position, fault->what);
  return records[0];
}

/// Section "loss": its name, as find_loss() takes it.
LossChoice read_loss(const SectionReader& file) {
  const FrozenArray<char> bytes = file.array<char>("loss");
  const std::string_view name(bytes.data(), bytes.size());
  const std::optional<LossChoice> loss = find_loss(name);
  if (!loss) file.fail("loss", 0, "there is no loss called '" + std::string(name) + "'");
  return *loss;
}

// What a model that stands by itself and one that another carries both have is all but ids, biases
// and who rated what: "model", "fold_in", options and history, factors. "loss", where it stands, is
// the second section, as in the first file that had one.
void add_factor_sections(SectionWriter& file, const FactorModel::Parts& parts,
                         const std::string& prefix, bool with_loss) {
  file.add_value(prefix + "model", model_numbers(parts));
  if (with_loss) {
    const std::string name = name_of_loss({parts.loss, parts.huber_delta});
    file.add_copy("loss", std::span<const char>(name));
  }
  file.add_value(prefix + "fold_in", fold_in_numbers(parts));
  add_record_sections(file, parts.record, prefix);
}

void add_factors(SectionWriter& file, const FactorModel::Parts& parts, const std::string& prefix) {
  file.add(prefix + "user_factors", parts.users.factors.span());
  file.add(prefix + "item_factors", parts.items.factors.span());
}

void read_factor_sections(const SectionReader& file, const std::string& prefix,
                          FactorModel::Parts& parts) {
  const auto numbers = read_numbers<ModelNumbers>(file, prefix + "model");
  parts.rank = numbers.rank;
  parts.stride = numbers.stride;
  parts.biases = numbers.biases != 0;
  parts.mean = numbers.mean;
  parts.range = {numbers.lowest, numbers.highest};
  parts.baseline.mean = numbers.baseline_mean;
  parts.users.factors = file.array<float>(prefix + "user_factors");
  parts.items.factors = file.array<float>(prefix + "item_factors");
  const auto fold_in = read_numbers<FoldInNumbers>(file, prefix + "fold_in");
  parts.fold_in = {.factors = fold_in.factors, .bias = fold_in.bias, .exponent = fold_in.exponent};
  TrainingRecord& record = parts.record;
  record.seed = numbers.seed;
  record.best_epoch =
      epoch_number(file, prefix + "model", offsetof(ModelNumbers, best_epoch), numbers.best_epoch);
  record.ratings = numbers.ratings;
  record.fingerprint = numbers.fingerprint;
  read_record_sections(file, record, prefix);
}

FactorModel made(const SectionReader& file, FactorModel::Parts parts) {
  try {
    return FactorModel(std::move(parts));
  } catch (const Error& e) {
    file.fail(e.what());
  }
}

/// What is told of one-class feedback beside factors.
void read_one_class(const SectionReader& file, FactorModel::Parts& parts) {
  const auto weights = read_numbers<OneClassNumbers>(file, "one_class");
  parts.feedback = Feedback::kOneClass;
  as_ndcg(parts.record.history);
  parts.one_class_weights.unobserved_weight = weights.unobserved_weight;
  if (!std::isnan(weights.relevant)) parts.one_class_weights.relevant = weights.relevant;
  parts.chosen = item_lists(file, "chosen");
}

/// The model that the one with `parts` carries.
std::shared_ptr<const FactorModel> read_carried(const SectionReader& file,
                                                const FactorModel::Parts& parts) {
  FactorModel::Parts carried;
  read_factor_sections(file, kOneClassPrefix, carried);
  read_one_class(file, carried);
  carried.users.ids = parts.users.ids;
  carried.items.ids = parts.items.ids;
  carried.users.biases = FrozenArray<float>(std::vector<float>(parts.users.biases.size()));
  carried.items.biases = FrozenArray<float>(std::vector<float>(parts.items.biases.size()));
  carried.trained = parts.trained;
  carried.held_out = parts.held_out;
  return std::make_shared<const FactorModel>(made(file, std::move(carried)));
}

}  // namespace

SectionFileKind model_kind(const FactorModel& model) {
  return {.name = kModelKind.name, .version = version_of(model.parts())};
}

void add_model_sections(SectionWriter& file, const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  const FactorModel* const one_class = model.one_class();
  add_factor_sections(file, parts, "", version_of(parts) > kSquared);
  add_dictionary(file, "users", model.users());
  add_dictionary(file, "items", model.items());
  add_factors(file, parts, "");
  file.add("user_biases", parts.users.biases.span());
  file.add("item_biases", parts.items.biases.span());
  add_lists(file, "trained", parts.trained);
  add_lists(file, "held_out", parts.held_out);
  file.add("baseline.user_biases", parts.baseline.user_biases.span());
  file.add("baseline.item_biases", parts.baseline.item_biases.span());
  if (one_class != nullptr) {
    file.add_value("one_class", one_class_numbers(one_class->parts()));
    add_lists(file, "chosen", one_class->parts().chosen);
  }
  if (parts.variance.rank > 0) add_variance(file, parts.variance);
  if (model.has_link()) add_link(file, parts.link);
  if (parts.constraints.any()) file.add_value("constraints", constraint_numbers(parts));
  if (!parts.titles.empty()) add_titles(file, parts.titles);
  if (parts.one_class) {
    add_factor_sections(file, parts.one_class->parts(), kOneClassPrefix, /*with_loss=*/false);
    add_factors(file, parts.one_class->parts(), kOneClassPrefix);
  }
}

FactorModel read_model_sections(const SectionReader& file, bool verify) {
  FactorModel::Parts parts;
  read_factor_sections(file, "", parts);
  if (file.version() > kSquared) {
    const LossChoice loss = read_loss(file);
    parts.loss = loss.loss;
    parts.huber_delta = loss.delta;
  }
  parts.users.biases = file.array<float>("user_biases");
  parts.items.biases = file.array<float>("item_biases");
  parts.users.ids = read_dictionary(file, "users");
  parts.items.ids = read_dictionary(file, "items");
  parts.trained = item_lists(file, "trained");
  parts.held_out = item_lists(file, "held_out");
  parts.baseline.user_biases = file.array<float>("baseline.user_biases");
  parts.baseline.item_biases = file.array<float>("baseline.item_biases");
  if (file.has("variance.noise")) parts.variance = score_variance(file);
  if (file.has("ordinal.values")) parts.link = ordinal_link(file);
  if (file.has("constraints")) {
    const auto numbers = read_numbers<ConstraintNumbers>(file, "constraints");
    parts.constraints = {.nonnegative = numbers.nonnegative != 0,
                         .l1_users = {numbers.l1_user_factors, numbers.l1_user_biases},
                         .l1_items = {numbers.l1_item_factors, numbers.l1_item_biases}};
  }
  if (file.has("titles.columns")) parts.titles = item_titles(file);
  if (file.version() >= kOneClass) {
    if (file.has(std::string(kOneClassPrefix) + "model")) {
      parts.one_class = read_carried(file, parts);
    } else if (file.version() == kOneClass) {
      read_one_class(file, parts);
    }
  }
  FactorModel model = made(file, std::move(parts));
  if (verify) require_none(file, find_array_fault(model.parts()));
  return model;
}

}  // namespace mfpar
