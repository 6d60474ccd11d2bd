// SPDX-License-Identifier: MIT
#include "model/record_sections.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

namespace mfpar {

namespace {

HistoryRow row_of(const EpochReport& report) {
  return {.epoch = report.epoch,
          .train_error = report.train_error,
          .objective = report.objective,
          .valid_error = std::isnan(report.valid_ndcg) ? report.valid_error : report.valid_ndcg,
          .seconds = report.seconds,
          .updates_per_second = report.updates_per_second,
          .evaluation_seconds = report.evaluation_seconds,
          .wait_seconds = report.wait_seconds};
}

EpochReport report_of(const HistoryRow& row) {
  return {.epoch = static_cast<int>(row.epoch),
          .train_error = row.train_error,
          .objective = row.objective,
          .valid_error = row.valid_error,
          .seconds = row.seconds,
          .updates_per_second = row.updates_per_second,
          .evaluation_seconds = row.evaluation_seconds,
          .wait_seconds = row.wait_seconds};
}

// What options have beside those of the command line, of a model that was refitted.
constexpr const char* kJudgedRatings = "judged-ratings";
constexpr const char* kJudgedFingerprint = "judged-fingerprint";

/// Numbers the trainings of an average, which a file does not: each begins below where the one
/// before ended, and the last row is of the average itself.
void number_trainings(std::vector<EpochReport>& history) {
  const auto begins = [&](std::size_t row) { return history[row].epoch <= history[row - 1].epoch; };
  std::size_t rows = 1;
  while (rows < history.size() && !begins(rows)) ++rows;
  if (rows >= history.size()) return;  // one training
  int training = 1;
  for (std::size_t row = 0; row + 1 < history.size(); ++row) {
    if (row > 0 && begins(row)) ++training;
    history[row].training = training;
  }
}

/// Section "options": name, value, name, value, ..., each as a 32-bit length and its bytes.
std::string encode_options(const TrainingRecord& record) {
  std::string bytes;
  const auto append = [&](const std::string& text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
  };
  for (const auto& [name, value] : record.options) {
    append(name);
    append(value);
  }
  if (record.judged_ratings > 0) {
    append(kJudgedRatings);
    append(std::to_string(record.judged_ratings));
    append(kJudgedFingerprint);
    append(std::to_string(record.judged_fingerprint));
  }
  return bytes;
}

void decode_options(const SectionReader& file, const std::string& section, TrainingRecord& record) {
  const FrozenArray<char> bytes = file.array<char>(section);
  std::string_view rest(bytes.data(), bytes.size());
  const auto position = [&] { return bytes.size() - rest.size(); };
  const auto take = [&] {
    const std::uint64_t start = position();
    std::uint32_t length = 0;
    if (rest.size() < sizeof length) file.fail(section, start, "a length is cut off");
    std::memcpy(&length, rest.data(), sizeof length);
    rest.remove_prefix(sizeof length);
    if (rest.size() < length) {
      file.fail(section, start, "a text of " + std::to_string(length) + " bytes is cut off");
    }
    std::string text(rest.substr(0, length));
    rest.remove_prefix(length);
    return text;
  };
  while (!rest.empty()) {
    std::string name = take();
    const std::uint64_t start = position();
    std::string value = take();
    if (name != kJudgedRatings && name != kJudgedFingerprint) {
      record.options.emplace_back(std::move(name), std::move(value));
      continue;
    }
    const char* const end = value.data() + value.size();
    const auto [stop, error] =
        std::from_chars(value.data(), end,
                        name == kJudgedRatings ? record.judged_ratings : record.judged_fingerprint);
    if (error != std::errc() || stop != end) {
      file.fail(section, start, name + " is '" + value + "', no whole number");
    }
  }
}

}  // namespace

void add_record_sections(SectionWriter& file, const TrainingRecord& record,
                         const std::string& prefix) {
  std::vector<HistoryRow> history;
  for (const EpochReport& report : record.history) history.push_back(row_of(report));
  file.add_copy(prefix + "options", std::span<const char>(encode_options(record)));
  file.add_copy(prefix + "history", history);
}

void read_record_sections(const SectionReader& file, TrainingRecord& record,
                          const std::string& prefix) {
  decode_options(file, prefix + "options", record);
  const std::string section = prefix + "history";
  const auto rows = file.array<HistoryRow>(section);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    epoch_number(file, section, i * sizeof(HistoryRow), rows[i].epoch);
    record.history.push_back(report_of(rows[i]));
  }
  number_trainings(record.history);
}

void as_ndcg(std::vector<EpochReport>& history) {
  for (EpochReport& report : history) {
    report.valid_ndcg = std::exchange(report.valid_error, EpochReport::kNotComputed);
  }
}

int epoch_number(const SectionReader& file, std::string_view section, std::uint64_t position,
                 std::int64_t number) {
  if (number < 0 || number > std::numeric_limits<int>::max()) {
    file.fail(section, position, "epoch " + std::to_string(number) + " cannot be");
  }
  return static_cast<int>(number);
}

}  // namespace mfpar
