// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "common/json_ratings.hpp"
#include "common/output_file.hpp"
#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-model/commands.hpp"
#include "mf-model/formats.hpp"
#include "mfpar/error.hpp"
#include "mfpar/interchange.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/option_names.hpp"

namespace mfpar::apps {

namespace {

struct ExportCommand {
  std::string model, target;
  ModelFormat format = ModelFormat::kNpy;
  LibmfIds ids = LibmfIds::kSame;
  VectorOptions vectors;
  Feedback part = Feedback::kRatings;  ///< of a model that has both
};

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
  options.choice("part", command.part, kFeedbackNames,
                 "Which part of a model trained with --feedback both.");
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
                const auto rank_by = parse_rank_by(value);
                if (!rank_by) Options::reject(kRankByForms);
                if (rank_by->one_class_weight != 0.0f) {
                  Options::reject(
                      "rating, interaction or blend:W; vectors for lists by one-class feedback are "
                      "those of --part one-class");
                }
                command.vectors.bias_weight = rank_by->bias_weight;
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
  const FactorModel whole = load_model(command.model);
  if (options.given("part") && !whole.parts().one_class) {
    throw Error(ErrorCode::kBadOption,
                "--part chooses between the parts of a model trained with --feedback both; " +
                    command.model + " has one only: leave it out");
  }
  const FactorModel& model = command.part == Feedback::kOneClass ? *whole.one_class() : whole;
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
