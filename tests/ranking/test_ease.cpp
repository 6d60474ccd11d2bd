// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "compute/symmetric_inverse.hpp"
#include "item_list_fixtures.hpp"
#include "mfpar/ease.hpp"
#include "mfpar/error.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_ease)

namespace {

using User = RankingBaselines::User;
using Matrix = std::vector<std::vector<double>>;

/// Ascending; item 3 is nobody's, and small ones are popular.
Items some(Random& random, ItemIndex items, double share) {
  Items list;
  for (ItemIndex item = 0; item < items; ++item) {
    if (item != 3 && random.uniform() < share * 8 / (8 + item)) list.push_back(item);
  }
  return list;
}

/// By Gauss and Jordan.
Matrix inverse_of(Matrix a) {
  const std::size_t n = a.size();
  Matrix b(n, std::vector<double>(n));
  for (std::size_t k = 0; k < n; ++k) b[k][k] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = a[k][k];
    for (std::size_t j = 0; j < n; ++j) {
      a[k][j] /= pivot;
      b[k][j] /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = a[i][k];
      for (std::size_t j = 0; j < n && i != k; ++j) {
        a[i][j] -= factor * a[k][j];
        b[i][j] -= factor * b[k][j];
      }
    }
  }
  return b;
}

/// B of Steck's closed form.
Matrix naive_ease(const std::vector<Items>& users, ItemIndex items, double penalty) {
  Matrix gram(items, std::vector<double>(items));
  for (const Items& list : users) {
    for (const ItemIndex i : list) {
      for (const ItemIndex j : list) gram[i][j] += 1;
    }
  }
  for (ItemIndex i = 0; i < items; ++i) gram[i][i] += penalty;
  const Matrix p = inverse_of(gram);
  Matrix b(items, std::vector<double>(items));
  for (ItemIndex i = 0; i < items; ++i) {
    for (ItemIndex j = 0; j < items; ++j) b[i][j] = i == j ? 0 : -p[i][j] / p[j][j];
  }
  return b;
}

std::string message_of(const auto& call, ErrorCode code) {
  try {
    call();
  } catch (const Error& error) {
    BOOST_TEST((error.code() == code));
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_CASE(scores_are_those_of_the_closed_form) {
  // More users than items, fewer, and as many; more than are scored together.
  const struct {
    std::size_t users;
    ItemIndex items;
    double penalty;
  } cases[] = {{1, 4, 1},      {30, 12, 0.01}, {30, 12, 5},     {9, 25, 5},
               {9, 25, 0.5},   {20, 20, 100},  {21, 20, 2},     {19, 20, 2},
               {150, 60, 200}, {60, 150, 20},  {300, 230, 0.1}, {230, 300, 0.1}};
  std::uint64_t seed = 0;
  for (const auto& [user_count, items, penalty] : cases) {
    Random random(++seed);
    std::vector<Items> learnt(user_count);
    for (Items& list : learnt) list = some(random, items, random.uniform());
    const Matrix b = naive_ease(learnt, items, penalty);
    const Ease ease(lists_of(learnt), items, penalty, 1);

    // Users who are learnt from, new ones, and one who has nothing.
    std::vector<Items> mine = learnt, others(user_count + 100);
    mine.emplace_back();
    while (mine.size() < others.size()) mine.push_back(some(random, items, random.uniform()));
    std::vector<User> users;
    for (std::size_t u = 0; u < mine.size(); ++u) {
      if (u % 2 == 0) others[u] = some(random, items, 0.3);
      users.push_back({mine[u], others[u]});
    }
    const auto scores = ease.scores(users, 1);
    BOOST_TEST_REQUIRE(scores.size() == users.size() * items);
    BOOST_TEST((scores == ease.scores(users, 3)));
    BOOST_TEST((scores == Ease(lists_of(learnt), items, penalty, 3).scores(users, 2)));
    std::vector<bool> is_anybodys(items);
    for (const Items& list : learnt) {
      for (const ItemIndex item : list) is_anybodys[item] = true;
    }
    for (std::size_t u = 0; u < users.size(); ++u) {
      ItemIndex wrong = 0;
      for (ItemIndex j = 0; j < items; ++j) {
        const float found = scores[u * items + j];
        if (mine[u].empty() || has(mine[u], j) || has(others[u], j) || !is_anybodys[j]) {
          wrong += found != -INFINITY;
          continue;
        }
        double expected = 0;
        for (const ItemIndex i : mine[u]) expected += b[i][j];
        wrong += !(std::abs(found - expected) < 1e-6 * (1 + std::abs(expected)));
      }
      BOOST_TEST(wrong == 0u, "user " << u << " of case " << seed);
    }
  }
}

BOOST_AUTO_TEST_CASE(matrices_of_every_number_of_tiles_are_inverted) {
  for (const Eigen::Index size : {0, 1, 2, 143, 144, 145, 288, 500}) {
    if (kSanitized && size > 145) continue;  // would take minutes there
    Random random(static_cast<std::uint64_t>(size) + 1);
    const Eigen::MatrixXd factor =
        Eigen::MatrixXd::NullaryExpr(size, size, [&] { return random.uniform() - 0.5; });
    const Eigen::MatrixXd matrix =
        factor * factor.transpose() + 0.1 * Eigen::MatrixXd::Identity(size, size);
    Eigen::MatrixXd one = matrix;
    one.triangularView<Eigen::StrictlyLower>().setConstant(-99);  // not looked at
    Eigen::MatrixXd three = one;
    for (const KernelSet* set : available_kernels()) {
      Eigen::MatrixXd by_set = one;
      BOOST_TEST_REQUIRE(invert_positive_definite(by_set, Workers(1), *set));
      const Eigen::MatrixXd rest = matrix * by_set - Eigen::MatrixXd::Identity(size, size);
      BOOST_TEST((size == 0 || rest.cwiseAbs().maxCoeff() < 1e-9), set->name << ' ' << size);
    }
    BOOST_TEST_REQUIRE(invert_positive_definite(one, Workers(1)));
    BOOST_TEST_REQUIRE(invert_positive_definite(three, Workers(3)));
    BOOST_TEST((one == three));
    BOOST_TEST((one == one.transpose()));
    const Eigen::MatrixXd difference = matrix * one - Eigen::MatrixXd::Identity(size, size);
    BOOST_TEST((size == 0 || difference.cwiseAbs().maxCoeff() < 1e-9), size);
  }
  for (const Eigen::Index bad : {0, 100, 250}) {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(300, 300);
    matrix(bad, bad) = -1;
    BOOST_TEST(!invert_positive_definite(matrix, Workers(2)));
  }
}

BOOST_AUTO_TEST_CASE(what_would_be_too_large_is_refused_before_memory_is_taken) {
  BOOST_TEST(Ease::bytes(610, 9000) == 8u * 610 * 610);
  BOOST_TEST(Ease::bytes(1'000'000, 9000) == 8u * 9000 * 9000);
  const auto users = [](std::size_t count) {
    return ItemLists{.offsets = FrozenArray<std::uint64_t>(std::vector<std::uint64_t>(count + 1)),
                     .items = {}};
  };
  const std::string message =
      message_of([&] { Ease(users(3'000'000), 2'000'000, 200); }, ErrorCode::kBadOption);
  BOOST_TEST(
      message.find("3000000 users and 2000000 items would take 29802 GiB") != std::string::npos,
      message);
  BOOST_TEST(message.find("at most 20000 of either") != std::string::npos, message);
  message_of([&] { Ease(users(20'001), 20'001, 200); }, ErrorCode::kBadOption);
  for (const double penalty : {0.0, -1.0, 0.009, 2e9, double{NAN}, double{INFINITY}}) {
    const std::string of_penalty = message_of([&] { Ease({}, 3, penalty); }, ErrorCode::kBadOption);
    BOOST_TEST(of_penalty.find("from 0.01 to 1000000000") != std::string::npos, of_penalty);
  }
  // One of them may be as large as it likes.
  const std::vector<Items> learnt{{0, 1}, {0, 1, 999'999}};
  const Items mine{0};
  const std::vector<User> one{{mine, {}}};
  BOOST_TEST(best_items(Ease(lists_of(learnt), 1'000'000, 1).scores(one), 5) == (Items{1, 999'999}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_best_stand_in_falling_order) {
  const float never = -INFINITY;
  const std::vector<float> scores{0.5f, never, -2.0f, 0.5f, 3.0f, 0.0f};
  const std::vector<Items> expected{{}, {4}, {4, 0}, {4, 0, 3}, {4, 0, 3, 5}, {4, 0, 3, 5, 2}};
  for (std::uint32_t top = 0; top < 9; ++top) {
    BOOST_TEST(best_items(scores, top) == expected[std::min<std::size_t>(top, 5)],
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(nothing_to_learn_from_lists_nothing) {
  const Items mine{1, 2};
  const std::vector<User> users{{mine, {}}, {}};
  const Ease ease({}, 5, 200);
  for (const float score : ease.scores(users)) BOOST_TEST(score == -INFINITY);
  BOOST_TEST(Ease({}, 0, 200).scores({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
