// SPDX-License-Identifier: MIT
//
// Mutates files of sections section by section, checksums being put right, so that what is behind
// them is reached.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "section_file.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed);

namespace {

using mfpar::tests::SectionFile;

constexpr std::uint64_t kExtremes[] = {0,
                                       1,
                                       ~std::uint64_t{0},
                                       std::uint64_t{1} << 31,
                                       std::uint64_t{1} << 32,
                                       std::uint64_t{1} << 62,
                                       0x7F80'0000,             // infinity
                                       0x7FC0'0000,             // NaN
                                       0x7F7F'FFFF,             // the largest float
                                       0x7F7F'FFFF'7F7F'FFFF,   // two of them
                                       0x7FF0'0000'0000'0000};  // infinity

void mutate(std::string& bytes) {
  const std::size_t size = bytes.size();
  bytes.resize(size + 64);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
}

void mutate(SectionFile& file, std::minstd_rand& random) {
  const auto any = [&]() -> SectionFile::Section& {
    return file.sections[random() % file.sections.size()];
  };
  switch (random() % 16) {
    case 0:
      file.version = static_cast<std::uint32_t>(random() % 8);
      break;
    case 1:
      std::swap(any().bytes, any().bytes);
      break;
    case 2:
      file.sections.erase(file.sections.begin() + (&any() - file.sections.data()));
      break;
    case 3:
      any().bytes.resize(random() % 17 * 8);
      break;
    case 4:
      any().name = any().name;
      break;
    case 5:
      mutate(any().name);
      break;
    case 6:
    case 7:
    case 8:
    case 9: {
      std::string& bytes = any().bytes;
      const std::size_t width = random() % 2 == 0 ? 4 : 8;
      if (bytes.size() < width) break;
      const std::uint64_t value = kExtremes[random() % std::size(kExtremes)];
      std::memcpy(bytes.data() + random() % (bytes.size() / width) * width, &value, width);
      break;
    }
    default:
      mutate(any().bytes);
      break;
  }
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  std::minstd_rand random(seed);
  SectionFile file({reinterpret_cast<const char*>(data), size});
  if (file.sections.empty() || random() % 16 == 0) return LLVMFuzzerMutate(data, size, most);
  do {
    mutate(file, random);
  } while (!file.sections.empty() && random() % 2 == 0);
  const std::string bytes = file.bytes();
  if (bytes.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}
