// SPDX-License-Identifier: MIT
#include "train/training_identity.hpp"

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include "io/checksum.hpp"
#include "mfpar/evaluate.hpp"
#include "train/check_input.hpp"

namespace mfpar {

namespace {

/// "100836, fingerprint 0123456789abcdef"
std::string describe(std::uint64_t count, std::uint64_t fingerprint) {
  char text[64];
  std::snprintf(text, sizeof text, "%llu (fingerprint %016llx)",
                static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(fingerprint));
  return text;
}

template <class T>
std::uint64_t checksum_of(std::span<const T> values) {
  return checksum(std::as_bytes(values));
}

std::string describe(const Features* features) {
  if (features == nullptr) return "none";
  return describe(features->indices.size(),
                  checksum_of(std::span<const std::uint64_t>(features->offsets)) +
                      3 * checksum_of(std::span<const std::uint32_t>(features->indices)) +
                      5 * checksum_of(std::span<const float>(features->values)));
}

std::string describe(const FactorModel* model) {
  if (model == nullptr) return "none";
  return describe(model->rank(), checksum_of(model->parts().users.factors.span()) +
                                     3 * checksum_of(model->parts().items.factors.span()));
}

}  // namespace

TrainingIdentity identity_of(const RatingStatistics& statistics, const RatingStore& validation,
                             const TrainOptions& options, const TrainHooks& hooks,
                             const Workers& workers) {
  TrainingIdentity identity = describe_options(options);
  identity.emplace_back("ratings to train on", describe(statistics.count, statistics.fingerprint));
  identity.emplace_back(
      "ratings to validate on",
      validation.size() == 0
          ? "none"
          : describe(validation.size(), rating_fingerprint(validation, workers.threads())));
  identity.emplace_back("user features", describe(hooks.user_features));
  identity.emplace_back("item features", describe(hooks.item_features));
  identity.emplace_back("model to start from", describe(initial_model(hooks, options)));
  return identity;
}

}  // namespace mfpar
