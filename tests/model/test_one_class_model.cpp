// SPDX-License-Identifier: MIT
//
// Models of one-class feedback, alone and carried: their file, their Gram matrix, and what they
// refuse to be.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "one_class_models.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_one_class_model)

namespace {

bool same(std::span<const float> a, std::span<const float> b) { return std::ranges::equal(a, b); }

void check_same_part(const FactorModel& a, const FactorModel& b) {
  const FactorModel::Parts &x = a.parts(), &y = b.parts();
  BOOST_TEST((x.feedback == y.feedback));
  BOOST_TEST(x.rank == y.rank);
  BOOST_TEST(same(x.users.factors.span(), y.users.factors.span()));
  BOOST_TEST(same(x.items.factors.span(), y.items.factors.span()));
  BOOST_TEST(x.fold_in.factors == y.fold_in.factors);
  BOOST_TEST(x.fold_in.exponent == y.fold_in.exponent);
  BOOST_TEST(x.one_class_weights.unobserved_weight == y.one_class_weights.unobserved_weight);
  BOOST_TEST((x.one_class_weights.relevant == y.one_class_weights.relevant));
  BOOST_TEST(std::ranges::equal(x.trained.items, y.trained.items));
  BOOST_TEST(std::ranges::equal(x.chosen.items, y.chosen.items));
  BOOST_TEST(std::ranges::equal(x.chosen.offsets, y.chosen.offsets));
  BOOST_TEST((x.one_class != nullptr) == (y.one_class != nullptr));
  if (x.one_class && y.one_class) check_same_part(*x.one_class, *y.one_class);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_part_comes_back_from_a_file_of_version_4) {
  const TemporaryFolder folder;
  const std::string path = folder.path("model");
  for (const std::optional<float> relevant : {std::optional<float>(), std::optional(4.0f)}) {
    for (const FactorModel& model :
         {FactorModel(one_class_parts({}, relevant)), model_of_both(relevant)}) {
      save_model(model, path);
      for (const bool verify : {true, false}) {
        for (const ModelMemory memory : {ModelMemory::kPrivate, ModelMemory::kShared}) {
          check_same_part(model, load_model(path, {.verify = verify, .memory = memory}));
        }
      }
      std::ifstream file(path, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      BOOST_TEST(int{bytes.at(24)} == 4);
    }
  }
  save_model(FactorModel(made_parts({})), path);
  BOOST_TEST((load_model(path).one_class() == nullptr));
}

BOOST_AUTO_TEST_CASE(the_gram_matrix_sums_the_products_of_all_rows) {
  for (const std::uint32_t rank : {1u, 5u, 17u}) {
    const FactorModel model(one_class_parts({.users = 30, .items = 600, .rank = rank}));
    const FactorModel copy = model;
    for (const Entity of : {Entity::kUser, Entity::kItem}) {
      const auto gram = copy.gram(of);
      BOOST_REQUIRE_EQUAL(gram.size(), std::size_t{rank} * rank);
      const std::uint32_t count = model.side(of).ids->size();
      for (std::uint32_t i = 0; i < rank; ++i) {
        for (std::uint32_t j = 0; j < rank; ++j) {
          double sum = 0;
          for (std::uint32_t row = 0; row < count; ++row) {
            const auto q = of == Entity::kUser ? model.user_row(row) : model.item_row(row);
            sum += double{q[i]} * q[j];
          }
          BOOST_TEST(std::abs(gram[i * rank + j] - sum) < 1e-9 * (1 + std::abs(sum)));
        }
      }
      BOOST_TEST(gram.data() == model.gram(of).data(), "copies share it");
    }
  }
}

BOOST_AUTO_TEST_CASE(who_chose_what_is_a_part_of_who_rated_what_where_there_is_a_threshold) {
  const FactorModel all(one_class_parts({})), some(one_class_parts({}, 4.0f));
  for (UserIndex user = 0; user < all.user_count(); ++user) {
    const auto rated = all.parts().trained.of(user);
    for (std::size_t i = 0; i < rated.size(); ++i) {
      BOOST_TEST(all.has_chosen(user, rated[i]));
      BOOST_TEST(some.has_chosen(user, rated[i]) == (i % 2 == 0));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_model_cannot_be_is_refused) {
  const auto refused = [](const FactorModel::Parts& base,
                          const std::function<void(FactorModel::Parts&)>& change) {
    FactorModel::Parts parts = base;
    change(parts);
    try {
      const FactorModel model(std::move(parts));
    } catch (const Error& e) {
      return e.code() == ErrorCode::kBadFile;
    }
    return false;
  };
  using Parts = FactorModel::Parts;
  const Parts alone = one_class_parts({}), both = model_of_both().parts();
  BOOST_TEST(refused(alone, [](Parts& p) { p.biases = true; }));
  BOOST_TEST(refused(alone, [](Parts& p) { p.loss = Loss::kAbsolute; }));
  BOOST_TEST(refused(alone, [&](Parts& p) { p.one_class = both.one_class; }));
  BOOST_TEST(refused(
      both, [](Parts& p) { p.one_class = std::make_shared<const FactorModel>(made_parts({})); }));
  BOOST_TEST(refused(both, [](Parts& p) {
    p.one_class = std::make_shared<const FactorModel>(one_class_parts({.users = 19}));
  }));
  BOOST_TEST(refused(both, [](Parts& p) {
    p.one_class = std::make_shared<const FactorModel>(one_class_parts({.items = 99}));
  }));
  BOOST_TEST(!refused(both, [](Parts&) {}));

  const TemporaryFolder folder;
  const auto unwritable = [&](const std::function<void(Parts&)>& change) {
    Parts carried = both.one_class->parts(), parts = both;
    change(carried);
    parts.one_class = std::make_shared<const FactorModel>(std::move(carried));
    try {
      save_model(FactorModel(std::move(parts)), folder.path("bad"));
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  BOOST_TEST(unwritable([](Parts& p) {
               p.one_class_weights.unobserved_weight = NAN;
             }).find("one_class") != std::string::npos);
  BOOST_TEST(unwritable([](Parts& p) {
               std::vector<ItemIndex> items(p.trained.items.begin(), p.trained.items.end());
               items[0] = 100;
               p.chosen = {p.trained.offsets, FrozenArray<ItemIndex>(std::move(items))};
             }).find("chosen.items") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
