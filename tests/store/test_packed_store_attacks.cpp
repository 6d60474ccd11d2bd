// SPDX-License-Identifier: MIT
//
// Packed stores of the corpus as somebody might make them who knows the format and means no good,
// or writes it wrong: checksums fit, so that the checks behind them are reached. What comes of a
// file is an Error that names it, or ratings that can be used; where nothing was changed that
// matters, the same ratings.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "forged_models.hpp"
#include "memory_file.hpp"
#include "mfpar/error.hpp"
#include "mfpar/packed_store.hpp"
#include "sanitized.hpp"
#include "section_file.hpp"
#include "store_use.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_packed_store_attacks)

namespace {

enum class Fate { kRefused, kSame, kOther };

/// A store of the corpus, and what becomes of it.
struct AttackedStore {
  explicit AttackedStore(const std::filesystem::path& path)
      : name(path.filename().string()),
        good(bytes_of(path.string())),
        whole(all_of(PackedStore(path.string()))) {}

  Fate fate(const std::string& bytes) {
    ++tried;
    file.write(bytes);
    try {
      return all_of(PackedStore(file.path())) == whole ? Fate::kSame : Fate::kOther;
    } catch (const Error& e) {
      ++refused;
      BOOST_TEST((e.code() == ErrorCode::kBadFile), e.what());
      BOOST_TEST(std::string(e.what()).starts_with(file.path() + ": "), e.what());
      return Fate::kRefused;
    }
  }

  void must_be_refused(const std::string& bytes, const std::string& what) {
    BOOST_TEST((fate(bytes) == Fate::kRefused), name << ": " << what);
  }

  /// With its checksums, of blocks too.
  static std::string proven(SectionFile parts) { return with_block_checksums(std::move(parts)); }

  std::string name, good;
  StoreContents whole;
  MemoryFile file;
  int tried = 0, refused = 0;
};

template <class Attack>
void each_store(const Attack& attack) {
  int stores = 0, tried = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MFPAR_STORE_CORPUS)) {
    if (entry.path().extension() != ".store") continue;
    AttackedStore attacked(entry.path());
    BOOST_TEST((attacked.fate(attacked.good) == Fate::kSame));
    attack(attacked);
    ++stores, tried += attacked.tried, refused += attacked.refused;
  }
  BOOST_TEST(stores >= 3);
  BOOST_TEST(refused > 0);
  BOOST_TEST(refused < tried);
  BOOST_TEST_MESSAGE(tried << " files, of which " << refused << " were refused");
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_byte_may_be_another_and_any_end_be_cut_off) {
  each_store([](AttackedStore& store) {
    const SectionFile parts(store.good);
    const std::size_t head =
        sizeof(SectionFileHeader) + parts.sections.size() * sizeof(SectionFileEntry);
    const std::size_t step = kSanitized ? 13 : 3;
    for (std::size_t at = 0; at < store.good.size(); at += at < head ? 1 : step) {
      for (const int change : {0x01, 0x80}) {
        std::string bytes = store.good;
        bytes[at] = static_cast<char>(bytes[at] ^ change);
        // What pads sections is not read, nor the checksum of a section that blocks prove.
        const Fate fate = store.fate(bytes);
        if (at < head) BOOST_TEST((fate == Fate::kRefused), store.name << ": byte " << at);
        BOOST_TEST((fate != Fate::kOther), store.name << ": byte " << at);
      }
      store.must_be_refused(store.good.substr(0, at), "cut at " + std::to_string(at));
    }
  });
}

BOOST_AUTO_TEST_CASE(sections_may_be_swapped_gone_and_of_any_length) {
  each_store([](AttackedStore& store) {
    const SectionFile parts(store.good);
    const std::size_t count = parts.sections.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = parts.sections[i].name;
      for (std::size_t j = 0; j < i; ++j) {
        SectionFile swapped = parts;
        std::swap(swapped.sections[i], swapped.sections[j]);
        BOOST_TEST((store.fate(swapped.bytes()) == Fate::kSame), "the order of sections is free");
        std::swap(swapped.sections[i].name, swapped.sections[j].name);
        store.fate(AttackedStore::proven(swapped));
      }
      SectionFile gone = parts;
      gone.sections.erase(gone.sections.begin() + static_cast<std::ptrdiff_t>(i));
      store.must_be_refused(gone.bytes(), name + " is gone");
      const std::string& bytes = parts.sections[i].bytes;
      std::vector<std::string> others{"", std::string(1, '\0'), std::string(8, '\0'),
                                      bytes + bytes};
      for (const std::size_t size : {1, 4, 8, 64}) {
        others.push_back(bytes + std::string(size, '\0'));
        if (bytes.size() >= size) others.push_back(bytes.substr(0, bytes.size() - size));
        if (bytes.size() >= size) others.push_back(bytes.substr(size));
      }
      for (const std::string& other : others) {
        SectionFile changed = parts;
        changed.sections[i].bytes = other;
        const Fate fate = store.fate(AttackedStore::proven(changed));
        if (other == bytes) BOOST_TEST((fate == Fate::kSame));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(numbers_may_be_any) {
  constexpr std::uint64_t kNumbers[] = {0,
                                        1,
                                        0xFFFFFFFF,
                                        0x7FC00000,  // NaN
                                        std::uint64_t{1} << 32,
                                        std::uint64_t{1} << 61,
                                        std::uint64_t{1} << 63,
                                        ~std::uint64_t{0}};
  const std::size_t step = kSanitized ? 11 : 3;
  each_store([&](AttackedStore& store) {
    const SectionFile parts(store.good);
    std::size_t turn = 0;
    for (std::size_t i = 0; i < parts.sections.size(); ++i) {
      const std::size_t size = parts.sections[i].bytes.size();
      const bool is_small = parts.sections[i].name == "store";
      for (std::size_t at = 0; at + 4 <= size; at += 4) {
        for (const std::uint64_t number : kNumbers) {
          if (!is_small && turn++ % step != 0) continue;
          SectionFile changed = parts;
          std::string& bytes = changed.sections[i].bytes;
          std::memcpy(bytes.data() + at, &number, std::min<std::size_t>(8, size - at));
          const bool is_same = bytes == parts.sections[i].bytes;
          const Fate fate = store.fate(AttackedStore::proven(changed));
          if (is_same) BOOST_TEST((fate == Fate::kSame));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(counts_offsets_and_sizes_may_be_any) {
  each_store([](AttackedStore& store) {
    SectionFileHeader header;
    std::memcpy(&header, store.good.data(), sizeof header);
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{1}, header.file_size, header.file_size + 1,
          std::uint64_t{1} << 32, std::uint64_t{1} << 63, ~std::uint64_t{63}}) {
      for (std::uint32_t i = 0; i < header.section_count; ++i) {
        for (const std::size_t field :
             {offsetof(SectionFileEntry, offset), offsetof(SectionFileEntry, size)}) {
          std::string bytes = store.good;
          std::memcpy(bytes.data() + sizeof header + i * sizeof(SectionFileEntry) + field, &number,
                      sizeof number);
          if (bytes == store.good) continue;
          SectionFileHeader changed = header;
          std::vector<SectionFileEntry> table(header.section_count);
          std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof table[0]);
          changed.checksum = header_checksum(changed, table);
          std::memcpy(bytes.data(), &changed, sizeof changed);
          store.must_be_refused(bytes, std::to_string(number) + " in section " + std::to_string(i));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
