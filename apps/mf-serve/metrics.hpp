// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mfpar/model_handle.hpp"

namespace mfpar::apps {

/// Counts requests, errors and latencies for each endpoint, connections and reloads. Safe from any
/// number of threads; numbers that are read while others count may be of slightly different
/// moments.
class Metrics {
 public:
  struct Label {
    std::string method;
    std::string path;
  };

  /// Endpoints are counted under their place in `endpoints`.
  explicit Metrics(std::vector<Label> endpoints);

  void count(std::size_t endpoint, unsigned status, double seconds) noexcept;

  void request_begun() noexcept;
  void request_done() noexcept;
  void model_loaded() noexcept;  ///< now
  void connection_opened() noexcept;
  void connection_closed() noexcept;
  void count_reload(bool succeeded) noexcept;

  /// The counts, what is served, and what the process takes of the system, in Prometheus' text
  /// format 0.0.4.
  std::string text(const ServedModel& served) const;

 private:
  /// A bucket of latencies: its upper end in seconds, and as it is written.
  struct Bucket {
    double end;
    const char* text;
  };
  /// The last bucket, of all that took longer, has no end.
  static constexpr std::array kBuckets{
      Bucket{0.000005, "0.000005"}, Bucket{0.00001, "0.00001"}, Bucket{0.000025, "0.000025"},
      Bucket{0.00005, "0.00005"},   Bucket{0.0001, "0.0001"},   Bucket{0.00025, "0.00025"},
      Bucket{0.0005, "0.0005"},     Bucket{0.001, "0.001"},     Bucket{0.0025, "0.0025"},
      Bucket{0.005, "0.005"},       Bucket{0.01, "0.01"},       Bucket{0.025, "0.025"},
      Bucket{0.05, "0.05"},         Bucket{0.1, "0.1"},         Bucket{0.25, "0.25"},
      Bucket{0.5, "0.5"},           Bucket{1.0, "1"},           Bucket{5.0, "5"}};

  struct Counts {
    std::array<std::atomic<std::uint64_t>, kBuckets.size() + 1> in_bucket{};
    std::atomic<std::uint64_t> nanoseconds{0};
    std::atomic<std::uint64_t> client_errors{0};  ///< 4xx
    std::atomic<std::uint64_t> server_errors{0};  ///< 5xx
  };

  std::vector<Label> endpoints_;
  std::unique_ptr<Counts[]> counts_;  ///< by endpoint
  std::atomic<std::int64_t> in_flight_{0};
  std::atomic<double> loaded_{0.0};  ///< seconds since 1970
  std::atomic<std::uint64_t> accepted_{0}, closed_{0};
  std::array<std::atomic<std::uint64_t>, 2> reloads_{};  ///< that failed, and succeeded
};

}  // namespace mfpar::apps
