// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "common/program.hpp"
#include "common/text.hpp"
#include "mf-model/commands.hpp"
#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"

namespace mfpar::apps {

namespace {

/// What loading a model leaves out: that looking an id up finds it.
void check_ids(const std::string& path, const std::string& side, const IdDictionary& ids) {
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const std::string id = ids.id(i);
    const std::uint32_t found = ids.find(id);
    if (found == i) continue;
    throw Error(ErrorCode::kBadFile,
                path + ": the " + side + " at index " + std::to_string(i) + ", '" + id +
                    "', is found " +
                    (found == kNoIndex ? "nowhere" : "at index " + std::to_string(found)) +
                    "; the table of ids is damaged: make the file anew");
  }
}

}  // namespace

int run_verify(int argc, const char* const* argv) {
  const ProgramInfo info{
      .name = "mf-model verify",
      .purpose = "check a model file from the first byte to the last",
      .synopsis = "MODEL",
      .description =
          "Checks that the file is whole (its size, every checksum, the zeros between sections), "
          "that all factors and biases are finite and rows padded with zeros, that the lists of "
          "rated items ascend within range, and that every id is found where it stands. Exits with "
          "4, saying what is wrong and where, when one of them fails.",
      .examples = {{"mf-model verify films.model && cp films.model /srv/models/",
                    "Pass a model on only when it is whole."}},
      .kernel = {}};
  std::string path;
  Options options;
  options.positional("MODEL", path, "A model file.");
  return run_program(info, options, argc, argv, [&] {
    const FactorModel model = load_model(path);
    check_ids(path, "user", model.users());
    check_ids(path, "item", model.items());
    std::cout << path << ": ok: checksums, factors and biases of "
              << with_commas(model.user_count()) << " users and " << with_commas(model.item_count())
              << " items, their ids, "
              << with_commas(model.parts().trained.items.size() +
                             model.parts().held_out.items.size())
              << " rated items\n";
    return kDone;
  });
}

}  // namespace mfpar::apps
