// SPDX-License-Identifier: MIT
//
// How a data report reads, for people and for scripts.
#include <chrono>
#include <cmath>
#include <cstdio>

#include "common/json.hpp"
#include "common/text.hpp"
#include "mf-data/data_report.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

namespace {

/// With more distinct values than this the table shows ranges of them.
constexpr std::size_t kMaxRows = 24;
constexpr int kBars = 40;

std::string delimiter_name(const std::string& delimiter) {
  if (delimiter == "\t") return "tab";
  return delimiter == " " ? "blanks" : delimiter;
}

/// A timestamp, with the day if it may be one in seconds since 1970.
std::string time_text(std::int64_t time) {
  using namespace std::chrono;
  constexpr std::int64_t kYear2200 = 7'258'118'400;
  if (time < 86'400 || time > kYear2200) return std::to_string(time);
  const year_month_day day{floor<days>(sys_seconds(seconds(time)))};
  char text[64];
  std::snprintf(text, sizeof text, "%lld (%04d-%02u-%02u)", static_cast<long long>(time),
                static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

std::string row(const std::string& name, const std::string& text) {
  return name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + text + '\n';
}

std::string quantile_row(const std::string& name, const Quantiles& quantiles) {
  char text[160];
  std::string line = row(name, "").substr(0, 20);
  for (const std::uint64_t count : quantiles.counts) {
    std::snprintf(text, sizeof text, " %9s", with_commas(count).c_str());
    line += text;
  }
  std::snprintf(text, sizeof text, " %9s\n", fixed(quantiles.mean, 1).c_str());
  return line + text;
}

std::string bar_row(const std::string& name, std::uint64_t count, std::uint64_t all,
                    std::uint64_t most) {
  char text[160];
  const double share = 100.0 * static_cast<double>(count) / static_cast<double>(all);
  const auto bars = static_cast<std::size_t>(
      std::lround(kBars * static_cast<double>(count) / static_cast<double>(most)));
  std::snprintf(text, sizeof text, "%20s %13s %5.1f %%  %s\n", name.c_str(),
                with_commas(count).c_str(), share, std::string(bars, '#').c_str());
  return text;
}

std::string histogram(const DataReport& report) {
  std::vector<std::pair<std::string, std::uint64_t>> rows;
  if (report.values.size() <= kMaxRows) {
    for (const auto& [value, count] : report.values)
      rows.emplace_back(shortest_decimal(value), count);
  } else {
    const double lowest = report.values.begin()->first;
    const double width = (report.values.rbegin()->first - lowest) / 10;
    std::vector<std::uint64_t> counts(10);
    for (const auto& [value, count] : report.values) {
      counts[std::min<std::size_t>(static_cast<std::size_t>((value - lowest) / width), 9)] += count;
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double from = lowest + width * static_cast<double>(i);
      rows.emplace_back(fixed(from, 3) + " to " + fixed(from + width, 3), counts[i]);
    }
  }
  std::uint64_t most = 1;
  for (const auto& [name, count] : rows) most = std::max(most, count);
  std::string text;
  for (const auto& [name, count] : rows) text += bar_row(name, count, report.ratings, most);
  return text;
}

Json json_of(const Quantiles& quantiles) {
  Json json = Json::object();
  for (std::size_t i = 0; i < quantiles.counts.size(); ++i) {
    json[shortest_decimal(Quantiles::kShares[i])] = quantiles.counts[i];
  }
  json["mean"] = quantiles.mean;
  return json;
}

/// How the ratings are written.
std::string layout_rows(const ReadReport& read) {
  if (read.is_packed) {
    return row("layout", "packed store, proven") + row("bytes", with_commas(read.bytes)) +
           row("held out", with_commas(read.held_out));
  }
  return row("compression", read.compression) + row("delimiter", delimiter_name(read.delimiter)) +
         row("header", read.header ? "yes" : "no") + row("columns", read.columns) +
         row("bytes", with_commas(read.bytes)) + row("lines", with_commas(read.lines)) +
         row("bad lines", with_commas(read.bad_lines));
}

}  // namespace

std::string data_table(const DataReport& report) {
  const ReadReport& read = report.read;
  std::string text = row("source", read.source) + layout_rows(read);
  for (const BadLine& bad : read.first_bad) text += "  " + bad.message + '\n';
  if (read.missing > 0) text += row("missing", with_commas(read.missing) + " left out");
  text += row("read in", fixed(read.seconds, 3) + " s") + '\n' +
          row("users", with_commas(report.users)) + row("items", with_commas(report.items)) +
          row("ratings", with_commas(report.ratings)) +
          row("duplicates", with_commas(report.duplicates)) +
          row("density", fixed(100.0 * report.density(), 4) + " %") +
          row("mean", fixed(report.mean, 4)) + row("standard deviation", fixed(report.sd, 4)) +
          row("distinct values", with_commas(report.values.size()));
  if (report.times) {
    text += row("first timestamp", time_text(report.times->first)) +
            row("last timestamp", time_text(report.times->second));
  }
  text += row("bytes a rating", fixed(report.store_bytes, 2) + " in memory, without ids");
  text +=
      "\nratings each         least       5 %      25 %    median      75 %      95 %      most"
      "      mean\n";
  text +=
      quantile_row("  of a user", report.of_user) + quantile_row("  of an item", report.of_item);
  text += '\n' + histogram(report);
  for (const std::string& note : read.notes) text += "\nnote: " + note + '\n';
  return text;
}

std::string data_json(const DataReport& report) {
  const ReadReport& read = report.read;
  Json json{{"source", read.source},
            {"packed", read.is_packed},
            {"held_out", read.held_out},
            {"compression", read.compression},
            {"delimiter", read.delimiter},
            {"header", read.header},
            {"columns", read.columns},
            {"bytes", read.bytes},
            {"lines", read.lines},
            {"bad_lines", read.bad_lines},
            {"missing", read.missing},
            {"read_seconds", read.seconds},
            {"users", report.users},
            {"items", report.items},
            {"ratings", report.ratings},
            {"duplicates", report.duplicates},
            {"density", report.density()},
            {"mean", report.mean},
            {"sd", report.sd},
            {"store_bytes_per_rating", report.store_bytes},
            {"ratings_of_user", json_of(report.of_user)},
            {"ratings_of_item", json_of(report.of_item)}};
  if (report.times) {
    json["first_timestamp"] = report.times->first;
    json["last_timestamp"] = report.times->second;
  }
  json["notes"] = read.notes;
  Json& values = json["values"] = Json::object();
  for (const auto& [value, count] : report.values) values[shortest_decimal(value)] = count;
  return text_of(json) + '\n';
}

}  // namespace mfpar::apps
