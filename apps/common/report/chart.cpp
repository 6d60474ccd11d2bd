// SPDX-License-Identifier: MIT
#include "common/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

namespace mfpar::apps {

Ink ink_of(std::size_t number) {
  constexpr Ink kInks[] = {Ink::kFirst, Ink::kSecond, Ink::kThird, Ink::kFourth};
  return number < std::size(kInks) ? kInks[number] : Ink::kQuiet;
}

void Chart::widen(AxisRange& range, double value) {
  if (!std::isfinite(value)) return;
  range = {std::min(range.low, value), std::max(range.high, value)};
}

Chart::Chart(std::string x_title, std::string y_title, Numbers x, Numbers y)
    : x_title_(std::move(x_title)), y_title_(std::move(y_title)), x_numbers_(x), y_numbers_(y) {}

void Chart::shade(double from, double to, std::string label) {
  shades_.push_back({from, to, std::move(label), Ink::kQuiet});
}

void Chart::mark_x(double x, std::string label) {
  x_marks_.push_back({x, x, std::move(label), Ink::kQuiet});
  include_x(x);
}

void Chart::mark_y(double y, std::string name, Ink ink) {
  if (!std::isfinite(y)) return;
  y_marks_.push_back({y, y, std::move(name), ink});
  include_y(y);
}

void Chart::add(Kind kind, std::string name, std::vector<ChartPoint> points, Ink ink) {
  for (const ChartPoint& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
    include_x(point.x);
    for (const double y : {point.y, point.low, point.high}) include_y(y);
  }
  series_.push_back({kind, ink, std::move(name), std::move(points)});
}

void Chart::line(std::string name, std::vector<ChartPoint> points, Ink ink, bool broken) {
  add(broken ? Kind::kBroken : Kind::kLine, std::move(name), std::move(points), ink);
}

void Chart::dots(std::string name, std::vector<ChartPoint> points, Ink ink) {
  add(Kind::kDots, std::move(name), std::move(points), ink);
}

void Chart::area(std::string name, std::vector<ChartPoint> points, Ink ink) {
  add(Kind::kArea, std::move(name), std::move(points), ink);
  include_y(0.0);
}

void Chart::columns(std::vector<ChartPoint> points, Ink ink) {
  add(Kind::kColumns, "", std::move(points), ink);
  include_y(0.0);
}

void Chart::boxes(std::vector<ChartBox> boxes, Ink ink) {
  for (const ChartBox& box : boxes) {
    include_x(box.x);
    include_y(box.low);
    include_y(box.high);
  }
  boxes_ = std::move(boxes);
  box_ink_ = ink;
}

}  // namespace mfpar::apps
