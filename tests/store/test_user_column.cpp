// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/random.hpp"
#include "store/user_column.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_user_column)

namespace {

/// Users in runs of 1 to `longest`.
std::vector<UserIndex> users_in_runs(std::size_t count, std::uint32_t longest) {
  Random random(count + longest);
  std::vector<UserIndex> users;
  while (users.size() < count) {
    const std::size_t length =
        std::min<std::size_t>(1 + random.below(longest), count - users.size());
    users.insert(users.end(), length, random.below(1000));
  }
  return users;
}

std::vector<UserIndex> users_between(const UserColumn& column, Range range) {
  std::vector<UserIndex> users;
  column.for_each_run(range, [&](UserIndex user, Range at) {
    BOOST_TEST(at.begin == range.begin + users.size());
    BOOST_TEST(at.size() > 0u);
    users.insert(users.end(), at.size(), user);
  });
  return users;
}

}  // namespace

BOOST_AUTO_TEST_CASE(users_come_back_in_order_whatever_their_runs) {
  for (const std::uint32_t longest : {1u, 3u, 29u, 35u, 100u}) {
    for (const std::size_t count : {0u, 1u, 16u, 17u, 1'009u}) {
      const auto users = users_in_runs(count, longest);
      UserColumn one_by_one, at_once, in_batches;
      for (const UserIndex user : users) one_by_one.push_back(user);
      at_once.append(users);
      const std::span<const UserIndex> all(users);
      in_batches.append(all.first(count / 3));
      in_batches.append(all.subspan(count / 3));
      for (const UserColumn* column : {&one_by_one, &at_once, &in_batches}) {
        BOOST_TEST_CONTEXT(count << " users in runs of up to " << longest) {
          BOOST_TEST(column->size() == count);
          BOOST_TEST(column->has_runs() == one_by_one.has_runs());
          BOOST_TEST(users_between(*column, {0, count}) == users);
          for (std::size_t i = 0; i < count; ++i) BOOST_TEST((*column)[i] == users[i]);
          const Range middle{count / 3, count / 2};
          const std::vector<UserIndex> expected(users.begin() + middle.begin,
                                                users.begin() + middle.end);
          BOOST_TEST(users_between(*column, middle) == expected);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(long_runs_are_kept_as_runs_and_short_ones_are_not) {
  const auto has_runs = [](std::uint32_t length, std::size_t count) {
    UserColumn column;
    for (std::size_t i = 0; i < count; ++i) column.push_back(static_cast<UserIndex>(i / length));
    return column.has_runs();
  };
  BOOST_TEST(has_runs(1, 16));  // too few to tell
  BOOST_TEST(!has_runs(1, 1000));
  BOOST_TEST(!has_runs(15, 1000));
  BOOST_TEST(has_runs(17, 1000));
  BOOST_TEST(has_runs(1000, 1000));

  // What has begun with runs may go on without.
  UserColumn column;
  for (UserIndex i = 0; i < 1000; ++i) column.push_back(i / 100);
  BOOST_TEST(column.has_runs());
  for (UserIndex i = 0; i < 1000; ++i) column.push_back(i);
  BOOST_TEST(!column.has_runs());
  BOOST_TEST(column[250] == 2u);
  BOOST_TEST(column[1250] == 250u);
}

BOOST_AUTO_TEST_CASE(users_are_renamed_run_by_run) {
  for (const std::uint32_t longest : {1u, 50u}) {
    auto users = users_in_runs(500, longest);
    UserColumn column;
    column.append(users);
    column.rename([](UserIndex user) { return user / 2 + 7; });
    for (UserIndex& user : users) user = user / 2 + 7;
    BOOST_TEST(users_between(column, {0, users.size()}) == users);
  }
}

BOOST_AUTO_TEST_SUITE_END()
