// SPDX-License-Identifier: MIT
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "common/memory_size.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/progress_line.hpp"
#include "common/reading_options.hpp"
#include "common/text.hpp"
#include "mf-data/commands.hpp"
#include "mfpar/error.hpp"
#include "mfpar/pack_ratings.hpp"

namespace mfpar::apps {

namespace {

struct PackCommand {
  std::vector<std::string> ratings;
  std::string output;
  ReadOptions read;
  PackOptions pack;
  bool timestamps = false;
};

void add_options(Options& options, PackCommand& command) {
  options.rest("RATINGS", command.ratings,
               "Text files of ratings, plain or compressed, or folders of them, read as one; - is "
               "standard input.",
               /*required=*/true);
  options.group("Output");
  options.text("output,o", "STORE", command.output, "The packed store to write. Required.");
  options.add("memory", "SIZE",
              "Memory to work in, about, as 512M or 2G. Ratings that do not fit go through "
              "temporary files; ids must fit, at some 100 bytes each. The store does not depend on "
              "it.",
              "2G",
              [&](const std::string& value) { command.pack.memory = parse_memory_size(value); });
  options.text("temporary", "FOLDER", command.pack.temporary,
               "Where temporary files are made, at up to 16 bytes a rating (48 with timestamps); "
               "unless given, beside the store. They have no names, and are gone with the "
               "program.");
  options.flag("timestamps", command.timestamps,
               "Keep timestamps, where there are any, at 8 bytes a rating: a store without them "
               "cannot be split by time. --last and --at-time keep them.");
  options.integer<std::uint64_t>("seed", "N", command.pack.store.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Of the order of users and items, and of what is held out.");
  options.group("Held-out ratings");
  HoldOut& hold_out = command.pack.hold_out;
  const Interval inside{.lowest = 0, .highest = 1, .open_lowest = true, .open_highest = true};
  options.number("valid-fraction", "X", hold_out.fraction, inside,
                 "Mark this share of all ratings, at random, as held out: mf-train validates on "
                 "them and learns from the others.");
  options.number("by-user", "X", hold_out.by_user, inside,
                 "Mark this share of each user's ratings, at random: at least one, and never all.");
  options.integer<std::uint32_t>("last", "N", hold_out.last, 1, 1'000'000,
                                 "Mark the last N ratings of every user by timestamp, one fewer "
                                 "than the user has at most.");
  add_time_option(options, "at-time", hold_out.time, "Mark all ratings from this time on.");
  add_reading_options(options, command.read);
  add_duplicates_option(options, command.pack.store.duplicates);
}

void finish(const Options& options, PackCommand& command) {
  if (!options.given("output")) {
    throw Error(ErrorCode::kBadOption, "--output (-o) is missing: the store to write");
  }
  std::string chosen;
  for (const char* way : {"valid-fraction", "by-user", "last", "at-time"}) {
    if (!options.given(way)) continue;
    if (!chosen.empty()) {
      throw Error(ErrorCode::kBadOption,
                  "--" + chosen + " and --" + way + " both say what to hold out; give one of them");
    }
    chosen = way;
  }
  const bool by_time = command.pack.hold_out.last || command.pack.hold_out.time;
  using Timestamps = ReadOptions::Timestamps;
  command.read.timestamps = by_time              ? Timestamps::kRequired
                            : command.timestamps ? Timestamps::kIfThere
                                                 : Timestamps::kIgnore;
  check_output("--output", command.output, command.ratings);
}

int run(PackCommand& command) {
  ProgressLine line;
  command.pack.progress = [&](const PackProgress& progress) {
    if (progress.sorted == 0) {
      line.show(with_commas(progress.read) + " ratings read, " + clock_time(line.seconds()) +
                " passed");
    } else {
      line.show(progress.sorted, progress.read, "ratings sorted");
    }
  };
  const PackResult result =
      pack_ratings(command.ratings, command.output, command.read, command.pack);
  line.clear();
  const PackedStore& store = result.store;
  if (result.report.bad_lines > 0) {
    std::cerr << "mf-data pack: warning: " << with_commas(result.report.bad_lines)
              << " bad lines were left out; " << result.report.first_bad.front().message << '\n';
  }
  for (const std::string& note : result.report.notes) {
    std::cerr << "mf-data pack: warning: " << note << '\n';
  }
  std::cout << command.output << ": " << counted(store.size(), "rating") << " of "
            << counted(store.user_count(), "user") << " and " << counted(store.item_count(), "item")
            << ", "
            << fixed(static_cast<double>(store.bytes()) / static_cast<double>(store.size()), 2)
            << " bytes a rating, packed in " << fixed(line.seconds(), 2) << " s\n"
            << "duplicates: " << with_commas(store.duplicates())
            << (store.duplicates() > 0 ? " (--duplicates says which one counts)\n" : "\n");
  if (store.held_out() > 0) std::cout << "held out: " << with_commas(store.held_out()) << '\n';
  if (result.spilled > 0) {
    std::cout << "through temporary files: " << with_commas(result.spilled >> 20) << " MiB\n";
  }
  return kDone;
}

}  // namespace

int run_pack(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data pack",
      .purpose = "pack ratings into a store on disk",
      .synopsis = "RATINGS... -o STORE [OPTION]...",
      .description =
          "Reads ratings as mf-train would and writes them to a packed store: one file of ids and "
          "ratings at 4 bytes a rating and a little more, sorted by user, in blocks with checksums "
          "(described byte by byte in lib/FORMAT.md). A store can be given wherever a file of "
          "ratings can, is read some times as fast as text, and what is learnt from it is what "
          "would be learnt from the text. How text is written is said here once and for all.\n\n"
          "Ratings need not fit into memory. The same ratings, seed and duplicates make the same "
          "file, whatever --memory and --threads.",
      .examples = {{"mf-data pack ratings.csv -o ratings.store", "Pack a file."},
                   {"zcat part-*.gz | mf-data pack - -o ratings.store --memory 8G",
                    "Pack what comes through a pipe, in more memory."},
                   {"mf-data pack ratings.csv -o ratings.store --last 1",
                    "Mark the last rating of every user as held out."}},
      .kernel = {}};
  PackCommand command;
  Options options;
  add_options(options, command);
  return run_program(info, options, argc, argv, [&] {
    finish(options, command);
    return run(command);
  });
}

}  // namespace mfpar::apps
