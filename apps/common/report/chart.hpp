// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "common/report/axis.hpp"

namespace mfpar::apps {

/// Which of the page's colours: those that tell series apart, for those with any kind of eyes, or
/// that of what is there to compare with.
enum class Ink { kFirst, kSecond, kThird, kFourth, kQuiet };

/// The series that comes after `number` others.
Ink ink_of(std::size_t number);

/// A point of a series, what it may be between (NaN: not known), and what is said of it.
struct ChartPoint {
  double x = 0.0;
  double y = 0.0;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  std::string words = {};
};

/// Where the middle half of something lies, its median, and its 5th and 95th percentile.
struct ChartBox {
  double x = 0.0;
  double low = 0.0;
  double quarter = 0.0;
  double middle = 0.0;
  double three_quarters = 0.0;
  double high = 0.0;
  std::string words = {};
};

/// A picture with two axes as inline SVG, 400 units wide, whose colours and sizes of text are the
/// page's. Series bear their names where they end. Points that are not finite are left out. Not
/// synchronised.
class Chart {
 public:
  enum class Numbers { kPlain, kShares };

  Chart(std::string x_title, std::string y_title, Numbers x = Numbers::kPlain,
        Numbers y = Numbers::kPlain);

  /// Names stand at 0, 1, ... on the x axis in place of numbers.
  void name_positions(std::vector<std::string> names) { names_ = std::move(names); }

  /// Both axes show this at least.
  void include_x(double x) { widen(x_, x); }
  void include_y(double y) { widen(y_, y); }

  /// What is shaded from one x to another.
  void shade(double from, double to, std::string label);
  /// A line at this x from bottom to top, its name above.
  void mark_x(double x, std::string label);
  /// A broken line at this y from left to right.
  void mark_y(double y, std::string name, Ink ink = Ink::kQuiet);
  /// Where y is x.
  void mark_equal(std::string name) { equal_ = std::move(name); }

  /// Points joined by a line, with dots where there are few of them; a broken one without.
  void line(std::string name, std::vector<ChartPoint> points, Ink ink, bool broken = false);
  /// Points alone.
  void dots(std::string name, std::vector<ChartPoint> points, Ink ink);
  /// What is below a line, down to 0.
  void area(std::string name, std::vector<ChartPoint> points, Ink ink);
  /// Bars that stand on 0.
  void columns(std::vector<ChartPoint> points, Ink ink);
  void boxes(std::vector<ChartBox> boxes, Ink ink);

  /// `description` is for those who cannot see it.
  std::string svg(const std::string& description) const;

 private:
  enum class Kind { kLine, kBroken, kDots, kArea, kColumns };
  struct Series {
    Kind kind;
    Ink ink;
    std::string name;
    std::vector<ChartPoint> points;
  };
  struct Mark {
    double from;
    double to;
    std::string name;
    Ink ink;
  };

  static void widen(AxisRange& range, double value);
  void add(Kind kind, std::string name, std::vector<ChartPoint> points, Ink ink);

  friend class ChartDrawing;

  std::string x_title_, y_title_;
  Numbers x_numbers_, y_numbers_;
  std::vector<std::string> names_;
  std::string equal_;
  std::vector<Mark> shades_, x_marks_, y_marks_;
  std::vector<Series> series_;
  std::vector<ChartBox> boxes_;
  Ink box_ink_ = Ink::kFirst;
  AxisRange x_{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  AxisRange y_ = x_;
};

/// A bar of a list, and what its length may be between (NaN: not known).
struct NamedBar {
  std::string name;
  double value = 0.0;
  std::string text;  ///< the value to read
  Ink ink = Ink::kQuiet;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Bars that lie one below the other and begin at 0, the names above them. Values that are not
/// finite get no bar. REQUIRES: values >= 0.
std::string bars_svg(const std::vector<NamedBar>& bars, const std::string& description);

}  // namespace mfpar::apps
