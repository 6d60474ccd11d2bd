// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <string>

#include "common/csv.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-data/commands.hpp"
#include "mf-data/rating_writer.hpp"
#include "mfpar/atomic_file.hpp"
#include "mfpar/error.hpp"
#include "mfpar/synthetic.hpp"

namespace mfpar::apps {

namespace {

struct SynthCommand {
  std::string shape;
  SyntheticOptions made;
  std::string output;
  std::string titles;
  RatingFormat format = RatingFormat::kCsv;
};

void add_size_options(Options& options, SynthCommand& command) {
  SyntheticOptions& made = command.made;
  constexpr std::uint32_t kMaxIds = 0xFFFFFFFEu;
  options.group("Size");
  options.text("shape", "NAME", command.shape,
               "Users, items and ratings as in ml-100k, ml-1m, ml-10m, ml-20m or netflix.");
  options.integer<std::uint32_t>("users", "N", made.users, 1, kMaxIds, "Users.");
  options.integer<std::uint32_t>("items", "N", made.items, 1, kMaxIds, "Items.");
  options.integer<std::uint64_t>("ratings", "N", made.ratings, 1,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Ratings, users times items at most.");
}

void add_model_options(Options& options, SyntheticOptions& made) {
  options.group("Model");
  options.integer<std::uint32_t>("rank,k", "K", made.rank, 1, 1024, "Planted factors.");
  options.number("mean", "X", made.mean, {}, "Mean rating.");
  options.number("user-bias", "SD", made.user_bias_sd, Interval::at_least(0),
                 "Standard deviation of the users' biases.");
  options.number("item-bias", "SD", made.item_bias_sd, Interval::at_least(0),
                 "Standard deviation of the items' biases.");
  options.number("interaction", "SD", made.interaction_sd, Interval::at_least(0),
                 "Standard deviation of the product of user and item factors.");
  options.number("noise", "SD", made.noise_sd, Interval::at_least(0),
                 "Standard deviation of the noise.");
  options.add("no-biases", "", "Leave out mean and biases.", "",
              [&made](const std::string&) { made.biases = false; });
  options.number("step", "X", made.step, Interval::at_least(0),
                 "Round ratings to multiples of it above the lowest; 0 neither rounds nor clips.");
  options.number("lowest", "X", made.lowest, {}, "Lowest rating.");
  options.number("highest", "X", made.highest, {}, "Highest rating.");
  options.number("popularity", "X", made.popularity_exponent, Interval::between(0, 10),
                 "Exponent of the Zipf law of the items' popularity; 0 makes all equal.");
  options.integer<std::uint64_t>("seed", "N", made.seed, 0,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 "Of everything that is random.");
  options.integer("threads,s", "N", made.threads, 0, 4096,
                  "Threads to work with; 0 is one for each core.");
}

/// The sizes of the shape, but for those that were given.
SyntheticOptions with_shape(const SynthCommand& command, const Options& options) {
  SyntheticOptions made = command.made;
  if (command.shape.empty()) return made;
  const SyntheticOptions shape = synthetic_shape(command.shape);
  if (!options.given("users")) made.users = shape.users;
  if (!options.given("items")) made.items = shape.items;
  if (!options.given("ratings")) made.ratings = shape.ratings;
  return made;
}

void write_titles(AtomicFile& file, const SyntheticRatings& made) {
  file.write("item,title,genres\n");
  const auto items = made.ratings.items();
  for (std::uint32_t item = 0; item < items->size(); ++item) {
    file.write(csv_field(items->id(item)) + ',' + csv_field(made.titles[item]) + ',' +
               csv_field(made.genres[item]) + '\n');
  }
}

void write_files(const SynthCommand& command, const SyntheticRatings& made) {
  const RatingTable& ratings = made.ratings;
  const auto users = written_ids(*ratings.users(), command.format);
  const auto items = written_ids(*ratings.items(), command.format);
  RatingWriter writer(command.output, command.format, users, items, ratings.has_timestamps(),
                      ratings.size());
  for (const Rating& rating : ratings) writer.write(rating);
  if (command.titles.empty()) return writer.file().commit();
  AtomicFile titles(command.titles);
  write_titles(titles, made);
  AtomicFile::commit_together(std::array{&writer.file(), &titles});
}

int run(const SynthCommand& command, const SyntheticOptions& options) {
  check_output("--output", command.output, {});
  if (!command.titles.empty()) {
    check_output("--titles", command.titles, {});
    check_distinct(std::array{command.output, command.titles});
  }
  const auto start = std::chrono::steady_clock::now();
  const SyntheticRatings made = make_synthetic(options);
  write_files(command, made);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << command.output << ": " << with_commas(made.ratings.size()) << " ratings of "
            << with_commas(options.users) << " users and " << with_commas(options.items)
            << " items, made in " << fixed(took.count(), 2) << " s\n"
            << "lowest reachable MSE: " << fixed(made.floor_mse, 5) << " (RMSE "
            << fixed(std::sqrt(made.floor_mse), 5) << ")\n";
  return kDone;
}

}  // namespace

int run_synth(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-data synth",
      .purpose = "generate ratings from a known model",
      .synopsis = "-o RATINGS [OPTION]...",
      .description =
          "Draws factors and biases of users and items at random and makes ratings from them: mean "
          "+ user bias + item bias + user factors . item factors + noise, rounded and clipped. A "
          "few items are popular and most are not, users rate few items or many, none twice. "
          "Prints the mean squared error (MSE) of the model that generated them, the lowest "
          "that can be expected on ratings that were not trained on.\n\n"
          "The same seed makes the same file.",
      .examples = {{"mf-data synth --shape ml-1m -o ratings.csv", "A million ratings."},
                   {"mf-data synth --shape ml-100k -o ratings.csv --titles movies.csv",
                    "With synthetic titles, and genres that show which items are similar."},
                   {"mf-data synth --users 100 --items 200 --ratings 20000 -k 3 --interaction 1 "
                    "--noise 0 --no-biases --step 0 -o toy.csv",
                    "A matrix of rank 3, without noise."}},
      .kernel = {}};
  SynthCommand command;
  Options options;
  options.group("Output");
  options.text("output,o", "RATINGS", command.output, "The file to write. Required.");
  options.text("titles", "FILE", command.titles,
               "Also write item, title and genres of every item as CSV.");
  add_format_option(options, command.format);
  add_size_options(options, command);
  add_model_options(options, command.made);
  return run_program(info, options, argc, argv, [&] {
    if (!options.given("output")) {
      throw Error(ErrorCode::kBadOption, "--output (-o) is missing: the file to write");
    }
    return run(command, with_shape(command, options));
  });
}

}  // namespace mfpar::apps
