// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "common/display_width.hpp"
#include "common/text.hpp"
#include "mf-recommend/answer_text.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kMinWidth = 12;  // that a column of text is made

struct Column {
  std::string heading;
  bool is_number = false;
  std::vector<std::string> cells{};
  std::size_t width = 0;
};

std::vector<Column> columns_of(const Answer& answer, const Catalogue& catalogue) {
  const bool by_raters = answer.is_similar && answer.similar_by == SimilarBy::kRaters;
  Column rank{.heading = "rank", .is_number = true},
      score{.heading = by_raters           ? "similarity"
                       : answer.is_similar ? "cosine"
                                           : "score",
            .is_number = true},
      rating{.heading = "rating", .is_number = true}, sd{.heading = "sd", .is_number = true},
      id{.heading = "id"};
  std::vector<Column> texts;
  const ItemTitles& titles = catalogue.titles();
  for (const std::string& name : titles.columns()) texts.push_back({.heading = name});
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const Recommendation& item = answer.items[i];
    rank.cells.push_back(std::to_string(i + 1));
    score.cells.push_back(fixed(item.score, 3));
    rating.cells.push_back(fixed(item.rating, 2));
    sd.cells.push_back(fixed(item.sd, 2));
    id.cells.push_back(catalogue.model().items().id(item.item));
    for (std::size_t c = 0; c < texts.size(); ++c) {
      texts[c].cells.emplace_back(titles.text(item.item, c));
    }
  }
  std::vector<Column> columns{std::move(rank), std::move(score)};
  // One-class feedback alone predicts none.
  if (catalogue.model().feedback() == Feedback::kRatings) columns.push_back(std::move(rating));
  if (catalogue.model().has_variance() && !answer.is_similar) columns.push_back(std::move(sd));
  columns.push_back(std::move(id));
  std::ranges::move(texts, std::back_inserter(columns));
  for (Column& column : columns) {
    column.width = display_width(column.heading);
    for (const std::string& cell : column.cells) {
      column.width = std::max(column.width, display_width(cell));
    }
  }
  return columns;
}

/// Takes from the widest columns of text what does not fit.
void fit(std::vector<Column>& columns, std::size_t width) {
  std::size_t total = kGap * (columns.size() - 1);
  for (const Column& column : columns) total += column.width;
  const auto texts = std::next(std::ranges::find(columns, "id", &Column::heading));
  while (width != 0 && total > width) {
    const auto widest = std::max_element(
        texts, columns.end(), [](const Column& a, const Column& b) { return a.width < b.width; });
    if (widest == columns.end() || widest->width <= kMinWidth) return;
    --widest->width;
    --total;
  }
}

std::string line_of(const std::vector<Column>& columns,
                    const std::string& (*cell)(const Column&, std::size_t), std::size_t row) {
  std::string line;
  for (const Column& column : columns) {
    if (!line.empty()) line.append(kGap, ' ');
    const std::string text = shortened(cell(column, row), column.width);
    const std::string padding(column.width - display_width(text), ' ');
    line += column.is_number ? padding + text : text + padding;
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
}

std::string signed_part(double number, int decimals) {
  return (number < 0 ? "- " : "+ ") + fixed(std::abs(number), decimals);
}

std::string name_of(ItemIndex item, const Catalogue& catalogue) {
  const std::string title(catalogue.titles().title(item));
  return title.empty() ? catalogue.model().items().id(item) : title;
}

std::string words_of(RankBy rank_by) {
  const std::string weight = fixed(rank_by.bias_weight, 2);
  if (rank_by.sd_weight != 0.0f) {
    return std::string("rating ") + (rank_by.sd_weight < 0.0f ? "- " : "+ ") +
           fixed(std::abs(rank_by.sd_weight), 2) + " sd";
  }
  if (rank_by.one_class_weight != 0.0f) {
    return rank_by.bias_weight == 0.0f ? "one-class score"
                                       : "one-class score + " + weight + " rating";
  }
  return rank_by == RankBy::rating()        ? "rating"
         : rank_by == RankBy::interaction() ? "interaction"
                                            : "interaction + " + weight + " (mean + biases)";
}

/// "4.81 = mean 3.50 + user 0.71 + ...", and which ratings speak for the interaction.
/// Of a one-class score, which has neither mean nor biases, the second alone.
std::string lines_of(const Explanation& why, const Recommendation& item, const Answer& answer,
                     const Catalogue& catalogue, std::size_t width) {
  const std::string indent = "      ";
  const RankBy by = answer.rank_by;
  std::string text = indent + "mean " + fixed(why.mean, 2) + ' ' + signed_part(why.user_bias, 2) +
                     " user " + signed_part(why.item_bias, 2) + " item " +
                     signed_part(why.interaction, 3) + " interaction\n";
  if (catalogue.model().feedback() == Feedback::kOneClass || by == RankBy::one_class()) {
    text.clear();
  } else if (by.one_class_weight != 0.0f) {
    text = indent + "one-class score " + fixed(why.interaction, 3) + ' ' +
           signed_part(item.score - why.interaction, 3) + " by the predicted rating\n";
  }
  std::string line;
  for (std::size_t k = 0; k < std::min(kInfluences, why.influences.size()); ++k) {
    const RatingInfluence& influence = why.influences[k];
    line += (line.empty() ? indent + "of it " : "; ") + signed_part(influence.contribution, 3) +
            " by " + fixed(influence.value, 1) + " for " + name_of(influence.index, catalogue);
  }
  if (!line.empty()) text += (width != 0 ? shortened(line, width) : line) + '\n';
  return text;
}

}  // namespace

std::string table_of(const Answer& answer, const Catalogue& catalogue, std::size_t width) {
  std::string text;
  const bool rates = catalogue.model().feedback() == Feedback::kRatings;
  const char* const what = rates ? "rating" : "choice";
  if (answer.is_similar) {
    const std::string title(catalogue.titles().title(catalogue.model().items().find(answer.id)));
    text = "similar to " + answer.id + (title.empty() ? "" : " " + title) + " (" +
           counted(answer.ratings, what) +
           (answer.similar_by == SimilarBy::kFactors ? "), by factors\n"
            : rates                                  ? "), by who rated both\n"
                                                     : "), by who chose both\n");
  } else {
    text = (answer.is_new ? "" : "user ") + answer.id + ": " + counted(answer.ratings, what) +
           (answer.is_new ? " folded in" : " trained on") + ", by " + words_of(answer.rank_by) +
           '\n';
  }
  std::vector<Column> columns = columns_of(answer, catalogue);
  fit(columns, width);
  text += line_of(
      columns, [](const Column& c, std::size_t) -> const std::string& { return c.heading; }, 0);
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    text += line_of(
        columns,
        [](const Column& c, std::size_t row) -> const std::string& { return c.cells[row]; }, i);
    if (!answer.explanations.empty())
      text += lines_of(answer.explanations[i], answer.items[i], answer, catalogue, width);
  }
  return text;
}

}  // namespace mfpar::apps
