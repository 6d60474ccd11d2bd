// SPDX-License-Identifier: MIT
#include "mfpar/ease.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "compute/symmetric_inverse.hpp"
#include "mfpar/error.hpp"
#include "ranking/top_list.hpp"

namespace mfpar {

namespace {

constexpr double kLeastPenalty = 0.01;  // a hundred millionth of counts of a million
constexpr double kMostPenalty = 1e9;
constexpr std::size_t kUsersTogether = 64;
constexpr float kNever = -std::numeric_limits<float>::infinity();

std::size_t user_count(const ItemLists& lists) {
  return lists.offsets.empty() ? 0 : lists.offsets.size() - 1;
}

/// Who has each item, ascending.
ItemLists turned(const ItemLists& lists, std::size_t items) {
  std::vector<std::uint64_t> offsets(items + 1);
  for (const ItemIndex item : lists.items) ++offsets[std::size_t{item} + 1];
  for (std::size_t item = 0; item < items; ++item) offsets[item + 1] += offsets[item];
  std::vector<UserIndex> users(lists.items.size());
  std::vector<std::uint64_t> next(offsets.begin(), offsets.end() - 1);
  for (UserIndex user = 0; user < user_count(lists); ++user) {
    for (const ItemIndex item : lists.of(user)) users[next[item]++] = user;
  }
  return {.offsets = FrozenArray<std::uint64_t>(std::move(offsets)),
          .items = FrozenArray<ItemIndex>(std::move(users))};
}

void check(std::uint64_t users, std::uint64_t items, double penalty) {
  if (!(penalty >= kLeastPenalty && penalty <= kMostPenalty)) {
    throw Error(ErrorCode::kBadOption,
                "the penalty of EASE is from 0.01 to 1000000000; 100 to 1000 suits most data");
  }
  if (std::min(users, items) <= Ease::kMostRows) return;
  const std::uint64_t gib = (Ease::bytes(users, items) + (std::uint64_t{1} << 29)) >> 30;
  throw Error(ErrorCode::kBadOption,
              "EASE of " + std::to_string(users) + " users and " + std::to_string(items) +
                  " items would take " + std::to_string(gib) + " GiB; it is for at most " +
                  std::to_string(Ease::kMostRows) +
                  " of either: learn from fewer users or from the items that most have, or leave "
                  "EASE out");
}

}  // namespace

// What is inverted are counts: of users who have both of two items, or of items that both of two
// users have. By items, x B = -(x P) / diagonal of P. By users, with K = (XX' + penalty I)^-1 and
// so P = (I - X'K X) / penalty, it is for an item j that the user does not have
//
//   (x B)_j = (x X'K X)_j / (1 - (X'K X)_jj).
struct Ease::Impl {
  ItemLists has;  // by user
  ItemLists had;  // users, by item
  bool by_users;  // there are fewer users than items
  Eigen::MatrixXd inverse;
  Eigen::VectorXd scale;  // what the sum of an item is multiplied with

  Impl(ItemLists lists, std::size_t items)
      : has(std::move(lists)), had(turned(has, items)), by_users(user_count(has) < items) {}

  std::size_t items() const { return had.offsets.size() - 1; }
  void invert_counts(double penalty, const Workers& workers);
  void set_scale(const Workers& workers);
  /// items x users: -x P or x X'K X.
  Eigen::MatrixXd sums(std::span<const RankingBaselines::User> users) const;
};

void Ease::Impl::invert_counts(double penalty, const Workers& workers) {
  const std::size_t size = by_users ? user_count(has) : items();
  const auto rows = static_cast<Eigen::Index>(size);
  inverse.resize(rows, rows);
  const ItemLists& mine = by_users ? has : had;
  const ItemLists& others = by_users ? had : has;
  workers.for_each(size, [&](std::size_t i) {
    auto counts = inverse.col(static_cast<Eigen::Index>(i));
    counts.setZero();
    for (const std::uint32_t between : mine.of(static_cast<std::uint32_t>(i))) {
      for (const std::uint32_t other : others.of(between)) counts[other] += 1.0;
    }
    counts[static_cast<Eigen::Index>(i)] += penalty;
  });
  if (!invert_positive_definite(inverse, workers)) {
    throw Error(ErrorCode::kBadOption, "the penalty of EASE is too small for so many ratings");
  }
}

void Ease::Impl::set_scale(const Workers& workers) {
  if (!by_users) {
    scale = inverse.diagonal().cwiseInverse();
    return;
  }
  scale.resize(static_cast<Eigen::Index>(items()));
  workers.for_each(items(), [&](std::size_t item) {
    const auto users = had.of(static_cast<ItemIndex>(item));
    double share = 0.0;
    for (const UserIndex a : users) {
      for (const UserIndex b : users) share += inverse(b, a);
    }
    scale[static_cast<Eigen::Index>(item)] = 1.0 / (1.0 - share);
  });
}

Eigen::MatrixXd Ease::Impl::sums(std::span<const RankingBaselines::User> users) const {
  const auto count = static_cast<Eigen::Index>(users.size());
  const auto catalogue = static_cast<Eigen::Index>(items());
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(catalogue, count);
  if (!by_users) {
    for (Eigen::Index u = 0; u < count; ++u) {
      for (const ItemIndex item : users[static_cast<std::size_t>(u)].has) {
        sums.col(u) -= inverse.col(item);
      }
    }
    return sums;
  }
  Eigen::MatrixXd in_common = Eigen::MatrixXd::Zero(count, inverse.rows());
  for (Eigen::Index u = 0; u < count; ++u) {
    for (const ItemIndex item : users[static_cast<std::size_t>(u)].has) {
      for (const UserIndex other : had.of(item)) in_common(u, other) += 1.0;
    }
  }
  const Eigen::MatrixXd weights = in_common * inverse;
  Eigen::VectorXd sum(count);
  for (Eigen::Index item = 0; item < catalogue; ++item) {
    sum.setZero();
    for (const UserIndex user : had.of(static_cast<ItemIndex>(item))) sum += weights.col(user);
    sums.row(item) = sum.transpose();
  }
  return sums;
}

std::uint64_t Ease::bytes(std::uint64_t users, std::uint64_t items) noexcept {
  const std::uint64_t rows = std::min(users, items);
  return rows * rows * sizeof(double);
}

Ease::Ease(ItemLists lists, ItemIndex items, double penalty, int threads) {
  check(user_count(lists), items, penalty);
  const Workers workers(threads);
  try {
    auto impl = std::make_unique<Impl>(std::move(lists), items);
    impl->invert_counts(penalty, workers);
    impl->set_scale(workers);
    impl_ = std::move(impl);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kSystem,
                "not enough memory for EASE of " + std::to_string(items) + " items");
  }
}

Ease::~Ease() = default;
Ease::Ease(Ease&&) noexcept = default;
Ease& Ease::operator=(Ease&&) noexcept = default;

std::vector<float> Ease::scores(std::span<const RankingBaselines::User> users, int threads) const {
  const std::size_t items = impl_->items();
  std::vector<float> scores(users.size() * items, kNever);
  const Workers workers(threads);
  workers.for_each((users.size() + kUsersTogether - 1) / kUsersTogether, [&](std::size_t part) {
    const std::size_t begin = part * kUsersTogether;
    const auto some = users.subspan(begin, std::min(kUsersTogether, users.size() - begin));
    const Eigen::MatrixXd sums = impl_->sums(some);
    for (std::size_t u = 0; u < some.size(); ++u) {
      if (some[u].has.empty()) continue;
      const auto mine = std::span(scores).subspan((begin + u) * items, items);
      for (ItemIndex item = 0; item < items; ++item) {
        if (impl_->had.of(item).empty()) continue;
        mine[item] = static_cast<float>(sums(item, static_cast<Eigen::Index>(u)) *
                                        impl_->scale[static_cast<Eigen::Index>(item)]);
      }
      for (const auto list : {some[u].has, some[u].left_out}) {
        for (const ItemIndex item : list) mine[item] = kNever;
      }
    }
  });
  return scores;
}

std::vector<ItemIndex> best_items(std::span<const float> scores, std::uint32_t top) {
  TopList list(top);
  for (ItemIndex item = 0; item < scores.size(); ++item) {
    if (scores[item] > kNever && scores[item] >= list.threshold()) list.offer(scores[item], item);
  }
  std::vector<ItemIndex> items;
  for (const TopList::Entry& entry : list.take()) items.push_back(entry.item);
  return items;
}

}  // namespace mfpar
