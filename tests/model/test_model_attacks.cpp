// SPDX-License-Identifier: MIT
//
// Model files of the corpus as somebody might make them who knows the format and means no good, or
// writes it wrong: checksums fit, so that the checks behind them are reached. What comes of a file
// is an Error that names it, or a model that can be used and saved; where nothing was changed that
// matters, the same model.
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
#include "mfpar/model_file.hpp"
#include "model/model_check.hpp"
#include "model_fixtures.hpp"
#include "sanitized.hpp"
#include "section_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_model_attacks)

namespace {

enum class Fate { kRefused, kSame, kOther };

/// A file of the corpus, and what becomes of it.
struct Attacked {
  explicit Attacked(const std::filesystem::path& path)
      : name(path.filename().string()),
        good(bytes_of(path.string())),
        whole(load_model(path.string())) {}

  Fate fate(const std::string& bytes, bool verify = true) {
    ++tried;
    file.write(bytes);
    try {
      const FactorModel model = load_model(file.path(), {.verify = verify});
      if (!verify) return Fate::kOther;
      BOOST_TEST(!find_fault(model).has_value(), name << ": it cannot be saved again");
      for (const UserIndex user : {UserIndex{0}, kNoIndex}) {
        for (const ItemIndex item : {ItemIndex{0}, kNoIndex}) {
          if ((user == 0 && model.user_count() == 0) || (item == 0 && model.item_count() == 0))
            continue;
          model.interval(user, item);
          model.probabilities(user, item);
        }
      }
      return same_predictor(model, whole) ? Fate::kSame : Fate::kOther;
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

  std::string name, good;
  FactorModel whole;
  MemoryFile file;
  int tried = 0, refused = 0;
};

/// Each file of the corpus in turn; sanitizers see some.
template <class Attack>
void each_model(const Attack& attack) {
  int models = 0, tried = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MFPAR_MODEL_CORPUS)) {
    if (entry.path().extension() != ".model") continue;
    Attacked attacked(entry.path());
    BOOST_TEST((attacked.fate(attacked.good) == Fate::kSame));
    attack(attacked);
    ++models, tried += attacked.tried, refused += attacked.refused;
  }
  BOOST_TEST(models >= 9);
  BOOST_TEST(refused > 0);
  BOOST_TEST(refused < tried);
  BOOST_TEST_MESSAGE(tried << " files, of which " << refused << " were refused");
}

SectionFileHeader header_of(const std::string& bytes) {
  SectionFileHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

/// `bytes`, of which header and table may have been changed, with the checksum that belongs to
/// them.
std::string proven(std::string bytes, std::uint32_t sections) {
  SectionFileHeader header = header_of(bytes);
  std::vector<SectionFileEntry> table(sections);
  std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof table[0]);
  header.checksum = header_checksum(header, table);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

/// `good` with `value` at a place of header or table.
template <class T>
std::string with_head(std::string bytes, std::size_t position, T value) {
  const std::uint32_t sections = header_of(bytes).section_count;
  std::memcpy(bytes.data() + position, &value, sizeof value);
  return proven(std::move(bytes), sections);
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_byte_of_header_and_table_may_be_another) {
  each_model([](Attacked& model) {
    const std::uint32_t sections = header_of(model.good).section_count;
    const std::size_t end = sizeof(SectionFileHeader) + sections * sizeof(SectionFileEntry);
    for (std::size_t at = 0; at < end; at += kSanitized ? 5 : 1) {
      const auto changed = [&](int change) {
        std::string bytes = model.good;
        bytes[at] = static_cast<char>(bytes[at] ^ change);
        return bytes;
      };
      model.must_be_refused(changed(0x80), "byte " + std::to_string(at));
      // The checksum covers as many sections as there are said to be.
      if (at >= 28 && at < 32) continue;
      model.fate(proven(changed(0x01), sections));
      model.fate(proven(changed(0xFF), sections), at % 2 == 0);
    }
  });
}

BOOST_AUTO_TEST_CASE(files_may_be_cut_at_the_edges_of_sections) {
  each_model([](Attacked& model) {
    const SectionFile parts(model.good);
    std::vector<std::size_t> edges{
        sizeof(SectionFileHeader),
        sizeof(SectionFileHeader) + parts.sections.size() * sizeof(SectionFileEntry)};
    std::size_t at = edges.back();
    for (const auto& section : parts.sections) {
      edges.push_back(aligned_to_section(at));
      edges.push_back(at = edges.back() + section.bytes.size());
    }
    for (const std::size_t edge : edges) {
      for (const std::size_t size : {edge - 1, edge, edge + 1}) {
        if (size >= model.good.size()) continue;
        const std::string cut = model.good.substr(0, size);
        model.must_be_refused(cut, "cut at " + std::to_string(size));
        BOOST_TEST((model.fate(cut, false) == Fate::kRefused), size);
        if (size < edges[1]) continue;
        model.must_be_refused(
            with_head(cut, offsetof(SectionFileHeader, file_size), std::uint64_t{size}),
            "cut at " + std::to_string(size) + ", which the header says");
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(counts_offsets_and_sizes_may_be_any) {
  each_model([](Attacked& model) {
    const SectionFileHeader header = header_of(model.good);
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{header.file_size},
          std::uint64_t{header.file_size} + 1, std::uint64_t{1} << 31, std::uint64_t{1} << 32,
          std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{63}}) {
      const auto set = [&](std::size_t at) {
        const std::string bytes = with_head(model.good, at, number);
        if (bytes == model.good) return;
        model.must_be_refused(bytes, std::to_string(number) + " at " + std::to_string(at));
        model.fate(bytes, false);
      };
      set(offsetof(SectionFileHeader, file_size));
      model.fate(with_head(model.good, offsetof(SectionFileHeader, section_count),
                           static_cast<std::uint32_t>(number)));
      for (std::uint32_t i = 0; i < header.section_count; ++i) {
        const std::size_t entry = sizeof header + i * sizeof(SectionFileEntry);
        set(entry + offsetof(SectionFileEntry, offset));
        set(entry + offsetof(SectionFileEntry, size));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(sections_may_be_swapped_moved_added_and_gone) {
  each_model([](Attacked& model) {
    const SectionFile parts(model.good);
    const std::size_t count = parts.sections.size();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = kSanitized ? i - std::min<std::size_t>(i, 2) : 0; j < i; ++j) {
        SectionFile changed = parts;
        std::swap(changed.sections[i], changed.sections[j]);
        BOOST_TEST((model.fate(changed.bytes()) == Fate::kSame), "the order of sections is free");
        std::swap(changed.sections[i].name, changed.sections[j].name);
        const Fate fate = model.fate(changed.bytes());
        if (parts.sections[i].bytes == parts.sections[j].bytes) {
          BOOST_TEST((fate == Fate::kSame), "the same under two names");
        }
      }
      SectionFile gone = parts, twice = parts, other = parts;
      gone.sections.erase(gone.sections.begin() + static_cast<std::ptrdiff_t>(i));
      model.fate(gone.bytes());
      twice.sections.push_back(parts.sections[i]);
      model.must_be_refused(twice.bytes(), parts.sections[i].name + " twice");
      other.sections.push_back({"unknown", parts.sections[i].bytes});
      BOOST_TEST((model.fate(other.bytes()) == Fate::kSame), "sections that are not known");
      other.sections.back().name.clear();
      model.must_be_refused(other.bytes(), "a section without a name");
    }
  });
}

BOOST_AUTO_TEST_CASE(sections_may_be_of_any_length) {
  each_model([](Attacked& model) {
    const SectionFile parts(model.good);
    for (std::size_t i = 0; i < parts.sections.size(); ++i) {
      const std::string& bytes = parts.sections[i].bytes;
      std::vector<std::string> others{
          "",           std::string(1, '\0'), std::string(4, '\0'), std::string(64, '\0'),
          bytes + '\0', bytes + bytes};
      for (const std::size_t step : {1, 4, 8, 16, 64}) {
        others.push_back(bytes + std::string(step, '\0'));
        if (bytes.size() >= step) others.push_back(bytes.substr(step));
        if (bytes.size() >= step) others.push_back(bytes.substr(0, bytes.size() - step));
      }
      for (const std::string& other : others) {
        SectionFile changed = parts;
        changed.sections[i].bytes = other;
        const Fate fate = model.fate(changed.bytes());
        if (other == bytes) BOOST_TEST((fate == Fate::kSame));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(numbers_may_be_any) {
  constexpr std::uint32_t kWords[] = {0,          1,          0xFFFFFFFF, 0x7FFFFFFF,
                                      0x80000000, 0x00010000, 0x7FC00000, 0x7F800000,
                                      0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x00000001};
  constexpr std::uint64_t kPairs[] = {~std::uint64_t{0}, std::uint64_t{1} << 32,
                                      std::uint64_t{1} << 62, std::uint64_t{1} << 63,
                                      0x7FF8000000000000};
  // Sanitizers take ten times as long.
  const std::size_t step = kSanitized ? 7 : 1;
  each_model([&](Attacked& model) {
    const SectionFile parts(model.good);
    std::size_t turn = 0;
    const auto set = [&](std::size_t section, std::size_t at, auto value) {
      if (turn++ % step != 0) return;
      SectionFile changed = parts;
      std::string& bytes = changed.sections[section].bytes;
      if (at + sizeof value > bytes.size()) return;
      std::memcpy(bytes.data() + at, &value, sizeof value);
      const bool is_same = bytes == parts.sections[section].bytes;
      const Fate fate = model.fate(changed.bytes());
      if (is_same) BOOST_TEST((fate == Fate::kSame));
    };
    for (std::size_t i = 0; i < parts.sections.size(); ++i) {
      for (std::size_t at = 0; at < parts.sections[i].bytes.size(); at += 4) {
        for (const std::uint32_t word : kWords) set(i, at, word);
        if (at % 8 != 0) continue;
        for (const std::uint64_t pair : kPairs) set(i, at, pair);
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
