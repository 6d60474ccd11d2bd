// SPDX-License-Identifier: MIT
#include "mf-eval/ranking_command.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/json_ratings.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::uint32_t kMaxItems = 1'000'000;

/// "5,10,20"
std::vector<std::uint32_t> parse_cuts(const std::string& value) {
  const char* const expected =
      "whole numbers from 1 to 1000000, apart by commas and each once, such as 5,10,20";
  std::vector<std::uint32_t> cuts;
  const char* at = value.data();
  const char* const end = at + value.size();
  while (true) {
    std::uint32_t cut = 0;
    const auto [stop, error] = std::from_chars(at, end, cut);
    if (error != std::errc() || cut < 1 || cut > kMaxItems) Options::reject(expected);
    if (std::ranges::find(cuts, cut) != cuts.end()) Options::reject(expected);
    cuts.push_back(cut);
    if (stop == end) break;
    if (*stop != ',') Options::reject(expected);
    at = stop + 1;
  }
  std::ranges::sort(cuts);
  return cuts;
}

}  // namespace

void add_ranking_options(Options& options, RankingCommand& command) {
  options.group("Lists");
  options.flag("ranking", command.is_asked,
               "Measure the lists of the users in the file, over the whole catalogue and without "
               "the items they were trained on: NDCG, recall, precision, MAP, MRR, hit rate, "
               "coverage, Gini, popularity and novelty. EVAL.md has the formulas. With two models, "
               "MODEL MODEL TEST, the difference between them, too.");
  std::string shown;
  for (const std::uint32_t cut : command.cuts) {
    shown += (shown.empty() ? "" : ",") + std::to_string(cut);
  }
  options.add("top,n", "LIST",
              "How many of a list's first items count: a number, or several apart by commas.",
              shown, [&command](const std::string& value) { command.cuts = parse_cuts(value); });
  options.add("relevant", "RATING",
              "Ratings of at least this are relevant; all are unless it is given.", "",
              [&command](const std::string& value) {
                float rating = 0.0f;
                const char* const end = value.data() + value.size();
                const auto [stop, error] = std::from_chars(value.data(), end, rating);
                if (error != std::errc() || stop != end || !std::isfinite(rating)) {
                  Options::reject("a number, the lowest rating that counts");
                }
                command.relevant = rating;
              });
  options.text("given", "FILE", command.given,
               "Ratings of users whom the model does not have: they are folded in from these, and "
               "what is given is not listed. Without it users whom the model does not have are "
               "left out and counted.");
  options.add("rank-by", "rating|interaction|one-class|blend:W|one-class:W",
              "What lists are ordered by, as for mf-recommend. Unless given, one-class where the "
              "model has it, else rating.",
              "", [&command](const std::string& value) {
                const auto rank_by = parse_rank_by(value);
                if (!rank_by) Options::reject(kRankByForms);
                command.rank_by = rank_by;
              });
  options.integer("least-ratings", "N", command.least_ratings, 0u, 0xFFFFFFFFu,
                  "List only items with so many ratings in training, or more. Unless given, as "
                  "mf-recommend has it for this order. Baselines list all.");
  options.integer("bootstrap", "N", command.resamples, 0u, 1'000'000u,
                  "Draw users with replacement so many times, for intervals that hold 95 % of the "
                  "means, and for the difference of two models on the same users; 0 does neither.");
  options.integer("seed", "N", command.seed, std::uint64_t{0}, ~std::uint64_t{0},
                  "What the draws of --bootstrap depend on, and nothing else.");
  options.flag("no-baselines", command.no_baselines,
               "Leave out the lists of the most popular items and of item-item cosine, which the "
               "model's are held against.");
  options.number("ease", "PENALTY", command.ease, Interval::between(0.01, 1e9),
                 "Hold the model's lists also against those of EASE, the strongest baseline, with "
                 "this penalty (a few hundred suits most data: the more users, the more), and "
                 "against its mixture with the model. Takes 8 bytes of memory for each cell of the "
                 "square of users or items, whichever are fewer: 800 MB for 10,000, of which there "
                 "may be 20,000 at most; EVAL.md has times.");
  options.number("ease-weight", "W", command.ease_weight, Interval::between(0.0, 1.0),
                 "The mixture's score is W times that of EASE and 1 - W times the model's.");
}

void check_ranking_options(const Options& options, const RankingCommand& command) {
  if (command.is_asked) {
    if (options.given("predictions")) {
      throw Error(ErrorCode::kBadOption,
                  "--predictions are of ratings, not of lists; leave --ranking or --predictions "
                  "out, or list items by mf-recommend");
    }
    if (options.given("ease-weight") && !command.ease) {
      throw Error(ErrorCode::kBadOption,
                  "--ease-weight is for the mixture with EASE; give --ease PENALTY too, --ease 200 "
                  "for example");
    }
    return;
  }
  for (const char* option : {"top", "relevant", "given", "rank-by", "least-ratings", "bootstrap",
                             "seed", "no-baselines", "ease", "ease-weight"}) {
    if (!options.given(option)) continue;
    throw Error(ErrorCode::kBadOption,
                std::string("--") + option + " is for lists; give --ranking too");
  }
}

}  // namespace mfpar::apps
