// SPDX-License-Identifier: MIT
#include "mf-data/data_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace mfpar::apps {

namespace {

Quantiles quantiles_of(std::vector<std::uint64_t> counts) {
  Quantiles result;
  if (counts.empty()) return result;
  std::sort(counts.begin(), counts.end());
  const auto last = static_cast<double>(counts.size() - 1);
  for (const double share : Quantiles::kShares) {
    result.counts.push_back(counts[static_cast<std::size_t>(std::llround(share * last))]);
  }
  result.mean = static_cast<double>(std::accumulate(counts.begin(), counts.end(), 0ull)) /
                static_cast<double>(counts.size());
  return result;
}

void count_values(const RatingStore& store, DataReport& report) {
  store.visit([&](const auto& entries) {
    entries.for_each_value(0, entries.size(), [&](float value, std::uint64_t times) {
      report.values[value] += times;
    });
  });
  const auto count = static_cast<double>(store.size());
  for (const auto& [value, times] : report.values) {
    report.mean += double{value} * static_cast<double>(times) / count;
  }
  double squares = 0.0;
  for (const auto& [value, times] : report.values) {
    squares += (value - report.mean) * (value - report.mean) * static_cast<double>(times);
  }
  report.sd = std::sqrt(squares / count);
}

}  // namespace

DataReport make_data_report(ReadResult read, const StoreOptions& options) {
  DataReport report;
  report.read = std::move(read.report);
  const RatingStore store = build_store(std::move(read.ratings), options);
  report.ratings = store.size();
  report.duplicates = store.parts().duplicates + report.read.merged;
  report.users = store.user_count();
  report.items = store.item_count();
  const auto times = store.parts().timestamps.span();
  if (!times.empty()) {
    const auto [first, last] = std::ranges::minmax(times);
    report.times.emplace(first, last);
  }
  count_values(store, report);

  std::vector<std::uint64_t> of_user(store.user_count()), of_item(store.item_count());
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    of_user[user] = store.offsets()[user + 1] - store.offsets()[user];
  }
  store.for_each(0, store.size(), [&](ItemIndex item, float) { ++of_item[item]; });
  report.of_user = quantiles_of(std::move(of_user));
  report.of_item = quantiles_of(std::move(of_item));

  const auto& parts = store.parts();
  const std::size_t bytes = parts.offsets.span().size_bytes() + parts.compact.span().size_bytes() +
                            parts.values.span().size_bytes() + parts.wide.span().size_bytes();
  report.store_bytes = static_cast<double>(bytes) / static_cast<double>(store.size());
  return report;
}

}  // namespace mfpar::apps
