// SPDX-License-Identifier: MIT
#include "mf-train/stream_options.hpp"

#include <filesystem>
#include <string>

#include "common/memory_size.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"

namespace mfpar::apps {

namespace {

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::kBadOption, what); }

/// What --stream does not serve, and what to do instead.
struct Unserved {
  const char* option;
  const char* remedy;
};

constexpr const char* kInMemory = "needs all ratings in memory; leave out one of the two";
constexpr const char* kWhenPacked =
    "tells how text is read, and the store is packed already; give it to mf-data pack";

constexpr Unserved kUnserved[] = {
    {"split-last", "needs times in memory; mf-data pack --last N marks the same in the store"},
    {"split-time", "needs times in memory; mf-data pack --at-time T marks the same in the store"},
    {"valid",
     "has ids of its own; mf-data pack can mark in the store what is held out, and mf-eval "
     "evaluates on another file"},
    {"folds", kInMemory},
    {"seeds", kInMemory},
    {"item-features", kInMemory},
    {"user-features", kInMemory},
    {"warm-start", "needs the ratings of new users in memory; leave out one of the two"},
    {"duplicates", kWhenPacked},
    {"delimiter", kWhenPacked},
    {"quote", kWhenPacked},
    {"header", kWhenPacked},
    {"no-header", kWhenPacked},
    {"columns", kWhenPacked},
    {"missing", kWhenPacked},
    {"on-bad-line", kWhenPacked},
    {"most-bad-share", kWhenPacked}};

}  // namespace

void add_stream_options(Options& options, TrainCommand& command) {
  options.group("More ratings than memory");
  options.flag("stream", command.streams,
               "Train from a packed store (mf-data pack) without a copy of the ratings in memory: "
               "they are sorted into a temporary file, which every epoch reads. By sgd; of what "
               "is held out, the store's own, --valid-fraction and --split-by-user.");
  options.flag("plan", command.plans,
               "Train nothing: tell what training from a packed store would take in memory and by "
               "--stream, memory, reads and time an epoch, from a short measurement, and which of "
               "the two it should be.");
  options.add("memory", "SIZE",
              "Memory that training may take, as 512M or 2G: --stream ends at once where it would "
              "take more, and --plan chooses by it; unless given, what is available.",
              "", [&](const std::string& value) { command.memory = parse_memory_size(value); });
  options.text("temporary", "FOLDER", command.temporary,
               "Where --stream makes its temporary file, of 4 to 6 bytes a rating; unless given, "
               "beside the store. It has no name, and is gone with the program.");
}

void finish_stream_options(const Options& options, TrainCommand& command) {
  const std::string name = command.streams ? "--stream" : "--plan";
  if (!command.streams && !command.plans) {
    for (const char* option : {"memory", "temporary"}) {
      if (options.given(option)) {
        refuse("--" + std::string(option) + " is for what --stream reads from a packed store; " +
               "add that, or leave it out");
      }
    }
    return;
  }
  for (const Unserved& unserved : kUnserved) {
    if (options.given(unserved.option)) {
      refuse("beside " + name + ", --" + unserved.option + " " + unserved.remedy);
    }
  }
  if (command.learnt_from != LearntFrom::kRatings || command.train.method != Method::kSgd) {
    refuse(name + " is for ratings that are learnt by sgd; leave out --feedback and --method, or " +
           name);
  }
  const std::string& store = command.ratings_paths[0];
  if (command.ratings_paths.size() > 1 || !is_packed_store(store)) {
    refuse(name + " reads one packed store, and " + store +
           (command.ratings_paths.size() > 1 ? " is one of several files" : " is none") +
           "; mf-data pack makes one of any files of ratings");
  }
  if (command.read.part == PackedPart::kHeldOut) {
    refuse(name + " and --part held-out: what is held out is in memory; leave out " + name);
  }
  if (!command.temporary.empty()) return;
  command.temporary = std::filesystem::path(store).parent_path().string();
  if (command.temporary.empty()) command.temporary = ".";
}

}  // namespace mfpar::apps
