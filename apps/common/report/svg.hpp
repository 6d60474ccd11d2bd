// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "common/report/chart.hpp"

namespace mfpar::apps {

// Pieces of pictures. A unit is a 400th of the picture's width; text is at most kSvgText high, see
// the page's style, and a letter then about kSvgLetter wide.
inline constexpr double kSvgWidth = 400, kSvgText = 13, kSvgLetter = 7.2;

/// A number of units.
std::string svg_number(double value);

/// ' name="number"' for each.
std::string svg_attributes(std::initializer_list<std::pair<const char*, double>> all);

/// ' class="..."'
std::string svg_class(const std::string& classes);

std::string svg_text(double x, double y, const std::string& classes, const std::string& words);

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& classes);

/// `begin`, "<circle ...", closed, and with what a pointer that rests on it shows.
std::string svg_shape(const std::string& begin, const std::string& words);

/// How wide `words` are at most.
double svg_width_of(const std::string& words);

/// The tag that a picture begins with.
std::string svg_head(double height, const std::string& description);

/// The class of a colour.
std::string svg_ink(Ink ink);

}  // namespace mfpar::apps
