// SPDX-License-Identifier: MIT
#include "mfpar/model_handle.hpp"

#include <mutex>
#include <utility>

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

// std::atomic<std::shared_ptr> would do for `current`, but is a lock all the same in libstdc++ 12,
// one that ThreadSanitizer cannot see.
struct ModelHandle::Impl {
  LoadOptions options;       // constant
  std::mutex reloading;      // held while a file is loaded
  mutable std::mutex mutex;  // guards what follows, for as long as a pointer takes to copy
  std::shared_ptr<const ServedModel> current;
};

ModelHandle::ModelHandle(std::string path, const LoadOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  impl_->current = load(path, options, 1);
}

ModelHandle::~ModelHandle() = default;

std::shared_ptr<const ServedModel> ModelHandle::current() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->current;
}

std::shared_ptr<const ServedModel> ModelHandle::reload() { return reload(current()->path); }

std::shared_ptr<const ServedModel> ModelHandle::reload(const std::string& path) {
  const std::lock_guard one_at_a_time(impl_->reloading);
  auto next = load(path, impl_->options, current()->version + 1);
  std::shared_ptr<const ServedModel> last = next;  // let go of outside the lock
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->current.swap(last);
  }
  return next;
}

}  // namespace mfpar
