// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/synthetic.hpp"
#include "synthetic/alias_table.hpp"
#include "synthetic/long_tails.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_synthetic)

namespace {

SyntheticOptions small_shape() {
  SyntheticOptions options;
  options.users = 600;
  options.items = 300;
  options.ratings = 20'011;
  return options;
}

std::vector<Rating> all_of(const RatingTable& table) {
  std::vector<Rating> ratings;
  for (std::uint64_t i = 0; i < table.size(); ++i) ratings.push_back(table.at(i));
  return ratings;
}

bool same(const Rating& a, const Rating& b) {
  return a.user == b.user && a.item == b.item && a.value == b.value && a.timestamp == b.timestamp;
}

/// What is left of the largest entry of a matrix when its `rank` largest pivots are eliminated: 0
/// for a matrix of that rank, but for rounding.
double residual_after(std::vector<std::vector<double>> matrix, int rank) {
  const auto largest = [&] {
    std::pair<std::size_t, std::size_t> place;
    for (std::size_t r = 0; r < matrix.size(); ++r) {
      for (std::size_t c = 0; c < matrix[r].size(); ++c) {
        if (std::abs(matrix[r][c]) > std::abs(matrix[place.first][place.second])) place = {r, c};
      }
    }
    return place;
  };
  for (int step = 0; step < rank; ++step) {
    const auto [pivot_row, pivot_column] = largest();
    const std::vector<double> pivot = matrix[pivot_row];
    for (auto& row : matrix) {
      const double factor = row[pivot_column] / pivot[pivot_column];
      for (std::size_t c = 0; c < row.size(); ++c) row[c] -= factor * pivot[c];
    }
  }
  const auto [row, column] = largest();
  return std::abs(matrix[row][column]);
}

}  // namespace

BOOST_AUTO_TEST_CASE(shapes_have_the_numbers_of_their_models) {
  for (const auto& [name, users, items, ratings] :
       {std::tuple("ml-100k", 943u, 1682u, 100'000u), std::tuple("ml-1m", 6040u, 3706u, 1'000'209u),
        std::tuple("ml-10m", 69'878u, 10'677u, 10'000'054u),
        std::tuple("ml-20m", 138'493u, 26'744u, 20'000'263u),
        std::tuple("netflix", 480'189u, 17'770u, 100'480'507u)}) {
    const SyntheticOptions shape = synthetic_shape(name);
    BOOST_TEST(shape.users == users);
    BOOST_TEST(shape.items == items);
    BOOST_TEST(shape.ratings == ratings);
  }
  BOOST_CHECK_EXCEPTION(synthetic_shape("ml-2m"), Error, [](const Error& e) {
    return e.code() == ErrorCode::kBadOption &&
           std::string(e.what()) ==
               "the shape is 'ml-2m'; it must be one of ml-100k, ml-1m, ml-10m, ml-20m, netflix";
  });
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_ratings_look_like_ratings) {
  SyntheticRatings made = make_synthetic(synthetic_shape("ml-100k"));
  BOOST_TEST(made.ratings.size() == 100'000u);
  BOOST_TEST(made.ratings.users()->size() == 943u);
  BOOST_TEST(made.ratings.items()->size() == 1682u);
  BOOST_TEST(made.ratings.users()->id(0) == "1");
  BOOST_TEST(made.ratings.items()->id(1681) == "1682");

  std::vector<int> of_user(943), of_item(1682);
  std::set<float> values;
  UserIndex last_user = 0;
  std::int64_t last_time = 0;
  for (const Rating& rating : all_of(made.ratings)) {
    ++of_user[rating.user];
    ++of_item[rating.item];
    values.insert(rating.value);
    // Users come one after the other, each in the order of time.
    BOOST_REQUIRE(rating.user >= last_user);
    if (rating.user == last_user) BOOST_REQUIRE(rating.timestamp >= last_time);
    last_user = rating.user;
    last_time = rating.timestamp;
  }
  // All ten half stars and nothing else.
  BOOST_TEST(values == (std::set<float>{0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5}),
             boost::test_tools::per_element());

  // A tenth of the items holds more than two fifths of the ratings; nearly all items have one.
  std::sort(of_item.rbegin(), of_item.rend());
  BOOST_TEST(std::accumulate(of_item.begin(), of_item.begin() + 168, 0) > 40'000);
  BOOST_TEST(std::count(of_item.begin(), of_item.end(), 0) < 17);

  // The mean user rates 106 items, the median one far fewer, nobody fewer than 20.
  std::sort(of_user.begin(), of_user.end());
  BOOST_TEST(of_user.front() >= 20);
  BOOST_TEST(of_user[471] < 80);
  BOOST_TEST(of_user.back() > 500);

  const RatingStore store = build_store(std::move(made.ratings));
  BOOST_TEST(store.size() == 100'000u);
  BOOST_TEST(store.parts().duplicates == 0u);
}

BOOST_AUTO_TEST_CASE(the_same_for_a_seed_and_any_threads) {
  SyntheticOptions options = small_shape();
  options.threads = 1;
  const SyntheticRatings one = make_synthetic(options);
  options.threads = 3;
  const SyntheticRatings three = make_synthetic(options);
  const auto expected = all_of(one.ratings), found = all_of(three.ratings);
  BOOST_TEST(std::equal(expected.begin(), expected.end(), found.begin(), found.end(), same));
  BOOST_TEST(one.titles == three.titles, boost::test_tools::per_element());
  BOOST_TEST(one.genres == three.genres, boost::test_tools::per_element());
  BOOST_TEST(one.floor_mse == three.floor_mse);

  options.seed = 2;
  const auto other = all_of(make_synthetic(options).ratings);
  BOOST_TEST(!std::equal(expected.begin(), expected.end(), other.begin(), other.end(), same));
}

BOOST_AUTO_TEST_CASE(the_floor_is_noise_and_rounding) {
  SyntheticOptions options = small_shape();
  // On a scale without ends the error is the noise's variance and that of rounding, step^2 / 12.
  // The standard error of a variance from 20,011 normal numbers is 1 %.
  options.lowest = -100.0;
  options.highest = 100.0;
  const double expected = 0.75 * 0.75 + 0.25 / 12.0;
  BOOST_TEST(std::abs(make_synthetic(options).floor_mse / expected - 1.0) < 0.04);
  // Ends take some of the noise away.
  options.lowest = 0.5;
  options.highest = 5.0;
  const double clipped = make_synthetic(options).floor_mse;
  BOOST_TEST(clipped < 0.98 * expected);
  BOOST_TEST(clipped > 0.70 * expected);
}

BOOST_AUTO_TEST_CASE(without_noise_and_rounding_ratings_are_a_matrix_of_the_rank) {
  SyntheticOptions options;
  options.users = 100;
  options.items = 200;
  options.ratings = 20'000;
  options.rank = 3;
  options.interaction_sd = 1.0;
  options.noise_sd = 0.0;
  options.step = 0.0;
  options.biases = false;
  const SyntheticRatings made = make_synthetic(options);
  BOOST_TEST(made.floor_mse == 0.0);
  std::vector<std::vector<double>> matrix(100, std::vector<double>(200, 99.0));
  double squares = 0.0;
  for (const Rating& rating : all_of(made.ratings)) {
    matrix[rating.user][rating.item] = rating.value;
    squares += double{rating.value} * double{rating.value};
  }
  BOOST_TEST(residual_after(matrix, 3) < 1e-5);
  BOOST_TEST(residual_after(matrix, 2) > 0.1);
  // Of p.q; 300 random factors of users and items leave it a spread of about a tenth.
  BOOST_TEST(std::abs(squares / 20'000 - 1.0) < 0.4);
}

BOOST_AUTO_TEST_CASE(users_have_a_taste_for_genres) {
  const SyntheticRatings made = make_synthetic(synthetic_shape("ml-100k"));
  // How much more than others a user likes a genre, from every other rating and from the rest:
  // where users have tastes, the two agree.
  const auto ratings = all_of(made.ratings);
  std::vector<double> sum(1682), count(1682);
  for (const Rating& rating : ratings) {
    sum[rating.item] += rating.value;
    ++count[rating.item];
  }
  struct Liking {
    double sum[2] = {0, 0};
    int count[2] = {0, 0};
  };
  std::map<std::pair<UserIndex, std::string>, Liking> likings;
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const Rating& rating = ratings[i];
    const std::string genre =
        made.genres[rating.item].substr(0, made.genres[rating.item].find('|'));
    Liking& liking = likings[{rating.user, genre}];
    liking.sum[i % 2] += rating.value - sum[rating.item] / count[rating.item];
    ++liking.count[i % 2];
  }
  // Against the user's own mean over genres, so that a generous user is no proof.
  std::map<UserIndex, std::vector<std::pair<double, double>>> by_user;
  for (const auto& [key, liking] : likings) {
    if (liking.count[0] < 5 || liking.count[1] < 5) continue;
    by_user[key.first].emplace_back(liking.sum[0] / liking.count[0],
                                    liking.sum[1] / liking.count[1]);
  }
  double xy = 0, xx = 0, yy = 0;
  for (const auto& [user, halves] : by_user) {
    double mean_x = 0, mean_y = 0;
    for (const auto& [x, y] : halves) {
      mean_x += x / static_cast<double>(halves.size());
      mean_y += y / static_cast<double>(halves.size());
    }
    for (const auto& [x, y] : halves) {
      xy += (x - mean_x) * (y - mean_y);
      xx += (x - mean_x) * (x - mean_x);
      yy += (y - mean_y) * (y - mean_y);
    }
  }
  BOOST_TEST(xy / std::sqrt(xx * yy) > 0.25);
}

BOOST_AUTO_TEST_CASE(titles_are_all_different) {
  SyntheticOptions options;
  options.users = 10;
  options.items = 20'000;  // more than there are combinations of words
  options.ratings = 1000;
  const SyntheticRatings made = make_synthetic(options);
  BOOST_TEST(made.titles.size() == 20'000u);
  BOOST_TEST(made.genres.size() == 20'000u);
  std::set<std::string> without_years;
  for (const std::string& title : made.titles) {
    BOOST_REQUIRE(title.size() > 8);
    BOOST_REQUIRE(title.ends_with(')'));
    BOOST_REQUIRE(title.find_first_of(",\"|") == title.npos);
    without_years.insert(title.substr(0, title.size() - 7));
  }
  BOOST_TEST(without_years.size() == 20'000u);
  for (const std::string& genres : made.genres) {
    BOOST_REQUIRE(!genres.empty());
    BOOST_REQUIRE(std::count(genres.begin(), genres.end(), '|') <= 2);
  }
}

BOOST_AUTO_TEST_CASE(extreme_shapes_can_be_made) {
  for (const auto& [users, items, ratings] :
       {std::tuple(1u, 1u, 1u), std::tuple(1u, 700u, 650u), std::tuple(50u, 1u, 7u),
        std::tuple(40u, 30u, 1199u), std::tuple(40u, 30u, 1200u)}) {
    for (const double exponent : {0.0, 10.0}) {
      SyntheticOptions options;
      options.users = users;
      options.items = items;
      options.ratings = ratings;
      options.rank = 1;
      options.popularity_exponent = exponent;
      SyntheticRatings made = make_synthetic(options);
      BOOST_TEST(made.ratings.size() == ratings);
      BOOST_TEST(build_store(std::move(made.ratings)).parts().duplicates == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(fine_steps_make_wide_ratings) {
  SyntheticOptions options = small_shape();
  options.step = 0.001;
  const SyntheticRatings made = make_synthetic(options);
  std::set<float> values;
  for (const Rating& rating : all_of(made.ratings)) {
    const double steps = (double{rating.value} - 0.5) / 0.001;
    BOOST_REQUIRE(std::abs(steps - std::round(steps)) < 1e-3);
    values.insert(rating.value);
  }
  BOOST_TEST(values.size() > 1000u);
  BOOST_TEST(*values.begin() == 0.5f);
  BOOST_TEST(*values.rbegin() == 5.0f);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_by_name) {
  const auto refused = [](const std::string& message, auto change) {
    SyntheticOptions options = small_shape();
    change(options);
    BOOST_CHECK_EXCEPTION(make_synthetic(options), Error, [&](const Error& e) {
      BOOST_TEST(e.what() == message);
      return e.code() == ErrorCode::kBadOption;
    });
  };
  refused("users is 0; it must be from 1 to 4294967294", [](auto& o) { o.users = 0; });
  refused("items is 0; it must be from 1 to 4294967294", [](auto& o) { o.items = 0; });
  refused("ratings is 0; it must be from 1 to 180000", [](auto& o) { o.ratings = 0; });
  refused("ratings is 180001; it must be from 1 to 180000", [](auto& o) { o.ratings = 180'001; });
  refused("rank is 0; it must be from 1 to 1024", [](auto& o) { o.rank = 0; });
  refused("mean is nan; it must be from -1e+06 to 1e+06", [](auto& o) { o.mean = std::nan(""); });
  refused("noise_sd is -1; it must be from 0 to 1e+06", [](auto& o) { o.noise_sd = -1.0; });
  refused("step is inf; it must be from 0 to 1e+06", [](auto& o) { o.step = HUGE_VAL; });
  refused("popularity_exponent is 11; it must be from 0 to 10",
          [](auto& o) { o.popularity_exponent = 11.0; });
  refused("highest is 0; it must be at least the lowest rating", [](auto& o) { o.highest = 0.0; });
}

BOOST_AUTO_TEST_CASE(an_alias_table_draws_by_weight) {
  const std::vector<double> weights{5.0, 0.0, 1.0, 2.0, 2.0};
  const AliasTable table(weights);
  std::vector<int> counts(weights.size());
  Random random(11);
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++counts[table.draw(random)];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i] / 10.0;
    BOOST_TEST(std::abs(counts[i] - kDraws * p) <= 4 * std::sqrt(kDraws * p * (1 - p)));
  }
  Random again(11);
  BOOST_TEST(AliasTable(std::vector<double>{3.0}).draw(again) == 0u);
}

BOOST_AUTO_TEST_CASE(items_are_drawn_without_return_by_what_is_left) {
  // Drawing two of three: the second is drawn by its weight among the two that are left. The
  // weights of the second case leave the last item to the pass over what is left, nearly always.
  for (const auto& weights : {std::vector{3.0, 2.0, 1.0}, std::vector{1e6, 1.0, 1.0 / 3.0}}) {
    const double sum = weights[0] + weights[1] + weights[2];
    const AliasTable popularity(weights);
    ItemSampler items(popularity);
    Random random(4);
    std::map<std::pair<ItemIndex, ItemIndex>, int> counts;
    constexpr int kDraws = 50'000;
    for (int i = 0; i < kDraws; ++i) {
      const auto drawn = items.draw(2, random);
      BOOST_REQUIRE(drawn.size() == 2u);
      ++counts[{drawn[0], drawn[1]}];
    }
    for (ItemIndex first = 0; first < 3; ++first) {
      for (ItemIndex second = 0; second < 3; ++second) {
        const double p =
            first == second ? 0.0 : weights[first] / sum * weights[second] / (sum - weights[first]);
        BOOST_TEST(std::abs(counts[{first, second}] - kDraws * p) <=
                   4 * std::sqrt(kDraws * p * (1 - p)) + 1);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
