// SPDX-License-Identifier: MIT
#include "text/wide_table.hpp"

#include <algorithm>

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"
#include "text/column_roles.hpp"
#include "text/field_values.hpp"

namespace mfpar {

namespace {

/// What stands in a table where there is no rating, if nothing does; nullptr where the first
/// column does not count the other ones that hold a rating.
const char* missing_if_counted(std::span<const std::vector<std::string>> lines,
                               std::size_t field_count) {
  for (const char* missing : {"", "99", "-1", "0"}) {
    const bool counts = std::all_of(lines.begin(), lines.end(), [&](const auto& line) {
      if (line.size() != field_count) return true;
      const auto ratings = std::count_if(line.begin() + 1, line.end(), [&](const std::string& v) {
        return v != missing && !v.empty() &&
               (*missing == '\0' || parse_rating(v).number != parse_rating(missing).number);
      });
      return parse_rating(line[0]).number == static_cast<float>(ratings);
    });
    if (counts) return missing;
  }
  return nullptr;
}

std::string awk(std::string_view delimiter, const std::string& program, const std::string& name) {
  std::string option;
  if (delimiter == "\t") option = "-F'\\t' ";
  if (delimiter == "," || delimiter == "::") option = "-F" + std::string(delimiter) + " ";
  if (delimiter == ";" || delimiter == "|") option = "-F'" + std::string(delimiter) + "' ";
  const std::string file = name == "standard input" ? "" : shell_word(name) + " ";
  return "awk " + option + "'{sub(/\\r$/,\"\")}" + program + "' " + file + "| ... -";
}

}  // namespace

void refuse_wide_table(const std::vector<std::string>& header,
                       std::span<const std::vector<std::string>> lines,
                       std::span<const ColumnContent> columns, std::string_view delimiter,
                       const std::string& name) {
  const std::size_t first = header.empty() ? 0 : 1;
  if (lines.empty() || !is_wide_table(columns, first)) return;
  const auto fail = [&](const std::string& which, const std::string& program) {
    throw Error(ErrorCode::kBadData,
                name + ": " + std::to_string(columns.size()) + " columns" + which +
                    ": looks like a table of users by items; expected a rating a line, which " +
                    awk(delimiter, program, name) + " makes of it");
  };
  if (!header.empty()) {
    fail(" that all hold numbers",
         "NR==1{for(i=2;i<=NF;i++)h[i]=$i;next}"
         "{for(i=2;i<=NF;i++)if($i!=\"\")print $1 FS h[i] FS $i}");
  }
  const std::string which = " of numbers, without names";
  if (const char* missing = missing_if_counted(lines, columns.size())) {
    const std::string condition = *missing == '\0' ? "$i!=\"\"" : std::string("$i!=") + missing;
    fail(which, "{for(i=2;i<=NF;i++)if(" + condition + ")print NR FS i-1 FS $i}");
  }
  const bool has_ids = columns[0].is_integer && columns[0].distinct == columns[0].values;
  fail(which, has_ids ? "{for(i=2;i<=NF;i++)if($i!=\"\")print $1 FS i-1 FS $i}"
                      : "{for(i=1;i<=NF;i++)if($i!=\"\")print NR FS i FS $i}");
}

}  // namespace mfpar
