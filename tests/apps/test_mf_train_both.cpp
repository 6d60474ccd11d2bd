// SPDX-License-Identifier: MIT
//
// mf-train --feedback both, and what other programs make of its models; and that one-class feedback
// is learnt once more from all ratings.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "choices.hpp"
#include "mfpar/model_file.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_mf_train_both)

namespace {

const std::string kHow = " --deterministic -k 4 -t 5 --feedback ";

bool equal(const FactorModel& a, const FactorModel& b) {
  return std::ranges::equal(a.parts().users.factors, b.parts().users.factors) &&
         std::ranges::equal(a.parts().items.factors, b.parts().items.factors);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_model_of_both_has_the_parts_that_each_has_alone, Choices) {
  const auto log = train("ratings.csv --split-by-user 0.2" + kHow + "both");
  const FactorModel both = load_model(path_of("model"));
  train("ratings.csv --split-by-user 0.2" + kHow + "ratings");
  const FactorModel ratings = load_model(path_of("model"));
  run("mf-train ratings.csv --split-by-user 0.2 -k 4 -t 5 --feedback one-class -q -o model");
  const FactorModel one_class = load_model(path_of("model"));
  BOOST_REQUIRE(both.parts().one_class != nullptr);
  BOOST_TEST(equal(both, ratings));
  BOOST_TEST(equal(*both.one_class(), one_class));
  BOOST_TEST(std::ranges::equal(both.parts().trained.items, ratings.parts().trained.items));

  BOOST_REQUIRE(events(log, "part").size() == 1u);
  BOOST_TEST(events(log, "part").front().find("\"feedback\":\"one-class\",\"method\":\"als\"") !=
             std::string::npos);
  BOOST_TEST(events(log, "epoch").front().find("valid_mse") != std::string::npos);
  BOOST_TEST(events(log, "epoch").back().find("valid_ndcg") != std::string::npos);
  BOOST_TEST(json_number(events(log, "end").front(), "one_class_best_epoch") ==
             one_class.parts().record.best_epoch);
}

BOOST_FIXTURE_TEST_CASE(ratings_may_be_learnt_by_sampling, Choices) {
  write("items.csv", "id,genre\n1,x\n2,x\n3,x\n4,y\n5,y\n6,y\n99,y\n");
  const std::string sampling = " --method gibbs --samples 5 --burn-in 3 ";
  for (const std::string words : {"-k 4", "-k 4 --item-features items.csv",
                                  "-k 4 --split-by-user 0.2", "-k 6 --eval-every 2"}) {
    const auto log = train("ratings.csv --feedback both -t 5" + sampling + words);
    const FactorModel both = load_model(path_of("model"));
    BOOST_TEST(log.front().find("\"method\":\"gibbs\"") != std::string::npos);
    BOOST_REQUIRE(events(log, "part").size() == 1u);
    BOOST_TEST(events(log, "sampling").size() == 1u);
    train("ratings.csv" + sampling + words);
    BOOST_TEST(equal(both, load_model(path_of("model"))), words);
    // Features are of ratings; but who is in their file only stands in both parts.
    if (words.find("--item") != words.npos) continue;
    train("ratings.csv --feedback one-class -t 5 " + words);
    BOOST_TEST(equal(*both.one_class(), load_model(path_of("model"))), words);
  }
  BOOST_TEST(run("mf-recommend model --user 3 --top 3").code == 0);
}

BOOST_FIXTURE_TEST_CASE(folds_measure_the_part_of_ratings, Choices) {
  for (const std::string method :
       {"--method sgd --deterministic -t 4 ", "--method gibbs --samples 5 --burn-in 3 "}) {
    const Outcome both = run("mf-train ratings.csv --feedback both --folds 2 " + method);
    BOOST_TEST(both.code == 0, both.err);
    BOOST_TEST(both.err.find("lists are measured by mf-eval --ranking") != std::string::npos);
    BOOST_TEST(both.out == run("mf-train ratings.csv --folds 2 " + method).out);
  }
}

BOOST_FIXTURE_TEST_CASE(lists_go_by_choice_and_show_ratings, Choices) {
  train("ratings.csv --valid-fraction 0" + kHow + "both");
  const std::string asked = "mf-recommend model --user 3 --top 5 --format json";
  const std::string usual = run(asked).out;
  BOOST_TEST(usual == run(asked + " --rank-by one-class").out);
  BOOST_TEST(usual != run(asked + " --rank-by rating").out);
  BOOST_TEST(usual.find("\"rating\":null") == std::string::npos);
  const FactorModel model = load_model(path_of("model"));
  const Outcome vectors = run("mf-model export model --format vectors --rank-by one-class -o v");
  BOOST_TEST(vectors.code == 2);
  BOOST_TEST(vectors.err.find("--part one-class") != std::string::npos, vectors.err);
  BOOST_TEST(run("mf-model export model --format vectors --part one-class -o v").code == 0);

  const auto first = json_number(usual, "score"), rating = json_number(usual, "rating");
  const std::size_t at = usual.find("\"item\":\"") + 8;
  const ItemIndex item = model.items().find(usual.substr(at, usual.find('"', at) - at));
  const UserIndex user = model.users().find("3");
  BOOST_REQUIRE(item != kNoIndex);
  BOOST_TEST(std::abs(first - model.one_class()->interaction(user, item)) < 1e-5);
  BOOST_TEST(std::abs(rating - model.predict(user, item)) < 1e-5);

  train("pairs.csv --valid-fraction 0 -k 4 -t 5 --feedback one-class");
  BOOST_TEST(run(asked).out.find("\"rating\":null") != std::string::npos);
  const Outcome new_user = run("mf-recommend model 10=1 12=1 --top 3 --explain");
  BOOST_TEST(new_user.code == 0, new_user.err);
}

BOOST_FIXTURE_TEST_CASE(a_share_that_was_held_out_is_learnt_from_in_the_end, Choices) {
  const auto trained = [this](const std::string& arguments) {
    train("ratings.csv -k 4 -t 5 --feedback one-class " + arguments);
    return load_model(path_of("model"));
  };
  const FactorModel all = trained("--valid-fraction 0"), again = trained(""),
                    kept = trained("--no-refit"), by_user = trained("--split-by-user 0.2");
  BOOST_TEST(again.parts().trained.items.size() == all.parts().trained.items.size());
  BOOST_TEST(again.parts().held_out.items.empty());
  BOOST_TEST(again.parts().record.best_epoch == kept.parts().record.best_epoch);
  BOOST_TEST(again.parts().record.history.size() == kept.parts().record.history.size());
  BOOST_TEST(kept.parts().trained.items.size() < all.parts().trained.items.size());
  BOOST_TEST(!kept.parts().held_out.items.empty());
  BOOST_TEST(!by_user.parts().held_out.items.empty(), "what somebody asked to keep apart is");

  // So are both parts of a model of both.
  train("ratings.csv" + kHow + "both");
  const FactorModel both = load_model(path_of("model"));
  for (const FactorModel* const part : {&both, both.one_class()}) {
    BOOST_TEST(part->parts().trained.items.size() == all.parts().trained.items.size());
    BOOST_TEST(part->parts().held_out.items.empty());
    BOOST_TEST(part->parts().record.judged_ratings == kept.parts().record.ratings);
  }
  write("new.csv", "user,item,rating\nann,10,5\nann,12,1\n");
  BOOST_TEST(run("mf-fold-in model new.csv -o more").code == 0);
  const FactorModel more = load_model(path_of("more"));
  BOOST_TEST(more.one_class()->has_chosen(more.users().find("ann"), more.items().find("12")));
}

BOOST_FIXTURE_TEST_CASE(new_users_and_items_join_both_parts, Choices) {
  train("ratings.csv --relevant 3" + kHow + "both");
  write("new.csv", "user,item,rating\nann,10,5\nann,11,4\nann,12,1\n3,14,5\n");
  const Outcome outcome = run("mf-fold-in model new.csv -o more");
  BOOST_TEST(outcome.code == 0, outcome.err);
  const FactorModel more = load_model(path_of("more"));
  const UserIndex ann = more.users().find("ann");
  BOOST_REQUIRE(ann != kNoIndex);
  BOOST_TEST(more.one_class()->has_chosen(ann, more.items().find("10")));
  BOOST_TEST(!more.one_class()->has_chosen(ann, more.items().find("12")));
  BOOST_TEST(run("mf-recommend more --user ann --top 3").code == 0);
  BOOST_TEST(run("mf-model verify more").code == 0);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_go_together_is_refused, Choices) {
  const struct {
    std::string arguments, words;
    int code;
  } refused[] = {{"ratings.csv --feedback both --method als", "or leave it out", 2},
                 {"ratings.csv --feedback both --samples 3", "add --method gibbs", 2},
                 {"ratings.csv --feedback both --method gibbs -r 0.1", "is for sgd", 2},
                 {"ratings.csv --feedback both --method gibbs --warm-start model", "is for sgd", 2},
                 {"pairs.csv --feedback both", "--feedback one-class", 3}};
  for (const auto& [arguments, words, code] : refused) {
    const Outcome outcome = run("mf-train " + arguments + " -o model");
    BOOST_TEST(outcome.code == code, arguments << ": " << outcome.err);
    BOOST_TEST(outcome.err.find(words) != std::string::npos, arguments << ": " << outcome.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
