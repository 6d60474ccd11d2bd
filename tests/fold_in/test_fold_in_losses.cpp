// SPDX-License-Identifier: MIT
//
// Fold-in under losses other than squares, held against their own convex problems.
#include <Eigen/Cholesky>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loss/losses.hpp"
#include "mfpar/error.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "rating_fixtures.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in_losses)

namespace {

FactorModel trained_model(Loss loss, bool biases) {
  const bool labels = describe_loss(loss).takes_labels;
  auto options = quick_options();
  options.biases = biases;
  options = with_loss_of(options, loss);
  options.rank = 6;
  options.epochs = 20;
  return train(random_store({.users = 80, .items = 50, .labels = labels}), {}, options).model;
}

std::vector<FoldInRating> ratings_for(const FactorModel& model, std::uint32_t count) {
  const bool labels = describe_loss(model.loss()).takes_labels;
  Random random(count);
  std::vector<FoldInRating> ratings;
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto value = labels ? static_cast<float>(random.below(2))
                              : static_cast<float>(1 + random.below(9)) / 2.0f;
    ratings.push_back({n, value});
  }
  return ratings;
}

/// The problem of a row in plain terms: rows x of the items, a 1 behind them where there are
/// biases, targets y of the scores, scores without the row, penalties.
struct Problem {
  Eigen::MatrixXd x;
  Eigen::VectorXd y, offsets, penalties;

  Problem(const FactorModel& model, const std::vector<FoldInRating>& ratings, const FoldedIn& row) {
    const auto count = static_cast<Eigen::Index>(ratings.size());
    const Eigen::Index rank = model.rank(), size = rank + model.has_biases();
    x.resize(count, size);
    y.resize(count);
    offsets.resize(count);
    penalties = Eigen::VectorXd::Constant(size, row.alpha);
    if (model.has_biases()) penalties[rank] = row.bias_alpha;
    const TargetScale target = score_target(model.loss(), model.range());
    for (Eigen::Index s = 0; s < count; ++s) {
      const FoldInRating& rating = ratings[static_cast<std::size_t>(s)];
      const auto q = model.item_row(rating.index);
      for (Eigen::Index k = 0; k < rank; ++k) x(s, k) = q[static_cast<std::size_t>(k)];
      if (model.has_biases()) x(s, rank) = 1.0;
      y[s] = target(rating.value);
      offsets[s] = double{model.mean()} + model.parts().items.biases[rating.index];
    }
  }

  Eigen::VectorXd coefficients(const FoldedIn& row) const {
    Eigen::VectorXd w(penalties.size());
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      const auto at = static_cast<std::size_t>(k);
      w[k] = at < row.factors.size() ? row.factors[at] : row.bias;
    }
    return w;
  }

  template <class LossPolicy>
  double objective(const Eigen::VectorXd& w) const {
    const Eigen::VectorXd scores = offsets + x * w;
    double sum = w.cwiseAbs2().dot(penalties);
    for (Eigen::Index s = 0; s < y.size(); ++s) {
      sum += 2 * LossPolicy::kStep * LossPolicy{}.error(y[s], y[s] - scores[s]);
    }
    return sum;
  }
};

/// The least sum of 2 |residual| and penalties, by coordinate ascent on the dual, a box-constrained
/// quadratic program: of the largest 2 b.t - b'X D^-1 X'b, |b_s| <= 1, t the targets without
/// offsets (Hsieh et al., "A dual coordinate descent method for large-scale linear SVM", 2008).
double least_absolute(const Problem& problem) {
  const Eigen::MatrixXd kernel =
      problem.x * problem.penalties.cwiseInverse().asDiagonal() * problem.x.transpose();
  const Eigen::VectorXd t = problem.y - problem.offsets;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(t.size());
  for (int sweep = 0; sweep < 4000; ++sweep) {
    for (Eigen::Index s = 0; s < b.size(); ++s) {
      const double others = kernel.row(s).dot(b) - kernel(s, s) * b[s];
      b[s] = std::clamp((t[s] - others) / kernel(s, s), -1.0, 1.0);
    }
  }
  return 2 * b.dot(t) - b.dot(kernel * b);
}

/// The same of 2 max(0, 1 - label score): of the largest 2 b.c - b'K b, 0 <= b_s <= 1, c being what
/// margins lack without the row and K the above between rows times their labels.
double least_hinge(const Problem& problem) {
  const Eigen::MatrixXd rows = problem.y.asDiagonal() * problem.x;
  const Eigen::MatrixXd kernel =
      rows * problem.penalties.cwiseInverse().asDiagonal() * rows.transpose();
  const Eigen::VectorXd c =
      Eigen::VectorXd::Ones(problem.y.size()) - problem.y.cwiseProduct(problem.offsets);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(c.size());
  for (int sweep = 0; sweep < 4000; ++sweep) {
    for (Eigen::Index s = 0; s < b.size(); ++s) {
      const double others = kernel.row(s).dot(b) - kernel(s, s) * b[s];
      b[s] = std::clamp((c[s] - others) / kernel(s, s), 0.0, 1.0);
    }
  }
  return 2 * b.dot(c) - b.dot(kernel * b);
}

std::string failure(ErrorCode code, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == code ? error.what() : "another code: " + std::string(error.what());
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_logistic_row_has_no_gradient_left) {
  for (const bool biases : {true, false}) {
    const FactorModel model = trained_model(Loss::kLogistic, biases);
    for (const std::uint32_t count : {1u, 4u, 12u, 50u}) {
      const auto ratings = ratings_for(model, count);
      const FoldedIn row = fold_in_user(model, ratings);
      const Problem problem(model, ratings, row);
      const Eigen::VectorXd w = problem.coefficients(row);
      const Eigen::VectorXd scores = problem.offsets + problem.x * w;
      Eigen::VectorXd pulls(problem.y.size());
      for (Eigen::Index s = 0; s < pulls.size(); ++s) {
        pulls[s] = problem.y[s] - 1 / (1 + std::exp(-scores[s]));
      }
      const Eigen::VectorXd gradient =
          problem.penalties.cwiseProduct(w) - problem.x.transpose() * pulls;
      BOOST_TEST(gradient.norm() < 1e-4 * (problem.x.transpose() * pulls).norm(),
                 "biases " << biases << " ratings " << count << ": " << gradient.norm());
      BOOST_TEST(w.norm() > 1e-3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_hinge_row_is_the_least_there_is) {
  for (const bool biases : {true, false}) {
    const FactorModel model = trained_model(Loss::kHinge, biases);
    for (const std::uint32_t count : {1u, 4u, 12u, 50u}) {
      const auto ratings = ratings_for(model, count);
      const FoldedIn row = fold_in_user(model, ratings);
      const Problem problem(model, ratings, row);
      const double found = problem.objective<HingeLoss>(problem.coefficients(row));
      const double least = least_hinge(problem);
      BOOST_TEST(found >= least * (1 - 1e-6));
      BOOST_TEST(found <= least * (1 + 1e-5),
                 "biases " << biases << " ratings " << count << ": " << found << " " << least);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_absolute_row_is_the_least_there_is) {
  for (const bool biases : {true, false}) {
    const FactorModel model = trained_model(Loss::kAbsolute, biases);
    for (const std::uint32_t count : {1u, 4u, 12u, 50u}) {
      const auto ratings = ratings_for(model, count);
      const FoldedIn row = fold_in_user(model, ratings);
      const Problem problem(model, ratings, row);
      const double found = problem.objective<AbsoluteLoss>(problem.coefficients(row));
      const double least = least_absolute(problem);
      BOOST_TEST(found >= least * (1 - 1e-6));
      BOOST_TEST(found <= least * (1 + 1e-5),
                 "biases " << biases << " ratings " << count << ": " << found << " " << least);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_session_is_the_row_of_the_ratings_it_holds_under_every_loss) {
  for (const LossInfo& info : losses()) {
    const auto model = std::make_shared<const FactorModel>(trained_model(info.loss, true));
    auto ratings = ratings_for(*model, 9);
    // Penalties that do not go in steps.
    FoldInOptions options;
    options.penalty = FoldInOptions::Penalty::kFixed;
    options.alpha = 0.8;
    FoldInSession session(model, std::span(ratings).first(4), options);
    for (std::size_t n = 4; n < ratings.size(); ++n) {
      session.rate(ratings[n].index, ratings[n].value);
    }
    session.remove(ratings[2].index);
    ratings.erase(ratings.begin() + 2);
    ratings[0].value = ratings[0].value == 1.0f ? 0.0f : 1.0f;
    session.rate(ratings[0].index, ratings[0].value);
    const FoldedIn whole = fold_in_user(*model, ratings, options);
    for (std::size_t k = 0; k < whole.factors.size(); ++k) {
      BOOST_TEST(std::abs(session.row().factors[k] - whole.factors[k]) < 1e-5, info.name);
    }
    BOOST_TEST(std::abs(session.row().bias - whole.bias) < 1e-5, info.name);
    const Explanation explanation = session.explain(30);
    double sum = 0;
    for (const RatingInfluence& influence : explanation.influences) sum += influence.contribution;
    BOOST_TEST(std::abs(sum - explanation.interaction) < 1e-4, info.name);
    BOOST_TEST(explanation.influences.size() == ratings.size());
  }
}

// Who likes what others like is more likely to like it than who does not.
BOOST_AUTO_TEST_CASE(labels_move_probabilities_their_way) {
  const FactorModel model = trained_model(Loss::kLogistic, true);
  std::vector<FoldInRating> likes, dislikes;
  for (std::uint32_t item = 0; item < 10; ++item) {
    likes.push_back({item, 1.0f});
    dislikes.push_back({item, 0.0f});
  }
  const auto probability = [&](const FoldedIn& row, ItemIndex item) {
    double score = model.mean() + row.bias + model.parts().items.biases[item];
    for (std::size_t k = 0; k < row.factors.size(); ++k) {
      score += double{row.factors[k]} * model.item_row(item)[k];
    }
    return model.predict_from_score(static_cast<float>(score));
  };
  const FoldedIn liking = fold_in_user(model, likes), other = fold_in_user(model, dislikes);
  for (const ItemIndex item : {0u, 5u, 9u}) {
    BOOST_TEST(probability(liking, item) > 0.05f + probability(other, item));
    BOOST_TEST(probability(liking, item) < 1.0f);
    BOOST_TEST(probability(other, item) > 0.0f);
  }
}

BOOST_AUTO_TEST_CASE(what_a_loss_cannot_do_is_refused) {
  const FactorModel labels = trained_model(Loss::kLogistic, true);
  const FoldInRating half{0, 0.5f};
  BOOST_TEST(failure(ErrorCode::kBadData, [&] {
               fold_in_user(labels, {&half, 1});
             }) == "rating 0 is 0.5; the model was trained on labels, 0 and 1");
  FoldInSession session(std::make_shared<const FactorModel>(labels));
  BOOST_TEST(failure(ErrorCode::kBadData, [&] { session.rate(3, 2.0f); }) ==
             "the rating for index 3 is 2; the model was trained on labels, 0 and 1");
  for (const Loss loss : {Loss::kAbsolute, Loss::kLogistic}) {
    const FactorModel model = trained_model(loss, true);
    const auto ratings = ratings_for(model, 5);
    FoldInOptions options;
    options.penalty = FoldInOptions::Penalty::kLeaveOneOut;
    const std::string what =
        failure(ErrorCode::kBadOption, [&] { fold_in_user(model, ratings, options); });
    BOOST_TEST(what.find(describe_loss(loss).name) != std::string::npos, what);
  }
}

BOOST_AUTO_TEST_SUITE_END()
