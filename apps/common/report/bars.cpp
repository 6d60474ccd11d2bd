// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "common/display_width.hpp"
#include "common/report/svg.hpp"

namespace mfpar::apps {

std::string bars_svg(const std::vector<NamedBar>& bars, const std::string& description) {
  constexpr double kRow = 40, kBar = 14, kNameHeight = 16;
  double most = 0.0, text_width = 0.0;
  for (const NamedBar& bar : bars) {
    for (const double x : {bar.value, bar.high}) most = std::isfinite(x) ? std::max(most, x) : most;
    text_width = std::max(text_width, svg_width_of(bar.text));
  }
  const double space = kSvgWidth - text_width - 10;
  const auto length = [&](double value) {
    return most > 0.0 ? std::max(0.0, value) / most * space : 0.0;
  };
  std::string out = svg_head(kRow * static_cast<double>(bars.size()), description);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const NamedBar& bar = bars[i];
    const std::string ink = svg_ink(bar.ink);
    const double top = kRow * static_cast<double>(i) + kNameHeight + 2, middle = top + kBar / 2;
    const auto room = static_cast<std::size_t>(kSvgWidth / kSvgLetter);
    out += svg_text(0, top - 6, "tick", shortened(bar.name, room));
    double end = 0.0;
    if (std::isfinite(bar.value)) {
      end = length(bar.value);
      out += "<rect" + svg_attributes({{"x", 0}, {"y", top}, {"width", end}, {"height", kBar}}) +
             svg_class("fill " + ink) + "/>\n";
    }
    if (std::isfinite(bar.low) && std::isfinite(bar.high)) {
      out += svg_line(length(bar.low), middle, length(bar.high), middle, "rule");
      end = std::max(end, length(bar.high));
    }
    out += svg_text(end + 6, middle + 4, "name " + ink, bar.text);
  }
  return out + "</svg>\n";
}

}  // namespace mfpar::apps
