// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "common/program.hpp"
#include "common/reading_options.hpp"
#include "mf-data/commands.hpp"
#include "mf-data/data_report.hpp"

namespace mfpar::apps {

int run_inspect(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data inspect",
      .purpose = "show what a file of ratings contains",
      .synopsis = "RATINGS... [OPTION]...",
      .description =
          "Reads a file as mf-train would and prints how it is written, how many users, items and "
          "ratings it has, how many ratings a user gives and an item gets, and how often each "
          "value is given.",
      .examples =
          {{"mf-data inspect ratings.csv", "A report to read."},
           {"mf-data inspect ratings.csv.gz --columns user=who,item=what,rating=stars --json",
            "One JSON object."}},
      .kernel = {}};
  std::vector<std::string> ratings;
  bool json = false;
  ReadOptions read;
  StoreOptions store;
  Options options;
  options.rest("RATINGS", ratings,
               "Text files of ratings, plain or compressed, or folders of them, read as one; - is "
               "standard input. Or a packed store, which is read to the end, and so proven.",
               /*required=*/true);
  options.group("Output");
  options.flag("json", json, "Print one JSON object instead of the report.");
  add_reading_options(options, read);
  add_duplicates_option(options, store.duplicates);
  return run_program(info, options, argc, argv, [&] {
    read.timestamps = ReadOptions::Timestamps::kIfThere;
    store.threads = read.threads;
    const DataReport report = make_data_report(read_ratings(ratings, read), store);
    std::cout << (json ? data_json(report) : data_table(report));
    return kDone;
  });
}

}  // namespace mfpar::apps
