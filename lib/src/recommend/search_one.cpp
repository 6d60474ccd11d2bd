// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <limits>

#include "recommend/item_search.hpp"

namespace mfpar {

namespace {

/// Scores chosen panels a few at a time and offers what reaches the list.
class PanelScan {
 public:
  PanelScan(const SearchSpace& space, const SearchTask& task)
      : space_(space), task_(task), pass_(space.items.pass(space.bias_weight)) {}
  ~PanelScan() = default;
  PanelScan(const PanelScan&) = delete;
  PanelScan& operator=(const PanelScan&) = delete;

  void add(std::uint32_t panel) {
    chosen_[size_++] = panel;
    if (size_ == kTogether) flush();
  }

  void flush() {
    space_.kernels.score_chosen(pass_, task_.factors.data(), chosen_.data(), size_, scores_.data());
    for (std::size_t i = 0; i < size_; ++i) masks_[i] = task_.masks[chosen_[i]];
    const std::size_t reaching = space_.kernels.find_reaching(
        scores_.data(), size_, masks_.data(), task_.list->threshold(), found_.data());
    for (std::size_t i = 0; i < reaching; ++i) {
      const std::size_t at = found_[i];
      const std::size_t position = chosen_[at / kPanelItems] * kPanelItems + at % kPanelItems;
      task_.list->offer(scores_[at], space_.items.item_at(position));
    }
    size_ = 0;
  }

 private:
  static constexpr std::size_t kTogether = 8;

  const SearchSpace& space_;
  const SearchTask& task_;
  const ScorePass pass_;
  std::size_t size_ = 0;
  std::array<std::uint32_t, kTogether> chosen_;
  std::array<std::uint16_t, kTogether> masks_;
  alignas(kRowAlignment) std::array<float, kTogether * kPanelItems> scores_;
  std::array<std::uint32_t, kTogether * kPanelItems> found_;
};

}  // namespace

void search_one(const SearchSpace& space, const SearchTask& task) {
  struct Panel {
    float bound;
    std::uint32_t number;
  };
  const BoundOf bound_of(task.factors, space.bias_weight);
  const auto bounds = space.items.bounds();
  std::vector<Panel> panels;
  panels.reserve(bounds.size());
  for (std::uint32_t panel = 0; panel < bounds.size(); ++panel) {
    if (task.masks[panel] != 0) panels.push_back({bound_of(bounds[panel]), panel});
  }
  // A bound that overflowed to no number passes nothing over.
  const auto can_reach = [&](const Panel& panel) {
    return !(panel.bound < task.list->threshold());
  };

  PanelScan scan(space, task);
  constexpr std::size_t kFewest = 8, kShare = 32;
  const std::size_t seeds = std::min(panels.size(), std::max(kFewest, panels.size() / kShare));
  const auto first_other = panels.begin() + static_cast<std::ptrdiff_t>(seeds);
  std::nth_element(panels.begin(), first_other, panels.end(),
                   [](const Panel& a, const Panel& b) { return a.bound > b.bound; });
  for (auto panel = panels.begin(); panel != first_other; ++panel) scan.add(panel->number);
  scan.flush();
  // The check costs a hundredth of scoring a panel, so a search that passes over nothing is a full scan.
  for (auto panel = first_other; panel != panels.end(); ++panel) {
    if (can_reach(*panel)) scan.add(panel->number);
  }
  scan.flush();
}

}  // namespace mfpar
