// SPDX-License-Identifier: MIT
//
// Whether JSON is as a schema says: as much of JSON Schema as our OpenAPI document uses, and an
// error for what it does not.
#pragma once

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "common/json.hpp"

namespace mfpar::tests {

/// Holds values against schemas of one document. Not synchronised.
class JsonSchema {
 public:
  explicit JsonSchema(const apps::Json& document) : document_(document) {}

  /// What is wrong with `value`, with its place; "" where nothing is.
  std::string wrong(const apps::Json& schema, const apps::Json& value,
                    const std::string& at = "$") const {
    check_known(schema);
    if (schema.contains("$ref")) return wrong(resolve(schema.at("$ref")), value, at);
    if (schema.contains("type") && !has_type(schema.at("type"), value)) {
      return at + " is " + apps::kind_of(value) + ", not " + apps::text_of(schema.at("type"));
    }
    if (schema.contains("enum") && !holds(schema.at("enum"), value)) return at + ": not in enum";
    for (const char* key : {"anyOf", "oneOf"}) {
      if (!schema.contains(key)) continue;
      const auto right = std::ranges::count_if(
          schema.at(key), [&](const auto& one) { return wrong(one, value, at).empty(); });
      if (right == 0 || (right > 1 && key[0] == 'o')) {
        return at + " is as " + std::to_string(right) + " of " + key;
      }
    }
    if (value.is_number()) return wrong_number(schema, value.get<double>(), at);
    if (value.is_object()) return wrong_object(schema, value, at);
    return value.is_array() ? wrong_array(schema, value, at) : "";
  }

  /// What "#/components/schemas/Error" stands for.
  const apps::Json& resolve(const apps::Json& reference) const {
    const std::string path = reference.get<std::string>() + '/';
    const apps::Json* found = &document_;
    for (std::size_t begin = 2; begin < path.size();) {
      const std::size_t end = path.find('/', begin);
      found = &found->at(path.substr(begin, end - begin));
      begin = end + 1;
    }
    return *found;
  }

 private:
  static void check_known(const apps::Json& schema) {
    static const std::set<std::string> kKnown{"$ref",        "type",
                                              "enum",        "anyOf",
                                              "oneOf",       "minimum",
                                              "maximum",     "items",
                                              "prefixItems", "minItems",
                                              "maxItems",    "properties",
                                              "required",    "additionalProperties",
                                              "description", "examples"};
    for (const auto& [key, value] : schema.items()) {
      if (!kKnown.contains(key)) throw std::runtime_error("no such word of schemas: " + key);
    }
  }

  static bool holds(const apps::Json& list, const apps::Json& value) {
    return std::ranges::find(list, value) != list.end();
  }

  static bool has_type(const apps::Json& type, const apps::Json& value) {
    if (type.is_array()) {
      return std::ranges::any_of(type, [&](const auto& one) { return has_type(one, value); });
    }
    return (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "integer" && value.is_number_integer()) ||
           (type == "boolean" && value.is_boolean()) || (type == "null" && value.is_null()) ||
           (type == "object" && value.is_object()) || (type == "array" && value.is_array());
  }

  static std::string wrong_number(const apps::Json& schema, double number, const std::string& at) {
    const bool low = schema.contains("minimum") && number < schema.at("minimum").get<double>();
    const bool high = schema.contains("maximum") && number > schema.at("maximum").get<double>();
    return low || high ? at + " is out of its range" : "";
  }

  std::string wrong_object(const apps::Json& schema, const apps::Json& value,
                           const std::string& at) const {
    if (schema.contains("required")) {
      for (const auto& key : schema.at("required")) {
        if (!value.contains(key.get<std::string>())) return at + " lacks " + apps::text_of(key);
      }
    }
    for (const auto& [key, member] : value.items()) {
      const std::string place = at + '.' + key;
      const apps::Json* of_member = nullptr;
      if (schema.contains("properties") && schema.at("properties").contains(key)) {
        of_member = &schema.at("properties").at(key);
      } else if (schema.contains("additionalProperties")) {
        of_member = &schema.at("additionalProperties");
        if (*of_member == false) return place + " is not in the schema";
      }
      if (of_member == nullptr) continue;
      const std::string found = wrong(*of_member, member, place);
      if (!found.empty()) return found;
    }
    return "";
  }

  std::string wrong_array(const apps::Json& schema, const apps::Json& value,
                          const std::string& at) const {
    const bool few = schema.contains("minItems") && value.size() < schema.at("minItems");
    const bool many = schema.contains("maxItems") && value.size() > schema.at("maxItems");
    if (few || many) return at + " has " + std::to_string(value.size()) + " elements";
    const apps::Json none = apps::Json::array();
    const apps::Json& first = schema.contains("prefixItems") ? schema.at("prefixItems") : none;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i >= first.size() && !schema.contains("items")) continue;
      const std::string found = wrong(i < first.size() ? first[i] : schema.at("items"), value[i],
                                      at + '[' + std::to_string(i) + ']');
      if (!found.empty()) return found;
    }
    return "";
  }

  const apps::Json& document_;
};

}  // namespace mfpar::tests
