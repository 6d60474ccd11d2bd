// SPDX-License-Identifier: MIT
#include "text/compound_columns.hpp"

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"
#include "text/column_names.hpp"

namespace mfpar {

void refuse_compound_columns(const std::vector<std::string>& header,
                             std::span<const std::vector<std::string>> lines,
                             const std::string& delimiter, const std::string& name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!is_compound(header[i])) continue;
    const bool has_value = !lines.empty() && i < lines[0].size();
    const std::string& value = has_value ? lines[0][i] : header[i];
    const std::size_t found = value.find_first_of(":_-/|#~@", 1);
    std::string remedy = "; split it first";
    if (found != value.npos) {
      const std::string separator =
          (value[found] == '/' ? "\\" : "") + std::string(1, value[found]);
      const std::string with = delimiter == "\t" ? "\\t" : delimiter;
      std::string before;
      for (std::size_t column = 0; column < i; ++column) {
        before += "[^" + delimiter.substr(0, 1) + "]*" + with;
      }
      remedy += i == 0 ? ": sed 's/" + separator + "/" + with + "/' "
                       : ": sed -E 's/^(" + before + "[^" + separator + "]*)" + separator + "/\\1" +
                             with + "/' ";
      remedy += (name == "standard input" ? "" : shell_word(name) + " ") + "| ... -";
    }
    throw Error(ErrorCode::kBadData,
                name + ": column " + std::to_string(i + 1) + " (" + quoted(header[i]) +
                    ") holds user and item in one, such as " + quoted(value) + remedy);
  }
}

}  // namespace mfpar
