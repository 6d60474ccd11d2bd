// SPDX-License-Identifier: MIT
//
// Mutates zip archives (behind a letter of options) member by member, checksums being put right.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "array_archives.hpp"
#include "io/zip_archive.hpp"
#include "mfpar/error.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed);

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

Members members_of(std::string_view bytes) {
  Members members;
  try {
    const mfpar::ZipArchive archive(bytes, "f");
    for (const auto& member : archive.members()) {
      members.emplace_back(member.name, archive.unpack(member));
    }
  } catch (const mfpar::Error&) {  // as far as it goes
  }
  return members;
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  std::minstd_rand random(seed);
  if (size < 2) return LLVMFuzzerMutate(data, size, most);
  Members members = members_of({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (members.empty() || random() % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  std::string& bytes = members[random() % members.size()].second;
  if (random() % 8 == 0) {
    std::swap(bytes, members[random() % members.size()].second);
  } else {
    const std::size_t before = bytes.size();
    bytes.resize(before + 64);
    bytes.resize(
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), before, bytes.size()));
  }
  const std::string archive = mfpar::tests::zip(members, random() % 4 == 0);
  if (archive.size() + 1 > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data + 1, archive.data(), archive.size());
  return archive.size() + 1;
}
