// SPDX-License-Identifier: MIT
//
// Files of models as a faulty writer would make them.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "section_file.hpp"
#include "temporary_folder.hpp"

namespace mfpar::tests {

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string saved(const FactorModel& model) {
  const TemporaryFolder folder;
  save_model(model, folder.path("model"));
  return bytes_of(folder.path("model"));
}

/// The message that loading these bytes ends with, less the path; "" when it loads.
inline std::string refusal(const std::string& bytes, bool verify = true) {
  const TemporaryFolder folder;
  const std::string path = folder.write("file", bytes);
  try {
    load_model(path, {.verify = verify});
  } catch (const Error& e) {
    BOOST_TEST((e.code() == ErrorCode::kBadFile));
    const std::string message = e.what();
    BOOST_TEST(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
  }
  return "";
}

/// A saved model whose section was overwritten from its `position` on, with fitting checksums: what
/// a faulty writer would make.
template <class T>
std::string forged(const std::string& good, const std::string& section, std::size_t position,
                   T value) {
  SectionFile file(good);
  SectionFile::Section* const found = file.find(section);
  BOOST_REQUIRE((found != nullptr && position + sizeof value <= found->bytes.size()));
  std::memcpy(found->bytes.data() + position, &value, sizeof value);
  return file.bytes();
}

/// A saved model of another version, as a program to come may write it.
inline std::string with_version(const std::string& good, std::uint32_t version) {
  std::string bytes = good;
  SectionFileHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::vector<SectionFileEntry> table(header.section_count);
  std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof table[0]);
  header.kind_version = version;
  header.checksum = header_checksum(header, table);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

}  // namespace mfpar::tests
