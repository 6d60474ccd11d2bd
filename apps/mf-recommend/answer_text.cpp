// SPDX-License-Identifier: MIT
#include "mf-recommend/answer_text.hpp"

#include <algorithm>
#include <cmath>

#include "common/csv.hpp"
#include "common/json.hpp"
#include "common/json_ratings.hpp"
#include "common/text.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

Json json_of(const Explanation& explanation, const Catalogue& catalogue) {
  Json because = Json::array();
  for (const RatingInfluence& influence : explanation.influences) {
    const std::string id = catalogue.model().items().id(influence.index);
    Json entry{{"id", id}, {"item", id}};
    if (!catalogue.titles().columns().empty()) {
      entry["title"] = catalogue.titles().title(influence.index);
    }
    entry["rating"] = influence.value;
    entry["weight"] = static_cast<float>(influence.weight);
    entry["contribution"] = static_cast<float>(influence.contribution);
    because.push_back(std::move(entry));
  }
  return {{"mean", explanation.mean},
          {"user_bias", explanation.user_bias},
          {"item_bias", explanation.item_bias},
          {"interaction", explanation.interaction},
          {"because", std::move(because)}};
}

/// As the service says it: those of a user's ratings that speak for an item most.
Json reasons_of(const Explanation& explanation, const Catalogue& catalogue) {
  Json reasons = Json::array();
  for (const RatingInfluence& influence : explanation.influences) {
    if (reasons.size() == kInfluences || !(influence.contribution > 0)) break;
    const std::string id = catalogue.model().items().id(influence.index);
    reasons.push_back({{"item", id},
                       {"id", id},
                       {"rating", influence.value},
                       {"weight", static_cast<float>(influence.weight)},
                       {"contribution", static_cast<float>(influence.contribution)}});
  }
  return reasons;
}

Json json_of(const Answer& answer, std::size_t place, const Catalogue& catalogue) {
  const Recommendation& item = answer.items[place];
  const std::string id = catalogue.model().items().id(item.item);
  Json json{{"id", id}, {"item", id}};
  const ItemTitles& titles = catalogue.titles();
  const bool with_titles = answer.fields.titles && !titles.columns().empty();
  if (with_titles) json["title"] = titles.title(item.item);
  json["score"] = item.score;
  if (answer.is_similar) {
    json["similarity"] = item.score;
    json["cosine"] = answer.cosines[place];
  }
  json["rating"] = item.rating;
  if (!std::isnan(item.sd)) {
    json["sd"] = item.sd;
    json["p5"] = item.p5;
    json["p95"] = item.p95;
  }
  if (!with_titles || titles.columns().size() < 2) return json;
  Json& columns = json["columns"] = Json::object();
  for (std::size_t i = 1; i < titles.columns().size(); ++i) {
    columns[titles.columns()[i]] = titles.text(item.item, i);
  }
  return json;
}

std::string signed_number(double number) { return (number < 0 ? "" : "+") + fixed(number, 4); }

}  // namespace

std::string json_of(const Answer& answer, const Catalogue& catalogue) {
  Json json = Json::object();
  if (!answer.id.empty()) json[answer.is_similar ? "similar_to" : "user"] = answer.id;
  if (answer.is_similar) json["similar_by"] = name_of(answer.similar_by);
  json["ratings"] = answer.ratings;
  Json& items = json["items"] = Json::array();
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    items.push_back(json_of(answer, i, catalogue));
    if (!answer.explanations.empty()) {
      items.back()["explanation"] = json_of(answer.explanations[i], catalogue);
      items.back()["because"] = reasons_of(answer.explanations[i], catalogue);
    }
    answer.fields.confine(items.back());
  }
  json["warnings"] = answer.warnings;
  return text_of(json) + '\n';
}

std::string csv_header(const Catalogue& catalogue, bool explain) {
  std::string line = "user,rank,id,score,rating";
  if (catalogue.model().has_variance()) line += ",sd,p5,p95";
  for (const std::string& column : catalogue.titles().columns()) line += ',' + csv_field(column);
  return line + (explain ? ",mean,user_bias,item_bias,interaction,because\n" : "\n");
}

std::string csv_of(const Answer& answer, const Catalogue& catalogue) {
  const ItemTitles& titles = catalogue.titles();
  const IdDictionary& ids = catalogue.model().items();
  const std::string user = csv_field(answer.id);
  std::string text;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const Recommendation& item = answer.items[i];
    text += user + ',' + std::to_string(i + 1) + ',' + csv_field(ids.id(item.item)) + ',' +
            shortest_decimal(item.score) + ',' +
            (std::isnan(item.rating) ? "" : shortest_decimal(item.rating));
    if (catalogue.model().has_variance()) {
      for (const float number : {item.sd, item.p5, item.p95}) {
        text += ',' + (std::isnan(number) ? "" : shortest_decimal(number));
      }
    }
    for (std::size_t c = 0; c < titles.columns().size(); ++c) {
      text += ',' + csv_field(titles.text(item.item, c));
    }
    if (!answer.explanations.empty()) {
      const Explanation& why = answer.explanations[i];
      for (const float part : {why.mean, why.user_bias, why.item_bias, why.interaction}) {
        text += ',' + shortest_decimal(part);
      }
      std::string because;
      for (std::size_t k = 0; k < std::min(kInfluences, why.influences.size()); ++k) {
        because += (because.empty() ? "" : " ") + ids.id(why.influences[k].index) + ':' +
                   signed_number(why.influences[k].contribution);
      }
      text += ',' + csv_field(because);
    }
    text += '\n';
  }
  return text;
}

}  // namespace mfpar::apps
