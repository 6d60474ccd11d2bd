// SPDX-License-Identifier: MIT
#include "mf-fold-in/fold_in_job.hpp"

#include <iostream>
#include <utility>

#include "common/item_pairs.hpp"
#include "common/option_habits.hpp"
#include "common/program.hpp"
#include "common/progress_line.hpp"
#include "common/text.hpp"
#include "mf-fold-in/fold_in_test.hpp"
#include "mf-fold-in/request_rows.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

void warn(const std::string& message) { std::cerr << "mf-fold-in: warning: " << message << '\n'; }

/// "12 users"
std::string counted_rows(std::size_t number, Entity entity) {
  return counted(number, entity == Entity::kUser ? "user" : "item");
}

}  // namespace

FoldInJob::FoldInJob(const FoldInCommand& command, std::stop_token stop)
    : command_(command),
      stop_(std::move(stop)),
      model_(load_model_argument(command.model_path,
                                 command.ratings_paths.empty() ? "" : command.ratings_paths.front(),
                                 "mf-fold-in")),
      writer_(command, model_) {}

int FoldInJob::run() {
  return command_.requests_path.empty() ? fold_in_table() : fold_in_requests();
}

RatingTable FoldInJob::read(const std::vector<std::string>& paths) const {
  ReadOptions options = command_.read;
  // Who chose what needs no ratings: two columns are users and items then.
  options.may_lack_ratings = model_.feedback() == Feedback::kOneClass;
  if (!command_.items && !options.may_lack_ratings) options.single_user = command_.as;
  ReadResult result = read_ratings(paths, options);
  if (result.report.single_user && command_.format == RowFormat::kModel && !command_.is_named) {
    throw Error(ErrorCode::kBadOption,
                result.report.source +
                    " names no user, and a model needs an id for the new row; give --as ID");
  }
  if (result.report.bad_lines > 0) {
    warn(counted(result.report.bad_lines, "bad line") + " left out; " +
         result.report.first_bad.front().message);
  }
  for (const std::string& note : result.report.notes) warn(note);
  return std::move(result.ratings);
}

RatingTable FoldInJob::table_of_pairs() const {
  RatingTable table;
  for (const ItemRating& pair : parse_pairs(command_.pairs)) {
    command_.items ? table.add(pair.item, command_.as, pair.value)
                   : table.add(command_.as, pair.item, pair.value);
  }
  return table;
}

FoldedInTable FoldInJob::fold_in(const RatingTable& ratings, bool shows_progress) const {
  const bool by_user = !command_.items;
  const std::size_t count = (by_user ? ratings.users() : ratings.items())->size();
  ProgressLine line(shows_progress && !command_.quiet);
  const std::string rows = command_.items ? "items" : "users";
  const FoldInProgress progress = [&](std::size_t done) { line.show(done, count, rows); };
  return mfpar::fold_in_table(model_, ratings, command_.joining(), command_.fold_in,
                              command_.read.threads, stop_, progress);
}

void FoldInJob::warn_of(const FoldedInTable& rows, std::uint64_t ratings) const {
  const std::string other = command_.items ? "user" : "item";
  if (rows.unknown > 0) {
    warn(with_commas(rows.unknown) + " of " + counted(ratings, "rating") +
         " left out, as the model does not have the " + other + " (" +
         mfpar::quoted(rows.first_unknown) + (rows.unknown > 1 ? ", ...)" : ")"));
  }
  if (rows.duplicates > 0) {
    warn(counted(rows.duplicates, "rating") + " left out, as a later one is of the same user and " +
         "item");
  }
  const std::string scale = scale_warning(rows.off_scale, model_.range());
  if (!scale.empty()) warn(scale);
}

int FoldInJob::report_interrupt() const {
  std::cerr << "mf-fold-in: interrupted"
            << (command_.output_path.empty() ? "\n" : "; no file was written\n");
  return kInterrupted;
}

void FoldInJob::report_rows(std::uint64_t ratings) const {
  if (command_.quiet || command_.output_path.empty()) return;
  std::cerr << "mf-fold-in: " << command_.output_path << ": "
            << (command_.format == RowFormat::kModel ? "the model with " : "")
            << counted_rows(writer_.added(), command_.joining()) << " added and "
            << with_commas(writer_.updated()) << " updated, by " << counted(ratings, "rating")
            << '\n';
}

int FoldInJob::fold_in_table() {
  const RatingTable ratings =
      command_.pairs.empty() ? read(command_.ratings_paths) : table_of_pairs();
  FoldedInTable rows = fold_in(ratings, /*shows_progress=*/true);
  if (stop_.stop_requested()) return report_interrupt();
  warn_of(rows, ratings.size());
  if (rows.used == 0) {
    const IdDictionary& ids = *model_.side(other(command_.joining())).ids;
    const std::string kind = command_.items ? "a user" : "an item";
    throw Error(ErrorCode::kBadData,
                "none of the ratings is of " + kind + " that the model has" +
                    (ids.size() == 0 ? ""
                                     : ", such as " + mfpar::quoted(ids.id(0)) +
                                           "; are the ids of the same data, in the same columns "
                                           "(--columns)?"));
  }
  std::vector<NewRow> tested_rows;
  RatingTable tested;
  if (!command_.test_path.empty()) {
    tested = read({command_.test_path});
    tested_rows = rows.rows;
  } else if (command_.test_fraction > 0.0) {
    TestSplit split =
        split_each_row(ratings, command_.joining(), command_.test_fraction, command_.seed);
    tested = std::move(split.tested);
    if (tested.size() == 0) {
      throw Error(ErrorCode::kBadData,
                  "no rating is left for the test: one of each " +
                      std::string(command_.items ? "item" : "user") +
                      " stays for the fold-in; give a larger --test-fraction, or --test FILE");
    }
    tested_rows = fold_in(split.known, /*shows_progress=*/false).rows;
  }
  writer_.add(std::move(rows.rows));
  writer_.commit();
  report_rows(rows.used);
  if (!command_.tests()) return kDone;
  const FoldInTest test =
      test_rows(model_, tested_rows, command_.joining(), tested, command_.read.threads);
  if (stop_.stop_requested()) return kInterrupted;
  if (test.trained_on > 0) {
    warn("the model was trained on " + with_commas(test.trained_on) + " of the " +
         counted(tested.size(), "rating") +
         " of the test; on new ratings the errors will be larger");
  }
  std::cout << (command_.json ? test_json(test, model_)
                              : test_table(test, model_, command_.joining()));
  return kDone;
}

int FoldInJob::fold_in_requests() {
  const RequestResult result = apps::fold_in_requests(command_, model_, writer_, stop_);
  if (stop_.stop_requested()) return report_interrupt();
  const FoldedInTable& total = result.total;
  warn_of(total, total.used + total.unknown + total.duplicates);
  writer_.commit();
  report_rows(total.used);
  if (result.errors == 0) return kDone;
  std::cerr << "mf-fold-in: error: " << with_commas(result.errors) << " of "
            << counted(result.requests, "request") << " could not be folded in\n";
  return kData;
}

}  // namespace mfpar::apps
