// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar::apps {

// Prometheus' text format 0.0.4.

/// The lines above a metric's numbers.
void describe_metric(std::string& text, std::string_view name, std::string_view type,
                     std::string_view help);

/// A metric of one number. `name` may end in labels.
void append_metric(std::string& text, std::string_view name, std::string_view type,
                   std::string_view help, std::string_view number);

/// What the process takes of the system, under the names that Prometheus' own clients use; nothing
/// of what the system does not tell.
void append_process_metrics(std::string& text);

}  // namespace mfpar::apps
