// SPDX-License-Identifier: MIT
#include "mf-serve/list_question.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "common/json_ratings.hpp"
#include "mf-serve/http_message.hpp"
#include "mf-serve/parameters.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

std::optional<std::uint64_t> RequestValue::whole_number() const {
  if (texts_ != nullptr) return whole_number_in(texts_->front());
  if (!json_->is_number_unsigned()) return std::nullopt;
  return json_->get<std::uint64_t>();
}

std::optional<double> RequestValue::number() const {
  if (texts_ != nullptr) return number_in(texts_->front());
  return json_->is_number() ? std::optional(json_->get<double>()) : std::nullopt;
}

std::optional<bool> RequestValue::flag() const {
  if (texts_ == nullptr) {
    return json_->is_boolean() ? std::optional(json_->get<bool>()) : std::nullopt;
  }
  const std::string& text = texts_->front();
  if (text == "true" || text == "1" || text.empty()) return true;
  return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

std::optional<RankBy> RequestValue::rank_by() const {
  return texts_ != nullptr ? parse_rank_by(texts_->front()) : rank_by_of(*json_);
}

std::optional<SimilarBy> RequestValue::similar_by() const {
  if (texts_ != nullptr) return parse_similar_by(texts_->front());
  if (!json_->is_string()) return std::nullopt;
  return parse_similar_by(json_->get_ref<const std::string&>());
}

std::vector<std::string> RequestValue::texts(const char* key) const {
  return texts_ != nullptr ? *texts_ : texts_of(*json_, key);
}

std::vector<std::string> RequestValue::ids(const char* key) const {
  if (texts_ == nullptr) return ids_of(*json_, key);
  std::vector<std::string> ids;
  for (const std::string& list : *texts_) std::ranges::move(ids_in(list), std::back_inserter(ids));
  return ids;
}

namespace {

/// Reads keys one by one; what cannot be used is an error of one status.
class ListReader {
 public:
  ListReader(const FindValue& find, const Limits& limits, unsigned status)
      : find_(find), limits_(limits), status_(status) {}

  ListQuestion read() const;

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw HttpError(status_, what); }

  template <class T>
  T usable(const std::optional<T>& value, const std::string& else_what) const {
    if (!value) refuse(else_what);
    return *value;
  }

  /// A whole number in a range.
  std::uint32_t count(const RequestValue& value, const char* key, std::uint32_t lowest,
                      std::uint32_t highest) const {
    const auto number = value.whole_number();
    if (!number || *number < lowest || *number > highest) {
      refuse(std::string(key) + " must be a whole number from " + std::to_string(lowest) + " to " +
             std::to_string(highest));
    }
    return static_cast<std::uint32_t>(*number);
  }

  void read_flag(const char* key, bool& flag) const {
    if (const auto value = find_(key)) {
      flag = usable(value->flag(), std::string(key) + " must be true or false");
    }
  }

  void read_page(ListQuestion& list) const;
  void read_order(ListQuestion& list) const;
  void read_choice(ListQuestion& list) const;

  const FindValue& find_;
  const Limits& limits_;
  const unsigned status_;
};

void ListReader::read_page(ListQuestion& list) const {
  list.top = std::min(list.top, limits_.max_top);
  if (const auto top = find_("top")) list.top = count(*top, "top", 1, limits_.max_top);
  if (const auto offset = find_("offset")) {
    list.offset = count(*offset, "offset", 0, limits_.max_top);
  }
  if (list.top + list.offset > limits_.max_top) {
    refuse("offset and top are " + std::to_string(list.top + list.offset) +
           " together; ask for at most " + std::to_string(limits_.max_top));
  }
}

void ListReader::read_order(ListQuestion& list) const {
  if (const auto by = find_("rank_by")) {
    list.rank_by = usable(by->rank_by(), std::string("rank_by must be ") + kRankByForms);
  }
  if (const auto by = find_("similar_by")) {
    list.similar_by =
        usable(by->similar_by(), std::string("similar_by must be ") + kSimilarByForms);
  }
  if (const auto diversity = find_("diversity")) {
    const auto number = diversity->number();
    if (!number || !(*number >= 0.0 && *number <= 1.0)) {
      refuse("diversity must be a number from 0 to 1");
    }
    list.diversity = static_cast<float>(*number);
  }
}

void ListReader::read_choice(ListQuestion& list) const {
  if (const auto least = find_("least_ratings")) {
    list.least_ratings =
        count(*least, "least_ratings", 0, std::numeric_limits<std::uint32_t>::max());
  }
  if (const auto least = find_("least_rating")) {
    const auto number = least->number();
    if (!number || !std::isfinite(static_cast<float>(*number))) {
      refuse("least_rating must be a number");
    }
    list.least_rating = static_cast<float>(*number);
  }
  if (const auto groups = find_("at_most")) {
    try {
      list.at_most = groups->texts("at_most");
    } catch (const Error&) {
      refuse("at_most must be N:COLUMN, such as \"3:genres\", or a list of these");
    }
  }
  if (const auto where = find_("where")) list.choice.where = where->texts("where");
  if (const auto only = find_("only")) list.choice.only = only->ids("only");
  if (const auto exclude = find_("exclude")) list.choice.exclude = exclude->ids("exclude");
  if (const auto fields = find_("fields")) {
    list.fields.names = item_fields(fields->texts("fields"));
  }
}

ListQuestion ListReader::read() const {
  ListQuestion list;
  read_page(list);
  read_order(list);
  read_choice(list);
  read_flag("keep_rated", list.keep_rated);
  read_flag("explain", list.explain);
  read_flag("titles", list.fields.titles);
  return list;
}

}  // namespace

ListQuestion list_question(const FindValue& find, const Limits& limits, unsigned status) {
  try {
    return ListReader(find, limits, status).read();
  } catch (const Error& e) {
    throw HttpError(status, e.what());
  }
}

}  // namespace mfpar::apps
