// SPDX-License-Identifier: MIT
#include "text/line_fault.hpp"

#include <array>

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kNumber = "expected a decimal number such as 4 or 3.5";

std::string count_of_fields(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

/// Whether a rating is what programs write where there is none.
bool stands_for_nothing(std::string_view rating) {
  for (const std::string_view nothing : {"", "\\N", "NULL", "null", "NA", "N/A", "n/a", "NaN",
                                         "nan", "None", "none", "-", "?", "."}) {
    if (rating == nothing) return true;
  }
  return false;
}

/// How to leave out what follows a number, such as "/5", "%" and " stars"; empty for other text.
std::string without_unit(std::string_view rating) {
  const std::size_t end = rating.find_first_not_of("0123456789.");
  if (end == rating.npos || end == 0) return {};
  std::string unit(rating.substr(end));
  const bool is_fraction =
      unit.size() > 1 && unit[0] == '/' && unit.find_first_not_of("0123456789", 1) == unit.npos;
  const bool is_word = unit.find_first_not_of(
                           " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == unit.npos &&
                       unit.size() > 2;
  if (!is_fraction && !is_word && unit != "%") return {};
  if (is_word && unit.back() == 's') unit += '*';
  return "sed -E 's#([0-9])" + unit + "#\\1#' FILE | ... - leaves out " +
         quoted(rating.substr(end));
}

}  // namespace

std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, kRoles> kNames{"user", "item", "rating", "timestamp"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string delimiter_name(std::string_view delimiter) {
  if (delimiter == "\t") return "a tab";
  if (delimiter == " ") return "blanks";
  return std::string("\"").append(delimiter).append("\"");
}

std::string describe(const LineFault& fault, std::string_view delimiter, std::size_t field_count) {
  const std::string role(name_of(fault.role));
  const auto fields = [&](std::string_view what) {
    return std::string(what) + ": found " + count_of_fields(fault.field_count) + ", expected " +
           std::to_string(field_count) + " separated by " + delimiter_name(delimiter);
  };
  const auto number = [&](const std::string& what) {
    return role + " " + quoted(fault.found) + " " + what + "; " + std::string(kNumber);
  };
  switch (fault.fault) {
    case Fault::kMissingField:
      return fields("a field is missing");
    case Fault::kExtraField:
      return fields("a field too many");
    case Fault::kEmptyId:
      return "the " + role + " id is empty; expected a number or text";
    case Fault::kBadUtf8:
      return role + " id " + quoted(fault.found) +
             " is not valid UTF-8; convert the file first, for example with iconv";
    case Fault::kNotANumber:
      if (fault.found.empty()) return "the " + role + " is empty; " + std::string(kNumber);
      return number("is not a number");
    case Fault::kNotFinite:
      return number("is not finite");
    case Fault::kTextAfterNumber:
      return number("goes on after the number");
    case Fault::kOutOfRange:
      return number("is out of the range of single precision");
    case Fault::kNoTime:
      return role + " " + quoted(fault.found) +
             " is not a time; expected seconds such as 1365029107 or a date such as 2013-04-03 "
             "22:45:07";
    case Fault::kQuoteNeverClosed:
      return "the quote opened here is never closed; expected a closing quote within 1 MiB";
    case Fault::kQuoteRunsOn:
      return "the quote opened here ends on another line, and " + quoted(fault.found) +
             " follows; expected a closing quote before " + delimiter_name(delimiter) +
             " or the end of a line";
    case Fault::kTextAfterQuote:
      return quoted(fault.found) + " after a closing quote; expected " + delimiter_name(delimiter) +
             " or the end of the line (a quote within quotes is written twice)";
    case Fault::kBackslashBeforeQuote:
      return "a backslash before a quote, and " + quoted(fault.found) + " after it; expected " +
             delimiter_name(delimiter) + " or the end of the line behind a closing quote";
    case Fault::kTooLong:
      return "the line is longer than 1 MiB; expected lines of ratings";
    case Fault::kNone:
      break;
  }
  return {};
}

std::string remedy(const LineFault& fault) {
  switch (fault.fault) {
    case Fault::kMissingField:
      return "--delimiter sets what separates fields";
    case Fault::kExtraField:
      return "a field that holds the delimiter must stand in quotes; --delimiter sets what "
             "separates "
             "fields";
    case Fault::kNotANumber:
    case Fault::kNotFinite:
      if (fault.role == Role::kRating && stands_for_nothing(fault.found)) {
        return "--missing=" + shell_word(fault.found) + " leaves such lines out";
      }
      return fault.fault == Fault::kNotFinite
                 ? ""
                 : "--columns says which column is which, --header that the first line names them";
    case Fault::kTextAfterNumber:
      return without_unit(fault.found);
    case Fault::kBackslashBeforeQuote:
      return "--quote backslash reads it as a quote";
    case Fault::kTextAfterQuote:
    case Fault::kQuoteRunsOn:
    case Fault::kQuoteNeverClosed:
      return "--quote none takes quotes as any other character";
    default:
      return {};
  }
}

}  // namespace mfpar
