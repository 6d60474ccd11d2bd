// SPDX-License-Identifier: MIT
#include "mf-train/show_plan.hpp"

#include <cmath>
#include <cstdio>
#include <string>

#include "common/json.hpp"
#include "common/line_log.hpp"
#include "common/memory_size.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-train/prepare_stream.hpp"

namespace mfpar::apps {

namespace {

void print_row(const std::string& what, const std::string& in_memory, const std::string& streamed) {
  std::printf("%-16s  %10s  %10s\n", what.c_str(), in_memory.c_str(), streamed.c_str());
}

std::string seconds_text(double seconds) { return fixed(seconds, seconds < 10.0 ? 3 : 1) + " s"; }

/// What the plan comes to.
std::string advice_of(const TrainingPlan& plan) {
  if (!plan.streams) return "in memory: it fits";
  if (plan.streamed.memory <= plan.memory) return "--stream: in memory it does not fit";
  return "neither fits; lower --rank or --threads, or add --no-rated-lists";
}

Json json_of_plan(const TrainingNeeds& needs) {
  return {{"memory", needs.memory},
          {"temporary", needs.temporary},
          {"reads", needs.reads},
          {"epoch_seconds", needs.epoch_seconds}};
}

}  // namespace

int show_plan(const TrainCommand& command) {
  LineLog log(command.log_path, /*adds=*/false);
  const PreparedRatings ratings = prepare_stream(command);
  if (!command.quiet) std::fputs(describe(ratings).c_str(), stderr);
  const TrainingPlan plan = plan_of(command, ratings, /*measures=*/true);
  const bool fits = plan.streamed.memory <= plan.memory;
  log.write(text_of(Json{{"event", "plan"},
                         {"in_memory", json_of_plan(plan.in_memory)},
                         {"streamed", json_of_plan(plan.streamed)},
                         {"model", plan.model_bytes},
                         {"available", plan.memory},
                         {"advice", !plan.streams ? "memory"
                                    : fits        ? "stream"
                                                  : "none"}}));
  print_row("", "in memory", "streamed");
  print_row("peak memory", memory_text(plan.in_memory.memory), memory_text(plan.streamed.memory));
  print_row("temporary file", "-", memory_text(plan.streamed.temporary));
  print_row("read an epoch", "-", memory_text(plan.streamed.reads));
  print_row("time an epoch", seconds_text(plan.in_memory.epoch_seconds),
            seconds_text(plan.streamed.epoch_seconds));
  print_row("model", memory_text(plan.model_bytes), memory_text(plan.model_bytes));
  std::printf("of %s of memory: %s\n", memory_text(plan.memory).c_str(), advice_of(plan).c_str());
  if (log.failure().empty()) return kDone;
  std::fprintf(stderr, "mf-train: error: %s\n", log.failure().c_str());
  return kSystemFailure;
}

}  // namespace mfpar::apps
