// SPDX-License-Identifier: MIT
#include "mf-eval/ranking_job.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <iostream>
#include <optional>
#include <span>
#include <utility>

#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-eval/ranked_model.hpp"
#include "mf-eval/ranking_page.hpp"
#include "mf-eval/ranking_report.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

void warn(const std::string& message) { std::cerr << "mf-eval: warning: " << message << '\n'; }

bool is_model(const std::string& path) {
  if (path == "-") return false;
  try {
    load_model(path, {.verify = false});
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Says so where the arguments are models and ratings, but not in this order, or no ratings.
void explain_order(const RankingCommand& command) {
  std::string models, others;
  std::vector<std::string> all = command.models;
  all.push_back(command.test);
  for (const std::string& path : all) (is_model(path) ? models : others) += ' ' + shell_word(path);
  if (models.empty()) return;
  if (others.empty()) {
    throw Error(ErrorCode::kBadOption, command.test +
                                           " is a model; the ratings to measure lists by come "
                                           "last: mf-eval" +
                                           models + " TEST --ranking");
  }
  if (is_model(command.test)) {
    throw Error(ErrorCode::kBadOption, command.test + " is a model, and the ratings come last: " +
                                           "mf-eval" + models + others + " --ranking");
  }
}

FactorModel load(const std::string& path, const RankingCommand& command) {
  try {
    return load_model(path);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kBadFile) explain_order(command);
    throw;
  }
}

RankingPairs read_test(const RankingCommand& command) {
  std::optional<RankingPairs> test;
  try {
    test = read_ranking_pairs(command.test, command.read);
  } catch (const Error&) {
    explain_order(command);
    throw;
  }
  for (const std::string& warning : test->warnings) warn(warning);
  if (const std::uint64_t unrated = test->unrated(); unrated > 0 && command.relevant) {
    throw Error(ErrorCode::kBadOption, "--relevant needs ratings, and there is none for " +
                                           with_commas(unrated) + " of " +
                                           counted(test->entries.size(), "pair") + " of " +
                                           test->source + "; without --relevant every pair counts");
  }
  return std::move(*test);
}

RankingPairs read_given(const RankingCommand& command, std::span<const FactorModel> models) {
  RankingPairs given = read_ranking_pairs(command.given, command.read);
  for (const std::string& warning : given.warnings) warn(warning);
  const std::uint64_t unrated = given.unrated();
  for (std::size_t m = 0; m < models.size() && unrated > 0; ++m) {
    if (models[m].feedback() == Feedback::kOneClass) continue;
    throw Error(ErrorCode::kBadData, given.source + ": " + counted(unrated, "pair") +
                                         " without a rating; " + command.models[m] +
                                         " learnt from ratings and folds users in from these");
  }
  return given;
}

/// Whose lists are measured, and against what.
struct Questions {
  std::vector<UserIndex> users;
  std::vector<std::vector<std::vector<ItemIndex>>> relevant;  ///< by model and user
};

Questions ask(const std::deque<RankedModel>& models, const RankingPairs& test,
              const RankingCommand& command, RankingReport& report) {
  Questions questions{.users = {}, .relevant = decltype(Questions::relevant)(models.size())};
  for (UserIndex user = 0; user < test.users->size(); ++user) {
    if (!std::ranges::all_of(models, [&](const auto& model) { return model.knows_user(user); })) {
      ++report.unknown_users;
      continue;
    }
    std::vector<std::vector<ItemIndex>> relevant(models.size());
    for (const auto& [of, item, value, is_rated] : test.of(user)) {
      if (command.relevant && value < *command.relevant) continue;
      const ItemIndex it = item;
      if (std::ranges::any_of(models,
                              [&](const auto& model) { return model.leaves_out(user, it); })) {
        ++report.trained_on;
      } else if (std::ranges::all_of(
                     models, [&](const auto& model) { return model.item(it) == kNoIndex; })) {
        ++report.unknown_items;
      } else {
        for (std::size_t m = 0; m < models.size(); ++m) relevant[m].push_back(models[m].item(it));
      }
    }
    if (relevant.front().empty()) {
      ++report.without_relevant;
      continue;
    }
    ++report.users;
    report.relevant += relevant.front().size();
    questions.users.push_back(user);
    for (std::size_t m = 0; m < models.size(); ++m) {
      std::ranges::sort(relevant[m]);
      questions.relevant[m].push_back(std::move(relevant[m]));
    }
  }
  return questions;
}

/// Tells what keeps the figures from saying what they seem to say.
void tell(const std::deque<RankedModel>& models, const RankingPairs& test,
          const RankingCommand& command, const RankingReport& report) {
  // What one model of two has may be given for the other.
  const bool is_given_in_vain = std::ranges::all_of(
      models, [](const RankedModel& model) { return model.given_in_vain() > 0; });
  for (const RankedModel& model : models) {
    if (!model.keeps_ratings()) {
      warn(model.path() +
           " does not contain who rated what: lists hold items that were trained on, too, and "
           "there are no figures of popularity and no baselines from it");
    }
    if (is_given_in_vain) {
      warn(model.path() + " has " + counted(model.given_in_vain(), "user") + " of " +
           command.given + ": their lists are those of the training");
    }
    const std::string scale = scale_warning(model.off_scale(), model.model().range());
    if (!scale.empty()) warn(command.given + ": " + scale);
  }
  if (report.trained_on > 0) {
    warn(with_commas(report.trained_on) + " of " + counted(test.entries.size(), "pair") + " of " +
         test.source + " do not count as relevant, being trained on" +
         (command.given.empty() ? "" : " or given") + ": lists leave them out");
  }
  if (report.users > 0) return;
  std::string reason;
  if (report.unknown_users == test.users->size()) {
    reason = std::string(models.size() > 1 ? "the models do not both have" : "the model has") +
             (models.size() > 1 ? " any" : " none") +
             " of its users; are the ids of the same data? --given FILE folds new users in";
  } else {
    reason = "no user has relevant items that the model has and was not trained on";
    if (command.relevant) reason += "; --relevant may be too high";
  }
  throw Error(ErrorCode::kBadData, test.source + ": no lists to measure: " + reason);
}

}  // namespace

int run_ranking(const RankingCommand& command) {
  std::vector<FactorModel> loaded;
  for (const std::string& path : command.models) loaded.push_back(load(path, command));
  const RankingPairs test = read_test(command);
  std::optional<RankingPairs> given;
  if (!command.given.empty()) given = read_given(command, loaded);
  std::deque<RankedModel> models;
  for (std::size_t m = 0; m < loaded.size(); ++m) {
    models.emplace_back(command.models[m], std::move(loaded[m]), test, given ? &*given : nullptr,
                        command);
  }
  RankingReport report;
  const Questions questions = ask(models, test, command, report);
  tell(models, test, command, report);

  const auto learnt =
      std::ranges::find_if(models, [](const RankedModel& model) { return model.keeps_ratings(); });
  std::optional<Ease> ease;  // first of all, as it may be refused
  if (command.ease) {
    if (learnt == models.end()) {
      throw Error(ErrorCode::kBadOption, "--ease learns from who rated what, which " +
                                             models.front().path() +
                                             " does not contain; leave --ease out");
    }
    ease = learnt->ease(*command.ease);
  }

  const auto add = [&](RankedLists lists) {
    if (command.resamples > 0) {
      lists.intervals = bootstrap_means(
          lists.measures,
          {.resamples = command.resamples, .seed = command.seed, .threads = command.read.threads});
    }
    report.lists.push_back(std::move(lists));
  };
  std::vector<RankingMeasures> measured;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t m = 0; m < models.size(); ++m) {
    measured.push_back(models[m].measure(questions.users, questions.relevant[m]));
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (std::size_t m = 0; m < models.size(); ++m) {
    add({.name = models[m].path(),
         .key = m == 0 ? "ranking" : "second",
         .keeps_ratings = models[m].keeps_ratings(),
         .rank_by = name_of(models[m].rank_by()),
         .least_ratings = models[m].least_ratings(),
         .items = models[m].model().item_count(),
         .measures = std::move(measured[m]),
         .intervals = {}});
  }
  if (models.size() == 2 && command.resamples > 0) {
    report.difference = bootstrap_differences(
        report.lists[0].measures, report.lists[1].measures,
        {.resamples = command.resamples, .seed = command.seed, .threads = command.read.threads});
  }
  if (learnt != models.end()) {
    const auto& relevant = questions.relevant[static_cast<std::size_t>(learnt - models.begin())];
    const auto add_baseline = [&](RankedLists lists) {
      lists.is_baseline = true;
      lists.items = learnt->model().item_count();
      add(std::move(lists));
    };
    using Baseline = RankedModel::Baseline;
    for (const auto& [by, name, key] :
         {std::tuple(Baseline::kPopular, "most popular", "popular"),
          std::tuple(Baseline::kCosine, "item-item cosine", "cosine")}) {
      if (command.no_baselines) break;
      add_baseline({.name = name,
                    .key = key,
                    .rank_by = "",
                    .measures = learnt->measure(by, questions.users, relevant),
                    .intervals = {}});
    }
    if (ease) {
      add_baseline({.name = "EASE",
                    .key = "ease",
                    .rank_by = "",
                    .penalty = command.ease,
                    .measures = learnt->measure(*ease, 1.0, questions.users, relevant),
                    .intervals = {}});
      add_baseline(
          {.name = learnt->path() + " + EASE",
           .key = "ease_mixture",
           .rank_by = "",
           .penalty = command.ease,
           .weight = command.ease_weight,
           .measures = learnt->measure(*ease, command.ease_weight, questions.users, relevant),
           .intervals = {}});
    }
  }
  std::cout << (command.json ? ranking_json(report, command) : ranking_tables(report, command))
            << std::flush;
  if (!command.report.empty()) write_page(command.report, ranking_page(report, command));
  return kDone;
}

}  // namespace mfpar::apps
