// SPDX-License-Identifier: MIT
#include "text/line_fault.hpp"

#include <array>

namespace mfpar {

namespace {

constexpr std::size_t kLongestShown = 40;
constexpr std::string_view kNumber = "expected a decimal number such as 4 or 3.5";

std::string count_of_fields(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

std::string hexadecimal(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

/// The bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t leading_character(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t size = byte < 0x80   ? 1
                           : byte < 0xC2 ? 0
                           : byte < 0xE0 ? 2
                           : byte < 0xF0 ? 3
                                         : 4;
  if (size == 0 || byte > 0xF4 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, kRoles> kNames{"user", "item", "rating", "timestamp"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  std::size_t characters = 0;
  while (!text.empty()) {
    if (++characters > kLongestShown) return shown + "...\"";
    const std::size_t size = leading_character(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0 || byte < 0x20 || byte == 0x7F) {
      shown += byte == '\n'   ? "\\n"
               : byte == '\r' ? "\\r"
               : byte == '\t' ? "\\t"
                              : hexadecimal(byte);
      text.remove_prefix(1);
    } else {
      shown += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return shown + "\"";
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
    case Fault::kNotAnInteger:
      return role + " " + quoted(fault.found) +
             " is not an integer; expected seconds such as 1365029107";
    case Fault::kQuoteNeverClosed:
      return "the quote opened here is never closed; expected a closing quote within 1 MiB";
    case Fault::kQuoteRunsOn:
      return "the quote opened here ends on another line, and " + quoted(fault.found) +
             " follows; expected a closing quote before " + delimiter_name(delimiter) +
             " or the end of a line";
    case Fault::kTextAfterQuote:
      return quoted(fault.found) + " after a closing quote; expected " + delimiter_name(delimiter) +
             " or the end of the line (a quote within quotes is written twice)";
    case Fault::kTooLong:
      return "the line is longer than 1 MiB; expected lines of ratings";
    case Fault::kNone:
      break;
  }
  return {};
}

std::string_view remedy(Fault fault) {
  switch (fault) {
    case Fault::kMissingField:
    case Fault::kExtraField:
      return "--delimiter sets what separates fields";
    case Fault::kNotANumber:
      return "--columns says which column is which, --header that the first line names them";
    default:
      return {};
  }
}

}  // namespace mfpar
