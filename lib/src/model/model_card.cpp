// SPDX-License-Identifier: MIT
#include "model/model_card.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "io/mapped_file.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "mfpar model";
constexpr std::uint32_t kVersion = 1;
constexpr const char* kOneClassWord = "one-class";

/// The values of a model.json by key.
class CardReader {
 public:
  explicit CardReader(const std::string& path) : path_(path) {
    const MappedFile file(path, MappedFile::Access::kCopy);
    require_shallow(file.text());
    try {
      json_ = Json::parse(file.text());
    } catch (const Json::exception& e) {
      const std::string what = e.what();  // "[json.exception...] parse error at line 3, ..."
      fail("it is not JSON: " + what.substr(what.find("] ") + 2));
    }
    if (!json_.is_object()) fail("it is not a JSON object");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::kBadFile, path_ + ": " + what);
  }

  /// Fails with `key` unless `fits` says that its value can be used.
  template <class Fits>
  const Json& value(const char* key, const char* expected, const Fits& fits) const {
    const auto found = json_.find(key);
    if (found == json_.end()) fail("'" + std::string(key) + "' is missing");
    if (!fits(*found)) {
      constexpr std::size_t kMaxShown = 60;
      std::string shown = found->dump();
      if (shown.size() > kMaxShown) shown = shown.substr(0, kMaxShown) + "...";
      fail("'" + std::string(key) + "' is " + shown + "; " + expected + " was expected");
    }
    return *found;
  }

  std::uint32_t count(const char* key) const {
    return value(key, "a whole number below 2^32", [](const Json& json) {
      return json.is_number_unsigned() &&
             json.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
    });
  }

  float number(const char* key) const {
    return value(key, "a number of single precision", [](const Json& json) {
      return json.is_number() && std::abs(json.get<double>()) <= std::numeric_limits<float>::max();
    });
  }

  /// Squares where nothing is said, as in folders from before there were other losses.
  LossChoice loss() const {
    if (!json_.contains("loss")) return {};
    return *find_loss(
        value("loss", "the name of a loss, such as \"squared\",", [](const Json& json) {
          return json.is_string() && find_loss(json.get<std::string>()).has_value();
        }).get<std::string>());
  }

  /// Ratings where nothing is said.
  std::optional<ModelCard::OneClass> one_class() const {
    if (!json_.contains("feedback")) return std::nullopt;
    const std::string feedback =
        value("feedback", "\"ratings\" or \"one-class\"",
              [](const Json& json) { return json == kOneClassWord || json == "ratings"; });
    if (feedback != kOneClassWord) return std::nullopt;
    ModelCard::OneClass result;
    result.weights.unobserved_weight = from(0, "unobserved_weight");
    result.penalty = {.factors = from(0, "lambda_one_class"),
                      .bias = 0.0f,
                      .exponent = 1.0f - std::min(from(0, "penalty_exponent"), 1.0f)};
    if (json_.contains("relevant")) result.weights.relevant = number("relevant");
    return result;
  }

  bool flag(const char* key) const {
    return value(key, "true or false", [](const Json& json) { return json.is_boolean(); });
  }

 private:
  float from(float lowest, const char* key) const {
    const float found = number(key);
    if (found < lowest) fail("'" + std::string(key) + "' is below " + shortest_decimal(lowest));
    return found;
  }

  /// Refuses brackets in brackets beyond what a card needs: JSON is copied, printed and freed by
  /// recursion.
  void require_shallow(std::string_view text) const {
    constexpr int kMaxDepth = 32;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (in_string && c == '\\') ++i;
      if (c == '"') in_string = !in_string;
      if (in_string) continue;
      depth += (c == '[' || c == '{') - (c == ']' || c == '}');
      if (depth <= kMaxDepth) continue;
      const std::string_view before = text.substr(0, i);
      const auto line = std::count(before.begin(), before.end(), '\n') + 1;
      fail("line " + std::to_string(line) + ", column " +
           std::to_string(i - (before.rfind('\n') + 1) + 1) + ": more than " +
           std::to_string(kMaxDepth) +
           " brackets within each other; the file is damaged, or none "
           "that mf-model export made");
    }
  }

  std::string path_;
  Json json_;
};

}  // namespace

void require_no_link(const FactorModel& model, const std::string& format) {
  if (!model.has_link()) return;
  throw Error(ErrorCode::kBadOption,
              "the model learnt by --likelihood ordinal, and its scores predict ratings by "
              "cutpoints, which " +
                  format +
                  " has no place for; export vectors, whose order is that of the predictions, or "
                  "learn by --likelihood gaussian");
}

ModelCard card_of(const FactorModel& model) {
  std::optional<ModelCard::OneClass> one_class;
  if (model.feedback() == Feedback::kOneClass) {
    one_class = {model.parts().one_class_weights, model.parts().fold_in};
  }
  return {.loss = model.loss_choice(),
          .rank = model.rank(),
          .users = model.user_count(),
          .items = model.item_count(),
          .biases = model.has_biases(),
          .mean = model.mean(),
          .range = model.range(),
          .one_class = one_class};
}

void write_card(AtomicFile& file, const Json& card) {
  std::string text;
  for (const auto& [key, value] : card.items()) {
    text += (text.empty() ? "{\n  " : ",\n  ") + Json(key).dump() + ": " +
            // dump() would print some floats longer than they need be.
            (value.is_number_float() ? shortest_decimal(value.get<float>()) : value.dump());
  }
  file.write(text + "\n}\n");
}

void write_model_card(AtomicFile& file, const ModelCard& card) {
  Json json{{"format", kFormat},
            {"version", kVersion},
            {"loss", name_of_loss(card.loss)},
            {"rank", card.rank},
            {"users", card.users},
            {"items", card.items},
            {"biases", card.biases},
            {"mean", card.mean},
            {"lowest", card.range.lowest},
            {"highest", card.range.highest}};
  if (card.one_class) {
    const auto& [weights, penalty] = *card.one_class;
    json["feedback"] = kOneClassWord;
    json["unobserved_weight"] = weights.unobserved_weight;
    json["lambda_one_class"] = penalty.factors;
    json["penalty_exponent"] = 1.0f - penalty.exponent;
    if (weights.relevant) json["relevant"] = *weights.relevant;
  }
  write_card(file, json);
}

ModelCard read_model_card(const std::string& folder) {
  namespace fs = std::filesystem;
  const std::string path = folder + "/model.json";
  std::error_code error;
  const auto refuse = [&](ErrorCode code, const std::string& what) {
    throw Error(code, folder + ": " + what);
  };
  if (!fs::exists(folder, error)) {
    refuse(ErrorCode::kSystem,
           "cannot be opened: " + (error ? error.message() : std::string("it is not there")));
  }
  if (!fs::is_directory(folder, error)) {
    std::string begin(6, ' ');
    std::ifstream(folder, std::ios::binary).read(begin.data(), 6);
    if (begin.starts_with("PK\x03\x04")) {
      refuse(ErrorCode::kBadFile,
             "it is an archive (.npz); save each array by itself, with numpy.save");
    }
    if (begin == "\x89MFPAR") {
      refuse(ErrorCode::kBadFile, "it is a model file already; there is nothing to import");
    }
    if (begin.starts_with("f ")) {
      refuse(ErrorCode::kBadFile, "it looks like a model of LIBMF; give --format libmf");
    }
    refuse(
        ErrorCode::kBadFile,
        "it is not a folder that a model was exported to; if it holds the users, name the file of "
        "the items too");
  }
  if (!fs::exists(path, error)) {
    refuse(
        ErrorCode::kBadFile,
        "there is no model.json in the folder, so it is unknown whether it is complete; give the "
        "files of users and items by name instead");
  }
  const CardReader card(path);
  card.value("format", "\"mfpar model\"", [](const Json& json) { return json == kFormat; });
  if (const std::uint32_t version = card.count("version"); version != kVersion) {
    card.fail("it is of version " + std::to_string(version) + ", this program reads version " +
              std::to_string(kVersion) + "; use a newer program");
  }
  return {.loss = card.loss(),
          .rank = card.count("rank"),
          .users = card.count("users"),
          .items = card.count("items"),
          .biases = card.flag("biases"),
          .mean = card.number("mean"),
          .range = {card.number("lowest"), card.number("highest")},
          .one_class = card.one_class()};
}

}  // namespace mfpar
