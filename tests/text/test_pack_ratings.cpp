// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "forged_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/pack_ratings.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "temporary_folder.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_pack_ratings)

namespace {

/// Ratings in no order of users or items, with duplicates and timestamps.
std::string sample_text() {
  Random random(2);
  std::string text = "user,item,rating,timestamp\n";
  for (int i = 0; i < 4000; ++i) {
    text += "u" + std::to_string(random.below(90)) + ',' + std::to_string(random.below(70)) + ',' +
            std::to_string(random.below(5) + 1) + ".5," + std::to_string(random.below(900)) + '\n';
  }
  return text;
}

template <class T>
bool same(const FrozenArray<T>& a, const FrozenArray<T>& b) {
  return std::ranges::equal(std::as_bytes(a.span()), std::as_bytes(b.span()));
}

void must_be_same(const RatingStore& a, const RatingStore& b) {
  BOOST_TEST(same(a.parts().users->parts().text, b.parts().users->parts().text));
  BOOST_TEST(same(a.parts().users->parts().slots, b.parts().users->parts().slots));
  BOOST_TEST(same(a.parts().items->parts().integers, b.parts().items->parts().integers));
  BOOST_TEST(same(a.parts().items->parts().slots, b.parts().items->parts().slots));
  BOOST_TEST(same(a.parts().offsets, b.parts().offsets));
  BOOST_TEST(same(a.parts().compact, b.parts().compact));
  BOOST_TEST(same(a.parts().values, b.parts().values));
  BOOST_TEST(same(a.parts().timestamps, b.parts().timestamps));
}

/// Options of which one is another than usual.
template <class T, class Value>
ReadOptions with(T ReadOptions::*member, Value value) {
  ReadOptions options;
  options.*member = std::move(value);
  return options;
}

struct Packed {
  explicit Packed(const ReadOptions& read = {}, const PackOptions& options = {}) {
    const std::vector<std::string> paths{text};
    pack_ratings(paths, store, read, options);
  }

  TemporaryFolder folder;
  std::string text = folder.write("ratings.csv", sample_text());
  std::string store = folder.path("ratings.store");
};

std::string refusal_of(const auto& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_store_reads_as_its_text_by_any_seed) {
  const Packed packed(with(&ReadOptions::timestamps, ReadOptions::Timestamps::kIfThere),
                      {.store = {.seed = 7}});
  for (const std::uint64_t seed : {7, 1}) {
    for (const auto timestamps :
         {ReadOptions::Timestamps::kIgnore, ReadOptions::Timestamps::kRequired}) {
      const ReadOptions read = with(&ReadOptions::timestamps, timestamps);
      ReadResult text = read_ratings(packed.text, read), store = read_ratings(packed.store, read);
      BOOST_TEST(!text.report.is_packed);
      BOOST_TEST(store.report.is_packed);
      BOOST_TEST(store.report.source == packed.store);
      const RatingStore of_text = build_store(std::move(text.ratings), {.seed = seed});
      BOOST_TEST(store.report.merged == of_text.parts().duplicates);
      BOOST_TEST(store.report.lines == of_text.size());
      must_be_same(build_store(std::move(store.ratings), {.seed = seed}), of_text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_model_learnt_from_a_store_has_the_bytes_of_one_learnt_from_the_text) {
  const Packed packed;
  const TrainOptions options{.rank = 4, .epochs = 3, .schedule = Schedule::kBlocks};
  std::string models[2];
  for (int i = 0; i < 2; ++i) {
    SplitResult parts = split_random(
        build_store(read_ratings(i == 0 ? packed.text : packed.store).ratings), 0.1, 1);
    models[i] = saved(train(std::move(parts.training), parts.validation, options).model);
  }
  // But for the times that training took.
  const auto without_times = [](const std::string& bytes) {
    SectionFile file(bytes);
    file.find("history")->bytes.clear();
    return file.bytes();
  };
  BOOST_TEST((without_times(models[0]) == without_times(models[1])));
}

BOOST_AUTO_TEST_CASE(parts_of_a_split_are_read_by_themselves) {
  const Packed packed({}, {.hold_out = {.fraction = 0.2}});
  const auto read = [&](PackedPart part) {
    return read_ratings(packed.store, with(&ReadOptions::part, part));
  };
  const ReadResult all = read(PackedPart::kAll), training = read(PackedPart::kTraining),
                   held_out = read(PackedPart::kHeldOut);
  BOOST_TEST(held_out.ratings.size() == all.report.held_out);
  BOOST_TEST(training.ratings.size() + held_out.ratings.size() == all.ratings.size());
  BOOST_TEST(training.ratings.users()->size() == all.ratings.users()->size());
}

BOOST_AUTO_TEST_CASE(what_does_not_apply_to_a_store_is_refused) {
  const Packed packed;
  const auto refused = [&](const ReadOptions& options, const std::string& what) {
    const std::string message = refusal_of([&] { read_ratings(packed.store, options); });
    BOOST_TEST(message.starts_with(packed.store + ": "), message);
    BOOST_TEST((message.find(what) != message.npos), message);
  };
  refused(with(&ReadOptions::delimiter, ","), "a delimiter can be given to mf-data pack only");
  refused(with(&ReadOptions::quote, Quote::kNone), "quotes can be");
  refused(with(&ReadOptions::header, true), "a header can be");
  refused(with(&ReadOptions::item_column, "2"), "columns can be");
  refused(with(&ReadOptions::missing, std::vector<std::string>{"0"}),
          "what stands for no rating can be");
  refused(with(&ReadOptions::on_bad_line, ReadOptions::OnBadLine::kSkip), "bad lines can be");
  refused(with(&ReadOptions::part, PackedPart::kHeldOut), "was packed without held-out ratings");
  refused(with(&ReadOptions::timestamps, ReadOptions::Timestamps::kRequired),
          "was packed without timestamps");
  const std::vector<std::string> both{packed.text, packed.store};
  const std::string message = refusal_of([&] { read_ratings(both); });
  BOOST_TEST((message.find("is read by itself") != message.npos), message);
  const std::string again = refusal_of([&] { pack_ratings(both, packed.folder.path("other")); });
  BOOST_TEST((again.find("is a packed store already") != again.npos), again);
  const std::string little =
      refusal_of([&] { pack_ratings(std::vector{packed.text}, packed.store, {}, {.memory = 9}); });
  BOOST_TEST((little.find("must be at least 1 MiB") != little.npos), little);
}

BOOST_AUTO_TEST_SUITE_END()
