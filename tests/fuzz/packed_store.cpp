// SPDX-License-Identifier: MIT
//
// Packed stores, as they are and with the checksums that belong to them.
#include "mfpar/packed_store.hpp"

#include <string>

#include "expect.hpp"
#include "memory_file.hpp"
#include "mfpar/rating_store.hpp"
#include "store_use.hpp"
#include "targets.hpp"

namespace mfpar::fuzz {

void packed_store(std::string_view input) {
  const tests::MemoryFile file(input);
  succeeds([&] { tests::all_of(PackedStore(file.path())); });
  const tests::MemoryFile proven(tests::with_block_checksums(tests::SectionFile(input)));
  succeeds([&] {
    const PackedStore packed(proven.path());
    tests::all_of(packed);
    const Workers workers(1);
    const RatingStore built = build_store(packed_table(packed, PackedPart::kAll, true, workers));
    require(built.size() == packed.size(), "no rating stands twice in a store");
  });
}

}  // namespace mfpar::fuzz
