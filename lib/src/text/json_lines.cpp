// SPDX-License-Identifier: MIT
#include "text/json_lines.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"
#include "text/choose_columns.hpp"
#include "text/csv_field.hpp"

namespace mfpar {

namespace {

using Json = nlohmann::ordered_json;

/// Puts the values of an object that is nested into `flat`, "user.id" for {"user": {"id": 5}}, and
/// of MongoDB's {"$numberInt": "5"} the value itself. Lists are left out, and so is what is nested
/// deeper than ratings are.
void flatten(const Json& object, const std::string& prefix, int depth, Json& flat) {
  constexpr int kMaxDepth = 4;
  for (const auto& [key, value] : object.items()) {
    const bool is_type = key.starts_with('$') && object.size() == 1 && !prefix.empty();
    const std::string name = is_type ? prefix : prefix.empty() ? key : prefix + "." + key;
    if (value.is_object()) {
      if (depth < kMaxDepth) flatten(value, name, depth + 1, flat);
    } else if (value.is_primitive()) {
      flat[name] = value;
    }
  }
}

/// The values of a line's object; nothing where the line is no object.
std::optional<Json> parse_line(std::string_view line) {
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  Json flat = Json::object();
  flatten(object, "", 0, flat);
  return flat;
}

std::string text_of(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (found->is_boolean()) return found->get<bool>() ? "1" : "0";
  return found->is_primitive() ? found->dump() : std::string();
}

std::string command(const std::string& program, const std::string& name) {
  const std::string file = name == "standard input" ? "" : shell_word(name) + " ";
  return "jq " + program + " " + file + "| ... -";
}

/// Throws where the first line is an object that holds all ratings, as a data frame of pandas
/// without lines=True and lists in an object do.
void refuse_one_object(std::string_view line, const std::string& name) {
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return;
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw Error(ErrorCode::kBadData, name + ": looks like JSON, " + what +
                                         "; expected an object a line, which " + remedy +
                                         " makes of it");
  };
  for (const auto& [key, value] : object.items()) {
    if (value.is_object() && value.size() > 1 && value.contains("0") && value.contains("1")) {
      const std::string file = name == "standard input" ? "" : " " + shell_word(name);
      refuse("an object of columns as pandas writes it without lines=True",
             "python3 -c \"import json, sys; t = json.load(open(sys.argv[1]) if sys.argv[1:] else "
             "sys.stdin); [print(json.dumps({c: t[c][i] for c in t})) for i in next(iter("
             "t.values()))]\"" +
                 file + " | ... -");
    }
    if (key == "data" && value.is_array() && object.contains("columns")) {
      refuse("an object of columns and data", command("-r '(.columns, .data[]) | @csv'", name));
    }
    if (value.is_array() && !value.empty() && value[0].is_object()) {
      refuse("an object that holds a list", command("-c '." + key + "[]'", name));
    }
  }
}

/// Makes `user,item,rating[,timestamp]` of every object.
class JsonLines : public LineConversion {
 public:
  JsonLines(std::string name, std::vector<std::string> keys, bool may_skip)
      : name_(std::move(name)), keys_(std::move(keys)), may_skip_(may_skip) {}

 private:
  void convert_line(std::string_view line, std::string& out) override {
    if (line.find_first_not_of(" \t\r") == line.npos) return;
    const std::optional<Json> object = parse_line(line);
    if (!object) {
      if (!may_skip_) {
        throw Error(ErrorCode::kBadData, name_ + ":" + std::to_string(line_number()) +
                                             ": is no JSON object; expected one a line, which " +
                                             command("-c .", name_) + " writes");
      }
      out += "no JSON object";  // too few fields: a bad line
      return;
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_field(out, text_of(*object, keys_[i]));
    }
  }

  std::string name_;
  std::vector<std::string> keys_;
  bool may_skip_;
};

}  // namespace

Layout find_json_lines(std::string_view head, bool is_whole, const std::string& name,
                       const ReadOptions& options) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == head.npos || (head[first] != '{' && head[first] != '[')) return {};
  const std::string_view first_line =
      head.substr(first, std::min(head.find('\n', first), head.size()) - first);
  if (head[first] == '[') {
    const Json list = Json::parse(first_line, nullptr, false);
    if (list.is_array() && !list.empty() && list[0].is_primitive()) {
      throw Error(ErrorCode::kBadData, name +
                                           ": looks like JSON, a list a line; expected lines of "
                                           "fields, which " +
                                           command("-r '@csv'", name) + " makes of it");
    }
    // "[5]" may be an id, as may "{5}" below.
    const std::size_t inside = head.find_first_not_of(" \t\r\n", first + 1);
    if (inside == head.npos || (head[inside] != '{' && head[inside] != '[')) return {};
    throw Error(ErrorCode::kBadData, name +
                                         ": looks like a JSON list; expected an object a line, "
                                         "which " +
                                         command("-c '.[]'", name) + " makes of it");
  }
  refuse_one_object(first_line, name);
  // The keys and values of the first lines, as header and fields.
  std::vector<std::string> keys;
  std::vector<Json> objects;
  constexpr std::size_t kSampledLines = 100;
  for (std::size_t begin = first; begin < head.size() && objects.size() < kSampledLines;) {
    const std::size_t end = std::min(head.find('\n', begin), head.size());
    if (end == head.size() && !is_whole && !objects.empty()) break;
    if (auto object = parse_line(head.substr(begin, end - begin))) {
      for (const auto& [key, value] : object->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
      }
      objects.push_back(std::move(*object));
    } else if (objects.empty()) {
      const std::size_t inside = head.find_first_not_of(" \t\r\n", begin + 1);
      if (inside == head.npos || (head[inside] != '"' && head[inside] != '}')) return {};
      throw Error(ErrorCode::kBadData, name +
                                           ": looks like JSON; expected an object a line, which " +
                                           command("-c .", name) + " makes of it");
    }
    begin = std::min(head.find_first_not_of(" \t\r\n", end), head.size());
  }
  std::vector<std::vector<std::string>> lines;
  for (const Json& object : objects) {
    auto& fields = lines.emplace_back();
    for (const std::string& key : keys) fields.push_back(text_of(object, key));
  }
  TextFormat as_columns;
  as_columns.field_count = keys.size();
  as_columns.delimiter = ",";
  choose_columns(keys, lines, name, options, as_columns);

  Layout layout;
  layout.format.delimiter = ",";
  layout.format.notes = as_columns.notes;
  std::vector<std::string> chosen;
  std::string list;
  for (std::size_t i = 0; i < kRoles; ++i) {
    const int column = as_columns.columns[i];
    const bool is_kept = static_cast<Role>(i) != Role::kTimestamp || as_columns.keeps_timestamps;
    layout.format.columns[i] = TextFormat::kNoColumn;
    if (column == TextFormat::kNoColumn || !is_kept) continue;
    layout.format.columns[i] = static_cast<int>(chosen.size());
    chosen.push_back(keys[static_cast<std::size_t>(column)]);
    list += (list.empty() ? "" : ", ") + std::string(name_of(static_cast<Role>(i))) + " from " +
            mfpar::quoted(chosen.back());
  }
  layout.format.field_count = chosen.size();
  layout.format.keeps_timestamps = as_columns.keeps_timestamps;
  layout.format.notes.insert(layout.format.notes.begin(), "read as JSON lines: " + list);
  layout.conversion = std::make_unique<JsonLines>(
      name, std::move(chosen), options.on_bad_line == ReadOptions::OnBadLine::kSkip);
  return layout;
}

}  // namespace mfpar
