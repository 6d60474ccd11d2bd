// SPDX-License-Identifier: MIT
#include "common/report/axis.hpp"

#include <algorithm>
#include <cmath>

#include "common/report/markup.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

std::string tick_text(double at, double step, bool percentages) {
  const double unit = percentages ? 100.0 : 1.0;
  const int decimals =
      std::clamp(static_cast<int>(std::ceil(-std::log10(step * unit) - 1e-9)), 0, 9);
  const double shown = std::abs(at) < step * 1e-6 ? 0.0 : at * unit;
  const std::string sign = shown < 0.0 ? "\u2212" : "";
  const std::string text =
      decimals == 0 ? with_commas(static_cast<std::uint64_t>(std::llround(std::abs(shown))))
                    : fixed(std::abs(shown), decimals);
  return sign + text + (percentages ? " %" : "");
}

}  // namespace

AxisRange roomy(AxisRange range) {
  constexpr double kRoom = 0.06;
  const double width = range.high - range.low;
  if (width > 1e-9 * std::max({1e-300, std::abs(range.low), std::abs(range.high)})) {
    return {range.low - kRoom * width, range.high + kRoom * width};
  }
  const double around = range.low == 0.0 ? 1.0 : 0.1 * std::abs(range.low);
  return {range.low - around, range.high + around};
}

std::vector<Tick> nice_ticks(AxisRange range, int wanted, bool percentages) {
  const double width = range.high - range.low;
  std::vector<Tick> ticks;
  for (int more = wanted; ticks.size() < 3 && more < 8 * wanted; ++more) {
    const double rough = width / more;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double step = power * (rough <= power       ? 1.0
                                 : rough <= 2 * power ? 2.0
                                 : rough <= 5 * power ? 5.0
                                                      : 10.0);
    ticks.clear();
    const double first = std::ceil(range.low / step - 1e-9);
    for (double k = first; k * step <= range.high + 1e-9 * step; k += 1.0) {
      ticks.push_back({k * step, tick_text(k * step, step, percentages)});
    }
  }
  return ticks;
}

}  // namespace mfpar::apps
