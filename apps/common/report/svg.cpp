// SPDX-License-Identifier: MIT
#include "common/report/svg.hpp"

#include "common/display_width.hpp"
#include "common/report/markup.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

std::string svg_number(double value) {
  std::string text = fixed(value, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

/// name="number" for each.
std::string svg_attributes(std::initializer_list<std::pair<const char*, double>> all) {
  std::string text;
  for (const auto& [name, value] : all) {
    text += std::string(" ") + name + "=\"" + svg_number(value) + '"';
  }
  return text;
}

std::string svg_class(const std::string& classes) { return " class=\"" + classes + '"'; }

std::string svg_text(double x, double y, const std::string& classes, const std::string& words) {
  return "<text" + svg_attributes({{"x", x}, {"y", y}}) + svg_class(classes) + '>' +
         escaped(words) + "</text>\n";
}

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& classes) {
  return "<line" + svg_attributes({{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}}) +
         svg_class(classes) + "/>\n";
}

/// What a pointer that rests on a shape shows.
std::string svg_shape(const std::string& begin, const std::string& words) {
  return begin + (words.empty() ? "/>\n"
                                : "><title>" + escaped(words) + "</title></" +
                                      begin.substr(1, begin.find(' ') - 1) + ">\n");
}

double svg_width_of(const std::string& words) {
  return kSvgLetter * static_cast<double>(display_width(words));
}

std::string svg_head(double height, const std::string& description) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + svg_number(kSvgWidth) + ' ' +
         svg_number(height) + "\" role=\"img\" aria-label=\"" + escaped(description) + "\">\n";
}

std::string svg_ink(Ink ink) {
  constexpr const char* kNames[] = {"c1", "c2", "c3", "c4", "quiet"};
  return kNames[static_cast<std::size_t>(ink)];
}

}  // namespace mfpar::apps
