// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "common/report/svg.hpp"

namespace mfpar::apps {

namespace {

constexpr double kHeight = 250, kTop = 30, kBottom = 40;
constexpr std::size_t kMostDots = 25;  ///< on a line

bool is_finite(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

}  // namespace

/// One drawing of a chart: where things lie, and what is written so far.
class ChartDrawing {
 public:
  explicit ChartDrawing(const Chart& chart);

  std::string draw(const std::string& description);

 private:
  struct EndLabel {
    double y;
    std::string name;
    std::string classes;
  };

  double x_at(double x) const {
    return left_ + (x - x_.low) / (x_.high - x_.low) * (kSvgWidth - left_ - right_);
  }
  double y_at(double y) const {
    return kHeight - kBottom - (y - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom);
  }
  void draw_axes();
  void draw_marks();
  void draw(const Chart::Series& series);
  void draw_line(const Chart::Series& series, const std::string& ink);
  void draw_columns(const Chart::Series& series, const std::string& ink);
  void draw_points(const Chart::Series& series, const std::string& ink);
  void draw_boxes();
  void draw_end_labels();
  double step() const;
  std::string path(const std::vector<ChartPoint>& points) const;

  const Chart& chart_;
  AxisRange x_, y_;
  std::vector<Tick> x_ticks_, y_ticks_;
  double left_ = 0.0, right_ = 12.0;
  std::vector<EndLabel> end_labels_;
  std::string out_;
};

ChartDrawing::ChartDrawing(const Chart& chart) : chart_(chart) {
  const auto or_unit = [](AxisRange range) {
    return range.low <= range.high ? range : AxisRange{0.0, 1.0};
  };
  constexpr int kTicksY = 4, kTicksX = 5;
  const AxisRange data_y = or_unit(chart.y_);
  x_ = roomy(or_unit(chart.x_));
  y_ = roomy(data_y);
  if (!chart.shades_.empty()) y_.high += 0.1 * (y_.high - y_.low);  // for their names
  if (data_y.low == 0.0) y_.low = 0.0;  // nothing below what stands on it
  y_ticks_ = nice_ticks(y_, kTicksY, chart.y_numbers_ == Chart::Numbers::kShares);
  if (chart.names_.empty()) {
    x_ticks_ = nice_ticks(x_, kTicksX, chart.x_numbers_ == Chart::Numbers::kShares);
  } else {
    x_ = {-0.5, static_cast<double>(chart.names_.size()) - 0.5};
    for (std::size_t i = 0; i < chart.names_.size(); ++i) {
      x_ticks_.push_back({static_cast<double>(i), chart.names_[i]});
    }
  }
  for (const Tick& tick : y_ticks_) left_ = std::max(left_, svg_width_of(tick.text) + 8);
  for (const auto& series : chart.series_)
    right_ = std::max(right_, svg_width_of(series.name) + 10);
  for (const auto& mark : chart.y_marks_) right_ = std::max(right_, svg_width_of(mark.name) + 10);
  right_ = std::max(right_, chart.equal_.empty() ? 0.0 : 24.0);
}

void ChartDrawing::draw_axes() {
  const double bottom = kHeight - kBottom;
  for (const Tick& tick : y_ticks_) {
    const double y = y_at(tick.at);
    out_ += svg_line(left_, y, kSvgWidth - right_, y, "grid");
    out_ += svg_text(left_ - 6, y + 4, "tick end", tick.text);
  }
  out_ += svg_line(left_, bottom, kSvgWidth - right_, bottom, "axis");
  double free_from = 0.0;  // where the next name has room
  for (const Tick& tick : x_ticks_) {
    const double x = x_at(tick.at), half = svg_width_of(tick.text) / 2;
    out_ += svg_line(x, bottom, x, bottom + 4, "axis");
    if (x - half < free_from) continue;
    out_ += svg_text(x, bottom + 17, "tick middle", tick.text);
    free_from = x + half + 4;
  }
  out_ += svg_text(0, 12, "title", chart_.y_title_);
  out_ += svg_text((left_ + kSvgWidth - right_) / 2, kHeight - 5, "title middle", chart_.x_title_);
}

void ChartDrawing::draw_marks() {
  const double bottom = kHeight - kBottom;
  for (const auto& shade : chart_.shades_) {
    const double from = x_at(std::max(shade.from, x_.low)), to = x_at(std::min(shade.to, x_.high));
    out_ +=
        "<rect" +
        svg_attributes(
            {{"x", from}, {"y", kTop - 8}, {"width", to - from}, {"height", bottom - kTop + 8}}) +
        svg_class("shade") + "/>\n";
    out_ += svg_text((from + to) / 2, kTop + 4, "mark middle", shade.name);
  }
  for (const auto& mark : chart_.x_marks_) {
    const double x = x_at(mark.from);
    out_ += svg_line(x, kTop - 4, x, bottom, "rule");
    const double half = svg_width_of(mark.name) / 2;
    const bool is_left = x - half<left_, is_right = x + half> kSvgWidth;
    out_ += svg_text(is_left    ? left_
                     : is_right ? kSvgWidth
                                : x,
                     kTop - 8,
                     is_left    ? "mark"
                     : is_right ? "mark end"
                                : "mark middle",
                     mark.name);
  }
  for (const auto& mark : chart_.y_marks_) {
    const std::string ink = svg_ink(mark.ink);
    const double y = y_at(mark.from);
    out_ += svg_line(left_, y, kSvgWidth - right_, y, "line broken " + ink);
    end_labels_.push_back({y, mark.name, "name " + ink});
  }
  if (!chart_.equal_.empty()) {
    const double low = std::max(x_.low, y_.low), high = std::min(x_.high, y_.high);
    out_ += svg_line(x_at(low), y_at(low), x_at(high), y_at(high), "line broken quiet");
    out_ += svg_text(x_at(high) - 12, y_at(high) + 1, "name end quiet", chart_.equal_);
  }
}

std::string ChartDrawing::path(const std::vector<ChartPoint>& points) const {
  std::string text;
  bool is_drawing = false;
  for (const ChartPoint& point : points) {
    if (is_finite(point)) {
      text +=
          (is_drawing ? "L" : "M") + svg_number(x_at(point.x)) + ' ' + svg_number(y_at(point.y));
    }
    is_drawing = is_finite(point);
  }
  return text;
}

/// Between neighbouring points, of columns.
double ChartDrawing::step() const {
  double least = x_.high - x_.low;
  for (const auto& series : chart_.series_) {
    for (std::size_t i = 1; i < series.points.size(); ++i) {
      const double apart = series.points[i].x - series.points[i - 1].x;
      if (apart > 0.0) least = std::min(least, apart);
    }
  }
  return least;
}

void ChartDrawing::draw_line(const Chart::Series& series, const std::string& ink) {
  const std::string line = path(series.points);
  if (line.empty()) return;
  if (series.kind == Chart::Kind::kArea) {
    out_ += "<path d=\"" + line + 'L' + svg_number(x_at(series.points.back().x)) + ' ' +
            svg_number(y_at(0)) + 'L' + svg_number(x_at(series.points.front().x)) + ' ' +
            svg_number(y_at(0)) + "Z\"" + svg_class("area " + ink) + "/>\n";
  }
  const bool is_broken = series.kind == Chart::Kind::kBroken;
  out_ +=
      "<path d=\"" + line + '"' + svg_class((is_broken ? "line broken " : "line ") + ink) + "/>\n";
}

void ChartDrawing::draw_columns(const Chart::Series& series, const std::string& ink) {
  const double width = 0.8 * (x_at(step()) - x_at(0));
  for (const ChartPoint& point : series.points) {
    if (!is_finite(point)) continue;
    const double top = std::min(y_at(point.y), y_at(0));
    out_ += svg_shape("<rect" +
                          svg_attributes({{"x", x_at(point.x) - width / 2},
                                          {"y", top},
                                          {"width", width},
                                          {"height", std::abs(y_at(point.y) - y_at(0))}}) +
                          svg_class("fill " + ink),
                      point.words);
  }
}

void ChartDrawing::draw_points(const Chart::Series& series, const std::string& ink) {
  for (const ChartPoint& point : series.points) {
    if (!is_finite(point)) continue;
    if (std::isfinite(point.low) && std::isfinite(point.high)) {
      const double x = x_at(point.x);
      out_ += svg_line(x, y_at(std::max(point.low, y_.low)), x, y_at(std::min(point.high, y_.high)),
                       "whisker " + ink);
    }
    out_ += svg_shape(
        "<circle" + svg_attributes({{"cx", x_at(point.x)}, {"cy", y_at(point.y)}, {"r", 3.5}}) +
            svg_class("dot " + ink),
        point.words);
  }
}

void ChartDrawing::draw(const Chart::Series& series) {
  const std::string ink = svg_ink(series.ink);
  using Kind = Chart::Kind;
  if (series.kind == Kind::kColumns) return draw_columns(series, ink);
  if (series.kind != Kind::kDots) draw_line(series, ink);
  const auto last = std::find_if(series.points.rbegin(), series.points.rend(), is_finite);
  if (last == series.points.rend()) return;
  if (series.kind == Kind::kDots ||
      (series.kind == Kind::kLine && series.points.size() <= kMostDots)) {
    draw_points(series, ink);
  }
  if (series.name.empty()) return;
  if (series.kind == Kind::kArea) {  // which ends on the axis: at its top
    const auto top = std::ranges::max_element(series.points, {}, &ChartPoint::y);
    out_ += svg_text(x_at(top->x), y_at(top->y) - 6, "name middle " + ink, series.name);
  } else {
    end_labels_.push_back({y_at(last->y), series.name, "name " + ink});
  }
}

void ChartDrawing::draw_boxes() {
  const std::string ink = svg_ink(chart_.box_ink_);
  constexpr double kHalf = 5;
  for (const ChartBox& box : chart_.boxes_) {
    const double x = x_at(box.x);
    out_ += svg_line(x, y_at(box.low), x, y_at(box.high), "whisker " + ink);
    out_ += svg_shape(
        "<rect" +
            svg_attributes(
                {{"x", x - kHalf},
                 {"y", y_at(box.three_quarters)},
                 {"width", 2 * kHalf},
                 {"height", std::max(1.0, y_at(box.quarter) - y_at(box.three_quarters))}}) +
            svg_class("fill " + ink),
        box.words);
    out_ += svg_line(x - kHalf - 3, y_at(box.middle), x + kHalf + 3, y_at(box.middle), "middle");
  }
}

/// Beside where series end, moved apart where they would touch.
void ChartDrawing::draw_end_labels() {
  std::ranges::stable_sort(end_labels_, {}, &EndLabel::y);
  std::vector<double> places;
  for (const EndLabel& label : end_labels_) {
    places.push_back(places.empty() ? label.y : std::max(label.y, places.back() + kSvgText));
  }
  double free_to = kHeight - kBottom + 4;
  for (std::size_t i = places.size(); i-- > 0;) {
    places[i] = std::min(places[i], free_to);
    free_to = places[i] - kSvgText;
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    out_ += svg_text(kSvgWidth - right_ + 6, places[i] + 4, end_labels_[i].classes,
                     end_labels_[i].name);
  }
}

std::string ChartDrawing::draw(const std::string& description) {
  out_ = svg_head(kHeight, description);
  draw_axes();
  draw_marks();
  for (const auto& series : chart_.series_) draw(series);
  draw_boxes();
  draw_end_labels();
  return out_ + "</svg>\n";
}

std::string Chart::svg(const std::string& description) const {
  return ChartDrawing(*this).draw(description);
}

}  // namespace mfpar::apps
