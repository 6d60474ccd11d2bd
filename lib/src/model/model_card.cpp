// SPDX-License-Identifier: MIT
#include "model/model_card.hpp"

#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "base/decimal.hpp"
#include "io/atomic_file.hpp"
#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr const char* kFormat = "mfpar model";
constexpr int kVersion = 1;

/// The values of a model.json by key.
class CardReader {
 public:
  explicit CardReader(const std::string& path) : path_(path) {
    std::istringstream text{std::string(MappedFile(path).text())};
    try {
      boost::property_tree::read_json(text, tree_);
    } catch (const boost::property_tree::json_parser_error& e) {
      throw Error(ErrorCode::kBadFile,
                  path + ":" + std::to_string(e.line()) + ": it is no JSON: " + e.message());
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::kBadFile, path_ + ": " + what);
  }

  std::string text(const std::string& key) const {
    const auto value = tree_.get_optional<std::string>(key);
    if (!value) fail("'" + key + "' is missing");
    return *value;
  }

  template <class T>
  T number(const std::string& key) const {
    const std::string digits = text(key);
    T value{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    bool good = error == std::errc() && stop == end;
    if constexpr (std::floating_point<T>) good = good && std::isfinite(value);
    if (!good) fail("'" + key + "' is '" + digits + "'; a number was expected");
    return value;
  }

  bool flag(const std::string& key) const {
    const std::string value = text(key);
    if (value != "true" && value != "false") {
      fail("'" + key + "' is '" + value + "'; true or false was expected");
    }
    return value == "true";
  }

 private:
  std::string path_;
  boost::property_tree::ptree tree_;
};

}  // namespace

ModelCard card_of(const FactorModel& model) {
  return {.rank = model.rank(),
          .users = model.user_count(),
          .items = model.item_count(),
          .biases = model.has_biases(),
          .mean = model.mean(),
          .range = model.range()};
}

void write_model_card(const std::string& path, const ModelCard& card) {
  AtomicFile file(path);
  file.write(std::string("{\n  \"format\": \"") + kFormat + "\",\n  \"version\": " +
             std::to_string(kVersion) + ",\n  \"rank\": " + std::to_string(card.rank) +
             ",\n  \"users\": " + std::to_string(card.users) + ",\n  \"items\": " +
             std::to_string(card.items) + ",\n  \"biases\": " + (card.biases ? "true" : "false") +
             ",\n  \"mean\": " + shortest_decimal(card.mean) +
             ",\n  \"lowest\": " + shortest_decimal(card.range.lowest) +
             ",\n  \"highest\": " + shortest_decimal(card.range.highest) + "\n}\n");
  file.commit();
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
    refuse(ErrorCode::kBadFile,
           "it is no folder that a model was exported to; if it holds the users, name the file of "
           "the items too");
  }
  if (!fs::exists(path, error)) {
    refuse(ErrorCode::kBadFile,
           "there is no model.json in the folder, so nobody can tell whether it is whole; give the "
           "files of users and items by name instead");
  }
  const CardReader card(path);
  if (card.text("format") != kFormat) {
    card.fail("'format' is '" + card.text("format") + "'; '" + kFormat + "' was expected");
  }
  if (card.number<int>("version") != kVersion) {
    card.fail("it is of version " + card.text("version") + ", this program reads version " +
              std::to_string(kVersion) + "; use a newer program");
  }
  return {.rank = card.number<std::uint32_t>("rank"),
          .users = card.number<std::uint32_t>("users"),
          .items = card.number<std::uint32_t>("items"),
          .biases = card.flag("biases"),
          .mean = card.number<float>("mean"),
          .range = {card.number<float>("lowest"), card.number<float>("highest")}};
}

}  // namespace mfpar
