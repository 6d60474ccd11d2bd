// SPDX-License-Identifier: MIT
#include "mfpar/model_handle.hpp"

#include <utility>

#include "base/exchanged.hpp"

namespace mfpar {

namespace {

std::shared_ptr<const ServedModel> load(const std::string& path, const LoadOptions& options,
                                        std::uint64_t version) {
  auto model = std::make_shared<const FactorModel>(load_model(path, options));
  Recommender recommender(model);
  const auto filter_for = [&](auto by) {
    return ItemFilter(recommender, {.least_ratings = usual_least_ratings(*model, by)});
  };
  ItemFilter by_interaction = filter_for(RankBy::interaction()),
             by_raters = filter_for(SimilarBy::kRaters),
             by_factors = filter_for(SimilarBy::kFactors);
  return std::make_shared<const ServedModel>(
      ServedModel{model, std::move(recommender), path, version, std::move(by_interaction),
                  std::move(by_raters), std::move(by_factors)});
}

}  // namespace

struct ModelHandle::Impl {
  Impl(const std::string& path, const LoadOptions& load_options)
      : options(load_options), served(load(path, load_options, 1)) {}
  const LoadOptions options;
  Exchanged<ServedModel> served;
};

ModelHandle::ModelHandle(std::string path, const LoadOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}

ModelHandle::~ModelHandle() = default;

std::shared_ptr<const ServedModel> ModelHandle::current() const { return impl_->served.current(); }

std::shared_ptr<const ServedModel> ModelHandle::reload() {
  return impl_->served.exchange(
      [&](const ServedModel& now) { return load(now.path, impl_->options, now.version + 1); });
}

std::shared_ptr<const ServedModel> ModelHandle::reload(const std::string& path) {
  return impl_->served.exchange(
      [&](const ServedModel& now) { return load(path, impl_->options, now.version + 1); });
}

}  // namespace mfpar
