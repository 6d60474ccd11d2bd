// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfpar {

/// Whether a field says that nothing is known: "", "NA", "\\N", "(no genres listed)", ...
bool is_missing(std::string_view text);

/// The number in a field, or nothing.
std::optional<double> number_of(std::string_view text);

/// The year that a number is ("1995", "1995.0"), from 1000 to 2100.
std::optional<int> year_of_number(std::string_view text);

/// The year of a date: "1995-03-01", "3/1/1995", "01-Jan-1995", "March 1, 1995", with or without
/// the time of day.
std::optional<int> year_of_date(std::string_view text);

/// The year that a title ends in: "Toy Story (1995)", "The Wire (2002-2008)".
std::optional<int> year_of_title(std::string_view text);

/// "1990-1994": the five years that a year is of.
std::string five_years(int year);

/// Whether a field says yes (true) or no (false): "1", "true", "yes", "y", "t" and their opposites.
std::optional<bool> yes_or_no(std::string_view text);

/// The entries of a list joined by `separator`, without empty ones; brackets and quotes around are
/// no part of them: "Comedy|Drama", "['Comedy', 'Drama']".
std::vector<std::string_view> entries_of(std::string_view list, char separator);

}  // namespace mfpar
