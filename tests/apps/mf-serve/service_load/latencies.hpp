// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace mfpar::tests {

/// How long answers took, in milliseconds. Not synchronised.
class Latencies {
 public:
  void add(double milliseconds) { sorted_.push_back(milliseconds); }
  void add(const Latencies& other) {
    sorted_.insert(sorted_.end(), other.sorted_.begin(), other.sorted_.end());
  }

  std::size_t count() const { return sorted_.size(); }

  /// A row of a table: requests, requests a second, quantiles (nearest rank) and the longest.
  std::string row(const char* name, double seconds) {
    std::ranges::sort(sorted_);
    char text[160];
    std::snprintf(text, sizeof text, "%-16s %9zu %9.0f %8.2f %8.2f %8.2f %8.2f %8.2f\n", name,
                  count(), static_cast<double>(count()) / seconds, quantile(0.5), quantile(0.9),
                  quantile(0.99), quantile(0.999), quantile(1.0));
    return text;
  }

  static std::string heading() {
    char text[160];
    std::snprintf(text, sizeof text, "%-16s %9s %9s %8s %8s %8s %8s %8s\n", "milliseconds",
                  "requests", "a second", "p50", "p90", "p99", "p99.9", "most");
    return text;
  }

 private:
  double quantile(double share) const {
    if (sorted_.empty()) return 0.0;
    const double rank = std::ceil(share * static_cast<double>(sorted_.size()));
    return sorted_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  }

  std::vector<double> sorted_;  ///< once row() was called
};

}  // namespace mfpar::tests
