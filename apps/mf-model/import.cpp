// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "common/loss_option.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-model/commands.hpp"
#include "mf-model/formats.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

struct ImportCommand {
  std::string source, items;
  std::string model;
  ModelFormat format = ModelFormat::kNpy;
  ImportOptions options;
};

/// "0.5:5" as a range.
RatingRange range_of(const std::string& value) {
  RatingRange range;
  const char* const end = value.data() + value.size();
  const auto low = std::from_chars(value.data(), end, range.lowest);
  const bool parted = low.ec == std::errc() && low.ptr != end && *low.ptr == ':';
  const auto high = std::from_chars(parted ? low.ptr + 1 : end, end, range.highest);
  if (!parted || high.ec != std::errc() || high.ptr != end || !std::isfinite(range.lowest) ||
      !std::isfinite(range.highest) || range.lowest > range.highest) {
    Options::reject("the lowest and the highest rating, such as 0.5:5");
  }
  return range;
}

void add_import_options(Options& options, ImportCommand& command) {
  options.positional("SOURCE", command.source,
                     "A folder that mf-model export made, the factors of the users, or a model of "
                     "LIBMF.");
  options.positional("ITEMS", command.items, "The factors of the items, where SOURCE is a file.",
                     false);
  options.group("Output");
  options.text("output,o", "MODEL", command.model, "The model file to write. Required.");
  options.group("Input");
  options.choice(
      "format", command.format,
      {{"npy", ModelFormat::kNpy}, {"text", ModelFormat::kText}, {"libmf", ModelFormat::kLibmf}},
      "Arrays of NumPy, users x rank and items x rank; tables with a tab between "
      "fields; or a text model of LIBMF.");
  options.group("What is not in the files");
  options.add("loss", loss_words(),
              "Which the factors minimise: under logistic, scores are log-odds. Unless given, what "
              "model.json or LIBMF's model says, else squared.",
              "",
              [&command](const std::string& value) { command.options.loss = parse_loss(value); });
  options.add("range", "LOWEST:HIGHEST",
              "Clip predictions to these ratings. Unless given, what model.json says, else they "
              "are not clipped.",
              "", [&](const std::string& value) { command.options.range = range_of(value); });
  options.add("mean", "X", "The mean; 0 unless given or in model.json.", "",
              [&](const std::string& value) {
                float mean = 0.0f;
                const char* const end = value.data() + value.size();
                const auto [stop, error] = std::from_chars(value.data(), end, mean);
                if (error != std::errc() || stop != end || !std::isfinite(mean)) {
                  Options::reject("a number");
                }
                command.options.mean = mean;
              });
  options.text("user-ids", "FILE", command.options.user_ids,
               "Ids of the users by row: text, one a line, or a .npy of whole numbers or text. The "
               "numbers of the rows unless given.");
  options.text("item-ids", "FILE", command.options.item_ids, "The same of the items.");
  options.text("user-biases", "FILE", command.options.user_biases,
               "Biases of the users by row, a .npy of one dimension.");
  options.text("item-biases", "FILE", command.options.item_biases, "The same of the items.");
}

FactorModel import_model(const ImportCommand& command) {
  const ImportOptions& options = command.options;
  const bool pair = !command.items.empty();
  switch (command.format) {
    case ModelFormat::kNpy:
      return pair ? import_npy_pair(command.source, command.items, options)
                  : import_npy(command.source, options);
    case ModelFormat::kText:
      return pair ? import_text_pair(command.source, command.items, options)
                  : import_text(command.source, options);
    case ModelFormat::kLibmf:
    case ModelFormat::kVectors:
      break;
  }
  return import_libmf(command.source, options);
}

int run(const Options& options, const ImportCommand& command) {
  const bool npy = command.format == ModelFormat::kNpy;
  const bool libmf = command.format == ModelFormat::kLibmf;
  require_format(options, "mean", !libmf, "npy and text");
  require_format(options, "user-ids", npy || libmf, "npy and libmf; tables have their own");
  require_format(options, "item-ids", npy || libmf, "npy and libmf; tables have their own");
  require_format(options, "user-biases", npy, "npy");
  require_format(options, "item-biases", npy, "npy");
  if (libmf && !command.items.empty()) {
    throw Error(ErrorCode::kBadOption,
                "unexpected argument '" + command.items + "': a model of LIBMF is one file");
  }
  if (command.model.empty()) {
    throw Error(ErrorCode::kBadOption, "--output (-o) is missing: the model file to write");
  }
  std::error_code none;  // a folder that is not there holds no files either
  const auto folder = place_of(command.model).parent_path();
  if (std::filesystem::is_directory(command.source, none) &&
      std::filesystem::equivalent(command.source, folder, none)) {
    throw Error(ErrorCode::kBadOption, "--output (-o) " + command.model +
                                           " would stand among the files that are to be read; give "
                                           "another name");
  }
  const ImportOptions& files = command.options;
  check_output("--output (-o)", command.model,
               {command.source, command.items, files.user_ids, files.item_ids, files.user_biases,
                files.item_biases});
  const FactorModel model = import_model(command);
  save_model(model, command.model);
  std::cout << command.model << ": " << with_commas(model.user_count()) << " users and "
            << with_commas(model.item_count()) << " items of rank " << model.rank() << '\n';
  return kDone;
}

}  // namespace

int run_import(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-model import",
      .purpose = "make a model from arrays, text or a model of LIBMF",
      .synopsis = "SOURCE [ITEMS] -o MODEL [OPTION]...",
      .description =
          "Reads a folder of mf-model export, or two files of factors that any other program "
          "wrote, or a model of LIBMF's mf-train, and writes a model file.\n\n"
          "An imported model does not know what its users rated, so nothing is left out of their "
          "recommendations unless asked for, and it has no baseline to be compared with.",
      .examples = {{"mf-model import films -o films.model", "What mf-model export wrote."},
                   {"mf-model import P.npy Q.npy --user-ids users.txt --item-ids items.txt "
                    "--range 1:5 -o films.model",
                    "Two arrays, with ids and a range."},
                   {"mf-model import --format libmf ratings.txt.model -o films.model",
                    "A model of LIBMF; ids are the numbers of its rows."}},
      .kernel = {}};
  ImportCommand command;
  Options options;
  add_import_options(options, command);
  return run_program(info, options, argc, argv, [&] { return run(options, command); });
}

}  // namespace mfpar::apps
