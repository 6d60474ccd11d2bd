// SPDX-License-Identifier: MIT
#include "model/id_list.hpp"

#include <algorithm>
#include <utility>

#include "base/id_builder.hpp"
#include "io/mapped_file.hpp"
#include "mfpar/error.hpp"
#include "model/npy_file.hpp"
#include "model/text_rows.hpp"

namespace mfpar {

void write_id_list(AtomicFile& file, const IdDictionary& ids) {
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const std::string id = ids.id(i);
    require_unbroken(id, "\r\n", "a list of one id a line");
    file.write(id + '\n');
  }
}

IdDictionary read_id_list(const std::string& path) {
  if (is_npy(MappedFile(path, MappedFile::Access::kCopy).text())) return NpyFile(path).ids();
  TextRows rows(path, TextRows::Fields::kTabs);
  IdBuilder ids;
  while (rows.next_line()) {
    if (rows.line().empty()) rows.fail("the line is empty; it should be an id");
    const std::uint32_t expected = ids.size(), index = ids.add(rows.line());
    if (index != expected) {
      rows.fail("the id '" + std::string(rows.line()) + "' is in line " +
                std::to_string(index + 1) + " already; ids must be distinct");
    }
  }
  return std::move(ids).build();
}

void require_unbroken(std::string_view id, std::string_view breaks, const std::string& format) {
  if (id.find_first_of(breaks) == id.npos) return;
  std::string shown(id);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, '?');
  throw Error(ErrorCode::kBadData,
              "the id \"" + shown +
                  "\" holds a line break or tab (shown as ?) and cannot stand in " + format +
                  "; give it another id in the ratings and train again");
}

}  // namespace mfpar
