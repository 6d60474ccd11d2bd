// SPDX-License-Identifier: MIT
#include "mf-recommend/recommend_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/fold_in_options.hpp"
#include "common/item_choice.hpp"
#include "common/item_fields.hpp"
#include "common/item_titles.hpp"
#include "common/json_ratings.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-recommend/answer.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadOption, message); }

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
               "No user at all: the items most similar to this one.");
  options.add("similar-by", "raters|factors",
              "What makes items similar. raters: the same users rated them, more than would by "
              "chance. factors: the cosine of their factors. Unless given, raters where the model "
              "contains who rated the item.",
              "", [&command](const std::string& value) {
                command.similar_by = parse_similar_by(value);
                if (!command.similar_by) Options::reject(kSimilarByForms);
              });
  options.text("as", "ID", command.new_id,
               "What to call the new user of ITEM=RATING pairs, or of a file without users.");
}

void add_list_options(Options& options, RecommendCommand& command) {
  options.group("Items");
  options.integer("top,n", "N", command.top, 1u, kMaxItems, "Length of a list.");
  options.integer("offset", "N", command.offset, 0u, kMaxItems,
                  "Pass over the best N: the next page of a list. With --diversity pages may "
                  "overlap, as what a list chooses from grows with its length.");
  options.add(
      "rank-by", "rating|interaction|one-class|blend:W|one-class:W|lower:W|upper:W",
      "rating: the predicted rating, which favours what everybody rates highly. interaction: p.q "
      "alone, what this user likes more than others do. blend:W, or W alone: interaction plus W "
      "times mean and biases; blend:1 is rating, blend:0 interaction. one-class: what this user is "
      "likely to choose, of a model trained with --feedback one-class or both; one-class:W adds W "
      "times the predicted rating. lower:W and upper:W: the predicted rating less or plus W "
      "standard deviations, of a model trained with --method gibbs; lower:1.645 is what 19 in 20 "
      "ratings will exceed. Unless given, one-class where the model has it, else rating.",
      "", [&command](const std::string& value) {
        const auto rank_by = parse_rank_by(value);
        if (!rank_by) Options::reject(kRankByForms);
        command.rank_by = *rank_by;
      });
  options.integer(
      "least-ratings", "N", command.least_ratings, 0u, 0xFFFFFFFFu,
      "Only items with so many ratings in training, or more. Unless given, 10 where lists go by "
      "interaction, by a blend with W below 1 or by a model without biases, and for --similar-to "
      "by "
      "factors: factors learnt from fewer are mostly noise, and no bias outweighs it there. 5 for "
      "--similar-to by raters. 0 for rating, and for a model that does not contain who rated "
      "what.");
  options.flag("keep-rated", command.keep_rated,
               "List items that the user has rated, too. They are left out otherwise.");
  options.add(
      "least-rating", "R",
      "Only items that the user will rate so highly, as predicted, or higher. Lists that go "
      "by anything else go on in their order until they are full.",
      "", [&command](const std::string& value) {
        double number = 0.0;
        const char* const end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, number);
        if (error != std::errc() || stop != end || !std::isfinite(number)) {
          Options::reject("a number");
        }
        command.least_rating = static_cast<float>(number);
      });
  options.texts(
      "at-most", "N:COLUMN", command.at_most,
      "At most N items of each group that this column of the titles names, 3:genres for "
      "example: in falling order of score, items whose groups are full are passed over. A field "
      "may name several groups, Comedy|Drama; all must have room. May be given several times.");
  options.number(
      "diversity", "L", command.diversity, Interval::between(0.0, 1.0),
      "List next what differs from what is listed: items in the order of (1 - L) times the score, "
      "scaled to 1 for the best and 0 for the last of the best 10 x --top items (200 at least), "
      "minus L times the cosine with the most similar item listed before (maximal marginal "
      "relevance). 0 changes nothing.");
  const auto add_ids = [&](const char* name, std::vector<std::string>& ids, const char* help) {
    options.add(
        name, "IDS", help, "",
        [&ids](const std::string& value) {
          const std::vector<std::string> more = ids_in(value);
          if (more.empty()) Options::reject("ids, separated by commas");
          ids.insert(ids.end(), more.begin(), more.end());
        },
        /*repeatable=*/true);
  };
  add_ids("only", command.only,
          "Only these items, ids separated by commas. May be given several times.");
  add_ids("exclude", command.exclude, "None of these items.");
  options.text("allow", "FILE", command.allow_path, "Only the items of this file, an id a line.");
  options.text("deny", "FILE", command.deny_path, "None of the items of this file, an id a line.");
  options.add(
      "where", "CONDITION",
      "Only items for which this holds in columns of titles: COLUMN~TEXT (holds the text, case "
      "ignored), COLUMN=TEXT, either with ! before it for the opposite, COLUMN>=NUMBER or "
      "COLUMN<=NUMBER. May be given several times; all must hold.",
      "",
      [&command](const std::string& value) { command.where.push_back(Condition::parse(value)); },
      /*repeatable=*/true);
  options.text(
      "titles", "FILE", command.titles_path,
      "What the items are called: a text file of id, title and any further columns, with or "
      "without header. They are shown and can be filtered by. Those of the model (mf-train "
      "--titles) "
      "unless given.");
  add_titles_columns_option(options, command.titles_columns);
}

/// What does what --append did, to be typed as it stands.
std::string moved_to_fold_in(const Options& options, const RecommendCommand& command) {
  std::string words = "mf-fold-in " + shell_word(command.model_path);
  if (!command.ratings_path.empty()) words += ' ' + shell_word(command.ratings_path);
  for (const std::string& pair : command.pairs) words += ' ' + shell_word(pair);
  if (!command.requests_path.empty()) words += " --requests " + shell_word(command.requests_path);
  for (const char* option : {"as", "alpha", "bias-alpha", "delimiter", "header", "no-header",
                             "columns", "on-bad-line", "most-bad-share", "threads"}) {
    words += options.as_given(option);
  }
  return "--append has a program of its own: " + words + " -o " + shell_word(command.append_path) +
         "; lists come without --append, as before";
}

}  // namespace

void add_recommend_options(Options& options, RecommendCommand& command) {
  add_whom_options(options, command);
  add_list_options(options, command);
  options.group("New users");
  add_fold_in_options(options, command.fold_in);
  options.group("Output");
  options.choice(
      "format", command.format,
      {{"table", ListFormat::kTable}, {"csv", ListFormat::kCsv}, {"json", ListFormat::kJson}},
      "A table to read, a row an item, or a JSON object a line for each user. --requests "
      "are always answered in JSON.");
  options.add("fields", "LIST",
              "Of JSON: what each item is to have, such as id,title,score; everything unless "
              "given.",
              "", [&command](const std::string& value) { command.fields = item_fields({value}); });
  options.flag(
      "explain", command.explain,
      "Split every score into mean, biases and interaction, and for new users show which of "
      "their ratings speak for the item.");
  options.text("output,o", "FILE", command.output_path,
               "Write to this file, which appears when it is whole, instead of standard output.");
  options.flag("quiet,q", command.quiet, "Print lists and errors only, no warnings.");
  options.hidden("append", "FILE", command.append_path);
  // A bad line does not cost a night's work; it is told, and the exit code says so.
  command.read.on_bad_line = ReadOptions::OnBadLine::kSkip;
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
  command.tells_bad_lines = !options.given("on-bad-line");
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
  if (!command.append_path.empty()) fail(moved_to_fold_in(options, command));
  const auto only_with = [&](const char* option, bool holds, const char* what) {
    if (options.given(option) && !holds) fail(std::string("--") + option + " is for " + what);
  };
  only_with("alpha", is_new, "new users, given by their ratings");
  check_fold_in_options(options, command.fold_in);
  only_with("as", asked == "ITEM=RATING" || asked == "--ratings",
            "ITEM=RATING pairs, and for --ratings that name no user");
  for (const char* option :
       {"rank-by", "keep-rated", "explain", "least-rating", "at-most", "diversity"}) {
    only_with(option, asked != "--similar-to", "the lists of users");
  }
  for (const char* option :
       {"delimiter", "header", "no-header", "columns", "on-bad-line", "most-bad-share"}) {
    only_with(option, asked == "--ratings", "reading --ratings");
  }
  if (asked == "--requests" && options.given("format") && command.format != ListFormat::kJson) {
    fail("--requests are answered in JSON, a line each; leave --format out");
  }
  only_with("fields", command.format == ListFormat::kJson || asked == "--requests",
            "JSON; give --format json");
  only_with("similar-by", asked == "--similar-to", "--similar-to ID");
  only_with("titles-columns", !command.titles_path.empty(), "a --titles FILE; give it too");
  const std::string inputs[] = {command.users_path,  command.ratings_path, command.requests_path,
                                command.titles_path, command.allow_path,   command.deny_path};
  if (std::ranges::count(inputs, "-") > 1)
    fail("two inputs are standard input; give one as a file");
}

}  // namespace mfpar::apps
