// SPDX-License-Identifier: MIT
//
// Fold-in under every loss, with factors that may not be negative or that magnitudes hold, against
// proximal gradients, slow and plain (Beck and Teboulle, "A fast iterative shrinkage-thresholding
// algorithm for linear inverse problems", 2009).
#include <Eigen/Core>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <vector>

#include "loss/losses.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_constrained_fold_in)

namespace {

/// A model of random rows.
FactorModel model_of(Loss loss, bool nonnegative, float l1) {
  auto options = with_loss_of(quick_options(), loss);
  options.rank = 5;
  options.epochs = 8;
  options.nonnegative |= nonnegative;
  const bool labels = describe_loss(loss).takes_labels;
  FactorModel::Parts parts =
      train(random_store({.users = 60, .items = 40, .labels = labels}), {}, options).model.parts();
  parts.constraints.l1_users = {l1, l1 / 2.0f};
  parts.huber_delta = 0.7f;
  return FactorModel(std::move(parts));
}

std::vector<FoldInRating> ratings_of(const FactorModel& model, std::uint32_t count) {
  const bool labels = describe_loss(model.loss()).takes_labels;
  Random random(count + 3);
  std::vector<FoldInRating> ratings;
  for (std::uint32_t n = 0; n < count; ++n) {
    ratings.push_back({n, labels ? static_cast<float>(random.below(2))
                                 : static_cast<float>(random.below(10)) / 2.0f});
  }
  return ratings;
}

/// The sum that a row minimises, in plain terms.
template <class LossPolicy>
struct Sum {
  const FactorModel& model;
  const LossPolicy policy;
  Eigen::MatrixXd x;
  Eigen::VectorXd y, offsets, penalties, l1;

  Sum(const FactorModel& of, const std::vector<FoldInRating>& ratings, const FoldedIn& row)
      : model(of), policy(policy_of<LossPolicy>(of.loss_choice().delta)) {
    const auto count = static_cast<Eigen::Index>(ratings.size());
    const Eigen::Index rank = of.rank(), size = rank + of.has_biases();
    x = Eigen::MatrixXd::Ones(count, size);
    y.resize(count);
    offsets.resize(count);
    const TargetScale target = score_target(of.loss(), of.range());
    for (Eigen::Index s = 0; s < count; ++s) {
      const FoldInRating& rating = ratings[static_cast<std::size_t>(s)];
      const auto q = of.item_row(rating.index);
      for (Eigen::Index k = 0; k < rank; ++k) x(s, k) = q[static_cast<std::size_t>(k)];
      y[s] = target(rating.value);
      offsets[s] = double{of.mean()} + of.parts().items.biases[rating.index];
    }
    const RowConstraints::Magnitudes& magnitudes = of.parts().constraints.l1_users;
    const double share =
        std::pow(static_cast<double>(count), 1.0 - double{of.parts().fold_in.exponent});
    penalties = Eigen::VectorXd::Constant(size, row.alpha);
    l1 = Eigen::VectorXd::Constant(size, share * double{magnitudes.factors});
    if (of.has_biases()) {
      penalties[rank] = row.bias_alpha;
      l1[rank] = share * double{magnitudes.biases};
    }
  }

  double smooth(const Eigen::VectorXd& w) const {
    const Eigen::VectorXd scores = offsets + x * w;
    double sum = w.cwiseAbs2().dot(penalties);
    for (Eigen::Index s = 0; s < y.size(); ++s) {
      sum += 2 * LossPolicy::kStep * policy.error(y[s], y[s] - scores[s]);
    }
    return sum;
  }
  double operator()(const Eigen::VectorXd& w) const { return smooth(w) + w.cwiseAbs().dot(l1); }

  Eigen::VectorXd gradient(const Eigen::VectorXd& w) const {
    const Eigen::VectorXd scores = offsets + x * w;
    Eigen::VectorXd pulls(y.size());
    for (Eigen::Index s = 0; s < y.size(); ++s) pulls[s] = policy.pull(y[s], y[s] - scores[s]);
    return 2 * penalties.cwiseProduct(w) - 2 * x.transpose() * pulls;
  }

  /// The row after a step of this length and the proximal one.
  Eigen::VectorXd stepped(const Eigen::VectorXd& w, double length) const {
    Eigen::VectorXd next = w - length * gradient(w);
    for (Eigen::Index k = 0; k < next.size(); ++k) {
      const double shrunk = std::max(std::abs(next[k]) - length * l1[k], 0.0);
      next[k] = std::copysign(shrunk, next[k]);
      if (model.parts().constraints.nonnegative && k < Eigen::Index{model.rank()}) {
        next[k] = std::max(next[k], 0.0);
      }
    }
    return next;
  }

  double least() const {
    Eigen::VectorXd w = Eigen::VectorXd::Constant(x.cols(), 0.1);
    double length = 1.0;
    for (int step = 0; step < 20000; ++step) {
      length *= 1.5;
      Eigen::VectorXd next = stepped(w, length);
      while (smooth(next) > smooth(w) + gradient(w).dot(next - w) +
                                (next - w).squaredNorm() / (2 * length) + 1e-14) {
        length /= 2;
        next = stepped(w, length);
      }
      const double moved = (next - w).norm();
      w = next;
      if (moved <= 1e-12 * w.norm()) break;
    }
    return (*this)(w);
  }

  /// The row of least penalties less 2 b.score: each of its numbers by itself.
  Eigen::VectorXd row_of(const Eigen::VectorXd& b) const {
    const Eigen::VectorXd pulled = 2 * x.transpose() * b;
    Eigen::VectorXd w(pulled.size());
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      const double shrunk = std::max(std::abs(pulled[k]) - l1[k], 0.0) / (2 * penalties[k]);
      w[k] = std::copysign(shrunk, pulled[k]);
      const bool is_factor = k < Eigen::Index{model.rank()};
      if (is_factor && model.parts().constraints.nonnegative) w[k] = std::max(w[k], 0.0);
    }
    return w;
  }

  /// The largest value of the dual, of losses |residual| and max(0, target residual).
  double dual() const {
    const bool labels = describe_loss(model.loss()).takes_labels;
    const double length = 1.0 / (2 * x.squaredNorm() / penalties.minCoeff() + 1e-9);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(y.size()), ahead = b;
    double momentum = 1.0;
    for (int step = 0; step < 20000; ++step) {
      const Eigen::VectorXd residual = y - offsets - x * row_of(ahead);
      Eigen::VectorXd next = ahead + 2 * length * residual;
      for (Eigen::Index s = 0; s < next.size(); ++s) {
        const double lowest = labels && y[s] > 0 ? 0.0 : -1.0;
        const double highest = labels && y[s] < 0 ? 0.0 : 1.0;
        next[s] = std::clamp(next[s], lowest, highest);
      }
      const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead = next + (momentum - 1) / grown * (next - b);
      momentum = grown;
      b = next;
    }
    const Eigen::VectorXd w = row_of(b);
    return 2 * b.dot(y - offsets - x * w) + w.cwiseAbs2().dot(penalties) + w.cwiseAbs().dot(l1);
  }

  Eigen::VectorXd coefficients(const FoldedIn& row) const {
    Eigen::VectorXd w(x.cols());
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      const auto at = static_cast<std::size_t>(k);
      w[k] = at < row.factors.size() ? row.factors[at] : row.bias;
    }
    return w;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_held_row_is_the_least_there_is) {
  for (const Loss loss :
       {Loss::kSquared, Loss::kHuber, Loss::kPoisson, Loss::kSquaredHinge, Loss::kLogistic}) {
    for (const bool nonnegative : {true, false}) {
      for (const float l1 : {0.0f, 0.6f}) {
        const FactorModel model = model_of(loss, nonnegative, l1);
        for (const std::uint32_t count : {1u, 4u, 12u, 40u}) {
          if (kSanitized && count > 4) continue;
          const auto ratings = ratings_of(model, count);
          const FoldedIn row = fold_in_user(model, ratings);
          with_loss(loss, [&]<class LossPolicy>() {
            const Sum<LossPolicy> sum(model, ratings, row);
            const double found = sum(sum.coefficients(row)), least = sum.least();
            BOOST_TEST_CONTEXT(describe_loss(loss).name << " nonnegative " << nonnegative << " l1 "
                                                        << l1 << " ratings " << count) {
              BOOST_TEST(found <= least + 1e-5 * std::abs(least));
              BOOST_TEST(found >= least - 1e-4 * std::abs(least));
            }
          });
          if (model.parts().constraints.nonnegative) {
            BOOST_TEST(std::ranges::min(row.factors) >= 0.0f);
          }
        }
      }
    }
  }
}

// Losses with a kink: no row costs less than the dual is worth at any pulls b within [-1, 1], or of
// labels target times [0, 1] (Boyd and Vandenberghe, "Convex optimization", 2004, chapter 5). b
// moves by accelerated gradients, which are the residuals at the row that is best beside it.
BOOST_AUTO_TEST_CASE(a_held_row_of_a_loss_with_a_kink_is_the_least_there_is) {
  for (const Loss loss : {Loss::kAbsolute, Loss::kHinge}) {
    for (const bool nonnegative : {true, false}) {
      for (const float l1 : {0.0f, 0.6f}) {
        if (!nonnegative && l1 == 0.0f) continue;  // test_fold_in_losses
        const FactorModel model = model_of(loss, nonnegative, l1);
        for (const std::uint32_t count : {1u, 4u, 12u}) {
          const auto ratings = ratings_of(model, count);
          const FoldedIn row = fold_in_user(model, ratings);
          with_loss(loss, [&]<class LossPolicy>() {
            const Sum<LossPolicy> sum(model, ratings, row);
            const double found = sum(sum.coefficients(row)), least = sum.dual();
            BOOST_TEST_CONTEXT(describe_loss(loss).name << " nonnegative " << nonnegative << " l1 "
                                                        << l1 << " ratings " << count) {
              BOOST_TEST(found <= least + 1e-5 * std::abs(least) + 1e-12);
              BOOST_TEST(found >= least - 1e-6 * std::abs(least));
            }
          });
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(magnitudes_make_zeros_of_new_rows) {
  const FactorModel free = model_of(Loss::kSquared, false, 0.0f);
  const FactorModel held = model_of(Loss::kSquared, false, 5.0f);
  const auto ratings = ratings_of(free, 12);
  const auto zeros = [&](const FactorModel& model) {
    return std::ranges::count(fold_in_user(model, ratings).factors, 0.0f);
  };
  BOOST_TEST(zeros(free) == 0);
  BOOST_TEST(zeros(held) > 0);
}

BOOST_AUTO_TEST_CASE(sessions_and_explanations_hold_rows_alike) {
  for (const Loss loss : {Loss::kSquared, Loss::kPoisson, Loss::kHuber}) {
    const auto model = std::make_shared<const FactorModel>(model_of(loss, true, 0.3f));
    auto ratings = ratings_of(*model, 9);
    FoldInSession session(model, std::span(ratings).first(5));
    for (std::size_t n = 5; n < ratings.size(); ++n) {
      session.rate(ratings[n].index, ratings[n].value);
    }
    session.remove(ratings[2].index);
    ratings.erase(ratings.begin() + 2);
    const FoldedIn whole = fold_in_user(*model, ratings);
    for (std::size_t k = 0; k < whole.factors.size(); ++k) {
      BOOST_TEST(std::abs(session.row().factors[k] - whole.factors[k]) < 1e-4);
    }
    const Explanation explanation = session.explain(30);
    double sum = 0;
    for (const RatingInfluence& influence : explanation.influences) sum += influence.contribution;
    BOOST_TEST(std::abs(sum - double{explanation.interaction}) < 1e-4);
  }
}

BOOST_AUTO_TEST_CASE(an_updated_row_stays_within_what_it_is_held_to) {
  const FactorModel model = model_of(Loss::kPoisson, true, 0.0f);
  const FoldInRating low[] = {{1, 0.0f}, {7, 0.0f}};
  const FoldedIn before = fold_in_user(model, {});
  for (UserIndex user = 0; user < 20; ++user) {
    const FoldedIn row = update_user(model, user, low);
    BOOST_TEST(std::ranges::min(row.factors) >= 0.0f);
    float score = 0.0f, was = 0.0f;
    for (std::size_t k = 0; k < row.factors.size(); ++k) {
      score += row.factors[k] * model.item_row(1)[k];
      was += model.user_row(user)[k] * model.item_row(1)[k];
    }
    BOOST_TEST(score < was);
  }
  BOOST_TEST(before.used == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
