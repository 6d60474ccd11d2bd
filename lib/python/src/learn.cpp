// SPDX-License-Identifier: MIT
#include "learn.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "mf-train/outcome.hpp"
#include "mf-train/prepare_ratings.hpp"
#include "mf-train/train_command.hpp"
#include "mfpar/checkpoint.hpp"
#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "model.hpp"
#include "ratings.hpp"

namespace mfpar::python {

namespace {

using apps::TrainCommand;

/// A report in the words of mf-train's log.
py::dict dict_of(const EpochReport& report, const TrainOptions& options) {
  const std::string metric(describe_loss(options.loss).metric);
  py::dict dict;
  dict["epoch"] = report.epoch;
  if (report.training > 0) {
    dict["seed"] = options.seed + static_cast<std::uint64_t>(report.training) - 1;
  }
  const std::pair<std::string, double> numbers[] = {
      {"train_" + metric, report.train_error},
      {"valid_" + metric, report.valid_error},
      {"valid_ndcg", report.valid_ndcg},
      {"objective", report.objective},
      {"seconds", report.seconds},
  };
  for (const auto& [name, number] : numbers) {
    if (!std::isnan(number)) dict[name.c_str()] = number;
  }
  return dict;
}

/// One part of the model, as mf-train learns it: validated, and once more from all ratings.
TrainResult learn_part(const TrainCommand& command, const TrainOptions& options,
                       apps::PreparedRatings& ratings, RatingStore training, TrainHooks hooks) {
  if (options.feedback == Feedback::kRatings) {
    if (ratings.user_features) hooks.user_features = &ratings.user_features->rows;
    if (ratings.item_features) hooks.item_features = &ratings.item_features->rows;
  }
  TrainResult result = train(std::move(training), ratings.validation, options, hooks);
  if (!refits(command)) return result;
  const bool is_last = options.feedback == Feedback::kOneClass || !command.one_class;
  return refit(is_last ? std::move(ratings.all) : ratings.all, std::move(result), options, hooks);
}

TrainResult learn_all(const TrainCommand& command, apps::PreparedRatings& ratings,
                      const TrainHooks& hooks) {
  RatingStore again;
  if (command.one_class) again = ratings.training;
  TrainResult result =
      learn_part(command, command.train, ratings, std::move(ratings.training), hooks);
  if (!command.one_class || result.stop_reason == StopReason::kRequested) return result;
  TrainResult one_class = learn_part(command, *command.one_class, ratings, std::move(again), hooks);
  if (one_class.stop_reason == StopReason::kRequested) result.stop_reason = one_class.stop_reason;
  result.model = with_one_class(result.model, std::move(one_class.model));
  return result;
}

/// What the thread that learns tells the one that called, which alone may see to Python: signals
/// come to it, and callbacks are made by it.
struct Watch {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<EpochReport> reports;  // that nobody was told yet
  bool done = false;
};

/// Learns on a thread of its own, without the GIL. The first KeyboardInterrupt ends the training
/// with the model so far; a second one, and whatever `on_epoch` raises, is raised when it has
/// ended.
TrainResult learn_watched(const TrainCommand& command, apps::PreparedRatings& ratings,
                          const FactorModel* warm_start, Checkpoints* checkpoints,
                          const py::object& on_epoch) {
  constexpr std::chrono::milliseconds kBetweenLooks{50};
  Watch watch;
  std::stop_source stop;
  TrainHooks hooks;
  hooks.stop = stop.get_token();
  hooks.warm_start = warm_start;
  hooks.checkpoints = checkpoints;
  hooks.rated_lists = !command.no_rated_lists;
  if (!on_epoch.is_none()) {
    hooks.on_epoch = [&](const EpochReport& report) {
      const std::lock_guard lock(watch.mutex);
      watch.reports.push_back(report);
      watch.changed.notify_one();
    };
  }
  TrainResult result;
  std::exception_ptr failure, raised;
  bool is_interrupted = false;
  const auto raise_later = [&] {
    if (!raised) raised = std::current_exception();
    stop.request_stop();
  };
  {
    const py::gil_scoped_release without_gil;
    std::jthread worker([&] {
      try {
        result = learn_all(command, ratings, hooks);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(watch.mutex);
      watch.done = true;
      watch.changed.notify_one();
    });
    for (bool done = false; !done;) {
      std::vector<EpochReport> reports;
      {
        std::unique_lock lock(watch.mutex);
        watch.changed.wait_for(lock, kBetweenLooks,
                               [&] { return watch.done || !watch.reports.empty(); });
        reports.swap(watch.reports);
        done = watch.done;
      }
      const py::gil_scoped_acquire with_gil;
      try {
        for (const EpochReport& report : reports) {
          if (!raised) on_epoch(dict_of(report, command.train));
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      } catch (py::error_already_set& error) {
        if (error.matches(PyExc_KeyboardInterrupt) && !is_interrupted) {
          is_interrupted = true;
          stop.request_stop();
        } else {
          raise_later();
        }
      } catch (...) {
        raise_later();
      }
    }
  }
  if (raised) std::rethrow_exception(raised);
  if (failure) std::rethrow_exception(failure);
  const bool is_untrained = result.model.parts().record.best_epoch == 0 && warm_start == nullptr;
  if (result.stop_reason == StopReason::kRequested && is_untrained) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw py::error_already_set();
  }
  return result;
}

py::dict report_of(const TrainResult& result, const TrainCommand& command,
                   const std::vector<std::string>& warnings) {
  py::dict report;
  py::list history;
  for (const EpochReport& epoch : result.history) history.append(dict_of(epoch, command.train));
  report["history"] = history;
  report["outcome"] = apps::outcome_of(result.stop_reason);
  report["best_epoch"] = result.model.parts().record.best_epoch;
  report["divergence"] = result.divergence;
  report["warnings"] = warnings;
  return report;
}

/// Trains by these arguments of mf-train on the ratings, whose table it takes.
py::tuple learn(Ratings& ratings, std::vector<std::string> arguments, Ratings* validation,
                const Model* warm_start, const py::object& on_epoch) {
  TrainCommand command;
  apps::Options options;
  add_train_options(options, command);
  arguments.emplace_back("-");  // ratings do not come from a file
  if (validation != nullptr) arguments.emplace_back("--valid=the ratings to validate on");
  options.parse(arguments);
  finish_train_command(options, command);
  apps::PreparedRatings prepared;
  {
    const py::gil_scoped_release without_gil;
    const auto read = [&] {
      ReadResult result;
      result.ratings = std::move(ratings.table);
      result.report.source = "the ratings";
      result.report.only_value = ratings.only_value;
      return result;
    };
    prepared = prepare_ratings(command, read, [&] { return std::move(validation->table); });
  }
  std::optional<FactorModel> start;
  if (warm_start != nullptr) {
    const py::gil_scoped_release without_gil;
    start = with_folded_in(*warm_start->factors(), prepared.training, command.train.threads);
  }
  std::optional<Checkpoints> checkpoints;
  if (!command.checkpoints.folder.empty()) checkpoints.emplace(command.checkpoints);
  TrainResult result = learn_watched(command, prepared, start ? &*start : nullptr,
                                     checkpoints ? &*checkpoints : nullptr, on_epoch);
  std::vector<std::string> warnings = prepared.warnings;
  if (checkpoints) {
    std::ranges::copy(checkpoints->warnings(), std::back_inserter(warnings));
    if (const std::string failure = checkpoints->failure(); !failure.empty()) {
      warnings.push_back(failure);
    }
    if (result.stop_reason != StopReason::kRequested) checkpoints->finish();
  }
  const py::dict report = report_of(result, command, warnings);
  return py::make_tuple(std::make_shared<Model>(std::move(result.model)), report);
}

/// Group and name of each option of mf-train, in order.
std::vector<std::pair<std::string, std::string>> option_names() {
  TrainCommand command;
  apps::Options options;
  add_train_options(options, command);
  std::vector<std::pair<std::string, std::string>> names;
  for (const apps::OptionSpec& option : options.options()) {
    if (!option.is_hidden) names.emplace_back(option.heading, option.name);
  }
  return names;
}

}  // namespace

void bind_learning(py::module_& module) {
  module.def("learn", &learn, py::arg("ratings"), py::arg("arguments"),
             py::arg("validation").none(true) = nullptr, py::arg("warm_start").none(true) = nullptr,
             py::arg("on_epoch") = py::none());
  module.def("option_names", &option_names);
}

}  // namespace mfpar::python
