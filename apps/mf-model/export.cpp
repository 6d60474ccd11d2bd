// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>
#include <iostream>
#include <string>
#include <string_view>

#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-model/commands.hpp"
#include "mf-model/formats.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

struct ExportCommand {
  std::string model, target;
  ModelFormat format = ModelFormat::kNpy;
  LibmfIds ids = LibmfIds::kSame;
  VectorOptions vectors;
};

/// "rating", "interaction" or "blend:W" as the weight of biases.
float bias_weight_of(std::string_view value) {
  constexpr std::string_view kBlend = "blend:";
  if (value == "rating") return 1.0f;
  if (value == "interaction") return 0.0f;
  float weight = 0.0f;
  const std::string_view number = value.substr(std::min(kBlend.size(), value.size()));
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, weight);
  if (!value.starts_with(kBlend) || error != std::errc() || stop != end || !std::isfinite(weight)) {
    Options::reject("rating, interaction or blend:W with a number W, such as blend:0.5");
  }
  return weight;
}

void add_export_options(Options& options, ExportCommand& command) {
  options.positional("MODEL", command.model, "A model file.");
  options.group("Output");
  options.text("output,o", "TARGET", command.target,
               "The folder to make, which must be new or empty; with libmf, the file. Required.");
  options.choice("format", command.format,
                 {{"npy", ModelFormat::kNpy},
                  {"text", ModelFormat::kText},
                  {"libmf", ModelFormat::kLibmf},
                  {"vectors", ModelFormat::kVectors}},
                 "Arrays for NumPy; tables with a tab between fields; a text model of LIBMF; or "
                 "vectors for an index such as Faiss, hnswlib or pgvector.");
  options.group("LIBMF only");
  options.choice("ids", command.ids, {{"same", LibmfIds::kSame}, {"numbered", LibmfIds::kNumbered}},
                 "Ids are the numbers of rows; or rows are numbered, and the ids go to "
                 "TARGET.users and TARGET.items, one a line.");
  options.group("Vectors only");
  options.choice("index", command.vectors.index,
                 {{"inner-product", VectorIndex::kInnerProduct}, {"cosine", VectorIndex::kCosine}},
                 "What the index searches by; cosine serves Euclidean distance too.");
  options.add("rank-by", "rating|interaction|blend:W",
              "The order to search in: by predicted rating, by what a user likes more than others "
              "do, or with the biases of items weighed by W.",
              "rating", [&](const std::string& value) {
                command.vectors.bias_weight = bias_weight_of(value);
              });
}

int run(const Options& options, const ExportCommand& command) {
  const bool libmf = command.format == ModelFormat::kLibmf;
  const bool vectors = command.format == ModelFormat::kVectors;
  require_format(options, "ids", libmf, "libmf");
  require_format(options, "index", vectors, "vectors");
  require_format(options, "rank-by", vectors, "vectors");
  if (command.target.empty()) {
    throw Error(ErrorCode::kBadOption, "--output (-o) is missing: what to write");
  }
  if (libmf) {
    for (const char* suffix : {"", ".users", ".items"}) {
      if (*suffix != '\0' && command.ids == LibmfIds::kSame) continue;
      check_output("--output (-o)", command.target + suffix, {command.model});
    }
  } else {
    check_new_folder(command.target);
    outlive_reader();
  }
  const FactorModel model = load_model(command.model);
  switch (command.format) {
    case ModelFormat::kNpy:
      export_npy(model, command.target);
      break;
    case ModelFormat::kText:
      export_text(model, command.target);
      break;
    case ModelFormat::kLibmf:
      export_libmf(model, command.target, command.ids);
      break;
    case ModelFormat::kVectors:
      export_vectors(model, command.target, command.vectors);
      break;
  }
  std::cout << command.target << ": " << with_commas(model.user_count()) << " users and "
            << with_commas(model.item_count()) << " items of rank " << model.rank() << '\n';
  return kDone;
}

}  // namespace

int run_export(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-model export",
      .purpose = "write a model for NumPy, as text, for LIBMF or for an index",
      .synopsis = "MODEL -o TARGET [OPTION]...",
      .description =
          "Writes what a model predicts with: factors, biases, mean, range and ids. What each user "
          "rated and the record of the training are not exported. A folder appears whole or not at "
          "all, and one that is there already is not touched.\n\n"
          "For LIBMF, mean and biases become further factors, so that its mf-predict gives the "
          "predictions of the model, before they are clipped.\n\n"
          "An index over item_vectors.npy, queried with a row of user_vectors.npy, gives the items "
          "in the order of the model.",
      .examples = {{"mf-model export films.model -o films",
                    "films/P.npy, films/Q.npy, biases and ids, for numpy.load."},
                   {"mf-model export films.model --format libmf -o films.libmf",
                    "For mf-predict of LIBMF."},
                   {"mf-model export films.model --format vectors --index cosine "
                    "--rank-by interaction -o vectors",
                    "For an index that knows cosine only."}},
      .kernel = {}};
  ExportCommand command;
  Options options;
  add_export_options(options, command);
  return run_program(info, options, argc, argv, [&] { return run(options, command); });
}

}  // namespace mfpar::apps
