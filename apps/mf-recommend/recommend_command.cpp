// SPDX-License-Identifier: MIT
#include "mf-recommend/recommend_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/reading_options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::uint32_t kMaxItems = 1'000'000;

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadOption, message); }

std::optional<double> finite_number(std::string_view text) {
  double number = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

void take_alpha(FoldInOptions& fold_in, const std::string& value) {
  using Penalty = FoldInOptions::Penalty;
  if (value == "training" || value == "loo") {
    fold_in.penalty = value == "loo" ? Penalty::kLeaveOneOut : Penalty::kTraining;
    return;
  }
  const auto number = finite_number(value);
  if (!number || *number <= 0) Options::reject("training, loo or a number above 0");
  fold_in.penalty = Penalty::kFixed;
  fold_in.alpha = *number;
}

void add_whom_options(Options& options, RecommendCommand& command) {
  options.positional("MODEL", command.model_path, "A model file made by mf-train.");
  options.rest("ITEM=RATING", command.pairs, "Ratings of a new user, such as 318=5 296=4.5.");
  options.group("Users");
  options.texts("user,u", "ID", command.users,
                "A user the model was trained on. May be given several times.");
  options.text("users", "FILE", command.users_path,
               "The same for every user of a file, an id a line; - is standard input.");
  options.flag("all-users", command.all_users,
               "For every user of the model, in the order of the model file.");
  options.text(
      "ratings", "FILE", command.ratings_path,
      "New users, by their ratings; - is standard input. A file of two columns, or one whose "
      "header names an item and a rating but no user, is one user's: item, rating. Of any "
      "other, with columns for user, item and rating, every user is folded in, in order of "
      "first appearance.");
  options.text(
      "requests", "FILE", command.requests_path,
      "JSON lines, one answer a line; - is standard input. The default when standard input is not "
      "a terminal.");
  options.text("similar-to", "ID", command.similar_to,
               "No user at all: the items nearest to this one, by the cosine of their factors.");
  options.text("as", "ID", command.new_id,
               "What to call the new user of ITEM=RATING pairs, or of a file without users.");
}

void add_list_options(Options& options, RecommendCommand& command) {
  options.group("Items");
  options.integer("top,n", "N", command.top, 0u, kMaxItems,
                  "Length of a list; 0 for none, with --append.");
  options.add(
      "rank-by", "rating|interaction|blend:W",
      "rating: the predicted rating, which favours what everybody rates highly. interaction: p.q "
      "alone, what this user likes more than others do. blend:W: interaction plus W times mean "
      "and biases; blend:1 is rating, blend:0 interaction.",
      "rating", [&command](const std::string& value) {
        const auto rank_by = parse_rank_by(value);
        if (!rank_by) Options::reject(kRankByForms);
        command.rank_by = *rank_by;
      });
  options.integer(
      "least-ratings", "N", command.least_ratings, 0u, 0xFFFFFFFFu,
      "Only items with so many ratings in training, or more. Unless given, 10 where lists go by "
      "interaction, by a blend with W below 1, by --similar-to or by a model without biases: "
      "factors learnt from fewer are mostly noise, and no bias outweighs it there. 0 for rating, "
      "and for a model that does not contain who rated what.");
  options.flag("keep-rated", command.keep_rated,
               "List items that the user has rated, too. They are left out otherwise.");
  options.text("allow", "FILE", command.allow_path, "Only the items of this file, an id a line.");
  options.text("deny", "FILE", command.deny_path, "None of the items of this file, an id a line.");
  options.add(
      "where", "CONDITION",
      "Only items for which this holds in the --titles file: COLUMN~TEXT (holds the text, case "
      "ignored), COLUMN=TEXT, either with ! before it for the opposite, COLUMN>=NUMBER or "
      "COLUMN<=NUMBER. May be given several times; all must hold.",
      "",
      [&command](const std::string& value) { command.where.push_back(Condition::parse(value)); },
      /*repeatable=*/true);
  options.text(
      "titles", "FILE", command.titles_path,
      "What the items are called: a text file of id, title and any further columns, with or "
      "without header. They are shown and can be filtered by.");
  options.text(
      "titles-columns", "LIST", command.titles_columns,
      "The names of all columns of the --titles file in order, such as id,title,genres, where "
      "it has no header.");
}

void add_fold_in_options(Options& options, RecommendCommand& command) {
  options.group("New users");
  options.add(
      "alpha", "training|loo|X",
      "The penalty of a new user's factors: training, that of the model's training for so many "
      "ratings; loo, the multiple of it that predicts each of the user's "
      "ratings best from the others; or a number, as in ridge regression.",
      "training", [&command](const std::string& value) { take_alpha(command.fold_in, value); });
  options.add("bias-alpha", "X",
              "With a number for --alpha: the penalty of the user's bias, another number above 0. "
              "The same unless given.",
              "", [&command](const std::string& value) {
                const auto number = finite_number(value);
                if (!number || *number <= 0) Options::reject("a number above 0");
                command.fold_in.bias_alpha = *number;
              });
  options.text("append", "FILE", command.append_path,
               "Also write a model with the new users added, for --user; users it has already are "
               "replaced. FILE may be MODEL itself.");
}

}  // namespace

std::optional<RankBy> parse_rank_by(const std::string& text) {
  constexpr std::string_view kBlend = "blend:";
  if (text == "rating") return RankBy::rating();
  if (text == "interaction") return RankBy::interaction();
  if (!text.starts_with(kBlend)) return std::nullopt;
  const auto weight = finite_number(std::string_view(text).substr(kBlend.size()));
  if (!weight || std::abs(*weight) > 1e6) return std::nullopt;
  return RankBy::blend(static_cast<float>(*weight));
}

void add_recommend_options(Options& options, RecommendCommand& command) {
  add_whom_options(options, command);
  add_list_options(options, command);
  add_fold_in_options(options, command);
  options.group("Output");
  options.choice(
      "format", command.format,
      {{"table", ListFormat::kTable}, {"csv", ListFormat::kCsv}, {"json", ListFormat::kJson}},
      "A table to read, a row an item, or a JSON object a line for each user. --requests "
      "are always answered in JSON.");
  options.flag(
      "explain", command.explain,
      "Split every score into mean, biases and interaction, and for new users show which of "
      "their ratings speak for the item.");
  options.text("output,o", "FILE", command.output_path,
               "Write to this file, which appears when it is whole, instead of standard output.");
  add_reading_options(options, command.read);
}

void finish_recommend_command(const Options& options, RecommendCommand& command) {
  const std::pair<const char*, bool> kinds[] = {
      {"ITEM=RATING", !command.pairs.empty()},
      {"--user", !command.users.empty() || !command.users_path.empty()},
      {"--all-users", command.all_users},
      {"--ratings", !command.ratings_path.empty()},
      {"--requests", !command.requests_path.empty()},
      {"--similar-to", !command.similar_to.empty()}};
  std::string asked;
  for (const auto& [name, is_asked] : kinds) {
    if (!is_asked) continue;
    if (!asked.empty()) {
      fail(asked + " and " + name + " cannot be combined; ask for one kind of list at a time");
    }
    asked = name;
  }
  if (asked.empty()) {
    if (::isatty(STDIN_FILENO) != 0) {
      fail(
          "no user is given; give --user ID, ITEM=RATING pairs, --ratings FILE, --similar-to ID, "
          "or "
          "requests as JSON lines on standard input");
    }
    asked = "--requests";
    command.requests_path = "-";
  }
  const bool is_new = asked == "ITEM=RATING" || asked == "--ratings" || asked == "--requests";
  const auto only_with = [&](const char* option, bool holds, const char* what) {
    if (options.given(option) && !holds) fail(std::string("--") + option + " is for " + what);
  };
  only_with("append", is_new, "new users; --user and --similar-to add none");
  only_with("alpha", is_new, "new users, given by their ratings");
  only_with("bias-alpha", command.fold_in.penalty == FoldInOptions::Penalty::kFixed,
            "a number as --alpha; training and loo choose the bias's penalty too");
  only_with("as", asked == "ITEM=RATING" || asked == "--ratings",
            "ITEM=RATING pairs, and for --ratings that name no user");
  for (const char* option : {"rank-by", "keep-rated", "explain"}) {
    only_with(option, asked != "--similar-to", "the lists of users");
  }
  for (const char* option :
       {"delimiter", "header", "no-header", "columns", "on-bad-line", "most-bad-share"}) {
    only_with(option, asked == "--ratings", "reading --ratings");
  }
  if (asked == "--requests" && options.given("format") && command.format != ListFormat::kJson) {
    fail("--requests are answered in JSON, a line each; leave --format out");
  }
  only_with("where", !command.titles_path.empty(), "columns of a --titles FILE; give it too");
  only_with("titles-columns", !command.titles_path.empty(), "a --titles FILE; give it too");
  if (command.top == 0 && command.append_path.empty()) {
    fail("--top 0 makes no lists; it is for --append");
  }
  if (!command.append_path.empty() && asked == "ITEM=RATING" && !options.given("as")) {
    fail("--append needs an id for the new user; give --as ID");
  }
  const std::string inputs[] = {command.users_path,  command.ratings_path, command.requests_path,
                                command.titles_path, command.allow_path,   command.deny_path};
  if (std::ranges::count(inputs, "-") > 1)
    fail("two inputs are standard input; give one as a file");
}

}  // namespace mfpar::apps
