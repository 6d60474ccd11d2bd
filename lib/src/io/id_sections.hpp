// SPDX-License-Identifier: MIT
//
// A dictionary of ids as four sections of a file: NAME.integers, .text_offsets, .text, .slots.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "mfpar/error.hpp"
#include "mfpar/id_dictionary.hpp"

namespace mfpar {

/// Adds them to a SectionWriter or SectionStream.
template <class Writer>
void add_dictionary(Writer& file, const std::string& name, const IdDictionary& ids) {
  const IdDictionary::Parts& parts = ids.parts();
  file.add(name + ".integers", parts.integers.span());
  file.add(name + ".text_offsets", parts.text_offsets.span());
  file.add(name + ".text", parts.text.span());
  file.add(name + ".slots", parts.slots.span());
}

/// Reads them from a SectionReader or OpenSections. Throws Error(kBadFile) when they do not fit
/// together.
template <class Reader>
std::shared_ptr<const IdDictionary> read_dictionary(const Reader& file, const std::string& name) {
  IdDictionary::Parts parts{
      .integers = file.template array<std::int64_t>(name + ".integers"),
      .text_offsets = file.template array<std::uint64_t>(name + ".text_offsets"),
      .text = file.template array<char>(name + ".text"),
      .slots = file.template array<std::uint32_t>(name + ".slots")};
  try {
    return std::make_shared<const IdDictionary>(std::move(parts));
  } catch (const Error& e) {
    file.fail(name + ".slots", 0, e.what());
  }
}

}  // namespace mfpar
