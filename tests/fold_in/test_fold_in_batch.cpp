// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in_batch)

namespace {

/// Rows of 0 to 40 ratings, so that both forms of the equations take turns in one workspace.
struct Rows {
  std::vector<std::vector<FoldInRating>> ratings;

  explicit Rows(std::size_t count, std::uint32_t indices) {
    for (std::size_t i = 0; i < count; ++i) {
      ratings.push_back(made_ratings(i * 17 % 41, indices, i));
    }
  }
  std::vector<std::span<const FoldInRating>> spans() const {
    return {ratings.begin(), ratings.end()};
  }
};

bool same_bits(const FoldedIn& a, const FoldedIn& b) {
  return a.factors == b.factors && a.bias == b.bias && a.alpha == b.alpha &&
         a.bias_alpha == b.bias_alpha && a.used == b.used && a.unknown == b.unknown &&
         a.duplicates == b.duplicates &&
         (a.leave_one_out_mse == b.leave_one_out_mse ||
          (std::isnan(a.leave_one_out_mse) && std::isnan(b.leave_one_out_mse)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_batch_is_what_single_calls_give_for_any_number_of_threads) {
  const auto model = shaped_model();
  FoldInOptions leave_one_out;
  leave_one_out.penalty = FoldInOptions::Penalty::kLeaveOneOut;
  for (const FoldInOptions& options : {FoldInOptions{}, leave_one_out, fixed_penalty(2.0, 0.5)}) {
    for (const std::size_t count : {0u, 1u, 5u, 300u}) {
      const Rows rows(count, 60);
      std::vector<FoldedIn> users, items;
      for (const auto& ratings : rows.ratings) {
        users.push_back(fold_in_user(*model, ratings, options));
        items.push_back(fold_in_item(*model, ratings, options));
      }
      for (const int threads : {1, 2, 7}) {
        const auto many_users = fold_in_users(*model, rows.spans(), options, threads);
        const auto many_items = fold_in_items(*model, rows.spans(), options, threads);
        BOOST_REQUIRE(many_users.size() == count);
        BOOST_REQUIRE(many_items.size() == count);
        for (std::size_t i = 0; i < count; ++i) {
          BOOST_REQUIRE(same_bits(many_users[i], users[i]));
          BOOST_REQUIRE(same_bits(many_items[i], items[i]));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_bad_row_is_named_whatever_the_threads) {
  const auto model = shaped_model();
  Rows rows(300, 60);
  for (const std::size_t bad : {299u, 141u, 142u, 260u}) {
    rows.ratings[bad].assign(4, {1, 3.0f});
    rows.ratings[bad][2].value = std::numeric_limits<float>::infinity();
  }
  for (const int threads : {1, 2, 7}) {
    BOOST_CHECK_EXCEPTION(fold_in_users(*model, rows.spans(), {}, threads), Error,
                          [](const Error& e) {
                            return e.code() == ErrorCode::kBadData &&
                                   std::string(e.what()).starts_with("row 141: rating 2 is inf; ");
                          });
  }
  BOOST_CHECK_THROW(fold_in_users(*model, rows.spans(), fixed_penalty(-1.0)), Error);
  BOOST_CHECK_THROW(fold_in_users(*model, {}, fixed_penalty(-1.0)), Error);
}

BOOST_AUTO_TEST_CASE(after_a_stop_request_rows_are_empty) {
  const auto model = shaped_model();
  const Rows rows(50, 60);
  std::stop_source source;
  const auto all = fold_in_users(*model, rows.spans(), {}, 2, source.get_token());
  for (const FoldedIn& row : all) BOOST_TEST(row.factors.size() == 8u);
  source.request_stop();
  const auto none = fold_in_users(*model, rows.spans(), {}, 2, source.get_token());
  BOOST_TEST(none.size() == 50u);
  for (const FoldedIn& row : none) BOOST_TEST(row.factors.empty());
}

BOOST_AUTO_TEST_SUITE_END()
